"""Edits of what is drawn; inside a box where one is given, and nowhere else then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from hyoid.app.operations.operation import Drawing, Operation, Outcome
from hyoid.app.operations.parameters import (
    Label,
    MaybeBox,
    Plane,
    Voxel,
    confined,
    native_axis,
    native_block,
    native_slice,
    native_voxel,
)
from hyoid.imaging import body_mask, editing
from hyoid.imaging.editing import Edited

MaybeLabel = Field(None, description="Which label: 1 GTVp, 2 GTVn; none: each for itself.")


class OfLabels(MaybeBox):
    """Parameters of an edit of one label, or of each."""

    label: Label | None = MaybeLabel


class Interpolate(OfLabels):
    """Fill the slices between drawn ones."""

    plane: Plane = Field("axial", description="In which plane it was drawn.")


class Margin(MaybeBox):
    """A margin around a label, or off it."""

    label: Label = Field(1, description="Which label: 1 GTVp, 2 GTVn.")
    margin_mm: float = Field(3.0, gt=0, le=50, description="Margin, mm.")


class Expand(Margin):
    """A margin around a label."""

    within_body: bool = Field(False, description="Not beyond the patient's outline in the CT.")


class RemoveSmall(OfLabels):
    """Clean-up of stray voxels."""

    minimum_ml: float = Field(0.1, gt=0, le=1000, description="Components of less than this are removed, mL.")
    connectivity: Literal[6, 18, 26] = Field(26, description="Which neighbours are connected.")


class FillHoles(OfLabels):
    """Fill what a label encloses."""

    across: Literal["3d", "axial", "coronal", "sagittal"] = Field(
        "3d", description="Enclosed on all sides (3d), or within the slices of a plane."
    )


class Separate(MaybeBox):
    """A gap between GTVp and GTVn."""

    gap_mm: float = Field(0.0, ge=0, le=20, description="Least distance, mm; 0 is a gap of one voxel.")
    take_from: Literal["gtvn", "gtvp", "larger"] = Field("gtvn", description="Which of them gives way.")


class ExcludeCtRange(OfLabels):
    """Drop air, bone and metal."""

    lower_hu: float | None = Field(20.0, ge=-2000, le=5000, description="Least HU that stays; none: no limit.")
    upper_hu: float | None = Field(180.0, ge=-2000, le=5000, description="Greatest HU that stays; none: no limit.")


class SwapLabels(MaybeBox):
    """Exchange GTVp and GTVn."""

    voxel: Voxel | None = Field(None, description="Of the component at this voxel alone; none: everywhere.")


class CopySlice(OfLabels):
    """Copy a slice."""

    plane: Plane = Field("axial", description="In which plane the slices lie.")
    source: int = Field(ge=0, description="Number of the slice that is copied.")
    target: int = Field(ge=0, description="Number of the slice that it is copied to.")
    replace: bool = Field(False, description="What is drawn in the target gives way.")


def _edit(change: Callable[[Drawing, Any], Edited]) -> Callable[[Drawing, Any], Outcome]:
    """Return the operation of an edit: voxels outside the box stay as they are."""

    def apply(drawing: Drawing, parameters: MaybeBox) -> Outcome:
        block = None if parameters.box is None else native_block(parameters.box, drawing.canonical)
        edited = confined(drawing.labels, change(drawing, parameters), block)
        return Outcome(edited.labels, edited.notes)

    return apply


def _expand(drawing: Drawing, p: Expand) -> Edited:
    within = body_mask(drawing.needed_ct()) if p.within_body else None
    return editing.expand(drawing.labels, p.label, p.margin_mm, within)


def _fill_holes(drawing: Drawing, p: FillHoles) -> Edited:
    across = "3d" if p.across == "3d" else native_axis(p.across, drawing.canonical)
    return editing.fill_holes(drawing.labels, p.label, across)


def _swap(drawing: Drawing, p: SwapLabels) -> Edited:
    at = None if p.voxel is None else native_voxel(p.voxel, drawing.canonical)
    return editing.swap_labels(drawing.labels, at)


def _copy(drawing: Drawing, p: CopySlice) -> Edited:
    source, target = (native_slice(p.plane, index, drawing.canonical) for index in (p.source, p.target))
    axis = native_axis(p.plane, drawing.canonical)
    return editing.copy_slice(drawing.labels, source, target, axis, p.label, replace=p.replace)


EDITS = (
    Operation(
        "interpolate_slices",
        "edit",
        "Interpolate between drawn slices",
        "Raya & Udupa 1990",
        Interpolate,
        _edit(lambda d, p: editing.interpolate_slices(d.labels, p.label, native_axis(p.plane, d.canonical))),
    ),
    Operation("expand", "edit", "Grow by a margin", "", Expand, _edit(_expand)),
    Operation(
        "shrink",
        "edit",
        "Shrink by a margin",
        "",
        Margin,
        _edit(lambda d, p: editing.shrink(d.labels, p.label, p.margin_mm)),
    ),
    Operation(
        "remove_small",
        "edit",
        "Clean up stray voxels",
        "",
        RemoveSmall,
        _edit(lambda d, p: editing.remove_small(d.labels, p.minimum_ml, p.label, p.connectivity)),
    ),
    Operation("fill_holes", "edit", "Fill holes", "", FillHoles, _edit(_fill_holes)),
    Operation(
        "separate",
        "edit",
        "Separate GTVp and GTVn",
        "HECKTOR 2025 guideline for nodes",
        Separate,
        _edit(lambda d, p: editing.separate(d.labels, p.gap_mm, p.take_from)),
    ),
    Operation(
        "exclude_ct_range",
        "edit",
        "Drop air and bone",
        "20 to 180 HU: USZ, HECKTOR 2025",
        ExcludeCtRange,
        _edit(lambda d, p: editing.exclude_ct_range(d.labels, d.needed_ct(), p.lower_hu, p.upper_hu, p.label)),
    ),
    Operation("swap_labels", "edit", "Exchange GTVp and GTVn", "", SwapLabels, _edit(_swap)),
    Operation("copy_slice", "edit", "Copy a slice", "", CopySlice, _edit(_copy)),
)
"""Edits of what is drawn."""
