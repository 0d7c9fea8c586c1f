"""Whether the parts of augmentation fit the images that they act on; each finding is one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hyoid.augment import Augmentation, PetScale, ScannerPart, keeps_suv, needs_suv, operations
from hyoid.imaging import DivideByMean, Intensity, MinMax, ZScore

if TYPE_CHECKING:
    from hyoid.imaging import Preprocess


def check_augmentation(augment: Sequence[Augmentation], images: Sequence[str], preprocess: Preprocess | None) -> None:
    """Raise ValueError where a part that imitates another PET scanner cannot do so.

    Augmentation acts after the intensity chain, by the line from SUV to values that the chain made of the unchanged
    image. Three things would make that wrong: an order in which the SUV is no longer there, a chain that would have
    laid another line on the changed image, and a change that the chain takes out of every image.
    """
    if not needs_suv(augment):
        return
    if "pet" not in images:
        raise ValueError("augment pet_resolution, pet_scale and pet_noise need the PET: name it in inputs.images")
    chain = () if preprocess is None else preprocess.intensity.get("pet", ())
    unknown_since = None
    for part in augment:
        for one in operations(part):
            if isinstance(one, ScannerPart):
                _check_order(one, unknown_since)
                _check_chain(one, chain)
        unknown_since = next((one.name for one in operations(part) if not keeps_suv(one)), unknown_since)


def _check_order(part: ScannerPart, unknown_since: str | None) -> None:
    if unknown_since is not None:
        raise ValueError(f"augment {part.name} acts on the SUV, which {unknown_since} hides: name it before that")


def _check_chain(part: ScannerPart, chain: Sequence[Intensity]) -> None:
    if any(isinstance(step, MinMax) for step in chain):
        raise ValueError(
            f"augment {part.name} does not go with the PET's min_max: the hottest voxel sets its scale, and another "
            "scanner shows another: leave the part out, or give preprocess.intensity.pet a window"
        )
    if isinstance(part, PetScale) and any(isinstance(step, ZScore | DivideByMean) for step in chain):
        raise ValueError(
            "augment pet_scale does not go with the PET's z_score or divide_by_mean, which take the calibration of a "
            "scanner out of every image: leave the part out, or give preprocess.intensity.pet a window"
        )
