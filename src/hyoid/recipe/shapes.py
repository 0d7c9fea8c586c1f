"""What a network of a recipe sees, in voxels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyoid.imaging import FixedBox, FullView, NeckBox

if TYPE_CHECKING:
    from hyoid.recipe.schema import Recipe

Shape = tuple[int, int, int]


def patch_voxels(recipe: Recipe) -> Shape:
    """Return the patch (z, y, x) of a segmentation recipe, no longer than its frame; the whole frame without one."""
    frame = recipe.imaging.frame
    if not isinstance(frame, NeckBox | FullView | FixedBox):
        raise TypeError(f"{frame.name} has no voxel size of its own")
    whole = frame.voxels()
    if recipe.network_stage.training.patch_mm is None:
        if whole is None:
            raise TypeError(f"{frame.name} has no size in voxels of its own")
        return whole
    patch = recipe.network_stage.patch_voxels(frame.spacing_mm)
    if whole is None:
        return patch
    z, y, x = (min(edge, limit) for edge, limit in zip(patch, whole, strict=True))
    return z, y, x


def crop_voxels(recipe: Recipe) -> Shape | None:
    """Return the block (z, y, x) around the lesions that a network sees of a patient; None where it sees the frame."""
    mask, frame = recipe.inputs.mask, None if recipe.preprocess is None else recipe.preprocess.frame
    if mask is None or not isinstance(frame, FixedBox):
        return None
    network = recipe.network_stage.network
    return mask.crop_voxels(frame.spacing_mm, network.divisor, network.min_size)
