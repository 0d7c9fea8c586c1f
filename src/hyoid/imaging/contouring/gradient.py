"""Contours where uptake falls most steeply: the watershed of the gradient magnitude."""

from __future__ import annotations

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring.contour import Contour
from hyoid.imaging.contouring.region import Mask, Region, border, component_at, region_in_box

SMOOTHING_MM = 5.0
"""Full width at half maximum of the Gaussian before the gradient: a common filter after reconstruction."""

CORE = 0.7
"""Where between the box's border and its maximum the core of the lesion begins, from which it is flooded."""

_FWHM_TO_SIGMA = 1.0 / 2.3548


def gradient_watershed(pet: Volume, box: Block, smoothing_mm: float = SMOOTHING_MM) -> Contour:
    """Contour along the crest of the gradient around the box's hottest part.

    Two basins are flooded on the magnitude of the gradient: one from the lesion's core, one from the box's outermost
    voxels. They meet at the crest. The core is what is connected to the hottest voxel above 70 % of the way from the
    median of the outermost voxels to the maximum.

    Parameters
    ----------
    pet
        PET in SUV.
    box
        Where to look, in voxels of the PET's grid; around the whole lesion, with a rim of background.
    smoothing_mm
        Full width at half maximum of a Gaussian before the gradient; 0 for none.

    Raises
    ------
    ImageError
        If the box cannot be used (see `region_in_box`), has fewer than 3 voxels along an axis, or the core reaches its
        border, where the background is flooded from.

    Notes
    -----
    Watershed from markers: Meyer & Beucher, J Vis Commun Image Represent 1990;1:21-46, as SimpleITK has it, by faces.
    On PET: Geets et al., Eur J Nucl Med Mol Imaging 2007;34:1427-1438, who filter by edges, deblur by the scanner's
    point-spread, and merge basins by a cluster analysis under the eye of the user; here a Gaussian filters, nothing is
    deblurred, and the two markers say which basins belong together. A single voxel as the marker is not enough: where
    uptake is uneven there are crests within the lesion, and its border may be lower in one place than the crest around
    the hottest voxel. 70 % of the maximum is what Nestle et al., J Nucl Med 2005;46:1342-1348, and Schaefer et al., Eur
    J Nucl Med Mol Imaging 2008;35:1989-1999, take as the lesion's own uptake.
    """
    region = region_in_box(pet, box)
    if min(region.values.shape) < 3:
        raise ImageError.of(
            f"a box of {'x'.join(map(str, region.block.size))} voxels",
            "at least 3 along each axis",
            "Draw the box larger than the lesion.",
        )
    if smoothing_mm < 0 or not np.isfinite(smoothing_mm):
        raise ImageError.of(f"a filter of {smoothing_mm} mm", "0 mm or more", "Give its full width at half maximum.")
    core = lesion_core(region)
    if (core & border(core.shape)).any():
        raise ImageError.of(
            "the hottest part of the box at its border",
            "the lesion within the box, with a rim of background",
            "Move the box away from hotter tissue beside, or enlarge it around the lesion.",
        )
    return region.contour(_flooded(gradient_magnitude(region, smoothing_mm), core))


def lesion_core(region: Region) -> Mask:
    """Return what is connected to the hottest voxel in the upper 30 % between the box's border and the maximum."""
    background = float(np.median(region.values[border(region.values.shape)]))
    threshold = background + CORE * (float(region.values.max()) - background)
    return component_at(region.values >= threshold, region.hottest)


def gradient_magnitude(region: Region, smoothing_mm: float) -> NDArray[np.float64]:
    """Return the magnitude of the gradient per mm, by central differences after a Gaussian; the box alone is read."""
    sigma = [smoothing_mm * _FWHM_TO_SIGMA / spacing for spacing in region.spacing_zyx]
    smooth = ndimage.gaussian_filter(region.values, sigma, mode="nearest") if smoothing_mm else region.values
    slopes = np.gradient(smooth, *region.spacing_zyx)
    return np.asarray(np.sqrt(sum(slope**2 for slope in slopes)))


def _flooded(magnitude: NDArray[np.float64], core: Mask) -> Mask:
    markers = np.where(core, 1, np.where(border(magnitude.shape), 2, 0)).astype(np.uint8)
    basins = sitk.MorphologicalWatershedFromMarkers(
        sitk.GetImageFromArray(magnitude),
        sitk.GetImageFromArray(markers),
        markWatershedLine=False,
        fullyConnected=False,
    )
    inside: Mask = sitk.GetArrayFromImage(basins) == 1
    return inside
