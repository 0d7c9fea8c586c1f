"""How far lesions reach, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

from hyoid.features.component import Component

Points = NDArray[np.float64]
"""Positions (n, 3) in LPS mm."""


def extent_measures(lesions: Sequence[Component], blocks: Sequence[Component] | None = None) -> dict[str, float]:
    """Measure the extent of lesions and the distances between them, mm.

    `blocks` hold the same voxels in fewer pieces, where there are many lesions: their surface is searched faster.

    Returns
    -------
    dict
        - `dmax_mm`: greatest distance between two points on the surface of the lesions, of one lesion or of two. The
          surface runs half-way between the centres of the last voxel inside and the first outside, as that of a
          marching-cubes mesh (IBSI L0JK, maximum 3D diameter; with several lesions the Dmax between the two most
          distant tumour voxels).
        - `dmax_centroid_mm`: greatest distance between the centroids of two lesions; 0 of a single one.
        - `spread_mm`: sum of the distances between the centroids of all pairs of lesions; 0 of a single one.

        All three are 0 where there is no lesion: what is not there reaches nowhere.

    References
    ----------
    Cottereau et al., "Risk stratification in diffuse large B-cell lymphoma using lesion dissemination and metabolic
    tumor burden calculated from baseline PET/CT", Ann Oncol 32, 2021 (Dmax between centroids; there also divided by the
    body surface, which these cohorts do not record). Cottereau et al., "New approaches in characterization of lesions
    dissemination in DLBCL patients on baseline PET/CT", Cancers 13, 2021 (between voxels). Eertink et al., "Baseline
    radiomics features and MYC rearrangement status predict progression in aggressive B-cell lymphoma", Blood Adv 7,
    2023 (sum of the distances between all lesions).
    """
    if not lesions:
        return {"dmax_mm": 0.0, "dmax_centroid_mm": 0.0, "spread_mm": 0.0}
    pieces = lesions if blocks is None else blocks
    apart = pdist(np.array([centroid(lesion) for lesion in lesions]))
    return {
        "dmax_mm": greatest_distance(np.concatenate([surface_points(piece) for piece in pieces])),
        "dmax_centroid_mm": float(apart.max(initial=0.0)),
        "spread_mm": float(apart.sum()),
    }


def centroid(lesion: Component) -> Points:
    """Return the mean position (3,) of a lesion's voxels, LPS mm; every voxel counts alike."""
    index = [float(at.mean()) for at in np.nonzero(lesion.inside)]
    return lesion.grid.to_world(index[::-1])


def surface_points(lesion: Component) -> Points:
    """Return points on the surface of a lesion between which its greatest distances lie.

    These are, on every line of voxels along an axis, the middle of the first and of the last outer face. All other
    vertices of the mesh lie between two of them.
    """
    found = []
    for axis in range(3):
        across = lesion.inside.any(axis=axis)
        first = lesion.inside.argmax(axis=axis)[across]
        last = lesion.inside.shape[axis] - 1 - np.flip(lesion.inside, axis).argmax(axis=axis)[across]
        lines = np.nonzero(across)
        for at in (first - 0.5, last + 0.5):
            index = [at if k == axis else lines[k - (k > axis)] for k in range(3)]
            found.append(np.stack(index[::-1], axis=-1))
    return lesion.grid.to_world(np.concatenate(found))


def greatest_distance(points: Points) -> float:
    """Return the greatest distance between two of the points, mm; they must not all lie in one plane."""
    hull = points[ConvexHull(points).vertices]
    return float(pdist(hull).max())
