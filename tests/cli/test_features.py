import csv
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.errors import HyoidError
from hyoid.features import COLUMNS
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

GRID = Grid((12, 12, 12), (2.0, 2.0, 2.0))
DOSE_GRID = Grid((6, 6, 6), (4.0, 4.0, 4.0), (1.0, 1.0, 1.0))


def _cohort(folder: Path) -> Path:
    """Two patients; the second has no PET."""
    mask = np.zeros(GRID.shape, np.uint8)
    mask[4:8, 4:8, 4:8] = 1
    ct = Volume(np.where(mask, 40, -1000).astype(np.int16), GRID)
    for identifier in ("CHUM-001", "CHUM-002"):
        place = folder / "Task 1" / identifier
        write_volume(place / f"{identifier}.nii.gz", Volume(mask, GRID))
        write_volume(place / f"{identifier}__CT.nii.gz", ct)
    suv = np.random.default_rng(0).uniform(3, 5, GRID.shape).astype(np.float32)
    write_volume(folder / "Task 1" / "CHUM-001" / "CHUM-001__PT.nii.gz", Volume(suv, GRID))
    return folder


def _rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open() as stream:
        return {row["PatientID"]: row for row in csv.DictReader(stream)}


def test_table_is_written_and_what_is_missing_is_said(tmp_path: Path) -> None:
    cohort, out = _cohort(tmp_path / "cohort"), tmp_path / "features.csv"
    result = CliRunner().invoke(app, ["features", str(cohort), "--out", str(out), "--quiet"])
    assert result.exit_code == 0
    assert "2 patients, 1 with notes" in result.output
    rows = _rows(out)
    assert float(rows["CHUM-001"]["gtvp_tlg_g"]) == pytest.approx(4 * 0.512, rel=0.05)
    assert rows["CHUM-002"]["gtvp_tlg_g"] == ""
    assert rows["CHUM-002"]["gtvp_ct_mean_hu"] == "40.0"
    assert rows["CHUM-002"]["Notes"] == "no PET"


def test_each_column_is_explained_and_nothing_else(tmp_path: Path) -> None:
    cohort, out = _cohort(tmp_path / "cohort"), tmp_path / "features.csv"
    CliRunner().invoke(app, ["features", str(cohort), "--out", str(out), "--active-suv", "2.5", "--quiet"])
    content = json.loads((tmp_path / "features.csv.columns.json").read_text())
    assert content["active_suv"] == 2.5
    columns = list(_rows(out)["CHUM-001"])
    assert list(content["columns"]) == [name for name in columns if name not in {"PatientID", "CenterID", "Notes"}]
    assert content["columns"]["gtvp_dmax_mm"]["unit"] == "mm"


def test_the_dose_has_columns_where_a_patient_has_one(tmp_path: Path) -> None:
    cohort, out = _cohort(tmp_path / "cohort"), tmp_path / "features.csv"
    CliRunner().invoke(app, ["features", str(cohort), "--out", str(out), "--quiet"])
    assert not any("dose" in name for name in _rows(out)["CHUM-001"])
    gray = Volume(np.full(DOSE_GRID.shape, 68.0, np.float32), DOSE_GRID)
    write_volume(cohort / "Task 2" / "CHUM-001" / "CHUM-001__RTDOSE.nii.gz", gray)
    CliRunner().invoke(app, ["features", str(cohort), "--out", str(out), "--quiet"])
    rows = _rows(out)
    assert tuple(rows["CHUM-001"]) == COLUMNS
    assert [rows["CHUM-001"][f"gtvp_dose_{name}"] for name in ("d95_gy", "v66", "v70")] == ["68.0", "1.0", "0.0"]
    assert rows["CHUM-002"]["gtvp_dose_mean_gy"] == ""


def test_json_and_other_masks(tmp_path: Path) -> None:
    cohort = _cohort(tmp_path / "cohort")
    nodes = np.zeros(GRID.shape, np.uint8)
    nodes[0, 0, :2] = 2
    write_volume(tmp_path / "masks" / "CHUM-001.nii.gz", Volume(nodes, GRID))
    out = ["--out", str(tmp_path / "f.csv"), "--json"]
    result = CliRunner().invoke(app, ["features", str(cohort), "--masks", str(tmp_path / "masks"), *out])
    rows = {row["PatientID"]: row for row in json.loads(result.stdout)["features"]}
    assert rows["CHUM-001"]["gtvn_volume_ml"] == 0.016
    assert rows["CHUM-002"]["gtvn_volume_ml"] is None
    assert rows["CHUM-002"]["Notes"] == "no mask"


@pytest.mark.skipif(find_spec("zrad") is not None, reason="the extra is there")
def test_radiomics_without_the_extra_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    cohort = _cohort(tmp_path / "cohort")
    arguments = ["features", str(cohort), "--out", str(tmp_path / "f.csv"), "--radiomics", "default"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, HyoidError)
    assert "hyoid[radiomics]" in str(result.exception)
    assert not (tmp_path / "f.csv").exists()


@pytest.mark.skipif(find_spec("zrad") is None, reason='the extra is not there: pip install "hyoid[radiomics]"')
def test_radiomics_join_the_table(tmp_path: Path) -> None:
    cohort, out, settings = _cohort(tmp_path / "cohort"), tmp_path / "f.csv", tmp_path / "mine.yaml"
    settings.write_text("families: [intensity, glrlm]\nlesions: [gtvp]\n")
    arguments = ["features", str(cohort), "--out", str(out), "--radiomics", str(settings), "--quiet"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    rows = _rows(out)
    assert float(rows["CHUM-001"]["gtvp_pet_intensity_mean"]) == pytest.approx(float(rows["CHUM-001"]["gtvp_suv_mean"]))
    assert rows["CHUM-002"]["gtvp_ct_intensity_mean"] == "40.0"
    assert rows["CHUM-002"]["gtvp_pet_glrlm_run_entropy"] == ""
    content = json.loads((tmp_path / "f.csv.columns.json").read_text())
    assert content["columns"]["gtvp_pet_glrlm_run_entropy"]["library"] == "z-rad"
    assert content["radiomics"]["families"] == ["intensity", "glrlm"]
