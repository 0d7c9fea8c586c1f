"""A coarse head, neck and shoulders of simple bodies: made in milliseconds, clean by every rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.cohort import Case
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

CT_GRID = Grid((66, 48, 61), (6.0, 6.0, 6.0), (-195.0, -141.0, -180.0))
PET_GRID = Grid((72, 54, 61), (6.0, 6.0, 6.0), (-213.0, -159.0, -180.0))

GTVP_MM, GTVN_MM = (25.0, -10.0, 0.0), (-45.0, 10.0, -40.0)


@dataclass(frozen=True)
class Dummy:
    """A patient in memory, and the way to the disk."""

    ct: Volume
    pet: Volume
    mask: Volume | None

    def write(self, folder: Path, identifier: str = "CHUM-001") -> Case:
        images = {"ct": folder / f"{identifier}__CT.nii.gz", "pet": folder / f"{identifier}__PT.nii.gz"}
        write_volume(images["ct"], self.ct)
        write_volume(images["pet"], self.pet)
        mask = None
        if self.mask is not None:
            mask = folder / f"{identifier}.nii.gz"
            write_volume(mask, self.mask)
        return Case(identifier, "CHUM", images, mask)

    def with_ct(self, change: Callable[[NDArray[np.int16]], None]) -> Dummy:
        """Return a copy whose CT's array was changed in place by `change`."""
        return replace(self, ct=_changed(self.ct, change))

    def with_pet(self, change: Callable[[NDArray[np.float32]], None]) -> Dummy:
        return replace(self, pet=_changed(self.pet, change))

    def with_mask(self, change: Callable[[NDArray[np.uint8]], None]) -> Dummy:
        assert self.mask is not None
        return replace(self, mask=_changed(self.mask, change))

    def with_pet_at(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Dummy:
        """Return a copy whose PET lies elsewhere, mm."""
        grid = self.pet.grid
        origin = tuple(np.add(grid.origin, (x, y, z)))
        return replace(self, pet=Volume(self.pet.array, Grid(grid.size, grid.spacing, origin)))  # type: ignore[arg-type]


def _changed(volume: Volume, change: Callable[[NDArray], None]) -> Volume:
    array = volume.array.copy()
    change(array)
    return volume.with_array(array)


def inside(grid: Grid, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> NDArray[np.bool_]:
    """Return the voxels (z, y, x) of an ellipsoid."""
    axes = [grid.origin[k] + np.arange(grid.size[k]) * grid.spacing[k] for k in range(3)]
    z, y, x = np.meshgrid(axes[2], axes[1], axes[0], indexing="ij")
    return sum(((a - c) / r) ** 2 for a, c, r in zip((x, y, z), centre, radii, strict=True)) <= 1  # type: ignore[return-value]


def _body(grid: Grid) -> NDArray[np.bool_]:
    z = (grid.origin[2] + np.arange(grid.size[2]) * grid.spacing[2])[:, None, None]
    neck = inside(grid, (0, 0, 0), (66, 66, 1e6)) & (z < 110)
    return inside(grid, (0, 0, 95), (78, 98, 72)) | neck | inside(grid, (0, 10, -150), (185, 95, 85))


def make_dummy(seed: int = 0) -> Dummy:
    """Return the clean patient; the noise depends on the seed."""
    rng = np.random.default_rng(seed)
    hu = np.where(_body(CT_GRID), 40.0, -1000.0)
    brain = (0, 0, 100), (60, 78, 54)
    skull = inside(CT_GRID, brain[0], (69, 87, 63)) & ~inside(CT_GRID, *brain)
    hu[skull] = 900
    hu[inside(CT_GRID, (0, -38, -60), (9, 9, 90))] = -1000
    hu += rng.normal(0, 10, hu.shape)
    suv = np.where(_body(PET_GRID), 0.8, 0.0)
    suv[inside(PET_GRID, *brain)] = 9.0
    for place, radius in ((GTVP_MM, 16.0), (GTVN_MM, 13.0)):
        suv[inside(PET_GRID, place, (radius,) * 3)] = 9.0
    suv = ndimage.gaussian_filter(suv, 0.4)
    suv = np.maximum(suv + rng.normal(0, 0.03, suv.shape), 0)
    mask = np.zeros(CT_GRID.shape, np.uint8)
    mask[inside(CT_GRID, GTVP_MM, (16.0,) * 3)] = 1
    mask[inside(CT_GRID, GTVN_MM, (13.0,) * 3)] = 2
    return Dummy(
        Volume(np.rint(hu).astype(np.int16), CT_GRID),
        Volume(suv.astype(np.float32), PET_GRID),
        Volume(mask, CT_GRID),
    )
