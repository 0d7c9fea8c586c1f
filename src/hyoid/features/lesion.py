"""Measures of lesions: volume, MTV, TLG, SUV, counts."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from hyoid.cohort import GTVN, GTVP
from hyoid.features.names import LESIONS, MEASURES
from hyoid.geometry import Grid, Volume
from hyoid.imaging import Connectivity, content_block, label_components, resample
from hyoid.metrics import as_labels

PEAK_VOLUME_ML = 1.0
"""Volume of the sphere of SUVpeak (PERCIST; IBSI's intensity peak)."""


def lesion_measures(
    mask: Volume, pet: Volume | None, *, active_suv: float = 0.0, connectivity: Connectivity = 26
) -> dict[str, float]:
    """Measure the lesions of a label map, and their uptake in the PET.

    The PET is interpolated linearly at the voxel centres of the mask, and never the mask onto the PET: the contour is
    what was drawn, and on the PET's coarse voxels a node of 1 mL would be 10 to 20 of them. Linear interpolation
    makes no uptake that the scan does not have; SUVmax may so be a little under the greatest voxel of the PET.

    Parameters
    ----------
    mask
        Label map: 0 background, 1 GTVp, 2 GTVn, on any grid.
    pet
        PET in SUVbw on any grid, or None.
    active_suv
        Voxels below this SUV count neither in MTV nor in TLG. With 0 the whole contour counts, which is what the
        challenge's literature calls MTV.
    connectivity
        What makes voxels one component, for the counts.

    Returns
    -------
    dict
        For each of `gtvp`, `gtvn`, `total`, as `gtvp_volume_ml` and so on:

        - `volume_ml`: volume of the contour, mL.
        - `count`: connected components (`total`: the sum of both).
        - `pet_coverage`: part of the contour within the PET's field, 0 to 1.
        - `mtv_ml`: metabolic tumour volume, the part within the PET with `active_suv` or more, mL.
        - `tlg_g`: total lesion glycolysis, mean SUV of that part times its volume (g, as SUV is g/mL).
        - `suv_max`, `suv_mean`: over the contour within the PET.
        - `suv_peak`: greatest mean over a sphere of `PEAK_VOLUME_ML` centred on a voxel of the contour; the sphere may
          reach beyond the contour, and counts what lies in the PET (IBSI 0F91, global intensity peak).

        A lesion that is not there has volume, count, MTV and TLG 0, the rest NaN. Without PET, or with the lesion
        outside it, all that needs the PET is NaN, never 0.

    Raises
    ------
    ImageError
        If a label is not 0, 1 or 2.

    References
    ----------
    Zwanenburg et al., "The Image Biomarker Standardisation Initiative", Radiology 295, 2020 (IBSI reference manual,
    section 3.2). Wahl et al., "From RECIST to PERCIST", J Nucl Med 50, 2009.
    """
    labels = as_labels(mask.array, "the mask")
    block = content_block(labels)
    start, labels = tuple(at.start for at in block), labels[block]
    lesions = {"gtvp": labels == GTVP, "gtvn": labels == GTVN}
    counts = {name: label_components(lesion, connectivity)[1] for name, lesion in lesions.items()}
    lesions["total"], counts["total"] = labels != 0, sum(counts.values())
    measures: dict[str, float] = {}
    for name in LESIONS:
        grid, inside = _around(lesions[name], start, mask.grid)
        found = {"count": float(counts[name]), **_measure(inside, grid, pet, active_suv)}
        measures |= {f"{name}_{key}": found[key] for key in MEASURES}
    return measures


def _measure(inside: NDArray[np.bool_], grid: Grid, pet: Volume | None, active_suv: float) -> dict[str, float]:
    volume_ml = {"volume_ml": float(inside.sum()) * grid.voxel_volume_mm3 / 1000.0}
    if not inside.any():
        return volume_ml | {"pet_coverage": math.nan, "mtv_ml": 0.0, "tlg_g": 0.0} | _no_suv()
    if pet is None:
        return volume_ml | {"pet_coverage": math.nan, "mtv_ml": math.nan, "tlg_g": math.nan} | _no_suv()
    suv = resample(pet, grid, "linear", outside=math.nan).array
    return volume_ml | _uptake(suv, inside, grid, active_suv)


def _uptake(suv: NDArray[np.float32], inside: NDArray[np.bool_], grid: Grid, active_suv: float) -> dict[str, float]:
    """Measure a lesion that is there; `suv` is NaN outside the PET."""
    covered = inside & np.isfinite(suv)
    values = suv[covered].astype(np.float64)
    coverage = float(covered.sum() / inside.sum())
    if not len(values):
        return {"pet_coverage": 0.0, "mtv_ml": math.nan, "tlg_g": math.nan} | _no_suv()
    active, voxel_ml = values[values >= active_suv], grid.voxel_volume_mm3 / 1000.0
    return {
        "pet_coverage": coverage,
        "mtv_ml": len(active) * voxel_ml,
        "tlg_g": float(active.sum()) * voxel_ml,
        "suv_max": float(values.max()),
        "suv_mean": float(values.mean()),
        "suv_peak": _peak(suv, covered, grid),
    }


def _no_suv() -> dict[str, float]:
    return dict.fromkeys(("suv_max", "suv_mean", "suv_peak"), math.nan)


def _peak(suv: NDArray[np.float32], centres: NDArray[np.bool_], grid: Grid) -> float:
    """Return the greatest mean over a sphere centred on one of `centres`; voxels that are NaN do not count."""
    present = np.isfinite(suv)
    sphere = peak_sphere(grid)
    sums = fftconvolve(np.where(present, suv, 0.0).astype(np.float64), sphere, mode="same")
    counts = np.rint(fftconvolve(present.astype(np.float64), sphere, mode="same"))
    return float((sums[centres] / counts[centres]).max())


def peak_sphere(grid: Grid) -> NDArray[np.float64]:
    """Return the sphere of SUVpeak on a grid's voxels (z, y, x): 1 where a centre lies within it, else 0."""
    radius_mm = _peak_radius_mm()
    reach = [int(radius_mm / spacing) for spacing in reversed(grid.spacing)]
    offsets = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    squared = sum((offset * s) ** 2 for offset, s in zip(offsets, reversed(grid.spacing), strict=True))
    sphere: NDArray[np.float64] = (np.asarray(squared) <= radius_mm**2).astype(np.float64)
    return sphere


def _peak_radius_mm() -> float:
    return float((3000.0 * PEAK_VOLUME_ML / (4 * math.pi)) ** (1 / 3))


def _around(lesion: NDArray[np.bool_], corner: tuple[int, ...], grid: Grid) -> tuple[Grid, NDArray[np.bool_]]:
    """Return the block of the lesion, widened by the sphere of SUVpeak, as a grid, and the lesion on it.

    `corner` is the index (z, y, x) in `grid` of the first voxel of `lesion`. The block may reach beyond the mask's own
    field: the PET often does.
    """
    if not lesion.any():
        return grid, lesion
    reach = [int(_peak_radius_mm() / spacing) + 1 for spacing in reversed(grid.spacing)]
    own = content_block(lesion)
    inside = np.pad(lesion[own], [(n, n) for n in reach])
    z, y, x = (first + at.start - n for first, at, n in zip(corner, own, reach, strict=True))
    return grid.cropped((x, y, z), (inside.shape[2], inside.shape[1], inside.shape[0])), inside
