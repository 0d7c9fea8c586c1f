from pathlib import Path

import pytest

from hyoid.api.run_parts import RunParts
from hyoid.cohort import Case, Cohort, Fold, folds_to_json
from hyoid.files import write_json

COHORT = Cohort(Path("here"), tuple(Case(i) for i in "abcdefg"), "table")


def _run(folder: Path, *folds: Fold, cohort_hash: str = COHORT.content_hash()) -> Path:
    write_json(folder / "splits.json", folds_to_json(folds))
    write_json(folder / "excluded.json", {"f": "outcome unknown"})
    write_json(folder / "manifest.json", {"cohort_hash": cohort_hash})
    return folder


def test_each_part_of_a_fold_is_named(tmp_path: Path) -> None:
    fold = Fold("center-CHUM", ("a",), ("b",), ("c",), stack=("d",), held_out=("e",))
    other = Fold("center-CHUP", ("c",), ("b",), ("a",), stack=("d",), held_out=("e",))
    run = _run(tmp_path, fold, other)
    parts = RunParts.of(run, "fold-0", COHORT)
    assert [parts.part(i) for i in "abcdefg"] == ["train", "select", "report", "stack", "held_out", "excluded", "new"]
    assert RunParts.of(run, "fold-1", COHORT).part("a") == "report"
    assert parts.notes == ()


def test_a_patient_whom_weights_were_chosen_on_is_not_called_reported(tmp_path: Path) -> None:
    published = Fold("fold-0", ("a", "b"), ("c", "d"), ("c", "d"))
    parts = RunParts.of(_run(tmp_path, published), "fold-0", COHORT)
    assert [parts.part(i) for i in "abcd"] == ["train", "train", "select", "select"]


@pytest.mark.parametrize(("ids", "notes"), [("abcdefg", 1), ("fxyz", 1), ("xyz", 0)])
def test_ids_of_another_cohort_are_told_where_the_run_knows_them(tmp_path: Path, ids: str, notes: int) -> None:
    run = _run(tmp_path, Fold("fold-0", ("a", "b"), ("c",), ("d", "e")), cohort_hash="another")
    cohort = Cohort(Path("elsewhere"), tuple(Case(i) for i in ids), "table")
    assert len(RunParts.of(run, "fold-0", cohort).notes) == notes


def test_of_a_bundle_alone_nothing_is_claimed(tmp_path: Path) -> None:
    parts = RunParts.of(tmp_path, "fold-0", COHORT)
    assert parts.part("a") == "unknown"
    assert "Give the folder of the run" in parts.notes[0]
