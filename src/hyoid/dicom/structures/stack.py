"""A region as a stack of parallel planes: which plane speaks for which place between and beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.structures.polygons import Points, area, partly_overlap, signed_distance
from hyoid.errors import DicomError

Gaps = Literal["interpolate", "leave", "refuse"]
"""What is done with slices on which nothing is drawn between two on which the region's contours overlap."""

PLANE_TOLERANCE_MM = 0.1
"""Contours whose planes lie closer than this are of one plane."""

MOST_MISSING = 5
"""More undrawn slices than this are no omission in drawing: they stay empty under every policy, and it is said."""

WIDEST_SPACING_MM = 6.0
"""Slices on which contours are drawn lie no farther apart than this: two planes alone at a greater distance say
nothing of the spacing of slices."""


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """Planes in ascending order, and the distance of the slices that they were drawn on.

    A plane speaks for half a slice on either side, or up to the middle to a neighbour that is nearer. Where slices
    between two planes are missing, `bridged` (index of the lower plane) says which gaps are to be interpolated.
    """

    offsets_mm: NDArray[np.float64]
    polygons: tuple[tuple[Points, ...], ...]
    spacing_mm: float
    bridged: frozenset[int] = frozenset()

    def reach(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lower and the upper end of what each plane speaks for, mm."""
        half = self.spacing_mm / 2
        lower, upper = self.offsets_mm - half, self.offsets_mm + half
        middles = (self.offsets_mm[1:] + self.offsets_mm[:-1]) / 2
        near = np.diff(self.offsets_mm) < 1.5 * self.spacing_mm
        lower[1:][near], upper[:-1][near] = middles[near], middles[near]
        return lower, upper

    def plane_at(self, offset_mm: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the index of the plane that speaks for each offset, -1 where none does; of two, the upper one."""
        lower, upper = self.reach()
        slack = 1e-6 * self.spacing_mm
        index = np.searchsorted(lower, offset_mm + slack, side="right") - 1
        found = (index >= 0) & (offset_mm < upper[np.maximum(index, 0)] - slack)
        return np.where(found, index, -1)

    def bridge_at(self, offset_mm: float) -> tuple[int, float] | None:
        """Return the plane below and the share of the way to the one above, where that gap is to be interpolated."""
        index = int(np.searchsorted(self.offsets_mm, offset_mm, side="right")) - 1
        if index not in self.bridged:
            return None
        low, high = self.offsets_mm[index], self.offsets_mm[index + 1]
        return index, float((offset_mm - low) / (high - low))

    def between(self, index: int, share: float, points: Points) -> NDArray[np.bool_]:
        """Return which points (n, 2) a shape between two planes holds: the mean of their signed distances is >= 0."""
        low, high = (signed_distance(points, self.polygons[index + step]) for step in (0, 1))
        inside: NDArray[np.bool_] = (1 - share) * low + share * high >= 0
        return inside


def stack_of(
    offsets_mm: Sequence[float],
    polygons: Sequence[Points],
    spacing_mm: float,
    gaps: Gaps,
    name: str,
    tolerance_mm: float = PLANE_TOLERANCE_MM,
) -> tuple[Stack, list[str]]:
    """Sort contours into planes, and decide on the gaps between them.

    Returns
    -------
    tuple
        The stack, and a sentence on all that was not plain.

    Raises
    ------
    DicomError
        If slices are missing within the region and `gaps` is "refuse".
    """
    planes: list[tuple[float, list[Points]]] = []
    for offset, polygon in sorted(zip(offsets_mm, polygons, strict=True), key=lambda pair: pair[0]):
        if planes and offset - planes[-1][0] <= tolerance_mm:
            planes[-1][1].append(polygon)
        else:
            planes.append((offset, [polygon]))
    single, notes = [], []
    doubled = crossed = 0
    for _, own in planes:
        kept = _without_copies(own)
        doubled += len(own) - len(kept)
        crossed += partly_overlap(kept)
        single.append(tuple(kept))
    if doubled:
        notes.append(f"{name}: {doubled} contours are there twice and count once.")
    if crossed:
        notes.append(
            f"{name}: on {crossed} planes contours overlap in part; by the even-odd rule what they share is outside."
        )
    stack = Stack(np.array([offset for offset, _ in planes]), tuple(single), spacing_mm)
    bridged, said = _bridges(stack, gaps, name)
    return Stack(stack.offsets_mm, stack.polygons, spacing_mm, frozenset(bridged)), notes + said


def slice_spacing(gaps_mm: Sequence[float], name: str) -> float:
    """Return the distance of the slices that contours were drawn on: the most frequent distance of their planes.

    Of equally frequent ones it is the smallest.

    Raises
    ------
    DicomError
        If there is but one plane, or the distance is no distance of slices.
    """
    counted = Counter(round(gap, 2) for gap in gaps_mm if gap > PLANE_TOLERANCE_MM)
    most = max(counted.values(), default=0)
    spacing = min((gap for gap, times in counted.items() if times == most), default=0.0)
    if not 0 < spacing <= WIDEST_SPACING_MM:
        found = f"planes {spacing:g} mm apart" if spacing else "one plane alone"
        raise DicomError.of(
            f"{found} in '{name}'",
            f"contours on neighbouring slices, up to {WIDEST_SPACING_MM:g} mm apart",
            "Give the spacing of the slices that the contours were drawn on (--slice-spacing).",
        )
    return spacing


def _without_copies(polygons: Sequence[Points]) -> list[Points]:
    """Leave out contours with the same vertices as another one, which by even-odd would cancel each other."""
    kept = {np.unique(np.round(polygon, 3), axis=0).tobytes(): polygon for polygon in reversed(polygons)}
    return list(reversed(kept.values()))


def _bridges(stack: Stack, gaps: Gaps, name: str) -> tuple[list[int], list[str]]:
    """Return the gaps to be interpolated, and what is to be said of gaps."""
    missing = np.rint(np.diff(stack.offsets_mm) / stack.spacing_mm).astype(int) - 1
    within = [int(k) for k in np.flatnonzero(missing > 0) if _one_above_the_other(stack, int(k))]
    short = [k for k in within if missing[k] <= MOST_MISSING]
    wide = [k for k in within if missing[k] > MOST_MISSING]
    if short and gaps == "refuse":
        raise DicomError.of(
            f"{int(missing[short].sum())} slices without a contour within '{name}'",
            "a contour on each slice of a region",
            "Draw them, or let gaps be interpolated or left.",
        )
    notes = []
    if short:
        what = "interpolated" if gaps == "interpolate" else "left empty"
        notes.append(f"{name}: {int(missing[short].sum())} slices without a contour within it were {what}.")
    if wide:
        notes.append(
            f"{name}: {int(missing[wide].sum())} slices between parts that lie over one another were left empty: "
            f"more than {MOST_MISSING} in a row are no omission."
        )
    return (short if gaps == "interpolate" else []), notes


def _one_above_the_other(stack: Stack, index: int) -> bool:
    """Whether the region's shape half-way up a gap is not empty: two nodes at two levels are no gap in one."""
    low, high = stack.polygons[index], stack.polygons[index + 1]
    both = np.concatenate([*low, *high])
    start, end = both.min(axis=0), both.max(axis=0)
    step = max(float((end - start).max()) / 200, 0.25)
    x, y = (np.arange(a, b + step, step) for a, b in zip(start, end, strict=True))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    areas = sum(area(polygon) for polygon in low) > 0 and sum(area(polygon) for polygon in high) > 0
    return areas and bool(stack.between(index, 0.5, points).any())
