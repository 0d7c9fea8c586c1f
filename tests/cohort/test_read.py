import os
from collections import Counter
from pathlib import Path

import pytest

from hyoid.cohort import MODALITIES, PROBLEM_CODES, read_cohort, read_columns
from hyoid.errors import CohortError

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "head-neck-pet-ct-columns.yaml"
HEADER = "PatientID,CenterID,Age,Gender,Tobacco Consumption,Alcohol Consumption,Performance Status,Treatment,M-stage"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("CHUM-001__CT", "CHUM-001__PT", "CHUM-001"):
        for task in ("Task 1", "Task 2"):
            path = tmp_path / task / "CHUM-001" / f"{name}.nii.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode())
    (tmp_path / "Task 2" / "MDA-7").mkdir()
    (tmp_path / "Task 2" / "MDA-7" / "MDA-7__CT.nii.gz").write_bytes(b"x")
    (tmp_path / "Task 1" / "T1.csv").write_text(f"{HEADER}\nCHUM-001,1,60,1,0,1,2,0,M0\n")
    rows = "CHUM-001,1,60.0,1.0,0.0,1.0,2,0,M0,1,812\nUSZ-9,3,50,0,,,,,Mx,0,1500\n"
    (tmp_path / "Task 2" / "T2.csv").write_text(f"{HEADER},Relapse,RFS\n{rows}")
    (tmp_path / "Task 3").mkdir()
    (tmp_path / "Task 3" / "T3.csv").write_text(f"{HEADER},HPV Status\nCHUM-001,1,60,1,0,1,2,0,M0,1\n")
    return tmp_path


def test_one_patient_in_three_tasks_is_one_case(tree: Path) -> None:
    cohort = read_cohort(tree)
    assert (cohort.layout, [case.id for case in cohort.cases]) == ("hecktor", ["CHUM-001", "MDA-7", "USZ-9"])
    case = cohort.case("CHUM-001")
    assert set(case.images) == {"ct", "pet"} <= set(MODALITIES)
    assert case.images["ct"].is_relative_to(tree / "Task 1")
    assert case.mask == tree / "Task 1" / "CHUM-001" / "CHUM-001.nii.gz"
    assert (case.center, case.relapse, case.rfs_days, case.hpv) == ("CHUM", True, 812, True)
    assert case.clinical == {
        "age": 60,
        "gender": 1,
        "tobacco": 0,
        "alcohol": 1,
        "performance_status": 2,
        "treatment": 0,
        "m_stage": "M0",
    }
    assert [(p.code, p.case) for p in cohort.problems] == [
        ("rfs-unit-told", None),
        ("id-without-images", "USZ-9"),
        ("images-without-row", "MDA-7"),
    ]
    assert len(cohort.notes) == 3


def test_no_clinical_value_tells_the_center(tree: Path) -> None:
    for case in read_cohort(tree).cases:
        assert not {"center", "centerid", "center_id"} & set(case.clinical)


def test_images_alone_are_a_cohort(tmp_path: Path) -> None:
    (tmp_path / "A_CT.nii.gz").write_bytes(b"x")
    (tmp_path / "measures.csv").write_text("slice,x\n1,2\n")
    cohort = read_cohort(tmp_path)
    assert [case.id for case in cohort.cases] == ["A"]
    assert [p.code for p in cohort.problems] == ["table-without-id"]
    (tmp_path / "measures.csv").unlink()
    assert [p.code for p in read_cohort(tmp_path).problems] == ["no-table"]


