"""Parts of a fold that no survival model can be learnt from."""

import pytest

from hyoid.cohort import Case
from hyoid.errors import CohortError
from hyoid.recipe import load_recipe
from hyoid.training.usable import check_events, usable_cases


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


def test_what_stood_in_place_of_an_outcome_is_the_reason() -> None:
    known = Case("A-0", relapse=True, rfs_days=90.0)
    words, empty = Case("A-1", unread={"rfs": "relapse = 'Recurred'"}), Case("A-2", unread={"age": "age = 600"})
    assert usable_cases([known, words, empty], load_recipe("rfs-lesions:clinical"))[1] == {
        "A-1": "outcome unknown (relapse = 'Recurred')",
        "A-2": "outcome unknown",
    }
