"""A prediction, or the expert's label map, as the starting point of an annotation."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from hyoid.app.annotation.errors import AnnotationError
from hyoid.app.operations.operation import Drawing, Operation, Outcome
from hyoid.app.operations.parameters import Label, MaybeBox, native_block
from hyoid.imaging.editing import Edited


class StartFrom(MaybeBox):
    """Copy a layer."""

    layer: Literal["predicted", "expert"] = Field("predicted", description="Which label map is copied.")
    label: Label | None = Field(None, description="Which label of it: 1 GTVp, 2 GTVn; none: both.")
    replace: bool = Field(False, description="What is drawn (in the box) gives way; else only background is filled.")


def _start(drawing: Drawing, parameters: StartFrom) -> Outcome:
    source = drawing.layer(parameters.layer)
    if source is None:
        raise AnnotationError.of(
            f"no {parameters.layer} label map of this case", "one to begin with", "Start the server with --predictions."
        )
    block = None if parameters.box is None else native_block(parameters.box, drawing.canonical)
    after = drawing.labels.array.copy()
    here = slice(None) if block is None else block.slices
    view, copied = after[here], source.array[here]
    chosen = copied != 0 if parameters.label is None else copied == parameters.label
    if parameters.replace:
        view[np.isin(view, (1, 2) if parameters.label is None else (parameters.label,))] = 0
    kept = chosen & (view != 0) & (view != copied)
    view[chosen & (view == 0)] = copied[chosen & (view == 0)]
    notes: tuple[str, ...] = ()
    if not chosen.any():
        notes += (f"The {parameters.layer} label map has nothing there.",)
    if kept.any():
        notes += (f"{np.count_nonzero(kept)} voxels that are drawn as the other label stay as they are.",)
    edited = Edited.of(drawing.labels, after, notes)
    return Outcome(edited.labels, edited.notes)


START = Operation("start_from_layer", "semi-automatic", "Start from the prediction", "", StartFrom, _start)
