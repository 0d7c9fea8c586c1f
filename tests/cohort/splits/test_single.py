import pytest

from hyoid.cohort import Case
from hyoid.cohort.splits import Single
from hyoid.errors import CohortError


def cases(count: int) -> list[Case]:
    return [Case(id=f"A-{k:03d}", center="ABC"[k % 3], images={}) for k in range(count)]


def test_one_fold_of_three_parts_in_the_shares_asked_for() -> None:
    """60, 30 and 10 %: a third of the nine tenths that are not reported is chosen on."""
    (fold,) = Single(report_fraction=0.1, select_fraction=1 / 3).make_folds(cases(100))
    assert (len(fold.train), len(fold.select), len(fold.report)) == (60, 30, 10)
    assert len({*fold.train, *fold.select, *fold.report}) == 100
    assert not fold.held_out


def test_a_number_of_cases_takes_the_place_of_a_share() -> None:
    (fold,) = Single(report_cases=36).make_folds(cases(120))
    assert len(fold.report) == 36
    (other,) = Single(report_cases=36, seed=1).make_folds(cases(120))
    assert set(fold.report) != set(other.report)


def test_published_chooses_on_what_it_reports() -> None:
    split = Single(report_cases=4, select="published")
    (fold,) = split.make_folds(cases(10))
    assert split.optimistic
    assert fold.select == fold.report
    assert len(fold.train) == 6


@pytest.mark.parametrize("count", [36, 37])
def test_nobody_left_to_train_on_is_refused(count: int) -> None:
    with pytest.raises(CohortError, match="36 of them to report"):
        Single(report_cases=36).make_folds(cases(count))
