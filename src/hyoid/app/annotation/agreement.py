"""How far observers agree on a case, and what they agree on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hyoid.app.annotation.errors import AnnotationError
from hyoid.app.annotation.independence import Sees, sees_all
from hyoid.app.annotation.records import Version
from hyoid.app.annotation.states import STATES
from hyoid.app.annotation.store import AnnotationStore
from hyoid.geometry import Grid, Volume
from hyoid.imaging.consensus import Consensus, majority, staple
from hyoid.metrics import EmptyTruth, Lesion, overlap

LESIONS = (Lesion.GTVP, Lesion.GTVN)

Method = Literal["staple", "majority"]


@dataclass(frozen=True, slots=True)
class Observed:
    """One observer's annotation of a case."""

    version: Version
    labels: Volume


def check_least(state: str) -> int:
    """Return where a state stands in the protocol; raises AnnotationError for one that there is none of."""
    if state not in STATES:
        raise AnnotationError.of(f"the state {state!r}", f"one of {', '.join(STATES)}", "Choose one of them.")
    return STATES.index(state)


def ready_versions(store: AnnotationStore, case_id: str, least: str, sees: Sees = sees_all) -> list[Version]:
    """Return of each author the newest version of a case that is at least in a state and that one sees, by author.

    A draft that was begun after an accepted version does not take the accepted one away.
    """
    rank = check_least(least)
    found = []
    for newest in store.of_case(case_id):
        fit = [v for v in store.versions(case_id, newest.author) if STATES.index(v.state) >= rank and sees(v)]
        found += fit[-1:]
    return found


def observers(
    store: AnnotationStore, case_id: str, grid: Grid, least: str = STATES[0], sees: Sees = sees_all
) -> list[Observed]:
    """Return the annotations of a case that one sees, one an author, with their voxels on the case's own grid."""
    return [Observed(version, store.voxels(version, grid)) for version in ready_versions(store, case_id, least, sees)]


def pairwise_dice(found: list[Observed]) -> dict[str, dict[str, dict[str, float | None]]]:
    """Return the DSC of each pair of observers by label: `{"gtvp": {a: {b: dsc}}}`.

    None where both left the label out: 0/0 says nothing of agreement. One against nothing is 0. The DSC does not depend
    on which of the two is called the truth, and of oneself it is 1 or None.
    """
    return {
        lesion.value: {
            one.version.author: {other.version.author: _dice(one.labels, other.labels, lesion) for other in found}
            for one in found
        }
        for lesion in LESIONS
    }


def agreement(found: list[Observed]) -> dict[str, Any]:
    """Return the observers of a case and how far they agree."""
    return {"observers": [one.version.to_dict() for one in found], "dsc": pairwise_dice(found)}


def consensus_of(found: list[Observed], method: str) -> Consensus:
    """Return the label map that observers agree on; notes name what to look at.

    Raises
    ------
    AnnotationError
        If there are fewer than two observers, or no such method.
    """
    methods: Mapping[str, Any] = {"staple": staple, "majority": majority}
    if method not in methods:
        raise AnnotationError.of(f"the method {method!r}", "staple or majority", "Choose one of the two.")
    if len(found) < 2:
        names = ", ".join(one.version.author for one in found) or "nobody"
        raise AnnotationError.of(
            f"annotations by {names}", "two observers or more", "A consensus needs several people's contours."
        )
    agreed: Consensus = methods[method]([one.labels for one in found])
    return agreed


def _dice(one: Volume, other: Volume, lesion: Lesion) -> float | None:
    first, second = lesion.of(one.array), lesion.of(other.array)
    found = overlap(first, second, one.grid.voxel_volume_mm3)
    if found.truth_mm3 == 0 and found.prediction_mm3 == 0:
        return None
    dice = found.dice(EmptyTruth.ZERO)
    return None if math.isnan(dice) else dice
