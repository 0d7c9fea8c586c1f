"""Corrections of a label map by its connected components, as a recipe names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from hyoid.settings import Settings

Lesion = Literal["gtvp", "gtvn", "tumour"]


class RemoveSmallComponents(Settings):
    """Delete components (26-connected, per label) smaller than `minimum_ml`, on the frame's grid.

    `labels` limits it to some; none named means all. Two parts give two labels their own minimum.
    """

    name: Literal["remove_small_components"] = "remove_small_components"
    minimum_ml: float = Field(0.1, gt=0)
    labels: tuple[Lesion, ...] = ()


class LargestComponent(Settings):
    """Keep of each of `labels` the component (26-connected) of most voxels, the first of equals, and delete the others.

    Meant for the primary tumour, of which there is one. In a patient with two it deletes the smaller.
    """

    name: Literal["largest_component"] = "largest_component"
    labels: tuple[Lesion, ...] = Field(("gtvp",), min_length=1)


class SeparateLesions(Settings):
    """Give specks of GTVp within a node, or of GTVn within a primary tumour, the label of what they lie in.

    A lesion is a 26-connected component of GTVp and GTVn together. Of its two labels the one with fewer voxels is the
    minority; of equals there is none. Where the minority has less than the share `minority_below` of the lesion's
    voxels, each of its pieces (26-connected) smaller than `piece_below_ml` takes the label of the majority.

    Both limits are needed. A share alone would make a node of 2 mL that touches a primary tumour of 40 mL part of it,
    and a volume alone would take half of a small lesion for a speck. The default volume is that of a ball of 1 cm, the
    short axis from which the dataset counts a node as involved: what is larger may be a node of its own, and keeps its
    label. No voxel is added or deleted.
    """

    name: Literal["separate_lesions"] = "separate_lesions"
    minority_below: float = Field(0.2, gt=0, le=0.5)
    piece_below_ml: float = Field(0.5, gt=0)


class SuvGate(Settings):
    """Delete components (26-connected, per label) whose uptake lies below `minimum_suv`.

    A component's uptake is this `percentile` of the SUV of its voxels, 100 being SUVmax. The SUV is the PET's on the
    frame's grid before the intensity chain: the chain is undone, by what preprocessing kept of it, so that the gate
    acts alike in selection, out of fold, and on new cases. Without a PET nothing is deleted, and a note says so.
    `labels` limits it to some; none named means all.
    """

    name: Literal["suv_gate"] = "suv_gate"
    minimum_suv: float = Field(2.5, gt=0)
    percentile: float = Field(100.0, gt=0, le=100)
    labels: tuple[Lesion, ...] = ()


Postprocess = Annotated[
    RemoveSmallComponents | LargestComponent | SeparateLesions | SuvGate, Field(discriminator="name")
]
"""Any correction of a label map that a recipe may name."""


def check_postprocess(parts: Iterable[Postprocess], labels: Mapping[int, str], images: Sequence[str]) -> None:
    """Raise ValueError where a part asks for what a recipe with these labels and images has not."""
    names = sorted(labels.values())
    for part in parts:
        unknown = [] if isinstance(part, SeparateLesions) else [name for name in part.labels if name not in names]
        if unknown:
            raise ValueError(f"postprocess {part.name} names {unknown}; the labels are {names}")
        if isinstance(part, SeparateLesions) and names != ["gtvn", "gtvp"]:
            raise ValueError(f"postprocess separate_lesions tells gtvp from gtvn; the labels are {names}")
        if isinstance(part, SuvGate) and "pet" not in images:
            raise ValueError("postprocess suv_gate needs the PET: name it in inputs.images, or leave the part out")
