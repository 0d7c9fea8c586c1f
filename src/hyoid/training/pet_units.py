"""What the PET's values of stored cases stand for, for the augmentation that imitates another scanner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hyoid.augment import Augmentation, PetUnits, needs_suv
from hyoid.errors import ImageError
from hyoid.training.stored_case import StoredCase


def units_for(augment: Sequence[Augmentation], cases: Iterable[StoredCase]) -> tuple[PetUnits | None, ...] | None:
    """Return for each case what its PET's values stand for, None without a PET; None where no part asks for it.

    Raises
    ------
    ImageError
        If the intensity chain of a case's PET cannot be undone.
    """
    return tuple(map(_units_of, cases)) if needs_suv(augment) else None


def _units_of(case: StoredCase) -> PetUnits | None:
    if "pet" not in case.channels or not case.present[case.channels.index("pet")]:
        return None
    scale = case.way_back.pet
    if scale is None:
        raise ImageError.of(
            f"the PET of {case.id}, whose intensity chain cannot be turned back into SUV",
            "an image of more than one value and a chain of linear steps, for the augmentation of the PET",
            "If the store is of an earlier version, make it again; if the PET is empty, leave the case out.",
        )
    x, y, z = case.way_back.grid.spacing
    return PetUnits((z, y, x), scale)
