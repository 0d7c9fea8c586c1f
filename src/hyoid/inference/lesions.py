"""The lesions of a final label map, one by one, as a case's JSON lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.geometry import Volume
from hyoid.imaging import content_block, label_components
from hyoid.inference.certainty import Members, lesion_certainty

LISTED = 100
"""How many components of a label are listed: who has learnt nothing yet sees thousands, and nobody reads them."""


def lesion_summary(names: Mapping[int, str], labels: Volume) -> dict[str, dict[str, float]]:
    """Return volume (mL) and number of 26-connected components of each label."""
    summary: dict[str, dict[str, float]] = {}
    for value, name in names.items():
        own = labels.array == value
        _, count = label_components(own[content_block(own)])
        summary[name] = {"volume_ml": round(labels.volume_ml(value), 3), "count": count}
    return summary


def list_lesions(
    names: Mapping[int, str], labels: Volume, members: Members | None = None, suv: Volume | None = None
) -> list[dict[str, Any]]:
    """Return the `LISTED` largest 26-connected components of every label, the labels in order, the largest first.

    `lesion_summary` counts all of them.

    Parameters
    ----------
    names, labels
        Name of each label, and the label map.
    members
        What the ensemble's members said; None where it is not known.
    suv
        The PET in SUV, on any grid.

    Returns
    -------
    list of dict
        `label`, `volume_ml`, `centroid_mm` (mean of its voxels' centres, LPS x, y, z), `suv_max` (of the PET
        interpolated linearly at its voxels' centres) where there is one that shows it, and what `lesion_certainty`
        returns.
    """
    found: list[dict[str, Any]] = []
    for value, name in names.items():
        mask = labels.array == value
        if not mask.any():
            continue
        whole = content_block(mask)  # lesions are a small part of a CT
        components, count = label_components(mask[whole])
        start = np.array([axis.start for axis in whole])
        own = []
        blocks = ndimage.find_objects(components, max_label=count)
        sizes = np.bincount(components.ravel(), minlength=count + 1)[1:]
        for component in np.argsort(-sizes, kind="stable")[:LISTED] + 1:
            block = blocks[component - 1]
            inside = np.argwhere(components[block] == component) + [axis.start for axis in block] + start
            points = labels.grid.to_world(inside[:, ::-1])
            own.append(
                {
                    "label": name,
                    "volume_ml": round(len(points) * labels.grid.voxel_volume_mm3 / 1000.0, 3),
                    "centroid_mm": [round(float(v), 1) for v in points.mean(axis=0)],
                    **({} if suv is None else _suv_max(suv, points)),
                    **({} if members is None else lesion_certainty(members, value, points)),
                }
            )
        found += sorted(own, key=lambda lesion: -lesion["volume_ml"])
    return found


def _suv_max(suv: Volume, points: NDArray[np.float64]) -> dict[str, float]:
    """Return the maximum; nothing where all points lie outside the PET."""
    index = suv.grid.to_index(points)
    inside = ((index >= -0.5) & (index <= np.asarray(suv.grid.size) - 0.5)).all(axis=1)
    if not inside.any():
        return {}
    values = ndimage.map_coordinates(suv.array, index[inside][:, ::-1].T, order=1, mode="nearest")
    return {"suv_max": round(float(values.max()), 2)}
