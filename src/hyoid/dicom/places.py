"""Where slices lie along their normal: one image a place, at one distance, straight above each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.slice import Slice
from hyoid.errors import DicomError

SAME_PLACE_MM = 0.01
"""Slices nearer than this lie at one place: positions are written with 16 characters, steps are 0.3 mm and more."""

PLACE_TOLERANCE = 0.05
"""How far a slice may lie from its place on the regular grid, as a part of the step: rounding of positions to a tenth
of a millimetre stays below it, a step of another size does not."""

PLACE_TOLERANCE_MM = 0.05
"""The same where 5 % of the step is less: half a unit of positions rounded to a tenth of a millimetre."""

TOLD_MM = 0.01
"""Deviations from the regular grid beyond this are told."""

DRIFT_MM = 0.1
"""How far a slice may be shifted within its plane against the first: beyond it the stack is sheared (gantry tilt)."""

_ALIKE = 1.1

Equal = Callable[[Slice, Slice], bool]
"""Tells whether two images hold the same picture at the same place; reads both."""


def one_a_place(
    slices: Sequence[Slice], normal: NDArray[np.float64], equal: Equal, notes: list[str]
) -> tuple[list[Slice], list[str]]:
    """Sort by position; equal images at one place become one, different ones are refused."""
    along = {one.key: float(np.dot(one.position or (), normal)) for one in slices}
    kept: list[Slice] = []
    doubled = different = 0
    for one in sorted(slices, key=lambda s: (along[s.key], s.instance_number or 0, s.key)):
        if not kept or along[one.key] - along[kept[-1].key] > SAME_PLACE_MM:
            kept.append(one)
            continue
        doubled += 1
        different += not (different or equal(kept[-1], one))
    if different:
        raise DicomError.of(
            f"{len(slices)} images at {len(kept)} places, which differ",
            "one image a place",
            f"{_why_several(slices, len(kept))} Split the series, and give the part that is meant.",
        )
    if doubled:
        notes = [*notes, f"{doubled} images were equal to another at the same place; they were left out."]
    return kept, notes


def _why_several(slices: Sequence[Slice], places: int) -> str:
    numbers = {one.acquisition_number for one in slices}
    times = {(one.acquisition_date, one.acquisition_time) for one in slices}
    frames = {one.frame_reference_time for one in slices}
    if len(slices) % places == 0 and max(len(times), len(frames)) >= len(slices) // places > 1:
        return f"It looks like a dynamic or gated series of {len(slices) // places} time points."
    if len(numbers) > 1 or len(times) > 1:
        return f"It looks like {max(len(numbers), len(times))} bed positions or acquisitions that overlap."
    return "It holds several reconstructions or copies with new UIDs."


def single_step(one: Slice, *, strict: bool) -> float:
    """Return the thickness of a single slice, mm; where a volume is wanted (not `strict`), it is refused."""
    if not strict:
        raise DicomError.of(
            f"a single slice ({one.source.name})",
            "2 slices or more: one has no distance to its neighbour",
            "Give the whole series.",
        )
    if one.thickness is None or one.thickness <= 0:
        raise DicomError.of(
            f"one slice without a thickness in {one.source.name}", "a slice's thickness", "Give a whole series."
        )
    return one.thickness


def regular(
    slices: Sequence[Slice], normal: NDArray[np.float64], fill_gaps: int | None, notes: list[str], strays: str = ""
) -> tuple[list[int], float]:
    """Return each slice's place on a regular grid, and its step in mm; what deviates is added to `notes`.

    Up to `fill_gaps` slices in a row may be missing; None where there is no filling them in. `strays` says which
    images of the series were left out before: a refusal repeats it, because they may be those that are missing.
    """
    left_out = f"; {strays}" if strays else ""
    along = np.array([np.dot(one.position or (), normal) for one in slices])
    steps = np.diff(along)
    usual = float(np.median(steps[steps <= _ALIKE * steps.min()]))  # where slices are missing steps are its multiples
    jumps = np.rint(steps / usual).astype(int)
    places = np.concatenate([[0], np.cumsum(jumps)])
    step = float((along[-1] - along[0]) / max(1, places[-1]))
    off = np.abs(along - along[0] - places * step)
    worst = int(off.argmax())
    if jumps.min() < 1 or off[worst] > max(PLACE_TOLERANCE_MM, PLACE_TOLERANCE * step):
        found = ", ".join(f"{mm:.4g} mm ({n} times)" for mm, n in Counter(np.round(steps, 3)).most_common(3))
        several = len({(one.acquisition_number, one.acquisition_time) for one in slices}) > 1
        raise DicomError.of(
            f"slices at irregular distances: {found}{left_out}",
            "one distance throughout",
            ("Several acquisitions or bed positions seem to be mixed: split the series." if several else "")
            or "Parts of different distance cannot be one image: split the series.",
        )
    longest = int(jumps.max()) - 1
    missing = int(places[-1]) + 1 - len(slices)
    if longest > (fill_gaps or 0):
        at = slices[int(jumps.argmax())]
        raise DicomError.of(
            f"a gap: {missing} slices are missing, {longest} in a row after {at.source.name}{left_out}",
            f"a slice every {step:.4g} mm",
            ("Export the series again with one size, spacing and orientation" if strays else "Copy the series again")
            + ("." if fill_gaps is None else f", or interpolate them with --fill-gaps {longest}."),
        )
    if missing:
        notes.append(f"{missing} missing slices were interpolated between their neighbours, {longest} in a row.")
    if off[worst] > TOLD_MM:
        notes.append(f"Slices lie up to {off[worst]:.3f} mm off a regular distance of {step:.4g} mm.")
    return [int(place) for place in places], step


def check_drift(slices: Sequence[Slice], axes: NDArray[np.float64]) -> None:
    """Refuse a stack whose slices are shifted against each other within their plane."""
    shifts = np.array([one.position for one in slices]) - np.asarray(slices[0].position)
    drift = np.abs(shifts @ axes[:2].T).max(axis=1)
    if drift.max() > DRIFT_MM:
        way = shifts[-1]
        angle = np.degrees(np.arccos(min(1.0, abs(float(way @ axes[2])) / float(np.linalg.norm(way)))))
        raise DicomError.of(
            f"slices shifted by up to {drift.max():.3g} mm within their plane, {angle:.2g} degrees off the normal",
            "a rectangular stack",
            "A gantry tilt was not corrected: reconstruct without tilt, or resample the series.",
        )
