"""A small cohort to be viewed, with a prediction and broken cases, and a server of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from fastapi import FastAPI
from starlette.testclient import TestClient

from hyoid.app.cases.worker import HereWorker
from hyoid.app.server import create_app
from hyoid.app.settings import Settings
from hyoid.files import write_json
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

PORT = 8765
ORIGIN = f"http://127.0.0.1:{PORT}"

# x runs to the patient's right, z from head to foot: far from the order of the browser
CT_GRID = Grid((20, 18, 12), (2.0, 2.0, 3.0), (19.0, -17.0, 40.0), (-1, 0, 0, 0, 1, 0, 0, 0, -1))
PET_GRID = Grid((10, 9, 9), (4.0, 4.0, 4.0), (-18.0, -16.0, 8.0))

PRIMARY = (slice(3, 6), slice(4, 8), slice(5, 9))
NODE = (slice(7, 10), slice(9, 12), slice(12, 15))
ELSEWHERE = (slice(1, 3), slice(13, 16), slice(2, 5))


def ct_volume() -> Volume:
    array = np.full(CT_GRID.shape, -1000, np.int16)
    array[1:11, 3:16, 3:18] = 40
    array[0, 0, 0] = 1234  # a corner by which the order of voxels is told
    return Volume(array, CT_GRID)


def pet_volume(grid: Grid = PET_GRID) -> Volume:
    array = np.full(grid.shape, 0.5, np.float32)
    array[3:6, 3:6, 3:6] = 8.0
    return Volume(array, grid)


def labels_of(*parts: tuple[tuple[slice, ...], int], grid: Grid = CT_GRID) -> Volume:
    array = np.zeros(grid.shape, np.uint8)
    for block, label in parts:
        array[block] = label
    return Volume(array, grid)


TABLE = """PatientID,CenterID,Age,Gender,Tobacco Consumption,Relapse,RFS,HPV Status
MDA-001,5,61,1,0,1,400,1
MDA-002,5,55,0,,0,900,
MDA-003,5,,1,1,1,250,0
MDA-004,5,70,1,1,0,1200,0
MDA-005,5,49,0,0,1,700,1
"""

HPV = {
    "recipe": "a-recipe", "preset": "tiny", "probability_raw": 0.7, "probability": 0.62, "threshold": 0.4,
    "decision": True, "spread_over_folds": {"lowest": 0.5, "highest": 0.8, "standard_deviation": 0.1},
    "prior": None, "missing": ["tobacco"], "notes": ["A note on HPV."],
}  # fmt: skip
RFS = {
    "recipe": "another", "preset": "full", "risk": 0.9, "percentile": 81.0, "group": 3, "groups": 3,
    "survival": {"1": {"days": 365, "value": 0.8, "lowest": 0.7, "highest": 0.9}, "2": {"days": 730, "value": 0.6}},
    "missing": [], "notes": [],
}  # fmt: skip


def write_cohort(folder: Path) -> Path:
    """Write five cases: a whole one, one of PET alone, one without images, a torn CT, a mask on another grid."""
    cohort = folder / "cohort"
    cohort.mkdir(parents=True)
    (cohort / "table.csv").write_text(TABLE, encoding="utf-8")
    write_volume(cohort / "MDA-001__CT.nii.gz", ct_volume())
    write_volume(cohort / "MDA-001__PT.nii.gz", pet_volume())
    dose = Volume(np.linspace(0, 70, pet_volume().array.size, dtype=np.float32).reshape(PET_GRID.shape), PET_GRID)
    write_volume(cohort / "MDA-001__RTDOSE.nii.gz", dose)
    write_volume(cohort / "MDA-001.nii.gz", labels_of((PRIMARY, 1), (NODE, 2)))
    write_volume(cohort / "MDA-002__PT.nii.gz", pet_volume())
    hot = (slice(3, 6), slice(3, 6), slice(3, 6))
    write_volume(cohort / "MDA-002.nii.gz", labels_of((hot, 1), grid=PET_GRID))
    write_volume(cohort / "MDA-004__CT.nii.gz", ct_volume())
    torn = cohort / "MDA-004__CT.nii.gz"
    torn.write_bytes(torn.read_bytes()[:150])
    write_volume(cohort / "MDA-005__CT.nii.gz", ct_volume())
    write_volume(cohort / "MDA-005.nii.gz", labels_of((hot, 1), grid=PET_GRID))
    return cohort


def write_prediction(folder: Path, case_id: str = "MDA-001") -> Path:
    """Write a prediction that finds the primary, misses the node, and invents another."""
    predictions = folder / "predictions"
    labels = labels_of((PRIMARY, 1), (ELSEWHERE, 2))
    write_volume(predictions / case_id / f"{case_id}.nii.gz", labels)
    inside = np.argwhere(labels.array == 1)[:, ::-1]
    told = {
        "label": "gtvp",
        "volume_ml": round(labels.volume_ml(1), 3),
        "centroid_mm": [round(float(v), 1) for v in CT_GRID.to_world(inside).mean(axis=0)],
        "probability_sd": 0.07,
        "mean_probability": 0.8,
        "found_by": 1.0,
    }
    info = {
        "id": case_id, "missing_inputs": ["pet"], "notes": ["A note."], "components": [told],
        "lesions": {"gtvp": {"volume_ml": 0.1, "count": 1}, "gtvn": {"volume_ml": 0.1, "count": 1}},
        "hpv": HPV, "rfs": RFS,
    }  # fmt: skip
    write_json(predictions / case_id / f"{case_id}.json", info)
    return predictions


@contextmanager
def running(settings: Settings) -> Iterator[FastAPI]:
    """Yield an application whose background has been started, and stop it; cases are reviewed in a thread."""
    app = create_app(settings, HereWorker())
    with TestClient(app, base_url=ORIGIN):
        yield app
