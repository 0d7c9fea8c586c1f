"""The picture of one failure: what lies around it, projected from where its lesions are seen apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import GTVN, GTVP, Case
from hyoid.evaluation.report.projection import CT, NOTHING, PET, STYLES, Background, Outlined, Projection
from hyoid.geometry import Box, Grid, Triple, Volume
from hyoid.imaging import Connectivity, read_volume, resample, resample_labels
from hyoid.metrics import Component, Failure, Mask, mask_of_component

FIELD_OF_VIEW_MM: Triple = (150.0, 150.0, 180.0)
"""What a picture shows around the lesions it is about (x, y, z): most of the neck, at one scale in all pictures."""

SPACING_MM = 1.0
"""Fine enough to show the gap between two lesions, and a lesion of few voxels."""

MOST_VOXELS = 300
"""Along an axis; where lesions lie so far apart that there would be more, the picture is coarser."""

DRAWN_LESIONS = 20
"""How many lesions of either map are drawn bold, the largest: a poor prediction may have hundreds of fragments."""

MARGIN_MM = 30.0
"""What it shows beyond these lesions at least, where they lie farther apart."""

_BACKGROUNDS = {"pet": PET, "ct": CT}
_OUTSIDE = {"pet": 0.0, "ct": -1024.0}


def project_failure(
    failure: Failure, truth: Volume, prediction: Volume, case: Case | None = None, connectivity: Connectivity = 26
) -> tuple[Projection, str]:
    """Project what lies around a failure, and say from where: 'from the front' or 'from the side'.

    Parameters
    ----------
    failure
        What `find_failures` found in these two maps with the same connectivity.
    truth, prediction
        Label maps on one grid.
    case
        Whose PET, or else CT, is shown. Without either the outlines stand alone.
    """
    maps = {"truth": truth, "prediction": prediction}
    involved = {"truth": _largest(failure.truth), "prediction": _largest(failure.prediction)}
    grid = _surroundings([component for components in involved.values() for component in components], truth.grid)
    lesions = [
        (source, component.label, _lesion(maps[source], component, grid, connectivity))
        for source, components in involved.items()
        for component in components
    ]
    axis = max((1, 2), key=lambda axis: _apart([(source, _shadow(covered, axis)) for source, _, covered in lesions]))
    labels = {source: resample_labels(volume, grid).array for source, volume in maps.items()}
    image, background = _image(case, grid)
    projection = Projection(
        image=image.max(axis=axis),
        outlines={
            source: {label: _shadow(array == label, axis) for label in (GTVP, GTVN)} for source, array in labels.items()
        },
        background=background,
        bold=tuple(Outlined(source, label, _shadow(covered, axis)) for source, label, covered in lesions),
    )
    return projection, "from the front" if axis == 1 else "from the side"


def _largest(components: Sequence[Component]) -> list[Component]:
    return sorted(components, key=lambda component: -component.voxels)[:DRAWN_LESIONS]


def _surroundings(components: Sequence[Component], grid: Grid) -> Grid:
    lesions = reduce(Box.union, [_box(component, grid) for component in components])
    x, y, z = np.add(lesions.lower, lesions.upper) / 2
    width, depth, height = np.maximum(FIELD_OF_VIEW_MM, np.add(lesions.size_mm, 2 * MARGIN_MM))
    view = Box.around((float(x), float(y), float(z)), (float(width), float(depth), float(height)))
    view = view.intersection(Box.of_grid(grid))
    spacing_mm = max(SPACING_MM, max(view.size_mm) / MOST_VOXELS)
    return view.grid((spacing_mm, spacing_mm, spacing_mm))


def _box(component: Component, grid: Grid) -> Box:
    (z, y, x), size = component.start, np.subtract(component.stop, component.start)
    return Box.of_grid(grid.cropped((x, y, z), (int(size[2]), int(size[1]), int(size[0]))))


def _lesion(labels: Volume, component: Component, grid: Grid, connectivity: Connectivity) -> Mask:
    mask = mask_of_component(labels.array, component, connectivity)
    return resample_labels(labels.with_array(mask.astype(np.uint8)), grid).array > 0


def _shadow(mask: Mask, axis: int) -> Mask:
    covered: Mask = np.logical_or.reduce(mask, axis=axis)
    return covered


def _apart(shadows: Sequence[tuple[str, Mask]]) -> float:
    """Return in tenths how much of the shadows of one map's lesions is left in their union: 1 where none meet."""
    by_source = [[shadow for source, shadow in shadows if source == own] for own in STYLES]
    united = sum(int(np.logical_or.reduce(own).sum()) for own in by_source if own)
    return round(united / max(1, sum(int(shadow.sum()) for _, shadow in shadows)), 1)


def _image(case: Case | None, grid: Grid) -> tuple[NDArray[np.float32], Background]:
    for modality, background in _BACKGROUNDS.items():
        if case is not None and modality in case.images:
            image = read_volume(case.images[modality])
            return resample(image, grid, "linear", _OUTSIDE[modality]).array, background
    return np.zeros(grid.shape, np.float32), NOTHING
