"""Radiomics features of lesions by z-rad, an IBSI-checked library that comes with the extra `hyoid[radiomics]`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import GTVN, GTVP
from hyoid.errors import HyoidError
from hyoid.features.component import Component, block_of
from hyoid.features.density import AIR_HU
from hyoid.features.radiomics_settings import (
    Family,
    FixedBinWidth,
    ImageSettings,
    RadiomicsSettings,
    ibsi_features,
    radiomics_columns,
)
from hyoid.geometry import Grid, Volume
from hyoid.imaging import resample, resample_labels
from hyoid.metrics import as_labels

LIBRARY = "z-rad"
"""The package whose features these are."""

SAME_SPACING_MM = 1e-3
"""A label map whose voxels are this near to the wanted ones is taken as it is."""

_LABELS = {"gtvp": (GTVP,), "gtvn": (GTVN,), "total": (GTVP, GTVN)}
_THEIR_FAMILY: dict[Family, str] = {"intensity": "intensity_statistics", "histogram": "intensity_histogram"}


def check_installed() -> str:
    """Return the version of the radiomics library.

    Raises
    ------
    HyoidError
        If it is not installed.
    """
    try:
        return version(LIBRARY)
    except PackageNotFoundError as error:
        raise HyoidError.of(
            f"no {LIBRARY} in this environment",
            "the extra for radiomics",
            'Install it: pip install "hyoid[radiomics]".',
        ) from error


def radiomics_features(
    mask: Volume, images: Mapping[str, Volume], settings: RadiomicsSettings, notes: list[str] | None = None
) -> dict[str, float]:
    """Return the radiomics features of a label map's lesions.

    Parameters
    ----------
    mask
        Label map: 0 background, 1 GTVp, 2 GTVn, on any grid.
    images
        `ct` in HU and `pet` in SUVbw, as far as there are, each on any grid.
    settings
        What is measured, and how the images are prepared.
    notes
        Where given, a sentence is appended for each lesion some of whose features could not be had, and why.

    Returns
    -------
    dict
        The columns of `radiomics_columns(settings)`. What cannot be measured is NaN: no lesion, no image, a lesion of
        less than 27 voxels of `spacing_mm` or less than three along an axis, a feature that is undefined on it.

    Raises
    ------
    HyoidError
        If the extra is not installed.
    ImageError
        If a label is not 0, 1 or 2.

    References
    ----------
    Zwanenburg et al., "The Image Biomarker Standardisation Initiative", Radiology 295, 2020. `ibsi_features` has the
    code of each feature in its reference manual.
    """
    check_installed()
    labels = as_labels(mask.array, "the mask")
    columns = radiomics_columns(settings)
    values = dict.fromkeys(columns, math.nan)
    for lesion in settings.lesions:
        inside = np.isin(labels, _LABELS[lesion])
        if not inside.any():
            continue
        block = _at_spacing(block_of(inside, mask.grid), settings.spacing_mm)
        if block is None:
            _note(notes, f"{lesion}: no voxel of {settings.spacing_mm:g} mm lies in it")
            continue
        left_out: dict[str, list[str]] = {}
        found = _shape(block, settings, left_out)
        for image in settings.images:
            if image in images:
                found |= _of_image(block, images[image], image, settings, left_out)
        for reason, families in left_out.items():
            _note(notes, f"{lesion}: no {', '.join(dict.fromkeys(families))} ({reason})")
        values |= {
            column: found[image, family, feature]
            for column, (of, image, family, feature) in columns.items()
            if of == lesion and (image, family, feature) in found
        }
    return values


_Found = dict[tuple[str | None, str, str], float]
"""Features by image, family and name."""


def _at_spacing(lesion: Component, spacing_mm: float) -> Component | None:
    """Return the lesion on cubic voxels, centred on its own block; None where none of them lies in it.

    It has a rim of voxels that do not belong to it: the library takes a block of one slice for a picture in two
    dimensions, and would measure that.
    """
    if max(abs(spacing - spacing_mm) for spacing in lesion.grid.spacing) < SAME_SPACING_MM:
        return lesion.widened(0.0)
    size = [math.ceil(extent / spacing_mm) + 2 for extent in lesion.grid.extent_mm]
    spacing = (spacing_mm, spacing_mm, spacing_mm)
    centred = Grid((size[0], size[1], size[2]), spacing, (0.0, 0.0, 0.0), lesion.grid.direction)
    x, y, z = lesion.grid.centre - centred.centre
    grid = Grid(centred.size, spacing, (float(x), float(y), float(z)), lesion.grid.direction)
    inside = resample_labels(Volume(lesion.inside.astype(np.uint8), lesion.grid), grid).array != 0
    return block_of(inside, grid).widened(0.0) if inside.any() else None


def _shape(lesion: Component, settings: RadiomicsSettings, left_out: dict[str, list[str]]) -> _Found:
    if "morphology" not in settings.families:
        return {}
    constant = np.ones(lesion.inside.shape)  # shape reads no intensities
    features = {key: each for key, each in ibsi_features()["morphology"].items() if not each.get("of_image")}
    found = _family(_Prepared(lesion, constant, None), "morphology", left_out)
    return {(None, "morphology", key): found.get(each["tag"], math.nan) for key, each in features.items()}


def _of_image(
    lesion: Component, volume: Volume, image: str, settings: RadiomicsSettings, left_out: dict[str, list[str]]
) -> _Found:
    values = resample(volume, lesion.grid, "linear", outside=math.nan).array.astype(np.float64)
    if image == "ct":
        values = np.rint(values)
        values[values < AIR_HU] = math.nan  # padding
    prepared = _Prepared(lesion, values, settings.images["ct" if image == "ct" else "pet"])
    if not np.isfinite(prepared.inside).any():
        left_out.setdefault(f"nothing of it lies in the {image.upper()} and its range", []).append("intensity")
        return {}
    found: _Found = {}
    for family in settings.families:
        tags = _family(prepared, family, left_out)
        found |= {
            (image, family, key): tags.get(each["tag"], math.nan)
            for key, each in ibsi_features()[family].items()
            if family != "morphology" or each.get("of_image")
        }
    return found


class _Prepared:
    """A lesion and an image at one spacing, as the library takes them; NaN in `values` is outside the image."""

    def __init__(self, lesion: Component, values: NDArray[np.float64], settings: ImageSettings | None) -> None:
        self.lesion, self.values, self.settings = lesion, values, settings
        self.inside = np.where(lesion.inside, values, math.nan)
        if settings is not None and settings.range is not None:
            low, high = settings.range
            self.inside = np.where((self.inside >= low) & (self.inside <= high), self.inside, math.nan)

    def as_theirs(self) -> Any:
        """Return the library's own value: image, shape, intensities in the range, grey levels."""
        theirs, roi = import_module("zrad.image").Image, import_module("zrad.preprocessing").RoiData
        grid = self.lesion.grid
        place = {
            "origin": grid.origin,
            "spacing": np.asarray(grid.spacing),
            "direction": grid.direction,
            "shape": grid.size,
        }
        levels = None if self.settings is None else theirs(array=grey_levels(self.inside, self.settings), **place)
        return roi(
            image=theirs(array=self.values, **place),
            morphological_mask=theirs(array=self.lesion.inside.astype(np.int8), **place),
            intensity_mask=theirs(array=self.inside, **place),
            texture_discretized_image=levels,
        )


