from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case, Cohort
from hyoid.cohort.label_maps import find_label_maps, load_label_map
from hyoid.errors import CohortError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

VOLUME = Volume(np.ones((3, 3, 3), np.uint8), Grid((3, 3, 3), (1, 1, 1)))


def _write(*paths: Path) -> None:
    for path in paths:
        write_volume(path, VOLUME)


def test_flat_and_nested_in_any_format(tmp_path: Path) -> None:
    nested = tmp_path / "C-3" / "C-3.nii.gz"
    paths = {"A-1": tmp_path / "A-1.nii.gz", "B-2": tmp_path / "B-2.mha", "C-3": nested, "D.4": tmp_path / "D.4.nrrd"}
    _write(*paths.values(), tmp_path / "C-3" / "other.nii.gz")
    (tmp_path / "predictions.csv").write_text("PatientID\nA-1\n")
    assert find_label_maps(tmp_path) == paths


def test_images_beside_the_masks_are_passed_over(tmp_path: Path) -> None:
    _write(*(tmp_path / name for name in ("A-1__CT.nii.gz", "A-1_PT.nii.gz", "A-1.nii.gz", "B_0000.nii.gz")))
    assert list(find_label_maps(tmp_path)) == ["A-1"]


def test_the_challenges_tree_and_nnunet(tmp_path: Path) -> None:
    for task in ("Task 1", "Task 2"):
        _write(*(tmp_path / "tree" / task / "CHUM-001" / f"CHUM-001{end}.nii.gz" for end in ("", "__CT", "__PT")))
    assert find_label_maps(tmp_path / "tree")["CHUM-001"] == tmp_path / "tree/Task 1/CHUM-001/CHUM-001.nii.gz"
    _write(tmp_path / "raw/imagesTr/A_0000.nii.gz", tmp_path / "raw/labelsTr/A.nii.gz")
    assert find_label_maps(tmp_path / "raw") == {"A": tmp_path / "raw/labelsTr/A.nii.gz"}


def test_cohorts_and_mappings(tmp_path: Path) -> None:
    path = tmp_path / "b.nii.gz"
    _write(path)
    assert find_label_maps({"B": path, "A": VOLUME}) == {"A": VOLUME, "B": path}
    cohort = Cohort(tmp_path, (Case("A"), Case("B", mask=path)), "flat")
    assert find_label_maps(cohort) == {"B": path}
    assert load_label_map(VOLUME) is VOLUME
    assert load_label_map(path).array.sum() == 27


def test_two_maps_of_one_patient_and_nothing_at_all(tmp_path: Path) -> None:
    _write(tmp_path / "two" / "A.nii.gz", tmp_path / "two" / "A" / "A.mha")
    with pytest.raises(CohortError, match=r"A\.nii\.gz and A/A\.mha"):
        find_label_maps(tmp_path / "two")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CohortError):
        find_label_maps(tmp_path / "empty")
    with pytest.raises(CohortError, match="no folder at"):
        find_label_maps(tmp_path / "nowhere")
    with pytest.raises(CohortError, match="no label map"):
        find_label_maps(Cohort(tmp_path, (Case("A"),), "flat"))
