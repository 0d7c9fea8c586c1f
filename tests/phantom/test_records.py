from pathlib import Path

from hyoid.cohort import read_cohort
from hyoid.phantom import write_cohort, write_records


def test_records_are_the_table_of_the_cohort_of_the_same_seed(tmp_path: Path) -> None:
    write_cohort(tmp_path / "cohort", 2, seed=3, broken=False)
    write_records(tmp_path / "records.csv", 2, seed=3)
    written = (tmp_path / "cohort" / "Task 3" / "HECKTOR_2025_Training_Task_3.csv").read_bytes()
    assert (tmp_path / "records.csv").read_bytes() == written


def test_a_table_alone_is_a_cohort_with_status_and_centre(tmp_path: Path) -> None:
    write_records(tmp_path / "records.csv", 200, seed=1)
    cases = read_cohort(tmp_path / "records.csv").cases
    assert len(cases) == 200
    assert {case.hpv for case in cases} == {True, False, None}
    assert all(case.center and not case.images for case in cases)
