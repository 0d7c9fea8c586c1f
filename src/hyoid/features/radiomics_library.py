"""What hyoid asks of z-rad, the library of the radiomics features: the only place that knows its names."""

from __future__ import annotations

import math
import warnings
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.extras import not_installed
from hyoid.features.component import Component
from hyoid.features.radiomics_settings import Family, FixedBinWidth, ImageSettings

LIBRARY = "z-rad"
"""The package whose features these are."""

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
        raise not_installed(LIBRARY, "radiomics") from error


class Prepared:
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

    Fixed width (IBSI Q3RU): floor((x - start) / width) + 1, and 1 below the start. Fixed number (IBSI K15C):
    floor(n (x - least) / (greatest - least)) + 1, the greatest value in the last level; a lesion of one value has one
    level.
    """
    how = settings.discretisation
    if isinstance(how, FixedBinWidth):
        return np.asarray(np.maximum(np.floor((values - how.start) / how.width) + 1, 1))
    least, most = np.nanmin(values), np.nanmax(values)
    if least == most:
        return np.where(np.isnan(values), math.nan, 1.0)
    share = (values - least) / (most - least)
    return np.asarray(np.minimum(np.floor(how.number * share) + 1, how.number))


def family_features(prepared: Prepared, family: Family, left_out: dict[str, list[str]]) -> dict[str, float]:
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
