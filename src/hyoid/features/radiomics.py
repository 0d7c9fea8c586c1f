"""Radiomics features of lesions by z-rad, an IBSI-checked library that comes with the extra `hyoid[radiomics]`."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from hyoid.cohort import GTVN, GTVP
from hyoid.features.component import Component, block_of
from hyoid.features.density import AIR_HU
from hyoid.features.radiomics_library import Prepared, check_installed, family_features
from hyoid.features.radiomics_settings import RadiomicsSettings, ibsi_features, radiomics_columns
from hyoid.geometry import Grid, Volume
from hyoid.imaging import resample, resample_labels
from hyoid.metrics import as_labels

SAME_SPACING_MM = 1e-3
"""A label map whose voxels are this near to the wanted ones is taken as it is."""

_LABELS = {"gtvp": (GTVP,), "gtvn": (GTVN,), "total": (GTVP, GTVN)}


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
    found = family_features(Prepared(lesion, constant, None), "morphology", left_out)
    return {(None, "morphology", key): found.get(each["tag"], math.nan) for key, each in features.items()}


def _of_image(
    lesion: Component, volume: Volume, image: str, settings: RadiomicsSettings, left_out: dict[str, list[str]]
) -> _Found:
    values = resample(volume, lesion.grid, "linear", outside=math.nan).array.astype(np.float64)
    if image == "ct":
        values = np.rint(values)
        values[values < AIR_HU] = math.nan  # padding
    prepared = Prepared(lesion, values, settings.images["ct" if image == "ct" else "pet"])
    if not np.isfinite(prepared.inside).any():
        left_out.setdefault(f"nothing of it lies in the {image.upper()} and its range", []).append("intensity")
        return {}
    found: _Found = {}
    for family in settings.families:
        tags = family_features(prepared, family, left_out)
        found |= {
            (image, family, key): tags.get(each["tag"], math.nan)
            for key, each in ibsi_features()[family].items()
            if family != "morphology" or each.get("of_image")
        }
    return found


def _note(notes: list[str] | None, text: str) -> None:
    if notes is not None:
        notes.append(text)
