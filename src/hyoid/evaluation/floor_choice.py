"""Which SUV threshold a case gets: one for GTVp and one for GTVn, each the best on other cases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import GTVN, GTVP
from hyoid.imaging.neck_uptake import NeckUptake
from hyoid.imaging.suv_threshold import PrimaryRule, SuvThreshold, ThresholdKind
from hyoid.metrics import MEASURES, CaseScores, ratio

THRESHOLDS = (
    (ThresholdKind.FIXED, 2.5),
    (ThresholdKind.FIXED, 3.0),
    (ThresholdKind.FIXED, 4.0),
    (ThresholdKind.FRACTION_OF_LESION, 0.41),
    (ThresholdKind.FRACTION_OF_NECK, 0.41),
)
"""Thresholds of the clinic: SUV 2.5, 3 and 4, and 41 % of the maximum (EANM), of each lesion and of the whole neck."""

CANDIDATES = tuple(
    SuvThreshold(kind=kind, value=value, primary=primary, nodes=nodes, minimum_ml=minimum_ml)
    for (kind, value), primary, nodes, minimum_ml in product(THRESHOLDS, PrimaryRule, ("all", "lateral"), (0.5, 2.0))
)
"""Every threshold with every rule for primary and nodes and with two least volumes."""

CRITERIA = {"gtvp": "gtvp_dsc_exclude", "gtvn": "gtvn_dsc_agg"}
"""The challenge's measure by which the setting of each label is chosen."""


@dataclass(frozen=True, slots=True)
class ThresholdPair:
    """One setting for GTVp and one for GTVn, so that neither label pays for the other."""

    gtvp: SuvThreshold
    gtvn: SuvThreshold

    def segment(self, uptake: NeckUptake) -> NDArray[np.uint8]:
        """Return the label map on the block of a prepared case; where both settings claim a voxel, it is GTVp."""
        labels = np.where(self.gtvn.segment(uptake) == GTVN, np.uint8(GTVN), np.uint8(0))
        labels[self.gtvp.segment(uptake) == GTVP] = GTVP
        return labels

    def to_dict(self) -> dict[str, Any]:
        """Return both settings as JSON types."""
        return {"gtvp": self.gtvp.model_dump(mode="json"), "gtvn": self.gtvn.model_dump(mode="json")}


def choose(
    scores: Mapping[str, Sequence[CaseScores]], identifiers: Sequence[str], candidates: Sequence[SuvThreshold]
) -> ThresholdPair:
    """Return for each label the candidate with the best measure over these cases; on equal measure the first wins.

    `scores` has, by id, one entry a candidate.
    """
    of_candidates = list(zip(*(scores[identifier] for identifier in identifiers), strict=True))
    best = {}
    for label, name in CRITERIA.items():
        values = [float(ratio(MEASURES[name].sums(cases).sum(axis=0))) for cases in of_candidates]
        best[label] = candidates[int(np.argmax([-math.inf if math.isnan(value) else value for value in values]))]
    return ThresholdPair(**best)
