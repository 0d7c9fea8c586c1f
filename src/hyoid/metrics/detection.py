"""Which lesions were found: fused groups of components (HECKTOR 2025), counted per case."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hyoid.imaging import Connectivity, label_components
from hyoid.metrics.labels import Mask, cut_to_content
from hyoid.metrics.overlap import check_same_shape

DETECTION_IOU = 0.30
"""Composite IoU from which a group counts as found: "IoU >= 30 %" in the dataset paper (the page says "> 30 %")."""


@dataclass(frozen=True, slots=True)
class Detection:
    """Lesions of one case: matched groups, false alarms and misses, and the components of either map."""

    true_positives: int
    false_positives: int
    false_negatives: int
    truth_lesions: int
    predicted_lesions: int

    @property
    def f1(self) -> float:
        """F1 of this case, 2TP / (2TP + FP + FN); NaN where there is no lesion in either map."""
        total = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / total if total else float("nan")


def detect(
    truth: Mask, prediction: Mask, connectivity: Connectivity = 26, minimum_iou: float = DETECTION_IOU
) -> Detection:
    """Count found, missed and falsely predicted lesions by the rule of fused groups.

    Components of truth and prediction that share at least one voxel are linked; all that hang together, directly or
    through others, form a group and are fused to one truth and one prediction. A group whose IoU is `minimum_iou`
    or more is **one** true positive, however many components it has. In any other group every predicted component
    is a false positive and every true one a false negative. A component that meets no other is a group of its own.

    Parameters
    ----------
    truth, prediction
        Masks (z, y, x) of one kind of lesion on one grid.
    connectivity
        What makes voxels one component: 26 (default), 18 or 6. The organisers have not published theirs.
    minimum_iou
        Intersection over union of the fused pair from which the group counts as found.

    References
    ----------
    Saeed et al., "HECKTOR 2025: dataset and baselines", arXiv 2509.00367, Fig. 5 and its text.
    """
    check_same_shape(truth, prediction)
    truth, prediction = cut_to_content(truth, prediction)
    true_lesions, n_true = label_components(truth, connectivity)
    predicted_lesions, n_predicted = label_components(prediction, connectivity)
    both = truth & prediction
    rows, columns = true_lesions[both] - 1, predicted_lesions[both] - 1 + n_true
    n = n_true + n_predicted
    links = coo_array((np.ones(len(rows), np.int32), (rows, columns)), shape=(n, n))
    n_groups, group = connected_components(links, directed=False) if n else (0, np.zeros(0, int))

    sizes = np.concatenate(
        [
            np.bincount(true_lesions.ravel(), minlength=n_true + 1)[1:],
            np.bincount(predicted_lesions.ravel(), minlength=n_predicted + 1)[1:],
        ]
    )
    shared = np.bincount(group[rows], minlength=n_groups)
    union = np.bincount(group, weights=sizes, minlength=n_groups) - shared
    found = (shared > 0) & (shared / union >= minimum_iou)
    return Detection(
        true_positives=int(found.sum()),
        false_positives=int((~found[group[n_true:]]).sum()),
        false_negatives=int((~found[group[:n_true]]).sum()),
        truth_lesions=n_true,
        predicted_lesions=n_predicted,
    )