def test_missing_columns_are_reported_once_each(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("PatientID,Age,Relapse\nA,60,0\n")
    cohort = read_cohort(path)
    missing = [p.found for p in cohort.problems if p.code == "missing-column"]
    assert missing == [
        f"no column {name}"
        for name in ("gender", "tobacco", "alcohol", "performance_status", "treatment", "m_stage", "rfs")
    ]


@pytest.mark.parametrize(
    ("name", "column", "days"),
    [
        ("HECKTOR_2025_Training_Task_2.csv", "RFS", 120),
        ("hecktor2022_endpoint_training.csv", "RFS", 120),
        ("HECKTOR_2025_Training_Task_2.csv", "RFS (months)", 120 * 365.25 / 12),
        ("endpoint.csv", "RFS (days)", 120),
        ("endpoint.csv", "RFS (weeks)", 840),
    ],
)
def test_the_challenges_own_tables_are_in_days(tmp_path: Path, name: str, column: str, days: float) -> None:
    path = tmp_path / name
    path.write_text(f"PatientID,Relapse,{column}\nCHUM-001,0,120\n")
    cohort = read_cohort(path)
    assert cohort.case("CHUM-001").rfs_days == pytest.approx(days)
    assert not [p.code for p in cohort.problems if p.code.startswith("rfs-unit")]
    path.rename(tmp_path / "other.csv")
    told = [p.code for p in read_cohort(tmp_path / "other.csv").problems if p.code.startswith("rfs-unit")]
    assert told == (["rfs-unit-in-doubt"] if column == "RFS" else [])


def test_every_reported_code_is_described(tree: Path) -> None:
    (tree / "Task 1" / "T1.csv").write_text(f"{HEADER}\nCHUM-001,1,61,5,0,1,2,0,M7\nCHUM-001,1,62,5,0,1,2,0,M7\n")
    problems = read_cohort(tree).problems
    assert {p.code for p in problems} <= set(PROBLEM_CODES)
    assert {"duplicate-id", "conflicting-values", "out-of-range", "bad-value"} <= {p.code for p in problems}
    assert len(set(problems)) == len(problems)
    assert all(p.detail.startswith("Found ") for p in problems)


def test_tables_without_a_patient_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("PatientID,Age\n")
    with pytest.raises(CohortError, match="no patient in"):
        read_cohort(path)


@pytest.fixture
def real_table() -> Path:
    root = os.environ.get("HYOID_TEST_DATA")
    if not root:
        pytest.skip("HYOID_TEST_DATA is not set: the real clinical table is not there")
    return Path(root) / "head-neck-pet-ct-clinical" / "head_neck_pet_ct_canada.csv"


def test_the_real_table(real_table: Path) -> None:
    cohort = read_cohort(real_table, EXAMPLE)
    cases = cohort.cases
    assert len(cases) == 298
    assert Counter(case.center for case in cases) == {"CHUS": 101, "HGJ": 91, "CHUM": 65, "HMR": 41}
    assert Counter(case.hpv for case in cases) == {True: 78, False: 46, None: 174}
    without_time = [p.case for p in cohort.problems if p.code == "event-without-time"]
    assert without_time == ["HN-HGJ-021", "HN-HGJ-086"]
    assert sum(case.relapse is True for case in cases) + len(without_time) == 74
    raised = [p.case for p in cohort.problems if p.code == "follow-up-before-event"]
    assert raised == ["HN-HMR-011", "HN-HMR-031", "HN-HMR-038"]
    assert [cohort.case(i).rfs_days for i in raised] == [725, 1554, 631]
    assert any("HN-HGJ-021" in note for note in cohort.notes)
    assert Counter(case.clinical["gender"] for case in cases) == {1: 227, 0: 71}
    assert Counter(case.clinical["treatment"] for case in cases) == {1: 250, 0: 48}
    names = {name for case in cases for name in case.clinical}
    assert names == {
        "age",
        "gender",
        "treatment",
        "t_stage",
        "n_stage",
        "m_stage",
        "site",
        "groupstage",
        "surgery",
    }
    assert not {p.code for p in cohort.problems} & {"bad-value", "out-of-range", "rfs-unit-in-doubt"}


def test_the_real_table_with_deaths_as_events(real_table: Path) -> None:
    columns = read_columns(EXAMPLE).model_copy(update={"endpoint": "recurrence_or_death"})
    cohort = read_cohort(real_table, columns)
    dropped = sum(p.code == "event-without-time" for p in cohort.problems)
    assert sum(case.relapse is True for case in cohort.cases) + dropped == 74 + 15
