"""The scanners: grids of CT and PET, point-spread, noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import CohortError
from hyoid.geometry import Grid
from hyoid.phantom.build import Build
from hyoid.phantom.centers import Center

Size = Literal["tiny", "small", "full"]
VOXEL_MM = {"tiny": 4.0, "small": 2.0}
"""Nominal voxel edge of the reduced sizes; `full` has the native voxels of each centre."""

MISREGISTERED_SHARE = 0.05
SUV_SIGMA, SUV_FACTORS = 0.10, (0.85, 1.18)
"""Spread of the logarithm of a study's SUV about the truth (test-retest about 10 %), and its ends."""

_FWHM_TO_SIGMA = 1.0 / 2.3548
_REFERENCE_COUNTS = 1500.0


@dataclass(frozen=True, slots=True)
class Scan:
    """One acquisition: grids, blur, noise, and how far the PET lies from the CT (x, y, z, mm).

    `suv_factor` is what the scanner shows for a true SUV of 1: calibration, uptake time and the weight that was noted
    differ from study to study.
    """

    ct: Grid
    pet: Grid
    psf_mm: float
    noise: float
    ct_noise_hu: float
    offset_mm: tuple[float, float, float]
    whole_body: bool
    suv_factor: float


def draw_scan(rng: np.random.Generator, center: Center, size: Size, build: Build) -> Scan:
    """Draw the acquisition of a patient at a centre.

    Raises
    ------
    CohortError
        If `size` is none of the three.
    """
    if size not in ("tiny", "small", "full"):
        raise CohortError.of(f"size={size!r}", "'tiny', 'small' or 'full'", "Choose one of the three.")
    whole_body = bool(rng.random() < center.whole_body)
    ct_mm = center.ct_mm[0 if whole_body else int(rng.integers(len(center.ct_mm)))]
    pet_mm = center.pet_mm[int(rng.integers(len(center.pet_mm)))]
    if size != "full":
        edge = VOXEL_MM[size]
        ct_mm = (edge * rng.uniform(0.96, 1.0), edge * rng.uniform(0.97, 1.03))
        pet_mm = (edge * rng.uniform(1.04, 1.09), edge * rng.uniform(1.04, 1.08))
    above = float(rng.uniform(12, 45))
    depth = float(rng.uniform(930, 1040) if whole_body else rng.uniform(355, 480))
    ct_above, ct_depth = above, depth
    if center.ct_shorter:
        ct_above, ct_depth = min(above, 14.0), min(depth - 40.0, rng.uniform(330, 370) * build.scale[2])
    shift = rng.normal(0, 6, 2)
    ct_fov = min(center.ct_fov_mm, ct_mm[0] * 512)
    scale = max(build.scale[2], 0.95)
    place = build.place_mm
    return Scan(
        ct=_grid(place, (0.0, 0.0), ct_fov, ct_mm, ct_above, ct_depth * scale),
        pet=_grid(place, (shift[0], shift[1]), _pet_fov(center, size), pet_mm, above, depth * scale),
        psf_mm=float(rng.uniform(*center.psf_mm)),
        noise=float(0.10 * np.sqrt(_REFERENCE_COUNTS / center.counts) * rng.uniform(0.8, 1.25)),
        ct_noise_hu=float({"tiny": 7.0, "small": 10.0, "full": 13.0}[size] * rng.uniform(0.8, 1.25)),
        offset_mm=_draw_offset(rng),
        whole_body=whole_body,
        suv_factor=float(np.clip(np.exp(rng.normal(0.0, SUV_SIGMA)), *SUV_FACTORS)),
    )


def _pet_fov(center: Center, size: Size) -> float:
    """Reduced sizes leave out most of the air around the patient; native matrices keep it."""
    return center.pet_fov_mm if size == "full" else 540.0


def _grid(
    place: tuple[float, float, float],
    shift: tuple[float, float],
    fov: float,
    voxel: tuple[float, float],
    above: float,
    depth: float,
) -> Grid:
    plane = round(fov / voxel[0])
    slices = round((above + depth) / voxel[1])
    x0 = place[0] * 0.3 + shift[0] - (plane - 1) / 2 * voxel[0]
    y0 = place[1] * 0.3 + 10.0 + shift[1] - (plane - 1) / 2 * voxel[0]
    spacing = (round(voxel[0], 4), round(voxel[0], 4), round(voxel[1], 4))
    origin = (round(x0, 3), round(y0, 3), round(place[2] - depth, 3))
    return Grid((plane, plane, slices), spacing, origin)


def _draw_offset(rng: np.random.Generator) -> tuple[float, float, float]:
    length = rng.uniform(7, 14) if rng.random() < MISREGISTERED_SHARE else rng.uniform(0, 3)
    direction = rng.normal(size=3)
    x, y, z = direction / np.linalg.norm(direction) * length
    return float(x), float(y), float(z)


def blur(image: NDArray[np.float32], fwhm_mm: float, spacing_xyz: tuple[float, float, float]) -> NDArray[np.float32]:
    """Convolve with a Gaussian by Lindeberg's discrete kernel, whose variance is exact on coarse grids too."""
    from scipy.ndimage import convolve1d

    for axis, spacing in enumerate(reversed(spacing_xyz)):
        taps = gaussian_taps(fwhm_mm * _FWHM_TO_SIGMA / spacing)
        image = convolve1d(image, taps, axis=axis, mode="nearest", output=np.float32)
    return image


def gaussian_taps(sigma: float) -> NDArray[np.float64]:
    """Return the discrete Gaussian exp(-t) I_k(t), t = sigma^2 (Lindeberg 1990), normalised."""
    from scipy.special import ive

    reach = int(np.ceil(3.5 * sigma + 1))
    taps = ive(np.abs(np.arange(-reach, reach + 1)), sigma**2)
    return np.asarray(taps / taps.sum(), np.float64)


def pet_noise(rng: np.random.Generator, activity: NDArray[np.float32], scan: Scan) -> NDArray[np.float32]:
    """Return correlated noise whose variance grows with the activity, as counts do.

    `scan.noise` is the coefficient of variation in the liver (SUV 2.2) at voxels of 4 mm.
    """
    white = rng.standard_normal(activity.shape, dtype=np.float32)
    fwhm = 0.85 * scan.psf_mm
    smooth = blur(white, fwhm, scan.pet.spacing)
    gain = 1.0
    for spacing in scan.pet.spacing:
        gain *= float(np.sqrt(np.sum(gaussian_taps(fwhm * _FWHM_TO_SIGMA / spacing) ** 2)))
    level = scan.noise * np.sqrt(2.2)
    return np.asarray(smooth * (level / gain) * np.sqrt(np.maximum(activity, 0) + 0.03), np.float32)
