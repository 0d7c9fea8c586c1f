"""Planes through example patients: each image of one, or the coronal CT and PET of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import GTVN, GTVP
from hyoid.evaluation.description import Example
from hyoid.evaluation.description.examples import PLANES
from hyoid.evaluation.report.drawing import new_figure, png_of
from hyoid.evaluation.report.projection import COLOURS

NAMES = {"ct": "CT", "pet": "PET", "ct_planning": "planning CT", "dose": "dose", "mask": "contours"}

WINDOWS = {"ct": (-110.0, 190.0), "pet": (0.0, 10.0), "ct_planning": (-110.0, 190.0)}
"""Black and white: HU with level 40 and width 300, as Guo et al. (HECKTOR 2025) use it; SUV, inverted."""

LEAST_DOSE_GY = 5.0
"""Less is not drawn over the CT."""

HIGHEST_DOSE_GY = 75.0
"""Red; more is drawn like it. Primary tumours of the head and neck are given about 70 Gy."""

_WIDTH_INCHES = 8.2  # the page's own, so that letters keep their size whatever the number of columns
_PAIRS = 3

VIEW_WORDS = (
    "Coronal planes are seen from the front, the patient's right on the left; axial ones from below, the front up. CT "
    "from -110 to 190 HU, PET from SUV 0 (white) to 10 (black). Red outlines: GTVp, blue: GTVn."
)
"""How the planes are looked at, and what their greys and colours mean."""


def example_planes(example: Example) -> str:
    """Return a PNG data URI: a row a plane, a column an image; contours on CT and PET, dose over the CT."""
    columns = [name for name in ("ct", "pet", "ct_planning", "dose") if name in example.planes["coronal"]]
    if "mask" in example.planes["coronal"]:
        columns.append("mask")
    heights = [_height(example.planes[plane]) for plane in PLANES]
    size = (_WIDTH_INCHES, _WIDTH_INCHES / len(columns) * sum(heights) + 0.4)
    figure, places = new_figure(2, len(columns), size, {"height_ratios": heights})
    for row, plane in enumerate(PLANES):
        for column, name in enumerate(columns):
            axes = places[row * len(columns) + column]
            _draw(axes, example.planes[plane], name, plane)
            if row == 0:
                axes.set_title(NAMES[name], fontsize=10)
    return png_of(figure)


def coronal_panel(examples: Sequence[Example]) -> str:
    """Return a PNG data URI: for each patient the coronal CT with the contours, and the PET beside it."""
    pairs = min(_PAIRS, len(examples))
    rows = [examples[k : k + pairs] for k in range(0, len(examples), pairs)]
    heights = [max(_height(example.planes["coronal"]) for example in row) for row in rows]
    panel = _WIDTH_INCHES / (2 * max(pairs, 2))
    size = (2 * pairs * panel, panel * sum(heights) + 0.5 * len(rows))
    figure, places = new_figure(len(rows), 2 * pairs, size, {"height_ratios": heights})
    for axes in places:
        axes.set_axis_off()
    for number, example in enumerate(examples):
        planes = example.planes["coronal"]
        _draw(places[2 * number], planes, "mask" if "ct" in planes else "ct", "coronal")
        _draw(places[2 * number + 1], planes, "pet", "coronal")
        places[2 * number].set_title(f"{example.case.id}\n{_record(example)}", fontsize=9.5, loc="left")
    return png_of(figure)


def _record(example: Example) -> str:
    """Return age, sex and HPV status in a line."""
    clinical = example.case.clinical
    age = f"{clinical['age']:g} y" if "age" in clinical else "age unknown"
    sex = {1: "male", 0: "female"}.get(clinical.get("gender", -1), "sex unknown")
    hpv = {True: "HPV+", False: "HPV-", None: "HPV unknown"}[example.case.hpv]
    return f"{age}, {sex}, {hpv}"


def _height(planes: Mapping[str, NDArray[np.float32]]) -> float:
    """Return the height of a plane as a share of its width."""
    height, width = next(iter(planes.values())).shape
    return float(height / width)


def _draw(axes: Any, planes: Mapping[str, NDArray[np.float32]], name: str, plane: str) -> None:
    """Draw one image of a plane: cranial, or the front, is up."""
    axes.set_axis_off()
    origin = "lower" if plane == "coronal" else "upper"
    below = {"dose": ("ct", "ct_planning", "pet"), "mask": ("ct", "pet")}.get(name, (name,))
    image = next((found for found in below if found in planes), None)
    if image is None:
        axes.text(0.5, 0.5, "none", ha="center", va="center", fontsize=9, transform=axes.transAxes)
        return
    low, high = WINDOWS[image]
    axes.imshow(planes[image], cmap="gray_r" if image == "pet" else "gray", vmin=low, vmax=high, origin=origin)
    if name == "dose":
        dose = np.ma.masked_less(planes["dose"], LEAST_DOSE_GY)
        axes.imshow(dose, cmap="turbo", alpha=0.45, origin=origin, vmin=0, vmax=HIGHEST_DOSE_GY)
    if name == "mask" and "mask" in planes:
        for label in (GTVP, GTVN):
            covered = planes["mask"] == label
            if covered.any():
                axes.contour(covered, [0.5], colors=COLOURS[label], linewidths=1.3)
