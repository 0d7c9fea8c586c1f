"""The failures of a cohort: how often each type occurs, of how many times that it could, and the worst example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from hyoid.cohort import GTVN, GTVP
from hyoid.metrics import (
    Bootstrap,
    CaseFailures,
    Component,
    Failure,
    FailureOptions,
    FailureType,
    Interval,
    SegmentationOptions,
    bootstrap_interval,
    of_share,
)

FAILURE_WORDS: Mapping[FailureType, tuple[str, str]] = MappingProxyType(
    {
        FailureType.HALLUCINATED_PRIMARY: ("GTVp hallucinated", "patients without GTVp"),
        FailureType.MISSED_PRIMARY: ("GTVp missed", "patients with GTVp"),
        FailureType.MISPLACED_PRIMARY: ("GTVp elsewhere", "patients with GTVp true and predicted"),
        FailureType.NODE_CALLED_PRIMARY: ("node called GTVp", "true nodes"),
        FailureType.PRIMARY_CALLED_NODE: ("GTVp called node", "true GTVp components"),
        FailureType.SPLIT_NODE: ("node split in several", "true nodes"),
        FailureType.MERGED_NODES: ("nodes merged into one", "predicted nodes"),
        FailureType.MISSED_NODE: ("node missed", "true nodes"),
        FailureType.HALLUCINATED_NODE: ("node hallucinated", "predicted nodes"),
    }
)
"""What each type is called in tables, and of what its failures are counted."""

NAMED_VOLUMES = 4
"""How many lesions are named with their volumes before they are only counted."""


@dataclass(frozen=True, slots=True)
class FailureCount:
    """How often one type of failure occurs in a cohort.

    Parameters
    ----------
    patients
        Patients with one failure of this type or more.
    failures
        Failures, over all patients.
    eligible
        How many there could have been: the patients or lesions that `FAILURE_WORDS` names.
    share
        Failures over eligible with its interval over patients; `n` are the patients who have any that is eligible.
        Without an interval where none or all have failed: each resample is then the same, which is no certainty.
    """

    patients: int
    failures: int
    eligible: int
    share: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self)


def failure_options(options: SegmentationOptions) -> FailureOptions:
    """Return from when on a failure is one, with the same notion of a lesion as the measures."""
    return FailureOptions(connectivity=options.connectivity)


def count_failures(
    cases: Sequence[CaseFailures], bootstrap: Bootstrap | None = None, strata: Sequence[str] | None = None
) -> dict[FailureType, FailureCount]:
    """Count each type of failure over a cohort.

    Parameters
    ----------
    cases
        The failures of each case.
    bootstrap
        How intervals over patients are drawn. Sums are drawn, so the share is one of lesions and no mean of patients'.
    strata
        One label per case: resample within these.

    Raises
    ------
    HyoidError
        If there is no case.
    """
    return {
        kind: _count([(len(c.of(kind)), c.eligible[kind]) for c in cases], bootstrap, strata) for kind in FailureType
    }


def worst_failures(cases: Mapping[str, CaseFailures]) -> dict[FailureType, tuple[str, Failure]]:
    """Return the failure of the greatest volume of each type that occurs, with the id of its case.

    Of equal volumes the one of the first id is taken, and of one case the first in the order of its voxels.
    """
    worst: dict[FailureType, tuple[str, Failure]] = {}
    for kind in FailureType:
        found = [(identifier, failure) for identifier in sorted(cases) for failure in cases[identifier].of(kind)]
        if found:
            worst[kind] = max(found, key=lambda pair: pair[1].volume_ml)
    return worst


def describe_volumes(failure: Failure) -> str:
    """Return the volumes of the lesions involved, such as 'true GTVn 12.1 mL, predicted GTVn 6.0 and 3.2 mL'."""
    parts = []
    for source, components in (("true", failure.truth), ("predicted", failure.prediction)):
        for label, name in ((GTVP, "GTVp"), (GTVN, "GTVn")):
            volumes = sorted((c.volume_ml for c in components if c.label == label), reverse=True)
            if volumes:
                parts.append(f"{source} {name} {_in_words(volumes)}")
    return ", ".join(parts)


def failure_rows(case: CaseFailures) -> list[dict[str, Any]]:
    """Return the failures of a case as JSON types; boxes are (z, y, x) in the truth's voxels, the end excluded."""
    return [
        {
            "type": failure.type.value,
            "volume_ml": failure.volume_ml,
            "truth": [_component(component) for component in failure.truth],
            "prediction": [_component(component) for component in failure.prediction],
        }
        for failure in case.failures
    ]


def _count(pairs: Sequence[tuple[int, int]], bootstrap: Bootstrap | None, strata: Sequence[str] | None) -> FailureCount:
    sums = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    share = of_share(bootstrap_interval(sums, settings=bootstrap, strata=strata, n=int((sums[:, 1] > 0).sum())))
    failures, eligible = (int(total) for total in sums.sum(axis=0))
    return FailureCount(int((sums[:, 0] > 0).sum()), failures, eligible, share)


def _in_words(volumes: Sequence[float]) -> str:
    """Return volumes, largest first, as '6.0, 3.2 and 1.1 mL'; of many the first ones and their sum."""
    shown = [f"{volume:.1f}" for volume in volumes[:NAMED_VOLUMES]]
    if len(volumes) > NAMED_VOLUMES:
        return f"{', '.join(shown)} and {len(volumes) - NAMED_VOLUMES} smaller, {sum(volumes):.1f} mL in all"
    return f"{', '.join(shown[:-1])} and {shown[-1]} mL" if len(shown) > 1 else f"{shown[0]} mL"


def _component(component: Component) -> dict[str, Any]:
    return {
        "label": component.label,
        "voxels": component.voxels,
        "volume_ml": component.volume_ml,
        "start": component.start,
        "stop": component.stop,
    }
