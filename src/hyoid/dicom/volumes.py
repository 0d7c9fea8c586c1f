"""A stack's pixels as a volume: a CT in Hounsfield units, a PET in SUV by body weight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from hyoid.dicom.counted import LARGEST_HU, OUTSIDE_HU, Counted
from hyoid.dicom.elements import number, text, tolerant
from hyoid.dicom.enhanced_pet import check_mapped
from hyoid.dicom.kinds import ENHANCED_PET
from hyoid.dicom.pixels import padding_range
from hyoid.dicom.read import read_headers, read_images
from hyoid.dicom.slice import Slice
from hyoid.dicom.source import Reader
from hyoid.dicom.stack import Stack
from hyoid.dicom.suv import GivenValues, Suv, suv_of
from hyoid.errors import DicomError
from hyoid.geometry import Volume
from hyoid.imaging.suv_limits import suv_level

PADDING_BELOW_HU = -900
"""A padding value above this is not believed: as water or soft tissue it would be cut out of the patient."""

PADDING_BELOW_ACTIVITY = 0.0
"""The same of a PET, after slope and intercept."""

_NOT_WHOLE = 1e-3
_SMALL = 2  # bytes of a stored value that 32 bits have room for after the intercept


@dataclass(frozen=True, slots=True)
class Measured:
    """A volume and how it was made.

    Parameters
    ----------
    volume
        CT: int16, HU. PET: float32, SUV by body weight in g/mL.
    headers
        The slices' headers, in the stack's order; of a CT the first alone.
    notes
        Sentences on what is unusual.
    suv
        Of a PET: factors, assumptions, notes.
    slopes
        Least and greatest rescale slope.
    """

    volume: Volume
    headers: tuple[Dataset, ...]
    notes: tuple[str, ...]
    slopes: tuple[float, float]
    suv: Suv | None = None


def ct_volume(stack: Stack, reader: Reader) -> Measured:
    """Read a CT in Hounsfield units: by its slope and intercept (PS3.3 C.7.6.16.2.9, C.11.1.1.2), one of each.

    Padding and everything below -1024 HU becomes -1024 HU.

    Raises
    ------
    DicomError
        If a slice cannot be read, has no rescale slope and intercept, or others than the slices before it.
    """
    array = np.full(stack.grid.shape, OUTSIDE_HU, dtype=np.int16)
    counted = Counted()
    header = Dataset()
    for place, one, (header, stored) in _placed(stack, reader):
        slope, intercept = rescale(header, one)
        counted.slopes.append(slope)
        counted.intercepts.append(intercept)
        counted.check_one_rescale(one.source.name)
        hounsfield = _whole_hounsfield(stored, slope, intercept, counted)
        padding = _believed_padding(header, slope, intercept, counted, PADDING_BELOW_HU)
        if padding is not None:
            hounsfield[(stored >= padding[0]) & (stored <= padding[1])] = OUTSIDE_HU
        if hounsfield.min() < OUTSIDE_HU or hounsfield.max() > LARGEST_HU:
            counted.below += int(np.count_nonzero(hounsfield < OUTSIDE_HU))
            counted.above += int(np.count_nonzero(hounsfield > LARGEST_HU))
            np.clip(hounsfield, OUTSIDE_HU, LARGEST_HU, out=hounsfield)
        array[place] = hounsfield
        counted.lossy |= text(header, "LossyImageCompression") == "01"
    _fill(array, stack)
    return Measured(Volume(array, stack.grid), (header,), tuple(counted.of_ct()), counted.range)


def pet_volume(stack: Stack, reader: Reader, given: GivenValues | None = None) -> Measured:
    """Read a PET in SUV by body weight: each slice by its own slope, then by its own factor.

    Raises
    ------
    DicomError
        If a slice cannot be read, has no rescale slope, an intercept of its own, or no SUV can be made; see `suv_of`.
    """
    array = np.zeros(stack.grid.shape, dtype=np.float32)
    counted, headers = Counted(), []
    for place, one, (header, stored) in _placed(stack, reader):
        slope, intercept = rescale(header, one)
        counted.slopes.append(slope)
        if one.sop_class != ENHANCED_PET:  # its real world value mapping is a line of its own in each frame
            counted.intercepts.append(intercept)
            counted.check_one_intercept(one.source.name)
        check_mapped(header, stored.min(), stored.max(), one.source.name)
        array[place] = stored * slope + intercept
        padding = _believed_padding(header, slope, intercept, counted, PADDING_BELOW_ACTIVITY)
        if padding is not None:
            outside = (stored >= padding[0]) & (stored <= padding[1])
            counted.padded += int(np.count_nonzero(outside & (stored != 0)))
            array[place][outside] = 0.0
        counted.lossy |= text(header, "LossyImageCompression") == "01"
        headers.append(header)
    suv = suv_of_headers(headers, given)
    for place, header in zip(stack.places, headers, strict=True):
        array[place] *= np.float32(factor_of(suv, header))
    counted.below = int(np.count_nonzero(array < 0))
    if not np.isfinite(array).all():
        raise DicomError.of("SUV that are no finite numbers", "finite values", "The series is damaged; copy it again.")
    counted.suv_level = suv_level(array[list(stack.places)])
    _fill(array, stack)
    return Measured(Volume(array, stack.grid), tuple(headers), tuple(counted.of_pet()), counted.range, suv)


def pet_headers(stack: Stack, reader: Reader) -> list[Dataset]:
    """Return the headers of a PET's slices: all that its SUV depends on."""
    return read_headers(stack.slices, reader)


