"""A PET maximum-intensity projection with the outlines of truth and prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import GTVN, GTVP
from hyoid.geometry import Triple, Volume
from hyoid.imaging import Frame, resample, resample_labels

DISPLAY_SPACING_MM: Triple = (2.0, 2.0, 2.0)
DISPLAY_SUV = (0.0, 8.0)
"""Window of the inverted grey scale: nodes and tumours are dark, the brain is black."""

COLOURS = {GTVP: "#d1242f", GTVN: "#0969da"}
STYLES: dict[str, str] = {"truth": "solid", "prediction": "dashed"}


@dataclass(frozen=True, slots=True)
class Projection:
    """Coronal projections (z, x) of one case: PET maxima in SUV and, by source and label, what it covers."""

    suv: NDArray[np.float32]
    outlines: Mapping[str, Mapping[int, NDArray[np.bool_]]]


def project(pet: Volume, ct: Volume, frame: Frame, label_maps: Mapping[str, Volume]) -> Projection:
    """Project one case from front to back inside the recipe's frame.

    `label_maps` are by source ('truth', 'prediction'). The frame is drawn at `DISPLAY_SPACING_MM`.
    """
    grid = frame.model_copy(update={"spacing_mm": DISPLAY_SPACING_MM}).locate({"ct": ct, "pet": pet}).grid
    suv = resample(pet, grid, "linear", 0.0).array.max(axis=1)
    outlines = {}
    for source, volume in label_maps.items():
        labels = resample_labels(volume, grid).array
        outlines[source] = {label: (labels == label).any(axis=1) for label in (GTVP, GTVN)}
    return Projection(suv, outlines)


def draw(axes: Any, projection: Projection, title: str) -> None:
    """Draw a projection on matplotlib axes, cranial up, the patient's right on the left (radiological)."""
    low, high = DISPLAY_SUV
    axes.imshow(projection.suv, cmap="gray_r", vmin=low, vmax=high, origin="lower", aspect="equal")
    for source, labels in projection.outlines.items():
        for label, covered in labels.items():
            if covered.any():
                axes.contour(covered, [0.5], colors=COLOURS[label], linestyles=STYLES[source], linewidths=1.4)
    axes.set_title(title, fontsize=9)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
