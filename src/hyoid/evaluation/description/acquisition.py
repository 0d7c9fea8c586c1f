"""How the patients of each center were scanned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hyoid.cohort import Case
from hyoid.cohort.acquisition import PARAMETERS, Acquisitions
from hyoid.evaluation.description.patients import by_center
from hyoid.evaluation.description.spread import Spread


@dataclass(frozen=True, slots=True)
class CenterAcquisition:
    """The acquisition at one center.

    `scanners` are numbers of patients by scanner, the most frequent first; `spreads` those of the other parameters that
    the table has a column of, each with its own number of patients.
    """

    center: str
    n: int
    scanners: dict[str, int]
    spreads: dict[str, Spread]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        spreads = {name: spread.to_dict() for name, spread in self.spreads.items()}
        return {"patients": self.n, "scanner": self.scanners, **spreads}


def summarise_acquisition(cases: Sequence[Case], found: Acquisitions, total: str) -> dict[str, CenterAcquisition]:
    """Return the acquisition by center; that of all centers together is called `total`."""
    groups = dict(by_center(cases))
    if len(groups) > 1:
        groups[total] = list(cases)
    return {center: _center(center, own, found) for center, own in groups.items()}


def _center(center: str, cases: Sequence[Case], found: Acquisitions) -> CenterAcquisition:
    rows = [found.by_id.get(case.id, {}) for case in cases]
    numbers = [parameter for parameter in PARAMETERS if parameter.low is not None and parameter.name in found.columns]
    scanners = Counter(str(row["scanner"]) for row in rows if "scanner" in row)
    return CenterAcquisition(
        center=center,
        n=len(cases),
        scanners=dict(sorted(scanners.items(), key=lambda item: (-item[1], item[0]))),
        spreads={p.name: Spread.of(float(row[p.name]) for row in rows if p.name in row) for p in numbers},
    )
