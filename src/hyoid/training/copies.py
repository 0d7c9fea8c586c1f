"""One patient under two ids: found by the images, before folds are drawn."""

from __future__ import annotations

from collections.abc import Iterable

from hyoid.training.stored_case import StoredCase


def find_copies(cases: Iterable[StoredCase]) -> dict[str, str]:
    """Return `{id: reason}` of the cases that repeat an image of a case before them, in the order of ids.

    One image that is equal voxel by voxel is enough, whatever its compression or position: noise makes every scan
    its own. If both ids were used, a fold could train on the patient whom it reports.
    """
    kept: dict[tuple[str, str], str] = {}
    copies = {}
    for case in sorted(cases, key=lambda case: case.id):
        images = list(case.voxels.items())
        again = {name: kept[name, voxels] for name, voxels in images if (name, voxels) in kept}
        if again:
            shared = " and ".join(f"the {name} of {first}" for name, first in again.items())
            copies[case.id] = f"{shared} again, voxel by voxel: one patient must not stand in two parts of a fold"
        else:
            kept |= dict.fromkeys(images, case.id)
    return copies
