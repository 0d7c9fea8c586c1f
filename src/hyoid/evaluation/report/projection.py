"""A maximum-intensity projection of PET or CT with the outlines of truth and prediction."""

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
COLOURS = {GTVP: "#d1242f", GTVN: "#0969da"}
STYLES: dict[str, str] = {"truth": "solid", "prediction": "dashed"}


@dataclass(frozen=True, slots=True)
class Background:
    """What is shown behind the outlines, and which of its values are white and black."""

    name: str
    window: tuple[float, float]


PET = Background("PET", (0.0, 8.0))
"""SUV: nodes and tumours are dark, the brain is black."""

CT = Background("CT", (-500.0, 2500.0))
"""HU: of maxima one sees bone, which tells where the outlines lie."""

NOTHING = Background("no image", (0.0, 1.0))
"""White behind the outlines."""


@dataclass(frozen=True, slots=True)
class Outlined:
    """One lesion drawn bold, and filled where predicted: whose it is ('truth', 'prediction'), its label, its extent."""

    source: str
    label: int
    covered: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Projection:
    """Projections of one case, from the front (z, x) or from the side (z, y).

    Maxima of the image and, by source and label, what the label map covers. `bold` are single lesions of it.
    """

    image: NDArray[np.float32]
    outlines: Mapping[str, Mapping[int, NDArray[np.bool_]]]
    background: Background = PET
    bold: tuple[Outlined, ...] = ()


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
    """Draw a projection on matplotlib axes, cranial up; the patient's right, or front, on the left (radiological)."""
    low, high = projection.background.window
    axes.imshow(projection.image, cmap="gray_r", vmin=low, vmax=high, origin="lower", aspect="equal")
    thin = 0.8 if projection.bold else 1.4
    for source, labels in projection.outlines.items():
        for label, covered in labels.items():
            _outline(axes, covered, source, label, thin)
    for lesion in projection.bold:
        if lesion.source == "prediction" and lesion.covered.any():  # or a gap between two pieces is lost in dashes
            axes.contourf(lesion.covered, [0.5, 1.5], colors=COLOURS[lesion.label], alpha=0.35)
        _outline(axes, lesion.covered, lesion.source, lesion.label, 1.8)
    axes.set_title(title, fontsize=9)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=projection.background is NOTHING, color="#d1d9e0")


def _outline(axes: Any, covered: NDArray[np.bool_], source: str, label: int, width: float) -> None:
    if covered.any():
        axes.contour(covered, [0.5], colors=COLOURS[label], linestyles=STYLES[source], linewidths=width)