def suv_of_headers(headers: list[Dataset], given: GivenValues | None) -> Suv:
    """Return the SUV factors of a PET; see `suv_of`."""
    with tolerant():
        return suv_of(headers, given)


def factor_of(suv: Suv, header: Dataset) -> float:
    """Return the factor of one slice.

    Raises
    ------
    DicomError
        If it is not a positive finite number.
    """
    factor = suv.factors.get(text(header, "SOPInstanceUID"), suv.factor)
    if factor is None or not (np.isfinite(factor) and factor > 0):
        raise DicomError.of(
            f"an SUV factor of {factor}", "a positive number", "Give weight, dose and times by --given."
        )
    return float(factor)


def rescale(header: Dataset, one: Slice) -> tuple[float, float]:
    """Return rescale slope and intercept of an image.

    Raises
    ------
    DicomError
        If one is missing or the slope is 0: without them stored values are no measurement.
    """
    slope, intercept = number(header, "RescaleSlope"), number(header, "RescaleIntercept")
    if slope is None or intercept is None or slope == 0:
        raise DicomError.of(
            f"rescale slope {slope} and intercept {intercept} in {one.source.name}",
            "two numbers, the slope not 0",
            "Stored values mean nothing without them; export the series again.",
        )
    return slope, intercept


def _whole_hounsfield(stored: NDArray[Any], slope: float, intercept: float, counted: Counted) -> NDArray[Any]:
    """Return stored values rescaled and rounded to whole numbers, not yet limited to a range."""
    if slope == 1 and intercept.is_integer() and abs(intercept) <= LARGEST_HU and stored.dtype.itemsize <= _SMALL:
        whole: NDArray[Any] = stored.astype(np.int32)
        whole += int(intercept)
        return whole
    rescaled = stored * slope + intercept
    rounded: NDArray[Any] = np.rint(rescaled)
    counted.rounded += bool(np.abs(rescaled - rounded).max() > _NOT_WHOLE)
    return rounded


def _placed(stack: Stack, reader: Reader) -> Iterator[tuple[int, Slice, tuple[Dataset, NDArray[Any]]]]:
    return zip(stack.places, stack.slices, read_images(stack.slices, reader), strict=True)


def _believed_padding(
    header: Dataset, slope: float, intercept: float, counted: Counted, limit: float
) -> tuple[float, float] | None:
    padding = padding_range(header)
    if padding is None:
        return None
    highest = max(end * slope + intercept for end in padding)
    if highest > limit:
        counted.disbelieved = highest
        return None
    return padding


def _fill(array: NDArray[Any], stack: Stack) -> None:
    """Interpolate missing slices linearly between the nearest ones that are there."""
    for place in stack.missing:
        below = max(p for p in stack.places if p < place)
        above = min(p for p in stack.places if p > place)
        part = (place - below) / (above - below)
        mixed = (1 - part) * array[below].astype(np.float64) + part * array[above]
        array[place] = np.rint(mixed) if np.issubdtype(array.dtype, np.integer) else mixed
