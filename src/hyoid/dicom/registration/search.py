"""Where two CTs may lie to one another: every translation at once, for a few postures of the head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import fft

from hyoid.dicom.registration.prepared import AIR_HU, PreparedCt
from hyoid.imaging.itk import to_sitk

COARSE_MM = 8.0
"""Voxel size of the search: a third of a vertebra's height, so that neighbouring vertebrae are told apart."""

FLEXIONS_DEG = (-24.0, -12.0, 0.0, 12.0, 24.0)
"""How much the head may be flexed against the other CT's: planning masks hold it extended, PET/CT head rests do not."""

LEAST_OVERLAP = 0.3
"""Least share of the smaller body in view that must lie in the other CT's field; less overlap fits anything."""

VALUE_RANGE_HU = (-500.0, 1000.0)
"""Range of values compared: air and metal beyond it say no more."""

_LEAST_VARIANCE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A possible alignment: `transform` takes points of the fixed CT to the moving one's; `score` is their NCC."""

    transform: sitk.Euler3DTransform
    score: float


def candidates(fixed: PreparedCt, moving: PreparedCt) -> list[Candidate]:
    """Return for each flexion the translation of greatest normalised cross-correlation, the best first.

    All translations are tried at once, in Fourier space; values outside the fields of view do not count, so that a
    shifted table or a cropped field changes nothing. Translations with less than `LEAST_OVERLAP` are not considered;
    where there is no other, the list is empty.

    References
    ----------
    Padfield, "Masked object registration in the Fourier domain", IEEE Trans Image Process 21:2706, 2012.
    """
    coarse_fixed, coarse_moving = fixed.coarser(COARSE_MM), moving.coarser(COARSE_MM)
    found = []
    for flexion in FLEXIONS_DEG:
        turn = sitk.Euler3DTransform()
        turn.SetCenter(moving.centre.tolist())
        turn.SetRotation(np.deg2rad(flexion), 0.0, 0.0)
        best = _best_shift(coarse_fixed, coarse_moving, turn)
        if best is not None:
            found.append(best)
    return sorted(found, key=lambda candidate: -candidate.score)


def _best_shift(fixed: PreparedCt, moving: PreparedCt, turn: sitk.Euler3DTransform) -> Candidate | None:
    """Return the best translation of the turned moving CT."""
    reference, values, field, body = _turned(moving, turn)
    score = _correlation(fixed, values, field, body)
    peak = np.unravel_index(int(np.argmax(score)), score.shape)
    if not np.isfinite(score[peak]):
        return None
    # The shift of the moving array, in voxels (z, y, x), that lays it on the fixed one; negative ones stand at the end.
    shift = [
        int(i) if i < n else int(i) - total for i, n, total in zip(peak, fixed.body.shape, score.shape, strict=True)
    ]
    step = np.asarray(fixed.grid.spacing)
    moved = np.asarray(fixed.grid.origin) + np.asarray(shift[::-1]) * step - reference
    transform = sitk.Euler3DTransform()
    # The fixed point x is the turned one x - moved, which `turn` takes to the moving CT.
    transform.SetCenter((np.asarray(turn.GetCenter()) + moved).tolist())
    transform.SetRotation(turn.GetAngleX(), turn.GetAngleY(), turn.GetAngleZ())
    transform.SetTranslation((-moved).tolist())
    return Candidate(transform, float(score[peak]))


def _turned(
    moving: PreparedCt, turn: sitk.Euler3DTransform
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return the turned moving CT on a grid that holds it: the grid's origin, values, field and body as 0 to 1."""
    step = np.asarray(moving.grid.spacing)
    back = turn.GetInverse()
    corners = np.array([back.TransformPoint(corner) for corner in moving.grid.corners().tolist()])
    low, high = corners.min(axis=0), corners.max(axis=0)
    size = [int(n) for n in np.ceil((high - low) / step)]
    origin = low + step / 2

    def at(array: NDArray[np.float32], outside: float) -> NDArray[np.float32]:
        image = sitk.Resample(
            to_sitk(moving.hu.with_array(array)), size, turn, sitk.sitkLinear, origin.tolist(), step.tolist(),
            np.eye(3).ravel().tolist(), outside, sitk.sitkFloat32,
        )  # fmt: skip
        turned: NDArray[np.float32] = sitk.GetArrayFromImage(image)
        return turned

    masks = [np.rint(at(mask.astype(np.float32), 0.0)) for mask in (moving.field, moving.body)]
    return origin, at(moving.hu.array, AIR_HU), masks[0], masks[1]


def _correlation(
    fixed: PreparedCt, values: NDArray[np.float32], field: NDArray[np.float32], body: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the normalised cross-correlation at every shift, -inf where too little of the bodies overlaps."""
    shape = [a + b - 1 for a, b in zip(fixed.body.shape, values.shape, strict=True)]
    padded = [fft.next_fast_len(n, real=True) for n in shape]

    def forward(array: NDArray[np.float64]) -> NDArray[np.complex128]:
        spectrum: NDArray[np.complex128] = fft.rfftn(array, padded)
        return spectrum

    def correlate(one: NDArray[np.complex128], other: NDArray[np.complex128]) -> NDArray[np.float64]:
        return np.asarray(fft.irfftn(one * np.conj(other), padded), np.float64)

    mask_f, mask_m = fixed.field.astype(np.float64), field.astype(np.float64)
    f, m = _scaled(fixed.hu.array) * mask_f, _scaled(values) * mask_m
    to_f, to_m = forward(f), forward(m)
    of_f, of_m = forward(mask_f), forward(mask_m)
    count = np.maximum(correlate(of_f, of_m), 1.0)
    sum_f, sum_m = correlate(to_f, of_m), correlate(of_f, to_m)
    product = correlate(to_f, to_m) - sum_f * sum_m / count
    variance_f = correlate(forward(f * f), of_m) - sum_f**2 / count
    variance_m = correlate(of_f, forward(m * m)) - sum_m**2 / count
    bodies = correlate(forward(fixed.body.astype(np.float64)), of_m), correlate(of_f, forward(body.astype(np.float64)))
    least = LEAST_OVERLAP * min(float(np.count_nonzero(fixed.body)), float(body.sum()))
    enough = (bodies[0] >= least) & (bodies[1] >= least)
    enough &= (variance_f > _LEAST_VARIANCE * count) & (variance_m > _LEAST_VARIANCE * count)
    score = np.full(count.shape, -np.inf)
    score[enough] = product[enough] / np.sqrt(variance_f[enough] * variance_m[enough])
    return score


def _scaled(hu: NDArray[np.float32]) -> NDArray[np.float64]:
    low, high = VALUE_RANGE_HU
    return (np.clip(hu, low, high).astype(np.float64) - low) / (high - low)
