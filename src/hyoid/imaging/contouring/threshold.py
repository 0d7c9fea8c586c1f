"""Contours by a threshold of SUV: fixed, or a share of the maximum or of SUVpeak."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring.contour import Contour
from hyoid.imaging.contouring.region import Mask, Region, hottest_component, region_in_box, require_lesion
from hyoid.imaging.suv_peak import peak_radius_mm, peak_sphere

Reference = Literal["max", "peak"]


def fixed_threshold(pet: Volume, box: Block, suv: float = 2.5, *, connected: bool = True) -> Contour:
    """Contour the voxels of at least a fixed SUV.

    Parameters
    ----------
    pet
        PET in SUV.
    box
        Where to look, in voxels of the PET's grid.
    suv
        Threshold, g/mL: 2.5, 4.0 or any.
    connected
        Only what is 26-connected to the box's hottest voxel; else all voxels of the box at or above the threshold.

    Raises
    ------
    ImageError
        If the box cannot be used (see `region_in_box`), or no voxel or every voxel in it reaches the threshold.

    Notes
    -----
    SUV 2.5: Paulino & Johnstone, Int J Radiat Oncol Biol Phys 2004;59:4-5, and the dataset paper's rule for nodes.
    SUV 4.0: Barrington et al., J Nucl Med 2021;62:332-337.
    """
    return _above(region_in_box(pet, box), suv, connected)


def relative_threshold(
    pet: Volume, box: Block, fraction: float = 0.41, of: Reference = "max", *, connected: bool = True
) -> Contour:
    """Contour the voxels of at least a share of the box's greatest uptake.

    Parameters
    ----------
    pet
        PET in SUV.
    box
        Where to look, in voxels of the PET's grid.
    fraction
        Share, between 0 and 1: 0.41, 0.5 or any.
    of
        Of SUVmax, the hottest voxel, or of SUVpeak, the greatest mean over a sphere of 1 mL that lies within the box.
    connected
        See `fixed_threshold`.

    Raises
    ------
    ImageError
        If the box cannot be used (see `region_in_box`), its maximum is not positive, no sphere of 1 mL fits into it
        where SUVpeak is asked for, or no voxel or every voxel reaches the threshold.

    Notes
    -----
    41 % and 50 % of the maximum: EANM guideline 2.0, Boellaard et al., Eur J Nucl Med Mol Imaging 2015;42:328-354.
    SUVpeak: Wahl et al. (PERCIST), J Nucl Med 2009;50 Suppl 1:122S-150S.
    """
    if not 0 < fraction < 1:
        raise ImageError.of(f"a share of {fraction:g}", "a number between 0 and 1", "41 % is 0.41.")
    region = region_in_box(pet, box)
    reference = float(region.values.max()) if of == "max" else suv_peak(region)
    if reference <= 0:
        raise ImageError.of(
            f"a greatest uptake of {reference:.2f} in the box", "a positive one", "Place the box around a lesion."
        )
    return _above(region, fraction * reference, connected)


def suv_peak(region: Region) -> float:
    """Return the greatest mean over a sphere of 1 mL all of which lies in the box.

    Raises
    ------
    ImageError
        If the box is too small for the sphere.
    """
    sphere = peak_sphere(region.grid)
    if any(n < m for n, m in zip(region.values.shape, sphere.shape, strict=True)):
        raise ImageError.of(
            f"a box of {' x '.join(f'{e:.0f}' for e in region.grid.extent_mm)} mm",
            f"room for the sphere of SUVpeak, {2 * peak_radius_mm():.1f} mm across",
            "Enlarge the box, or refer to the maximum.",
        )
    means = ndimage.correlate(region.values, sphere / sphere.sum(), mode="constant")
    reach = [n // 2 for n in sphere.shape]
    within = tuple(slice(r, n - r) for r, n in zip(reach, means.shape, strict=True))
    return float(means[within].max())


def above_threshold(region: Region, threshold: float, connected: bool) -> tuple[Mask, tuple[str, ...]]:
    """Return the voxels of at least `threshold`, where asked for only those connected to the hottest, and notes."""
    mask = region.values >= threshold
    if connected:
        return hottest_component(region, mask)
    return np.asarray(mask), ()


def _above(region: Region, threshold: float, connected: bool) -> Contour:
    require_lesion(region, threshold)
    mask, notes = above_threshold(region, threshold, connected)
    return region.contour(mask, notes, threshold)
