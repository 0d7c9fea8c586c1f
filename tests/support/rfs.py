"""The smallest cohorts with an outcome: records whose age and smoking tell the time to recurrence, and balls."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hyoid.geometry import Volume
from hyoid.imaging import write_volume
from hyoid.recipe import Recipe, load_recipe
from support.balls import ball_case
from support.hpv import CENTERS, Row, record, write_table

if TYPE_CHECKING:
    from hyoid import api

TABLE = "HECKTOR_2025_Training_Task_2.csv"

RECORD = {
    "Age": 71,
    "Gender": 1,
    "Tobacco Consumption": 1,
    "Alcohol Consumption": 0,
    "Performance Status": 1,
    "M-stage": "M0",
    "Treatment": 1,
}
"""A new patient's record, complete."""


def outcome_records(patients: int, seed: int = 0) -> dict[str, Row]:
    """Return `{id: row}` of patients of the centres A, B and C; old smokers recur early, about half recur at all."""
    rows = {}
    for i in range(patients):
        letter = "ABC"[(i // 3) % 3]
        row = record(i, i % 3 == 0)
        rng = np.random.default_rng([i, seed, 11])
        hazard = np.exp((int(row["Age"]) - 60) / 6 + 0.8 * int(row["Tobacco Consumption"]))
        event, censoring = 900 * rng.exponential() / hazard, rng.uniform(200, 2500)
        row |= {"Relapse": int(event <= censoring), "RFS": int(max(1, min(event, censoring)))}
        rows[f"{letter}CEN-{i:03d}"] = {"CenterID": CENTERS[letter], **row}
    return rows


def ball_outcome_cohort(
    root: Path, rows: Mapping[str, Row], *, dose: bool = False, without_pet: Sequence[str] = ()
) -> Path:
    """Write a flat cohort of balls, whose PET shines brighter in those who recur; with a dose where asked for."""
    root.mkdir(parents=True, exist_ok=True)
    for i, (case, row) in enumerate(rows.items()):
        ct, pet, mask = ball_case(i)
        hot = pet.array * (1.6 if row["Relapse"] else 0.7)
        write_volume(root / f"{case}__CT.nii.gz", ct)
        write_volume(root / f"{case}.nii.gz", mask)
        if case not in without_pet:
            write_volume(root / f"{case}__PT.nii.gz", Volume(hot.astype(np.float32), pet.grid))
        if dose and i % 3:
            falling = np.linspace(70.0, 1.0 + 2.0 * i, ct.array.shape[0])[:, None, None]  # no two are copies
            gray = np.broadcast_to(falling, ct.array.shape).astype(np.float32)
            write_volume(root / f"{case}__RTDOSE.nii.gz", Volume(gray, ct.grid))
    write_table(root / TABLE, rows)
    return root


def fused_network(*overrides: str, epochs: int = 2, folds: int = 2, name: str = "glasgow-rfs") -> Recipe:
    """Return a shipped recipe of network and estimator with a few filters on a few voxels."""
    return load_recipe(
        name,
        overrides=[
            f"stages.0.training.epochs={epochs}",
            "stages.0.training.select.every_epochs=1",
            "stages.0.network.encoder.channels=[4,4,8,8]",
            "stages.0.network.fusion={hidden: [8]}",
            "preprocess.frame.size_voxels=[18,18,18]",
            f"split={{name: kfold, folds: {folds}}}",
            *overrides,
        ],
    )


def record_network(*overrides: str, epochs: int = 4, folds: int = 3) -> Recipe:
    """Return a shipped recipe of network and estimator without its images, trained in a moment."""
    return load_recipe(
        "glasgow-rfs",
        overrides=[
            "inputs.images=[]",
            "preprocess=null",
            "stages.0.network.encoder=null",
            "stages.0.network.fusion={hidden: [8]}",
            "stages.0.training.augment=[]",
            f"stages.0.training.epochs={epochs}",
            "stages.0.training.select.every_epochs=2",
            f"split={{name: kfold, folds: {folds}}}",
            *overrides,
        ],
    )


def write_record(folder: Path, content: Mapping[str, Any]) -> Path:
    """Write a patient's record as `new.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "new.json"
    path.write_text(json.dumps(content))
    return path


def rfs_of(result: "api.PredictResult") -> dict[str, Any]:
    """Return the prognosis of the only patient."""
    (case,) = result.cases
    found: dict[str, Any] = case["rfs"]
    return found
