"""Semi-automatic contours inside a box, drawn in the PET and carried to the label map's grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from pydantic import Field

from hyoid.app.operations.operation import Drawing, Operation, Outcome
from hyoid.app.operations.parameters import Label, MaybeBox, NeedsBox, Voxel, native_block, native_voxel
from hyoid.errors import HyoidError
from hyoid.geometry import Volume
from hyoid.imaging import contouring
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring import Contour, box_on_grid, contour_on_grid
from hyoid.imaging.editing import Edited

MOST_GROWN_ML = 500
"""A region of more is no lesion of the head and neck: it ran out into the body, or the air."""

Replace = Field(True, description="What was drawn of this label inside the box before gives way to the contour.")


class Boxed(NeedsBox):
    """Parameters of every contour in a box."""

    label: Label = Field(1, description="What is drawn: 1 GTVp, 2 GTVn.")
    replace: bool = Replace


class FixedThreshold(Boxed):
    """Voxels of at least a fixed SUV."""

    suv: float = Field(2.5, gt=0, le=100, description="Threshold, SUV (g/mL).")
    connected: bool = Field(True, description="Only what is connected to the hottest voxel of the box.")


class RelativeThreshold(Boxed):
    """Voxels of at least a share of the greatest uptake."""

    fraction: float = Field(0.41, gt=0, lt=1, description="Share of the greatest uptake.")
    of: Literal["max", "peak"] = Field("max", description="Of SUVmax or of SUVpeak.")
    connected: bool = Field(True, description="Only what is connected to the hottest voxel of the box.")


class HalfThreshold(RelativeThreshold):
    """Voxels of at least half of the greatest uptake."""

    fraction: float = Field(0.5, gt=0, lt=1, description="Share of the greatest uptake.")


class AdaptiveThreshold(Boxed):
    """A threshold between background and maximum, found by iteration."""

    fraction: float = Field(0.5, gt=0, lt=1, description="Where between background and maximum the threshold lies.")


class Gradient(Boxed):
    """The watershed of the gradient's magnitude."""

    smoothing_mm: float = Field(5.0, ge=0, le=30, description="Full width at half maximum of the filter before, mm.")


class Flab(Boxed):
    """Fuzzy locally adaptive Bayesian segmentation."""

    seed: int = Field(0, ge=0, description="Of the stochastic estimation: the same seed gives the same contour.")


class Grow(MaybeBox):
    """Region growing from a voxel."""

    seed: Voxel = Field(description="The voxel that is pointed at.")
    image: Literal["pet", "ct"] = Field("pet", description="In which image it grows.")
    tolerance: float = Field(2.0, ge=0, description="Greatest difference from the voxel's own value, SUV or HU.")
    connectivity: Literal[6, 18, 26] = Field(6, description="Which neighbours are connected.")
    label: Label = Field(1, description="What is drawn: 1 GTVp, 2 GTVn.")
    replace: bool = Field(False, description="What was drawn of this label (in the box) gives way to the contour.")


def _in_pet(find: Callable[[Volume, Block, Any], Contour]) -> Callable[[Drawing, Any], Outcome]:
    """Return the operation that finds a contour in the PET's voxels of the box, and draws it."""

    def apply(drawing: Drawing, parameters: Boxed) -> Outcome:
        pet, grid = drawing.needed_pet(), drawing.labels.grid
        box = native_block(parameters.box, drawing.canonical)
        found = find(pet, box_on_grid(box, grid, pet.grid), parameters)
        return draw(drawing.labels, contour_on_grid(found, grid, box), parameters.label, box, parameters.replace)

    return apply


def _grow(drawing: Drawing, parameters: Grow) -> Outcome:
    grid = drawing.labels.grid
    image = drawing.needed_pet() if parameters.image == "pet" else drawing.needed_ct()
    box = None if parameters.box is None else native_block(parameters.box, drawing.canonical)
    seed = native_voxel(parameters.seed, drawing.canonical)
    x, y, z = (int(v) for v in np.rint(image.grid.to_index(grid.to_world(seed))))
    within = None if box is None else box_on_grid(box, grid, image.grid)
    found = contouring.region_grow(image, (x, y, z), parameters.tolerance, within, parameters.connectivity)
    grown_ml = found.mask.volume_ml()
    if grown_ml > MOST_GROWN_ML:
        raise HyoidError.of(
            f"a region of {grown_ml:.0f} mL",
            f"a lesion of at most {MOST_GROWN_ML} mL",
            "Lower the tolerance, point at another voxel, or draw a box and grow only inside the box.",
        )
    carried = contour_on_grid(found, grid, box)
    return draw(drawing.labels, carried, parameters.label, box, parameters.replace)


