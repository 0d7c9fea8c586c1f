"""The lesion table of a label map: each component with its volume, uptake, and place in canonical voxels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.suv_max import native_suv_max
from hyoid.cohort import GTVN, GTVP
from hyoid.features import lesion_measures
from hyoid.geometry import Volume
from hyoid.imaging import content_block
from hyoid.metrics import Component, components_of_label, mask_of_component

LABEL_NAMES = {GTVP: "GTVp", GTVN: "GTVn"}

LISTED = 100
"""Lesions of a label that are measured, the largest; a poor network makes a thousand crumbs, and nobody reads them."""

CENTER_TOLERANCE_MM = 0.1
"""How far two centers of one lesion may lie apart: a prediction's JSON keeps one decimal."""

VOLUME_TOLERANCE_ML = 2e-3


def lesion_rows(
    labels: Volume, pet: Volume | None, canonical: Canonical, told: Sequence[Mapping[str, Any]] = ()
) -> list[dict[str, Any]]:
    """Measure the 26-connected components of a label map, GTVp first, the largest of each label first.

    Parameters
    ----------
    labels
        Label map (uint8: 1 GTVp, 2 GTVn) on the case's own grid.
    pet
        PET in SUV on any grid, or None.
    canonical
        The order of voxels in the browser.
    told
        What a prediction says of its components (`components` of its JSON). A lesion takes what is said of a component
        of its label, volume and center; where the map was changed afterwards it takes nothing.

    Returns
    -------
    list of dict
        `label` (GTVp, GTVn), `index` (from 1 within the label), `volume_ml`, `suv_max`, `suv_peak`, `tlg_g` (None
        without a PET there; `native_suv_max` says what `suv_max` is, `hyoid.features` what the others are, on the map's
        grid), `uncertainty` (standard deviation of the mean probability
        over an ensemble's members, None where not known), `mean_probability` and `found_by` likewise, `center_voxel`
        (canonical i, j, k of the lesion's voxel that is nearest to its center of mass) and `center_mm` (LPS).
    """
    rows = []
    for label, name in LABEL_NAMES.items():
        found = sorted(_components(labels, label), key=lambda one: (-one.voxels, one.first_voxel))
        rows += [
            {"label": name, "index": index, **_row(labels, component, pet, canonical, told)}
            for index, component in enumerate(found[:LISTED], start=1)
        ]
    return rows


def count_lesions(labels: Volume) -> int:
    """Return how many components the labels of a map have together."""
    return sum(len(_components(labels, label)) for label in LABEL_NAMES)


def middle_voxel(labels: Volume, component: Component) -> tuple[int, int, int]:
    """Return the native voxel (x, y, z) of a component that is nearest to its center of mass, in millimetres."""
    return _middle(labels, component)[0]


def _components(labels: Volume, label: int) -> tuple[Component, ...]:
    block = content_block(labels.array == label)
    z, y, x = (part.start for part in block)
    found = components_of_label(labels.array[block], label, labels.grid.voxel_volume_mm3, offset=(z, y, x))
    return found.components


def _row(
    labels: Volume,
    component: Component,
    pet: Volume | None,
    canonical: Canonical,
    told: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    middle, center_mm = _middle(labels, component)
    measures = _measures(labels, component, pet)
    said = _said_of(component, center_mm, told)
    return {
        "volume_ml": round(component.volume_ml, 4),
        **measures,
        "uncertainty": said.get("probability_sd"),
        "mean_probability": said.get("mean_probability"),
        "found_by": said.get("found_by"),
        "center_voxel": list(canonical.voxel(middle)),
        "center_mm": [round(value, 2) for value in center_mm],
    }


def _measures(labels: Volume, component: Component, pet: Volume | None) -> dict[str, float | None]:
    inside = mask_of_component(labels.array[component.box], _moved(component))
    (z, y, x), (nz, ny, nx) = component.start, inside.shape
    alone = Volume(
        np.where(inside, np.uint8(component.label), np.uint8(0)), labels.grid.cropped((x, y, z), (nx, ny, nz))
    )
    measured = lesion_measures(alone, pet)
    suv_max = math.nan if pet is None else native_suv_max(alone, pet)
    return {"suv_max": _number(suv_max)} | {key: _number(measured[f"total_{key}"]) for key in ("suv_peak", "tlg_g")}


def _middle(labels: Volume, component: Component) -> tuple[tuple[int, int, int], tuple[float, float, float]]:
    inside = mask_of_component(labels.array[component.box], _moved(component))
    index = (np.argwhere(inside) + component.start)[:, ::-1]
    points = labels.grid.to_world(index)
    center = points.mean(axis=0)
    x, y, z = index[((points - center) ** 2).sum(axis=1).argmin()]
    return (int(x), int(y), int(z)), (float(center[0]), float(center[1]), float(center[2]))


def _moved(component: Component) -> Component:
    """Return the component as it lies in its own box: what is looked for there is not looked for in a whole CT."""
    stop, first = (np.subtract(place, component.start) for place in (component.stop, component.first_voxel))
    corner = (int(stop[0]), int(stop[1]), int(stop[2]))
    voxel = (int(first[0]), int(first[1]), int(first[2]))
    return Component(component.label, component.voxels, component.volume_ml, (0, 0, 0), corner, voxel)


def _said_of(component: Component, center_mm: Sequence[float], told: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    name = LABEL_NAMES[component.label]
    for one in told:
        center = one.get("centroid_mm")
        if (
            str(one.get("label", "")).lower() == name.lower()
            and isinstance(center, list)
            and np.allclose(center, center_mm, rtol=0, atol=CENTER_TOLERANCE_MM)
            and math.isclose(float(one.get("volume_ml", math.nan)), component.volume_ml, abs_tol=VOLUME_TOLERANCE_ML)
        ):
            return one
    return {}


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
