"""The protocol: draft, submitted, reviewed, accepted, and back to draft with a reason; who may do what."""

from __future__ import annotations

from hyoid.app.annotation.errors import AnnotationError, NotAllowedError

DRAFT, SUBMITTED, REVIEWED, ACCEPTED = "draft", "submitted", "reviewed", "accepted"

STATES = (DRAFT, SUBMITTED, REVIEWED, ACCEPTED)
"""States of a version, in the order in which work goes through them."""

FORWARD = {DRAFT: SUBMITTED, SUBMITTED: REVIEWED, REVIEWED: ACCEPTED}

ROLES = ("reader", "annotator", "admin")
"""Roles of accounts, each of which may do all that the one before may."""

RETURNED, WITHDRAWN = "returned", "withdrawn"
"""Events of going back to draft: by a reviewer, or by the author before anybody reviewed it."""


def has_role(role: str, least: str) -> bool:
    """Whether `role` may do what `least` may."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(least)


def check_step(found: str, to: str, reason: str) -> None:
    """Refuse a step that the protocol does not have, or a way back without a reason.

    Raises
    ------
    AnnotationError
        With a sentence that says which steps there are.
    """
    if to not in STATES:
        raise AnnotationError.of(f"the state {to!r}", f"one of {', '.join(STATES)}", "Choose one of them.")
    allowed = [state for state in (FORWARD.get(found), DRAFT if found != DRAFT else None) if state]
    if to not in allowed:
        raise AnnotationError.of(
            f"a step from {found} to {to}", f"a step from {found} to {' or '.join(allowed)}", "Take one step at a time."
        )
    if to == DRAFT and not reason.strip():
        raise AnnotationError.of(
            "no reason", "a reason why the annotation becomes a draft again", "Say what should be done to it."
        )


def check_who(found: str, to: str, who: str, role: str, author: str, alone: bool) -> str:
    """Return the event's name, or refuse the step to this person.

    `alone` says that the only user of a server on loopback asks, who may then review own work; the event says so.

    Raises
    ------
    NotAllowedError
        If a reader asks, an annotation is submitted by another person than its author, reviewed by its author, or
        reviewed by one who is no admin.
    """
    own, reviewer = who == author, has_role(role, "admin")
    if not has_role(role, "annotator"):
        raise NotAllowedError.of(f"the role {role}", "an annotator or admin", "Ask an admin for another role.")
    if to == SUBMITTED:
        if not own:
            raise NotAllowedError.of(f"{who}", f"{author}, whose work it is", "Only its author submits an annotation.")
        return SUBMITTED
    if to == DRAFT and own and found == SUBMITTED:
        return WITHDRAWN
    if not reviewer:
        raise NotAllowedError.of(f"the role {role}", "an admin as reviewer", "Ask an admin to review it.")
    if own and not alone:
        raise NotAllowedError.of(
            f"{who} as reviewer of {author}", "another person than its author", "Ask another admin to review it."
        )
    return RETURNED if to == DRAFT else to
