import gzip
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case
from hyoid.errors import CohortError
from hyoid.features import COLUMNS, feature_table
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

GRID = Grid((12, 12, 12), (2.0, 2.0, 2.0))


def _write(folder: Path, name: str, array: np.ndarray) -> Path:
    path = folder / f"{name}.nii.gz"
    write_volume(path, Volume(array, GRID))
    return path


@pytest.fixture
def cases(tmp_path: Path) -> list[Case]:
    mask = np.zeros(GRID.shape, np.uint8)
    mask[4:8, 4:8, 4:8] = 1
    suv = np.full(GRID.shape, 4.0, np.float32)
    hu = np.where(mask, 40, -1000).astype(np.int16)
    pet, ct = _write(tmp_path, "CHUM-001__PT", suv), _write(tmp_path, "CHUM-001__CT", hu)
    label_map = _write(tmp_path, "CHUM-001", mask)
    broken = tmp_path / "CHUM-004.nii.gz"
    broken.write_bytes(gzip.compress(b"no image"))
    return [
        Case("CHUM-001", "CHUM", {"pet": pet, "ct": ct}, label_map),
        Case("CHUM-002", "CHUM", {"ct": ct}, label_map),
        Case("CHUM-003", "CHUM", {"pet": pet}, None),
        Case("CHUM-004", "CHUM", {"pet": pet}, broken),
    ]


def test_one_row_a_patient_and_what_is_missing_is_said(cases: list[Case]) -> None:
    table = feature_table(cases).set_index("PatientID")
    assert ["PatientID", *table.columns] == list(COLUMNS)
    assert table.loc["CHUM-001", "gtvp_tlg_g"] == pytest.approx(4 * 64 * 8 / 1000)
    assert table.loc["CHUM-001", "Notes"] == ""
    assert table.loc["CHUM-001", "gtvp_ct_mean_hu"] == 40
    assert table.loc["CHUM-002", "Notes"] == "no PET"
    assert table.loc["CHUM-002", "gtvp_ct_mean_hu"] == 40
    assert table.loc["CHUM-002", "gtvp_volume_ml"] == pytest.approx(0.512)
    assert math.isnan(table.loc["CHUM-002", "gtvp_tlg_g"])
    assert table.loc["CHUM-003", "Notes"] == "no mask"
    assert "CHUM-004.nii.gz" in table.loc["CHUM-004", "Notes"]
    for identifier in ("CHUM-003", "CHUM-004"):
        assert table.loc[identifier].drop(["CenterID", "Notes"]).isna().all()


def test_a_pet_in_becquerel_is_refused_not_measured(cases: list[Case], tmp_path: Path) -> None:
    activity = _write(tmp_path, "CHUM-005__PT", np.full(GRID.shape, 25_000.0, np.float32))
    (row,) = feature_table([Case("CHUM-005", "CHUM", {"pet": activity}, cases[0].mask)]).to_dict("records")
    assert math.isnan(row["gtvp_suv_max"])
    assert "Bq/mL" in row["Notes"]


def test_other_masks_replace_the_experts(cases: list[Case], tmp_path: Path) -> None:
    predicted = np.zeros(GRID.shape, np.uint8)
    predicted[0, 0, :3] = 2
    _write(tmp_path / "predicted" / "CHUM-001", "CHUM-001", predicted)
    table = feature_table(cases, tmp_path / "predicted", active_suv=5.0).set_index("PatientID")
    assert table.loc["CHUM-001", "gtvn_volume_ml"] == pytest.approx(0.024)
    assert table.loc["CHUM-001", "gtvn_mtv_ml"] == 0  # 4.0 is below the least active SUV
    assert table.loc["CHUM-002", "Notes"] == "no mask"


def test_masks_of_other_patients_are_refused(cases: list[Case], tmp_path: Path) -> None:
    _write(tmp_path / "predicted", "XYZ-9", np.ones(GRID.shape, np.uint8))
    with pytest.raises(CohortError, match="XYZ-9"):
        feature_table(cases, tmp_path / "predicted")


def test_partly_covered_lesions_are_noted(cases: list[Case], tmp_path: Path) -> None:
    far = Grid((12, 12, 6), (2.0, 2.0, 2.0))
    write_volume(tmp_path / "short.nii.gz", Volume(np.ones(far.shape, np.float32), far))
    case = replace(cases[0], images={**cases[0].images, "pet": tmp_path / "short.nii.gz"})
    assert feature_table([case])["Notes"].item() == "gtvp: 50% of the contour lies in the PET"


@pytest.mark.slow
def test_processes_give_the_same_table(cases: list[Case]) -> None:
    one, two = feature_table(cases, jobs=1), feature_table(cases, jobs=2)
    assert one.equals(two)
