from collections import Counter
from pathlib import Path

import pytest

from hyoid.cohort import ColumnMap, read_cohort
from hyoid.cohort.coding import refuse_other_coding
from hyoid.errors import CohortError


def table(folder: Path, column: str, values: list[object]) -> Path:
    path = folder / "own.csv"
    rows = "".join(f"p{k},{value},{500 + k}\n" for k, value in enumerate(values))
    path.write_text(f"id,{column},RFS (days)\n{rows}")
    return path


@pytest.mark.parametrize("column", ["relapse", "hpv", "gender", "tobacco", "alcohol"])
def test_1_and_2_are_refused_and_read_right_where_a_coding_is_given(tmp_path: Path, column: str) -> None:
    path = table(tmp_path, column, [1, 2, "", "2.0", "1"])
    with pytest.raises(
        CohortError, match=f"values 1 and 2 of {column} in own.csv.*Coded 1/2.*{column}: {{1: ., 2: .}}"
    ):
        read_cohort(path)
    cohort = read_cohort(path, ColumnMap(codings={column: {"1": 0, "2": 1}}))
    values = {"relapse": [c.relapse for c in cohort.cases], "hpv": [c.hpv for c in cohort.cases]}
    found = values.get(column, [case.clinical.get(column) for case in cohort.cases])
    assert found == [0, 1, None, 1, 0]


def test_the_events_of_an_endpoint_are_looked_at_too(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("id,lr,t,fu\na,1,,900\nb,2,300,900\n")
    endpoint = {"first_of": [{"event": "lr", "time": "t"}], "follow_up": "fu"}
    with pytest.raises(CohortError, match="values 1 and 2 of relapse"):
        read_cohort(path, ColumnMap(endpoints={"recurrence": endpoint}))
    coded = ColumnMap(endpoints={"recurrence": endpoint}, codings={"relapse": {"1": 0, "2": 1}})
    assert [case.relapse for case in read_cohort(path, coded).cases] == [False, True]


@pytest.mark.parametrize("seen", [{1: 3}, {2: 3}, {0: 1, 1: 1, 2: 1}, {0: 9, 1: 9, 9: 3}, {0: 60, 1: 20, 9: 4}, {}])
def test_slips_are_no_other_coding(seen: dict[int, int]) -> None:
    refuse_other_coding({"relapse": Counter(seen)}, "own.csv")


def test_more_than_a_few_other_values_of_an_outcome_are_refused() -> None:
    with pytest.raises(CohortError, match=r"4 of 22 known values of hpv in own.csv coded 2, 9.*hpv: {2: null}"):
        refuse_other_coding({"hpv": Counter({0: 9, 1: 9, 9: 3, 2: 1})}, "own.csv")
    with pytest.raises(CohortError, match=r"5 of 85 known values of relapse"):
        refuse_other_coding({"relapse": Counter({0: 60, 1: 20, 9: 5})}, "own.csv")
    refuse_other_coding({"tobacco": Counter({0: 9, 1: 9, 9: 3, 2: 1})}, "own.csv")
    refuse_other_coding({"relapse": Counter({"yes": 9, "no": 9, "Recurred": 8})}, "own.csv")