def grey_levels(values: NDArray[np.float64], settings: ImageSettings) -> NDArray[np.float64]:
    """Return the grey level of each value, from 1; NaN stays NaN.

    Fixed width (IBSI Q3RU): floor((x - start) / width) + 1. Fixed number (IBSI K15C): floor(n (x - least) / (greatest -
    least)) + 1, the greatest value in the last level; a lesion of one value has one level.
    """
    how = settings.discretisation
    if isinstance(how, FixedBinWidth):
        return np.asarray(np.maximum(np.floor((values - how.start) / how.width) + 1, 1))
    least, most = np.nanmin(values), np.nanmax(values)
    if least == most:
        return np.where(np.isnan(values), math.nan, 1.0)
    share = (values - least) / (most - least)
    return np.asarray(np.minimum(np.floor(how.number * share) + 1, how.number))


def _family(prepared: _Prepared, family: Family, left_out: dict[str, list[str]]) -> dict[str, float]:
    """Return a family's features by tag; one that cannot be computed has none, and joins `left_out` by the reason."""
    extractor = import_module("zrad.radiomics").Radiomics(aggr_dim="3D", aggr_method="MERG")
    unusable = import_module("zrad.exceptions").DataStructureError
    theirs = _THEIR_FAMILY.get(family, family)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", RuntimeWarning)  # what is undefined is NaN
            found = extractor.extract_features(prepared.as_theirs(), families=[theirs])
    except unusable as error:
        left_out.setdefault(str(error).strip().rstrip("."), []).append(family)
        return {}
    values = {tag.removesuffix("_comb").removesuffix("_3D"): float(value) for tag, value in found.items()}
    return {tag: value if math.isfinite(value) else math.nan for tag, value in values.items()}


def _note(notes: list[str] | None, text: str) -> None:
    if notes is not None:
        notes.append(text)
