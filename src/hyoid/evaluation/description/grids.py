"""The grids of a cohort's images, read from their headers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.cohort import MODALITIES, Case
from hyoid.cohort.check.study import axial_axis
from hyoid.errors import HyoidError
from hyoid.evaluation.description.patients import by_center
from hyoid.evaluation.description.spread import Spread
from hyoid.geometry import Grid
from hyoid.imaging import read_grid
from hyoid.imaging.nifti import check_complete
from hyoid.progress import track

IMAGES = (*MODALITIES, "mask")
"""What has a grid."""

WHOLE_BODY_MM = 700.0
"""Axial extent from which a scan is called whole-body."""

MEASURES = {
    "in_plane_mm": "voxel in plane, mm",
    "slice_mm": "slice, mm",
    "matrix": "matrix",
    "slices": "slices",
    "extent_mm": "axial extent, mm",
}


@dataclass(frozen=True, slots=True)
class ImageGrid:
    """The grid of one image of a patient, as it lies in the patient and not as it lies in the file.

    The slice axis is the one that runs most nearly along the patient. In plane, the larger of both numbers counts.
    """

    case: str
    image: str
    in_plane_mm: float
    slice_mm: float
    matrix: int
    slices: int
    extent_mm: float

    @classmethod
    def of(cls, case: str, image: str, grid: Grid) -> ImageGrid:
        """Return what is told of a grid."""
        axis = 2 - axial_axis(grid)
        plane = [other for other in range(3) if other != axis]
        return cls(
            case=case,
            image=image,
            in_plane_mm=max(grid.spacing[other] for other in plane),
            slice_mm=grid.spacing[axis],
            matrix=max(grid.size[other] for other in plane),
            slices=grid.size[axis],
            extent_mm=grid.extent_mm[axis],
        )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An image that could not be read, and why."""

    case: str
    image: str
    reason: str


@dataclass(frozen=True, slots=True)
class GridSummary:
    """The grids of a kind of image at a center: number of images, spread of each of `MEASURES`, whole-body scans."""

    center: str
    image: str
    n: int
    spreads: dict[str, Spread]
    whole_body: int

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        measures = {name: spread.to_dict() for name, spread in self.spreads.items()}
        return {"center": self.center, "image": self.image, "n": self.n, **measures, "whole_body": self.whole_body}


def read_grids(cases: Sequence[Case]) -> tuple[list[ImageGrid], list[Unreadable]]:
    """Read the header of every image of every case.

    Of a NIfTI file it is also asked whether all its voxels are there: a header alone would not show that it was cut.
    """
    grids, unreadable = [], []
    for case in track(cases, "Reading headers"):
        for image, path in images_of(case).items():
            try:
                grid = read_grid(path)
                if path.name.lower().endswith((".nii", ".nii.gz")):
                    check_complete(path)
            except (HyoidError, OSError) as error:
                unreadable.append(Unreadable(case.id, image, str(error)))
            else:
                grids.append(ImageGrid.of(case.id, image, grid))
    return grids, unreadable


def images_of(case: Case) -> dict[str, Path]:
    """Return the paths of a case's images in the order of `IMAGES`, its mask among them."""
    paths = {**case.images, **({} if case.mask is None else {"mask": case.mask})}
    return {image: Path(paths[image]) for image in IMAGES if image in paths}


def summarise_grids(cases: Sequence[Case], grids: Sequence[ImageGrid], total: str) -> list[GridSummary]:
    """Return the grids by kind of image and center; those of all centers together are called `total`."""
    groups = {center: {case.id for case in own} for center, own in by_center(cases).items()}
    if len(groups) > 1:
        groups[total] = {case.id for case in cases}
    return [
        _summary(center, image, own)
        for image in IMAGES
        for center, ids in groups.items()
        if (own := [grid for grid in grids if grid.image == image and grid.case in ids])
    ]


def _summary(center: str, image: str, grids: Sequence[ImageGrid]) -> GridSummary:
    return GridSummary(
        center=center,
        image=image,
        n=len(grids),
        spreads={name: Spread.of(getattr(grid, name) for grid in grids) for name in MEASURES},
        whole_body=sum(grid.extent_mm >= WHOLE_BODY_MM for grid in grids),
    )
