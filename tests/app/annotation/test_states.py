"""The protocol's steps, as a table written by hand."""

import itertools

import pytest

from hyoid.app.annotation import AnnotationError, NotAllowedError
from hyoid.app.annotation.states import STATES, check_step, check_who, has_role

STEPS = {
    ("draft", "submitted"), ("submitted", "reviewed"), ("reviewed", "accepted"),
    ("submitted", "draft"), ("reviewed", "draft"), ("accepted", "draft"),
}  # fmt: skip


@pytest.mark.parametrize(("found", "to"), list(itertools.product(STATES, STATES)))
def test_only_these_steps_are_taken(found: str, to: str) -> None:
    if (found, to) in STEPS:
        check_step(found, to, "a reason")
    else:
        with pytest.raises(AnnotationError, match=f"from {found}"):
            check_step(found, to, "a reason")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_the_way_back_needs_a_reason(reason: str) -> None:
    check_step("draft", "submitted", reason)
    for found in STATES[1:]:
        with pytest.raises(AnnotationError, match="no reason"):
            check_step(found, "draft", reason)


def test_a_state_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(AnnotationError, match="'done'"):
        check_step("draft", "done", "")


# found, to, who asks, role -> event, or None where it is refused; anna is the author
WHO = [
    ("draft", "submitted", "anna", "annotator", "submitted"),
    ("draft", "submitted", "anna", "admin", "submitted"),
    ("draft", "submitted", "anna", "reader", None),
    ("draft", "submitted", "ben", "annotator", None),
    ("draft", "submitted", "ben", "admin", None),
    ("submitted", "draft", "anna", "annotator", "withdrawn"),
    ("submitted", "draft", "ben", "annotator", None),
    ("submitted", "draft", "ben", "admin", "returned"),
    ("submitted", "reviewed", "anna", "annotator", None),
    ("submitted", "reviewed", "anna", "admin", None),
    ("submitted", "reviewed", "ben", "annotator", None),
    ("submitted", "reviewed", "ben", "admin", "reviewed"),
    ("submitted", "reviewed", "ben", "reader", None),
    ("reviewed", "accepted", "anna", "admin", None),
    ("reviewed", "accepted", "ben", "admin", "accepted"),
    ("reviewed", "draft", "anna", "annotator", None),
    ("reviewed", "draft", "ben", "admin", "returned"),
    ("accepted", "draft", "anna", "admin", None),
    ("accepted", "draft", "ben", "admin", "returned"),
    ("accepted", "draft", "ben", "somebody", None),
]


@pytest.mark.parametrize(("found", "to", "who", "role", "event"), WHO)
def test_who_may_take_which_step(found: str, to: str, who: str, role: str, event: str | None) -> None:
    if event is None:
        with pytest.raises(NotAllowedError):
            check_who(found, to, who, role, "anna", alone=False)
    else:
        assert check_who(found, to, who, role, "anna", alone=False) == event


def test_who_is_alone_may_review_own_work() -> None:
    assert check_who("submitted", "reviewed", "anna", "admin", "anna", alone=True) == "reviewed"
    assert check_who("accepted", "draft", "anna", "admin", "anna", alone=True) == "returned"


def test_roles_are_ordered() -> None:
    assert [has_role(role, "annotator") for role in ("reader", "annotator", "admin", "root")] == [
        False,
        True,
        True,
        False,
    ]
