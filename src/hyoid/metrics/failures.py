"""How a segmentation fails: primaries and nodes that are missed, invented, confused, split or merged.

The first of these types are those that Dexl and Ingrisch (team CDS, HECKTOR 2025) show in their Figure 1, without
definitions. The ones here judge each lesion by itself, so that a failure can be counted and shown. A volume that
differs is no failure: Dice tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import GTVN, GTVP
from hyoid.geometry import Triple
from hyoid.imaging import content_block
from hyoid.metrics.components import Component, LabelComponents, components_of_label, shared_voxels
from hyoid.metrics.failure_types import CaseFailures, Failure, FailureOptions, FailureType
from hyoid.metrics.labels import Lesion, as_labels
from hyoid.metrics.overlap import check_same_shape


def find_failures(
    truth: NDArray[Any], prediction: NDArray[Any], spacing_mm: Triple, options: FailureOptions | None = None
) -> CaseFailures:
    """Find what is wrong with the lesions of one case.

    A lesion is a connected component of one label; what touches is one lesion. It is *covered* by a label where
    `covered_share` of its voxels or more have that label in the other map. A node is a *piece* of another map's node
    where both share `covered_share` of the smaller one, and `piece_ml`.

    - hallucinated, missed, misplaced primary: the prediction has a GTVp and the truth none; the reverse; both have
      one and share no voxel. One failure at most in a case, whatever the number of components.
    - node called primary: a true node covered by predicted GTVp, of which more is predicted GTVp than GTVn.
    - primary called node: a component of the true GTVp, likewise.
    - split node: a true node that predicted GTVn covers, of which two predicted nodes or more are pieces.
    - merged nodes: a predicted node that true GTVn covers, of which two true nodes or more are pieces.
    - missed node: a true node that neither predicted GTVn nor predicted GTVp covers.
    - hallucinated node: a predicted node that neither true GTVn nor true GTVp covers.

    So every true node is found (perhaps split), called primary or missed, and a missed one is never split, nor a
    hallucinated one merged. Types are not exclusive otherwise: a primary that is hallucinated on a node is also a node
    called primary.

    Parameters
    ----------
    truth, prediction
        Label maps (z, y, x) on one grid: 0 background, 1 GTVp, 2 GTVn.
    spacing_mm
        Voxel spacing (x, y, z) in mm, as in `Grid.spacing`.
    options
        Connectivity and thresholds.

    Raises
    ------
    ImageError
        If the shapes differ or a label is not 0, 1 or 2.
    """
    options = options or FailureOptions()
    truth, prediction = as_labels(truth, "the truth"), as_labels(prediction, "the prediction")
    check_same_shape(Lesion.MERGED.of(truth), Lesion.MERGED.of(prediction))
    found = _Overlaps.of(truth, prediction, float(np.prod(spacing_mm)), options)
    kinds = [
        *_primary(found),
        *_called(found, FailureType.NODE_CALLED_PRIMARY),
        *_called(found, FailureType.PRIMARY_CALLED_NODE),
        *_split_and_merged(found),
        *_uncovered(found),
    ]
    return CaseFailures(tuple(kinds), _eligible(found))


@dataclass(frozen=True, slots=True, eq=False)
class _Overlaps:
    """Components of both maps by label, and the voxels that they share by label of the truth and of the prediction."""

    truth: Mapping[int, LabelComponents]
    prediction: Mapping[int, LabelComponents]
    shared: Mapping[tuple[int, int], NDArray[np.int64]]
    voxel_volume_mm3: float
    options: FailureOptions

    @classmethod
    def of(
        cls, truth: NDArray[np.uint8], prediction: NDArray[np.uint8], voxel_volume_mm3: float, options: FailureOptions
    ) -> _Overlaps:
        block = content_block(truth, prediction)
        z, y, x = (part.start for part in block)
        maps = [
            {
                label: components_of_label(labels[block], label, voxel_volume_mm3, options.connectivity, (z, y, x))
                for label in (GTVP, GTVN)
            }
            for labels in (truth, prediction)
        ]
        shared = {(a, b): shared_voxels(maps[0][a], maps[1][b]) for a in (GTVP, GTVN) for b in (GTVP, GTVN)}
        return cls(maps[0], maps[1], shared, voxel_volume_mm3, options)


def _primary(found: _Overlaps) -> list[Failure]:
    """Return what is wrong with the primary as a whole."""
    true, predicted = found.truth[GTVP].components, found.prediction[GTVP].components
    if predicted and not true:
        return [Failure(FailureType.HALLUCINATED_PRIMARY, (), predicted)]
    if true and not predicted:
        return [Failure(FailureType.MISSED_PRIMARY, true, ())]
    if true and not found.shared[GTVP, GTVP].any():
        return [Failure(FailureType.MISPLACED_PRIMARY, true, predicted)]
    return []


def _called(found: _Overlaps, kind: FailureType) -> list[Failure]:
    """Return true lesions that the prediction has under the other label."""
    own, other = (GTVN, GTVP) if kind is FailureType.NODE_CALLED_PRIMARY else (GTVP, GTVN)
    lesions = found.truth[own]
    right, wrong = found.shared[own, own].sum(axis=1), found.shared[own, other].sum(axis=1)
    called = (wrong / lesions.voxels >= found.options.covered_share) & (wrong > right)
    return [
        Failure(kind, (lesions.components[i],), _chosen(found.prediction[other], found.shared[own, other][i] > 0))
        for i in np.flatnonzero(called)
    ]


def _split_and_merged(found: _Overlaps) -> list[Failure]:
    """Return true nodes of several predicted pieces, and predicted nodes of several true ones."""
    true, predicted, shared = found.truth[GTVN], found.prediction[GTVN], found.shared[GTVN, GTVN]
    share = found.options.covered_share
    pieces = shared / np.minimum.outer(true.voxels, predicted.voxels) >= share
    pieces &= shared * found.voxel_volume_mm3 / 1000 >= found.options.piece_ml
    split = (pieces.sum(axis=1) > 1) & (shared.sum(axis=1) / true.voxels >= share)
    merged = (pieces.sum(axis=0) > 1) & (shared.sum(axis=0) / predicted.voxels >= share)
    return [
        *(
            Failure(FailureType.SPLIT_NODE, (true.components[i],), _chosen(predicted, pieces[i]))
            for i in np.flatnonzero(split)
        ),
        *(
            Failure(FailureType.MERGED_NODES, _chosen(true, pieces[:, j]), (predicted.components[j],))
            for j in np.flatnonzero(merged)
        ),
    ]


def _uncovered(found: _Overlaps) -> list[Failure]:
    """Return nodes of either map on which the other has next to nothing."""
    true, predicted, share = found.truth[GTVN], found.prediction[GTVN], found.options.covered_share
    missed = _uncovered_by(true, [found.shared[GTVN, label].sum(axis=1) for label in (GTVN, GTVP)], share)
    invented = _uncovered_by(predicted, [found.shared[label, GTVN].sum(axis=0) for label in (GTVN, GTVP)], share)
    return [
        *(Failure(FailureType.MISSED_NODE, (component,), ()) for component in missed),
        *(Failure(FailureType.HALLUCINATED_NODE, (), (component,)) for component in invented),
    ]


def _uncovered_by(nodes: LabelComponents, shared: list[NDArray[np.int64]], share: float) -> tuple[Component, ...]:
    covered = [voxels / nodes.voxels >= share for voxels in shared]
    return _chosen(nodes, ~np.logical_or.reduce(covered))


def _chosen(lesions: LabelComponents, wanted: NDArray[np.bool_]) -> tuple[Component, ...]:
    return tuple(lesions.components[i] for i in np.flatnonzero(wanted))


def _eligible(found: _Overlaps) -> dict[FailureType, int]:
    primaries, nodes = len(found.truth[GTVP].components), len(found.truth[GTVN].components)
    predicted_primaries, predicted_nodes = (len(found.prediction[label].components) for label in (GTVP, GTVN))
    return {
        FailureType.HALLUCINATED_PRIMARY: int(primaries == 0),
        FailureType.MISSED_PRIMARY: int(primaries > 0),
        FailureType.MISPLACED_PRIMARY: int(primaries > 0 and predicted_primaries > 0),
        FailureType.NODE_CALLED_PRIMARY: nodes,
        FailureType.PRIMARY_CALLED_NODE: primaries,
        FailureType.SPLIT_NODE: nodes,
        FailureType.MERGED_NODES: predicted_nodes,
        FailureType.MISSED_NODE: nodes,
        FailureType.HALLUCINATED_NODE: predicted_nodes,
    }
