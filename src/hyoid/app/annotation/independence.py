"""Who sees whose contours of a case: observers stay independent until each has handed in."""

from __future__ import annotations

from collections.abc import Callable

from hyoid.app.annotation.errors import NotAllowedError
from hyoid.app.annotation.records import Version
from hyoid.app.annotation.states import DRAFT
from hyoid.app.annotation.store import AnnotationStore

Sees = Callable[[Version], bool]
"""Whether somebody sees a version."""

OBSERVER = "annotator"
"""The role whose contours are compared with others': a reader draws none, and an admin reviews them."""


def sees_all(_version: Version) -> bool:
    """Whether one who is no observer sees a version: always."""
    return True


def seen_by(store: AnnotationStore, case_id: str, name: str, role: str) -> Sees:
    """Return what somebody sees of a case.

    An annotator sees the own versions, and of others what is no draft; that too only while the newest own version is
    no draft. Who could look at another's contours, or at the agreement with them, before handing in would not be an
    independent observer.
    """
    if role != OBSERVER:
        return sees_all
    mine = store.newest(case_id, name)
    handed_in = mine is not None and mine.state != DRAFT

    def sees(version: Version) -> bool:
        return version.author == name or (handed_in and version.state != DRAFT)

    return sees


def check_seen(version: Version, sees: Sees) -> None:
    """Refuse the contours of another observer.

    Raises
    ------
    NotAllowedError
        If the version is not to be seen.
    """
    if sees(version):
        return
    if version.state == DRAFT:
        raise NotAllowedError.of(
            f"version {version.version} of {version.author}, a draft",
            "contours that were submitted",
            "Observers work independently: wait until it is submitted.",
        )
    raise NotAllowedError.of(
        f"contours of {version.author} before yours are submitted",
        "a submitted annotation of your own",
        "Observers work independently: submit yours first.",
    )