def draw(labels: Volume, contour: Contour, label: int, box: Block | None, replace: bool) -> Outcome:
    """Return the label map with a contour drawn in as `label`; voxels of the other label stay theirs.

    With `replace`, what was of the label inside the box (everywhere without one) becomes background before.

    Raises
    ------
    HyoidError
        If all that was found belongs to the other label.
    """
    after = labels.array.copy()
    view = after if box is None else after[box.slices]
    mask = contour.mask.array.astype(bool) if box is None else contour.mask.array[box.slices].astype(bool)
    taken = mask & (view != 0) & (view != label)
    if (taken == mask).all():
        raise HyoidError.of(
            "a contour whose voxels all belong to the other label", "room for it", "Erase the other label there first."
        )
    if replace:
        view[view == label] = 0
    view[mask & ~taken] = label
    notes = contour.notes
    if contour.threshold_suv is not None:
        notes = (f"Threshold: SUV {contour.threshold_suv:.2f}.", *notes)
    if taken.any():
        lost = float(np.count_nonzero(taken)) * labels.grid.voxel_volume_mm3 / 1000.0
        notes += (f"{lost:.2f} mL of the contour belong to the other label and were left to it.",)
    edited = Edited.of(labels, after, notes)
    return Outcome(edited.labels, edited.notes)


CONTOURS = (
    Operation(
        "fixed_threshold",
        "semi-automatic",
        "Fixed SUV threshold",
        "Paulino & Johnstone 2004 (SUV 2.5); Barrington et al. 2021 (SUV 4.0)",
        FixedThreshold,
        _in_pet(lambda pet, box, p: contouring.fixed_threshold(pet, box, p.suv, connected=p.connected)),
        needs_box=True,
    ),
    Operation(
        "threshold_41",
        "semi-automatic",
        "41 % of the maximum",
        "EANM guideline 2.0, Boellaard et al. 2015",
        RelativeThreshold,
        _in_pet(lambda pet, box, p: contouring.relative_threshold(pet, box, p.fraction, p.of, connected=p.connected)),
        needs_box=True,
    ),
    Operation(
        "threshold_50",
        "semi-automatic",
        "50 % of the maximum",
        "EANM guideline 2.0, Boellaard et al. 2015",
        HalfThreshold,
        _in_pet(lambda pet, box, p: contouring.relative_threshold(pet, box, p.fraction, p.of, connected=p.connected)),
        needs_box=True,
    ),
    Operation(
        "adaptive_threshold",
        "semi-automatic",
        "Threshold adapted to the background",
        "Formula of Boellaard et al. 2004: half way between background and maximum; the iteration is our own",
        AdaptiveThreshold,
        _in_pet(lambda pet, box, p: contouring.adaptive_threshold(pet, box, p.fraction)),
        needs_box=True,
    ),
    Operation(
        "gradient_watershed",
        "semi-automatic",
        "Steepest gradient (watershed)",
        "Geets et al. 2007; Meyer & Beucher 1990",
        Gradient,
        _in_pet(lambda pet, box, p: contouring.gradient_watershed(pet, box, p.smoothing_mm)),
        needs_box=True,
    ),
    Operation(
        "flab",
        "semi-automatic",
        "FLAB (fuzzy locally adaptive Bayesian)",
        "Hatt et al. 2009",
        Flab,
        _in_pet(lambda pet, box, p: contouring.flab(pet, box, p.seed)),
        needs_box=True,
    ),
    Operation("region_grow", "semi-automatic", "Grow a region in 3D from a voxel", "Adams & Bischof 1994", Grow, _grow),
)
"""Contours that are found in an image."""
