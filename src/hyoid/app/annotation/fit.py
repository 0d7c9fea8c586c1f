"""Whether annotations still belong to the images that they were drawn on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hyoid.app.annotation.errors import AnnotationError
from hyoid.app.annotation.records import Version
from hyoid.errors import HyoidError
from hyoid.geometry import Grid

GRID_TOLERANCE_MM = 1e-3
"""How far a corner of a case's grid may have moved since a version was drawn: headers are rounded, images are not."""


def check_grid(version: Version, grid: Grid) -> None:
    """Refuse a version where the case's image no longer has the grid that it was drawn on.

    Raises
    ------
    AnnotationError
        With both grids.
    """
    if not version.grid.same_as(grid, GRID_TOLERANCE_MM):
        raise AnnotationError.of(
            f"an image of {version.case_id} with {grid}",
            f"{version.grid}, on which version {version.version} of {version.author} was drawn",
            "The image was replaced since: bring back the old one, or use another folder of annotations.",
        )


def check_cohort(newest: Mapping[str, Sequence[Version]], grids: Mapping[str, Callable[[], Grid]]) -> list[str]:
    """Return a sentence for each annotated case that does not fit a cohort.

    Parameters
    ----------
    newest
        The newest versions by case id.
    grids
        What reads the grid of each of the cohort's cases.

    Raises
    ------
    AnnotationError
        If there are annotations and none of them fits: they are of another cohort.
    """
    said, fits = [], 0
    for case_id, versions in newest.items():
        if case_id not in grids:
            said.append(f"Annotations of {case_id}, which is no case of this cohort, are left alone.")
            continue
        try:
            check_grid(versions[0], grids[case_id]())
            fits += 1
        except HyoidError as error:  # also an image that can no longer be read
            said.append(str(error))
    if newest and not fits:
        raise AnnotationError.of(
            f"annotations of {', '.join(sorted(newest)[:3])}{' and others' if len(newest) > 3 else ''}, none of which "
            "fits the cohort",
            "annotations of this cohort, on its images",
            f"Give another folder with --annotations. The first: {said[0]}",
        )
    return said
