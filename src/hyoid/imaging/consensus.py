"""One contour from several observers': majority vote and STAPLE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.blocks import block_of_slices
from hyoid.imaging.components import content_block, voxel_counts

Labels = NDArray[np.uint8]
Slices = tuple[slice, slice, slice]

PRIOR_MARGIN_VOXELS = 5
"""Background around all contours of a label that STAPLE looks at: its prior depends on how much there is."""

STAPLE_ITERATIONS = 1000

TIE = 1e-6
"""Probabilities closer than this are equal: of two observers one of whom drew nothing, STAPLE makes 0.5 exactly."""


@dataclass(frozen=True, slots=True, eq=False)
class Consensus:
    """A label map that several agree on.

    Parameters
    ----------
    labels
        uint8 (z, y, x).
    sensitivity, specificity
        By label, STAPLE's estimates of each observer, in the order given; empty of a majority.
    notes
        What to look at, in sentences.
    """

    labels: Volume
    sensitivity: dict[int, tuple[float, ...]]
    specificity: dict[int, tuple[float, ...]]
    notes: tuple[str, ...]


def majority(observers: Sequence[Volume]) -> Consensus:
    """Return the label that more than half of the observers gave each voxel; where there is none, background.

    Parameters
    ----------
    observers
        Two or more label maps, uint8 (z, y, x), on one grid. Of two, both must agree.

    Raises
    ------
    ImageError
        If there are fewer than two, one is not uint8, or their grids differ.
    """
    maps, block = _checked(observers)
    agreed = np.zeros(maps[0].shape, np.uint8)
    for label in _labels(maps):
        votes = np.sum([each == label for each in maps], axis=0)
        agreed[2 * votes > len(maps)] = label
    return Consensus(_whole(agreed, block, observers[0]), {}, {}, _lost_notes(maps, agreed))


def staple(observers: Sequence[Volume]) -> Consensus:
    """Return the contour that STAPLE estimates from the observers', label by label.

    Parameters
    ----------
    observers
        Two or more label maps, uint8 (z, y, x), on one grid.

    Raises
    ------
    ImageError
        If there are fewer than two, one is not uint8, or their grids differ.

    Notes
    -----
    Warfield, Zou & Wells, IEEE Trans Med Imaging 2004;23:903-921, as SimpleITK's `STAPLEImageFilter` has it: one prior,
    the mean share of the label over observers and voxels, and every observer's sensitivity and specificity by
    expectation maximisation. The prior depends on how much background is looked at: here the bounding box of all
    observers' contours of a label and 5 voxels around. A voxel takes the label whose probability is above a half; if
    two have that, the more probable, and of equals the smaller number. A label that not all observers drew is kept or
    dropped by that estimate too: a note says so.
    """
    maps, block = _checked(observers)
    agreed = np.zeros(maps[0].shape, np.uint8)
    best = np.zeros(maps[0].shape, np.float64)
    sensitivity, specificity = {}, {}
    notes: tuple[str, ...] = ()
    for label in _labels(maps):
        masks = [each == label for each in maps]
        around = _around(masks)
        probability, sensitivity[label], specificity[label] = _estimate([mask[around] for mask in masks])
        better = (probability > 0.5 + TIE) & (probability > best[around] + TIE)
        agreed[around][better] = label
        best[around][better] = probability[better]
        drawn = sum(bool(mask.any()) for mask in masks)
        if drawn < len(maps):
            notes += (f"Label {label} was drawn by {drawn} of {len(maps)} observers.",)
    notes += _lost_notes(maps, agreed)
    return Consensus(_whole(agreed, block, observers[0]), sensitivity, specificity, notes)


def _estimate(masks: list[NDArray[np.bool_]]) -> tuple[NDArray[np.float64], tuple[float, ...], tuple[float, ...]]:
    """Return the probability of each voxel, and each observer's sensitivity and specificity."""
    staple_filter = sitk.STAPLEImageFilter()
    staple_filter.SetForegroundValue(1.0)
    staple_filter.SetMaximumIterations(STAPLE_ITERATIONS)
    image = staple_filter.Execute([sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in masks])
    probability = np.asarray(sitk.GetArrayFromImage(image), np.float64)
    return probability, tuple(staple_filter.GetSensitivity()), tuple(staple_filter.GetSpecificity())


def _checked(observers: Sequence[Volume]) -> tuple[list[Labels], Slices]:
    """Return the label maps cut to what any of them holds, with STAPLE's margin, and that block."""
    if len(observers) < 2:
        raise ImageError.of(f"{len(observers)} label maps", "two or more", "A consensus needs several observers.")
    for each in observers:
        if each.array.dtype != np.uint8:
            raise ImageError.of(f"a label map of type {each.array.dtype}", "uint8", "Give labels as uint8.")
        if not each.grid.same_as(observers[0].grid):
            raise ImageError.of(
                f"label maps on {each.grid} and on {observers[0].grid}", "one grid", "Resample them onto one."
            )
    block = _around([each.array for each in observers])
    return [each.array[block] for each in observers], block


def _whole(agreed: Labels, block: Slices, like: Volume) -> Volume:
    labels = np.zeros(like.grid.shape, np.uint8)
    labels[block] = agreed
    return like.with_array(labels)


def _labels(maps: list[Labels]) -> list[int]:
    return sorted({int(label) for each in maps for label in np.flatnonzero(voxel_counts(each))})


def _around(arrays: Sequence[NDArray[Any]]) -> Slices:
    z, y, x = content_block(*arrays)
    return block_of_slices((z, y, x), arrays[0].shape, PRIOR_MARGIN_VOXELS).slices


def _lost_notes(maps: list[Labels], agreed: Labels) -> tuple[str, ...]:
    found = _labels([agreed])
    return tuple(f"Nothing of label {label} is agreed on." for label in _labels(maps) if label not in found)
