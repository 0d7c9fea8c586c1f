"""What can be wrong with the lesions of a segmentation, and from when on it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from hyoid.imaging import Connectivity
from hyoid.metrics.components import Component
from hyoid.settings import Settings

COVERED_SHARE = 0.30
"""Share of a lesion from which it counts as covered, as the challenge's IoU of 30 % from which one counts as found."""

PIECE_ML = 0.1
"""What two nodes share at least where one is a piece of the other. Less is a crumb: 100 voxels of 1 mm, under which
Dexl and Ingrisch remove components."""


class FailureType(StrEnum):
    """What can be wrong with a lesion, or with a patient's primary tumour."""

    HALLUCINATED_PRIMARY = "hallucinated_primary"
    MISSED_PRIMARY = "missed_primary"
    MISPLACED_PRIMARY = "misplaced_primary"
    NODE_CALLED_PRIMARY = "node_called_primary"
    PRIMARY_CALLED_NODE = "primary_called_node"
    SPLIT_NODE = "split_node"
    MERGED_NODES = "merged_nodes"
    MISSED_NODE = "missed_node"
    HALLUCINATED_NODE = "hallucinated_node"


class FailureOptions(Settings):
    """From when on a failure is one.

    `covered_share` is the share of a lesion's own voxels from which it is covered, and that of the smaller of two
    nodes which they share at least where one is a piece of the other; `piece_ml` is what they share at least in mL.
    """

    connectivity: Connectivity = 26
    covered_share: float = Field(COVERED_SHARE, gt=0, le=1)
    piece_ml: float = Field(PIECE_ML, ge=0)


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure: the true and the predicted lesions that it involves, each in the order of their first voxels."""

    type: FailureType
    truth: tuple[Component, ...]
    prediction: tuple[Component, ...]

    @property
    def volume_ml(self) -> float:
        """Volume of what it is about: of the true lesions, of the predicted ones where they are too many."""
        predicted = (FailureType.HALLUCINATED_PRIMARY, FailureType.HALLUCINATED_NODE, FailureType.MERGED_NODES)
        return sum(component.volume_ml for component in (self.prediction if self.type in predicted else self.truth))


@dataclass(frozen=True, slots=True)
class CaseFailures:
    """The failures of one case, and how many of each type there could have been.

    `eligible` counts the case itself (0 or 1) for failures of the primary as a whole, true or predicted lesions for
    the others.
    """

    failures: tuple[Failure, ...]
    eligible: Mapping[FailureType, int]

    def of(self, kind: FailureType) -> tuple[Failure, ...]:
        """Return the failures of one type."""
        return tuple(failure for failure in self.failures if failure.type is kind)
