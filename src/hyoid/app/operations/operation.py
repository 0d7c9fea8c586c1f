"""What an operation is, what it works on, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from hyoid.app.annotation.errors import AnnotationError
from hyoid.app.cases.canonical import Canonical
from hyoid.app.operations.parameters import Parameters
from hyoid.geometry import Volume

Group = Literal["semi-automatic", "edit"]


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What an operation works on: the label map as it is drawn, and the case's images where it asks for them.

    Parameters
    ----------
    labels
        Label map (uint8: 0, 1 GTVp, 2 GTVn) on the case's own grid.
    canonical
        The browser's order of voxels, in which boxes, voxels and slices are given.
    pet, ct
        Return the image, None where the case has none. The PET is in SUV on its own grid, the CT on the labels'.
    layer
        Returns a label map of the case by name (`expert`, `predicted`), None where there is none.
    """

    labels: Volume
    canonical: Canonical
    pet: Callable[[], Volume | None]
    ct: Callable[[], Volume | None]
    layer: Callable[[str], Volume | None]

    def needed_pet(self) -> Volume:
        """Return the PET; raises AnnotationError where there is none."""
        return _needed(self.pet(), "PET")

    def needed_ct(self) -> Volume:
        """Return the CT; raises AnnotationError where there is none."""
        return _needed(self.ct(), "CT")


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A new label map (uint8) on the grid of the old one, and sentences on what was done and what to look at."""

    labels: Volume
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that the page offers.

    Parameters
    ----------
    name
        What a request calls it.
    group
        `semi-automatic` (draws from an image) or `edit` (changes what is drawn).
    title
        What a person reads.
    source
        The paper or guideline that it follows; empty where it follows none.
    parameters
        Its typed parameters.
    apply
        The function.
    needs_box
        Whether it works inside a box alone.
    """

    name: str
    group: Group
    title: str
    source: str
    parameters: type[Parameters]
    apply: Callable[[Drawing, Any], Outcome]
    needs_box: bool = False


def _needed(image: Volume | None, name: str) -> Volume:
    if image is None:
        raise AnnotationError.of(f"no {name} of this case", f"a {name}", "Choose an operation that needs none.")
    return image
