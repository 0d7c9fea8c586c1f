"""Which patients are shown, and the planes through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import GTVN, GTVP, Case
from hyoid.cohort.expert_mask import read_expert_mask
from hyoid.cohort.images import read_images
from hyoid.errors import HyoidError
from hyoid.evaluation.description.grids import Unreadable, images_of
from hyoid.evaluation.description.patients import by_center
from hyoid.geometry import Box, Triple, Volume
from hyoid.imaging import AxialCrop, body_mask, resample, resample_labels
from hyoid.imaging.preprocess import OUTSIDE
from hyoid.progress import track

SPACING_MM: Triple = (2.0, 2.0, 2.0)
"""Of the pictures: finer than any PET."""

MARGIN_MM = 10.0
"""Air that is shown around the body."""

ATTEMPTS = 5
"""How many patients of a group are tried before none is shown: an image may be readable by its header alone."""

MOST_CENTERS = 6
"""Centers of which a patient is shown, the largest ones: more would not be legible side by side."""

PLANES = ("coronal", "axial")

_DRAWN = ("ct", "pet", "ct_planning", "dose")
_OUTSIDE = {**OUTSIDE, "ct_planning": OUTSIDE["ct"], "dose": 0.0}


@dataclass(frozen=True, slots=True)
class Example:
    """Planes through one patient, all on one grid with voxels of 2 mm.

    Parameters
    ----------
    case
        The patient.
    planes
        By plane ('coronal': z, x; 'axial': y, x) and image: HU, SUV or Gy, or the label map under 'mask'.
    through
        What the planes go through: 'GTVp', 'GTVn', or 'the middle of the image'.
    """

    case: Case
    planes: Mapping[str, Mapping[str, NDArray[np.float32]]]
    through: str


@dataclass(frozen=True, slots=True)
class Examples:
    """The patient with most kinds of images, one patient of each of the largest centers, and whose images failed."""

    richest: Example | None
    by_center: tuple[Example, ...]
    unreadable: tuple[Unreadable, ...]


def find_examples(cases: Sequence[Case], unreadable: Sequence[Unreadable] = ()) -> Examples:
    """Choose whom to show; `unreadable` are images that are known to be so.

    Images of other patients are not read, so a fault of theirs may go unseen.
    """
    richest, failures = find_example(cases, unreadable)
    if richest is None:
        return Examples(None, (), tuple(failures))
    shown = []
    for own in track(list(by_center(cases).values())[:MOST_CENTERS], "Reading examples"):
        if richest.case in own:
            shown.append(richest)
            continue
        example, more = find_example(own, [*unreadable, *failures])
        failures += more
        shown += [example] if example is not None else []
    return Examples(richest, tuple(shown), tuple(failures))


def find_example(
    cases: Sequence[Case], unreadable: Sequence[Unreadable] = ()
) -> tuple[Example | None, list[Unreadable]]:
    """Return planes through the patient with most kinds of images, and whose images turned out to be unreadable.

    Patients with an image that is known to be `unreadable`, or without CT and PET both, are left aside. Of equal ones
    the first by id is taken. None where no patient can be shown.
    """
    bad = {one.case for one in unreadable}
    usable = [case for case in cases if case.images.keys() & {"ct", "pet"} and case.id not in bad]
    failures: list[Unreadable] = []
    for case in sorted(usable, key=lambda case: (-len(images_of(case)), case.id))[:ATTEMPTS]:
        try:
            return draw_planes(case), failures
        except (HyoidError, OSError, MemoryError) as error:
            failures.append(Unreadable(case.id, "any", str(error)))
    return None, failures


def draw_planes(case: Case) -> Example:
    """Read a patient's images and cut them through the primary tumour, else the nodes, else the middle.

    The field is what CT and PET share, of a longer scan the cranial 516 mm, and within it the body.

    Raises
    ------
    HyoidError
        If an image cannot be read, or its values are not HU, SUV or Gy.
    """
    volumes = read_images(case, _DRAWN)
    mask = read_expert_mask(case, volumes["ct"].grid if "ct" in volumes else None)
    frame = AxialCrop().locate({name: volumes[name] for name in ("ct", "pet") if name in volumes})
    grid = Box.of_grid(frame.grid).grid(SPACING_MM)
    arrays = {name: resample(volume, grid, "linear", _OUTSIDE[name]).array for name, volume in volumes.items()}
    if mask is not None:
        arrays["mask"] = resample_labels(mask, grid).array
    (z, y, _), through = _middle(arrays, grid.shape)
    rows, columns = _body(Volume(arrays["ct"], grid) if "ct" in arrays else None, grid.shape)
    planes = {
        "coronal": {name: array[:, y, columns].astype(np.float32) for name, array in arrays.items()},
        "axial": {name: array[z, rows, columns].astype(np.float32) for name, array in arrays.items()},
    }
    return Example(case, planes, through)


def _middle(arrays: Mapping[str, NDArray[np.float32]], shape: tuple[int, int, int]) -> tuple[tuple[int, int, int], str]:
    """Return the voxel (z, y, x) that the planes go through: that of a lesion next to its centroid."""
    for label, name in ((GTVP, "GTVp"), (GTVN, "GTVn")):
        voxels = np.argwhere(arrays["mask"] == label) if "mask" in arrays else np.zeros((0, 3), int)
        if len(voxels):
            nearest = np.argmin(((voxels - voxels.mean(axis=0)) ** 2).sum(axis=1))
            z, y, x = (int(index) for index in voxels[nearest])
            return (z, y, x), name
    z, y, x = (n // 2 for n in shape)
    return (z, y, x), "the middle of the image"


def _body(ct: Volume | None, shape: tuple[int, int, int]) -> tuple[slice, slice]:
    """Return the rows and columns (y, x) of the grid that hold the body and a margin; all of them without a CT."""
    covered = None if ct is None else np.argwhere(body_mask(ct).any(axis=0))
    if covered is None or not len(covered):
        return slice(0, shape[1]), slice(0, shape[2])
    margin = round(MARGIN_MM / SPACING_MM[0])
    low, high = np.maximum(covered.min(axis=0) - margin, 0), covered.max(axis=0) + margin + 1
    return slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1]))
