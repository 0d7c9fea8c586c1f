from dataclasses import replace
from pathlib import Path

import pytest

from cohort.check.dummy import Dummy, make_dummy
from hyoid.cohort import Case, Cohort, read_cohort
from hyoid.cohort.check import check_case, check_cohort, run
from hyoid.cohort.check.finding import StudyRule
from hyoid.cohort.check.study import Study

HEADER = "PatientID,CenterID,Age,Gender,Tobacco Consumption,Alcohol Consumption,Performance Status,Treatment,M-stage"


def _write_cohort(root: Path, dummies: dict[str, Dummy], rows: list[str] | None = None) -> Cohort:
    for identifier, dummy in dummies.items():
        folder = root / "Task 1" / identifier
        folder.mkdir(parents=True)
        dummy.write(folder, identifier)
    lines = [HEADER, *(f"{i},1,60,1,0,1,0,1,M0" for i in (rows if rows is not None else dummies))]
    (root / "Task 1" / "HECKTOR_2025_Training_Task_1.csv").write_text("\n".join(lines) + "\n")
    return read_cohort(root)


def _found(cohort: Cohort, jobs: int = 1) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.case) for finding in check_cohort(cohort, jobs)]


def test_clean_cohort(dummy: Dummy, tmp_path: Path) -> None:
    assert _found(_write_cohort(tmp_path, {"CHUM-001": dummy, "CHUM-002": make_dummy(1)})) == []


def test_one_bad_case_stops_nothing_and_order_is_by_severity(dummy: Dummy, tmp_path: Path) -> None:
    cohort = _write_cohort(tmp_path, {"CHUM-001": replace(dummy, mask=None), "CHUM-002": make_dummy(1)})
    path = cohort.case("CHUM-002").images["ct"]
    path.write_bytes(path.read_bytes()[:2000])
    expected = [("truncated-file", "CHUM-002"), ("missing-mask", "CHUM-001")]
    assert _found(cohort) == expected
    assert _found(cohort, jobs=2) == expected


def test_identical_images_however_compressed(dummy: Dummy, tmp_path: Path) -> None:
    other = make_dummy(1)
    cohort = _write_cohort(tmp_path, {"CHUM-001": dummy, "CHUM-002": replace(dummy, ct=other.ct)})
    (first, second) = check_cohort(_write_cohort(tmp_path / "b", {"CHUM-001": dummy, "CHUM-002": dummy}))
    assert {(f.code, f.severity) for f in (first, second)} == {("identical-images", "error")}
    assert _found(cohort) == [("identical-images", "CHUM-002")]


def test_unknown_ids(dummy: Dummy, tmp_path: Path) -> None:
    cohort = _write_cohort(tmp_path, {"CHUM-001": dummy}, rows=["CHUM-001", "CHUM-009"])
    assert _found(cohort) == [("id-without-images", "CHUM-009")]
    cohort = _write_cohort(tmp_path / "b", {"CHUM-001": dummy, "CHUM-002": make_dummy(1)}, rows=["CHUM-001"])
    assert _found(cohort) == [("images-without-row", "CHUM-002")]


def test_missing_pet_of_a_folder(dummy: Dummy, tmp_path: Path) -> None:
    cohort = _write_cohort(tmp_path, {"CHUM-001": dummy})
    cohort.case("CHUM-001").images["pet"].unlink()
    assert _found(read_cohort(tmp_path)) == [("missing-image", "CHUM-001")]


@pytest.mark.parametrize(
    ("center", "expected"),
    [("CHUM", []), ("chum", []), ("OSLO", [("unknown-center", None)]), (None, [("center-missing", "A")])],
)
def test_centers(center: str | None, expected: list[tuple[str, str | None]]) -> None:
    assert _found(Cohort(Path("x"), (Case("A", center),), "table")) == expected


def test_a_failing_rule_is_a_finding(dummy: Dummy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(study: Study) -> list[str]:
        raise ZeroDivisionError("by zero")

    broken = StudyRule("broken", "info", "files", "", "", "", (), fail)
    monkeypatch.setattr(run, "STUDY_RULES", (broken, *run.STUDY_RULES))
    case = dummy.with_pet(lambda a: a.__imul__(5200)).write(tmp_path)
    first, second = check_case(case).findings
    assert (first.code, first.severity) == ("check-failed", "error")
    assert "ZeroDivisionError in broken" in first.found
    assert second.code == "pet-not-in-suv"


def test_a_case_that_cannot_be_opened_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(case: Case) -> Study:
        raise MemoryError

    monkeypatch.setattr(Study, "of", fail)
    (finding,) = check_case(Case("A")).findings
    assert finding.code == "check-failed"
