"""Faults of folders and tables from the files on disk to the finding: what the reader got past is never lost."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cohort.check.dummy import Dummy, make_dummy
from hyoid.cohort import read_cohort
from hyoid.cohort.check import check_cohort

HEADER = "PatientID,CenterID,Age,Gender,Tobacco Consumption,Alcohol Consumption,Performance Status,Treatment,M-stage"
ROWS = ("CHUM-001,1,60,1,0,1,0,1,M0", "CHUM-002,1,50,0,0,1,0,1,M0")

Found = list[tuple[str, str, str | None]]


def _table(root: Path, *rows: str, header: str = HEADER, task: int = 1) -> None:
    folder = root / f"Task {task}"
    folder.mkdir(exist_ok=True)
    (folder / f"task_{task}.csv").write_text("\n".join((header, *rows)) + "\n")


@pytest.fixture
def tree(dummy: Dummy, tmp_path: Path) -> Path:
    for identifier, patient in (("CHUM-001", dummy), ("CHUM-002", make_dummy(1))):
        folder = tmp_path / "Task 1" / identifier
        folder.mkdir(parents=True)
        patient.write(folder, identifier)
    _table(tmp_path, *ROWS)
    return tmp_path


def _found(root: Path) -> Found:
    return [(finding.code, finding.severity, finding.case) for finding in check_cohort(read_cohort(root))]


def test_the_sound_tree_has_no_finding(tree: Path) -> None:
    assert _found(tree) == []


def _no_table(root: Path) -> None:
    (root / "Task 1" / "task_1.csv").unlink()


def _table_of_something_else(root: Path) -> None:
    (root / "Task 1" / "measures.csv").write_text("slice,x\n1,2\n")


def _comma_in_a_cell(root: Path) -> None:
    _table(root, ROWS[0], f"{ROWS[1]},oops")


def _two_columns_of_one_meaning(root: Path) -> None:
    _table(root, *(f"{row},1" for row in ROWS), header=f"{HEADER},sex")


def _another_age_in_task_2(root: Path) -> None:
    _table(root, ROWS[0].replace("60", "61"), task=2)


def _empty_folder(root: Path) -> None:
    (root / "Task 1" / "CHUM-003").mkdir()


def _second_ct(root: Path) -> None:
    folder = root / "Task 1" / "CHUM-001"
    shutil.copy(folder / "CHUM-001__CT.nii.gz", folder / "CHUM-001_CT.nii.gz")


def _other_ct_in_task_2(root: Path) -> None:
    folder = root / "Task 2" / "CHUM-001"
    folder.mkdir(parents=True)
    (folder / "CHUM-001__CT.nii.gz").write_bytes(b"of another size")


def _image_of_no_known_name(root: Path) -> None:
    (root / "Task 1" / "CHUM-001" / "fused.nii.gz").write_bytes(b"image")


def _image_of_another_patient(root: Path) -> None:
    (root / "Task 1" / "CHUM-001" / "MDA-007__CT.nii.gz").write_bytes(b"image")


def _two_numbers_for_one_center(root: Path) -> None:
    _table(root, ROWS[0], ROWS[1].replace("CHUM-002,1", "CHUM-002,2"))


def _one_number_for_two_centers(root: Path) -> None:
    _table(root, *ROWS, "MDA-001,1,70,1,0,0,0,1,M0")


def _tables_alone(root: Path) -> None:
    for identifier in ("CHUM-001", "CHUM-002"):
        shutil.rmtree(root / "Task 1" / identifier)
    shutil.move(root / "Task 1" / "task_1.csv", root / "clinical.csv")
    (root / "Task 1").rmdir()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_no_table, [("no-table", "warning", None)]),
        (_table_of_something_else, [("table-without-id", "warning", None)]),
        (_comma_in_a_cell, [("overlong-row", "error", None), ("images-without-row", "warning", "CHUM-002")]),
        (_two_columns_of_one_meaning, [("ambiguous-column", "warning", None)]),
        (_another_age_in_task_2, [("conflicting-values", "error", "CHUM-001")]),
        (_empty_folder, [("no-images", "warning", "CHUM-003")]),
        (_tables_alone, [("no-images", "warning", None)]),
        (_second_ct, [("duplicate-image", "error", "CHUM-001")]),
        (_other_ct_in_task_2, [("copies-differ", "error", "CHUM-001")]),
        (_image_of_no_known_name, [("unrecognised-file", "info", "CHUM-001")]),
        (_image_of_another_patient, [("misplaced-file", "error", "CHUM-001")]),
        (_two_numbers_for_one_center, [("center-conflict", "warning", None)]),
        (
            _one_number_for_two_centers,
            [("center-conflict", "warning", None), ("id-without-images", "warning", "MDA-001")],
        ),
    ],
)
def test_a_fault_is_found_alone_with_its_severity_and_case(
    tree: Path, change: Callable[[Path], None], expected: Found
) -> None:
    change(tree)
    assert _found(tree) == expected
