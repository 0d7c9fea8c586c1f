"""Parts of a fold that no survival model can be learnt from."""

import pytest

from hyoid.cohort import Case
from hyoid.errors import CohortError
from hyoid.training.usable import check_events


def cases(*outcomes: tuple[float, bool]) -> list[Case]:
    return [Case(f"A-{i}", rfs_days=days, relapse=event) for i, (days, event) in enumerate(outcomes)]


def test_an_event_with_another_patient_at_risk_is_enough() -> None:
    check_events(cases((10, True), (10, False)), [], "fold-0")
    check_events(cases((10, False), (20, True), (20, True)), cases((5, True)), "fold-0")


@pytest.mark.parametrize(
    ("train", "stack", "message"),
    [
        ([(10, False), (20, False)], [], "no event among 2 training cases in fold-0"),
        ([(10, True), (20, False)], [(5, False)], "no event among 1 stack cases in fold-0"),
        ([(10, True)], [], "nobody at risk among 1 training cases in fold-0"),
        ([(10, False), (20, True)], [], "nobody at risk among 2 training cases in fold-0"),
    ],
)
def test_what_nothing_can_be_learnt_from_is_refused(
    train: list[tuple[float, bool]], stack: list[tuple[float, bool]], message: str
) -> None:
    with pytest.raises(CohortError, match=message):
        check_events(cases(*train), cases(*stack), "fold-0")
