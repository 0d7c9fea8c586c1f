"""Where a prediction and the expert disagree on a lesion as such, each with the voxel to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.lesions import middle_voxel
from hyoid.evaluation.failures import FAILURE_WORDS, describe_volumes
from hyoid.geometry import Volume
from hyoid.metrics import Failure, FailureType, find_failures

_OF_PREDICTION = (FailureType.HALLUCINATED_PRIMARY, FailureType.HALLUCINATED_NODE, FailureType.MERGED_NODES)


@dataclass(frozen=True, slots=True)
class Jump:
    """One failure: its type, what is said of it, and the canonical voxel (i, j, k) to go to."""

    flag: str
    text: str
    voxel: tuple[int, int, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return {"flag": self.flag, "text": self.text, "voxel": list(self.voxel)}


def find_jumps(expert: Volume, predicted: Volume, canonical: Canonical) -> list[Jump]:
    """Return every failure of `hyoid.metrics.find_failures`, the largest of a type first.

    The voxel lies in the largest lesion that the failure is about: a predicted one where the prediction has too much,
    the expert's otherwise.
    """
    found = find_failures(expert.array, predicted.array, expert.grid.spacing).failures
    kinds = list(FailureType)
    ordered = sorted(found, key=lambda failure: (kinds.index(failure.type), -failure.volume_ml))
    return [_jump(failure, expert, predicted, canonical) for failure in ordered]


def flags_of(jumps: list[Jump]) -> list[str]:
    """Return the types that occur, each once."""
    return list(dict.fromkeys(jump.flag for jump in jumps))


def _jump(failure: Failure, expert: Volume, predicted: Volume, canonical: Canonical) -> Jump:
    labels, lesions = (predicted, failure.prediction) if failure.type in _OF_PREDICTION else (expert, failure.truth)
    largest = max(lesions, key=lambda component: component.voxels)
    words = FAILURE_WORDS[failure.type][0]
    text = f"{words[0].upper()}{words[1:]}: {describe_volumes(failure)}"
    return Jump(failure.type.value, text, canonical.voxel(middle_voxel(labels, largest)))
