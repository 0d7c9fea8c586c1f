import csv
import json
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

GRID = Grid((12, 12, 12), (2.0, 2.0, 2.0))


def _cohort(folder: Path) -> Path:
    mask = np.zeros(GRID.shape, np.uint8)
    mask[4:8, 4:8, 4:8] = 1
    for identifier in ("CHUM-001", "CHUM-002"):
        place = folder / "Task 1" / identifier
        write_volume(place / f"{identifier}.nii.gz", Volume(mask, GRID))
        write_volume(place / f"{identifier}__CT.nii.gz", Volume(np.zeros(GRID.shape, np.int16), GRID))
    pet = Volume(np.full(GRID.shape, 4.0, np.float32), GRID)
    write_volume(folder / "Task 1" / "CHUM-001" / "CHUM-001__PT.nii.gz", pet)
    return folder


def test_table_is_written_and_what_is_missing_is_said(tmp_path: Path) -> None:
    cohort, out = _cohort(tmp_path / "cohort"), tmp_path / "features.csv"
    result = CliRunner().invoke(app, ["features", str(cohort), "--out", str(out), "--quiet"])
    assert result.exit_code == 0
    assert "2 patients, 1 with notes" in result.output
    with out.open() as stream:
        rows = {row["PatientID"]: row for row in csv.DictReader(stream)}
    assert float(rows["CHUM-001"]["gtvp_tlg_g"]) == 4 * 0.512
    assert rows["CHUM-002"]["gtvp_tlg_g"] == ""
    assert "no PET" in rows["CHUM-002"]["Notes"]


def test_json_and_other_masks(tmp_path: Path) -> None:
    cohort = _cohort(tmp_path / "cohort")
    nodes = np.zeros(GRID.shape, np.uint8)
    nodes[0, 0, :2] = 2
    write_volume(tmp_path / "masks" / "CHUM-001.nii.gz", Volume(nodes, GRID))
    arguments = [
        "features",
        str(cohort),
        "--masks",
        str(tmp_path / "masks"),
        "--out",
        str(tmp_path / "f.csv"),
        "--json",
    ]
    result = CliRunner().invoke(app, arguments)
    rows = {row["PatientID"]: row for row in json.loads(result.stdout)["features"]}
    assert rows["CHUM-001"]["gtvn_volume_ml"] == 0.016
    assert rows["CHUM-002"]["gtvn_volume_ml"] is None
    assert rows["CHUM-002"]["Notes"] == "no mask"
