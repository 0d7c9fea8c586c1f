"""One case with all its images in memory, and what several rules want to know about them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort.case import Case
from hyoid.cohort.check.lesions import Lesion, find_lesions
from hyoid.cohort.check.reading import Read, read
from hyoid.geometry import Grid, Volume
from hyoid.imaging import NeckBox, body_mask
from hyoid.imaging.suv_limits import SUV_LIMIT, suv_level

Need = Literal["ct", "hu", "pet", "suv", "mask", "labels", "mask-on-ct"]
"""What a rule needs: a readable CT, PET or mask; `hu` and `suv`: a CT and a PET whose values can be HU and SUV, so that
one wrong unit is one finding; `labels`: a mask of known labels; `mask-on-ct`: such a mask on the CT's own grid."""

COARSE_MM = 4.0
"""Voxel size aimed at where a rule looks at the body and not at its detail: below the resolution of PET (4.5-7 mm),
and 1/60 of the voxels of a native CT."""

AIR_HU = -500.0
"""Every head-and-neck CT shows air (-1000 HU) around the patient and in the airway; halfway to water tells it."""

AIR_PERCENTILE = 1.0
"""Share in percent of the voxels that are air at least: airways alone are more in a tight crop of the neck."""

_IMAGES: tuple[Literal["ct", "pet"], ...] = ("ct", "pet")

WARM_SUV = 0.25
"""Above it a voxel belongs to the body: noise in air stays below 0.1, fat lies near 0.3."""


@dataclass(frozen=True)
class Study:
    """A case whose files have been read once; the arrays are dropped with it.

    Parameters
    ----------
    case
        The patient.
    reads
        By role (`ct`, `pet`, `ct_planning`, `dose`, `mask`): what came of reading the file.
    """

    case: Case
    reads: dict[str, Read]

    @classmethod
    def of(cls, case: Case) -> Study:
        """Read every file that the case names."""
        paths = dict(case.images)
        if case.mask is not None:
            paths["mask"] = case.mask
        return cls(case, {role: read(path) for role, path in paths.items()})

    def volume(self, role: str) -> Volume:
        """Return the volume of a role; only for rules that declared the need.

        Raises
        ------
        KeyError
            If there is none that could be read.
        """
        volume = self.reads[role].volume
        if volume is None:
            raise KeyError(role)
        return volume

    def has(self, need: Need) -> bool:
        """Whether the study can serve a rule's need."""
        if need == "hu":
            return self.has("ct") and self.air_level_hu <= AIR_HU
        if need == "suv":
            return self.has("pet") and self.suv_level <= SUV_LIMIT
        if need == "labels":
            return self.has("mask") and self.labels_are_valid
        if need == "mask-on-ct":
            return self.has("labels") and self.has("ct") and self.mask_fits_ct
        return need in self.reads and self.reads[need].volume is not None

    @cached_property
    def air_level_hu(self) -> float:
        """The CT's `AIR_PERCENTILE`: what its darkest part looks like."""
        return float(np.percentile(self.coarse_ct.array, AIR_PERCENTILE))

    @cached_property
    def suv_level(self) -> float:
        """The PET's `SUV_PERCENTILE`, on a thinned-out array."""
        return suv_level(self.coarse_pet.array)

    @cached_property
    def mask_values(self) -> NDArray[np.generic]:
        """Sorted values that occur in the mask."""
        array = self.volume("mask").array
        if array.dtype == np.uint8:
            return np.flatnonzero(np.bincount(array.ravel(), minlength=256))
        return np.unique(array)

    @cached_property
    def labels_are_valid(self) -> bool:
        """Whether the mask holds nothing but 0, 1 and 2."""
        return bool(np.isin(self.mask_values, (0, 1, 2)).all())

    @cached_property
    def mask_fits_ct(self) -> bool:
        """Whether the mask lies on the CT's grid."""
        return self.volume("mask").grid.same_as(self.volume("ct").grid)

    @cached_property
    def lesions(self) -> tuple[Lesion, ...]:
        """The connected components of GTVp and of GTVn in the mask."""
        return find_lesions(self.volume("mask"))

    @cached_property
    def coarse_ct(self) -> Volume:
        """The CT thinned out to about `COARSE_MM`."""
        return thinned(self.volume("ct"), COARSE_MM)

    @cached_property
    def coarse_pet(self) -> Volume:
        """The PET thinned out to about `COARSE_MM`."""
        return thinned(self.volume("pet"), COARSE_MM)

    @cached_property
    def frame(self) -> Grid | None:
        """The neck box, for the PET and CT at hand; None where no head is in view or there is no image."""
        images: dict[str, Volume] = {role: self.volume(role) for role in _IMAGES if self.has(role)}
        if not images:
            return None
        box = NeckBox()
        grid = box.locate(images).grid
        # Without a head the frame falls back to the field of view, which has another size.
        return grid if np.allclose(grid.extent_mm, box.size_mm) else None

    @cached_property
    def midline_x_mm(self) -> float:
        """World x of the body's midline: the frame's where there is one, else the median of the PET's warm voxels."""
        if self.frame is not None:
            return float(self.frame.centre[0])
        warm = np.argwhere(self.coarse_pet.array > WARM_SUV)
        if not warm.size:
            return float(self.coarse_pet.grid.centre[0])
        return float(np.median(self.coarse_pet.grid.to_world(warm[:, ::-1])[:, 0]))

    @cached_property
    def ct_body(self) -> NDArray[np.bool_]:
        """The body in the coarse CT."""
        return body_mask(self.coarse_ct)


def thinned(volume: Volume, spacing_mm: float) -> Volume:
    """Every n-th voxel, n the most that keeps the spacing at or below `spacing_mm`; exact positions, no averaging."""
    steps = [max(1, int(spacing_mm / s + 1e-6)) for s in volume.grid.spacing]
    x, y, z = steps
    array = np.ascontiguousarray(volume.array[::z, ::y, ::x])
    grid = volume.grid
    dx, dy, dz = (s * n for s, n in zip(grid.spacing, steps, strict=True))
    size = (array.shape[2], array.shape[1], array.shape[0])
    return Volume(array, Grid(size, (dx, dy, dz), grid.origin, grid.direction))


def axial_axis(grid: Grid) -> int:
    """Array axis (0, 1, 2 of z, y, x) that runs most nearly along the patient: 0 in axial scans."""
    return 2 - int(np.argmax(np.abs(grid.matrix[2])))
