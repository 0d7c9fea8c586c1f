"""A cohort in numbers: patients, outcomes, images, acquisition, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hyoid.cohort import Case, Cohort
from hyoid.cohort.acquisition import read_acquisition
from hyoid.evaluation.description.acquisition import CenterAcquisition, summarise_acquisition
from hyoid.evaluation.description.characteristics import Characteristic, summarise_characteristics
from hyoid.evaluation.description.grids import GridSummary, ImageGrid, Unreadable, read_grids, summarise_grids
from hyoid.evaluation.description.missing import Missing, count_missing
from hyoid.evaluation.description.outcomes import (
    Hpv,
    SurvivalGroup,
    SurvivalGroups,
    compare_survival_of,
    summarise_hpv,
    summarise_survival_of,
)
from hyoid.evaluation.description.patients import Ages, by_center, summarise_ages

TOTAL = "all patients"
"""Name of all centers together."""


@dataclass(frozen=True, eq=False)
class Description:
    """What a cohort is.

    Parameters
    ----------
    root, layout
        Where it was read from, and how its files lie.
    cases
        Its patients.
    centers
        Numbers of patients by center, the largest first.
    ages, characteristics
        Age by sex; the clinical columns.
    hpv
        HPV status by center, and under `TOTAL` of all.
    survival, survival_by_center, survival_by_hpv
        Recurrence-free survival of all patients, and of groups with the log-rank test between them.
    grids, grid_summaries
        The grid of each image, and by kind of image and center.
    acquisition
        By center; None where the cohort's folder has no `acquisition.csv`.
    missing
        What is missing, by item and center.
    unreadable
        Images that could not be read.
    notes
        What the readers had to say.
    """

    root: Path
    layout: str
    cases: tuple[Case, ...]
    centers: dict[str, int]
    ages: Ages
    characteristics: tuple[Characteristic, ...]
    hpv: dict[str, Hpv]
    survival: SurvivalGroup
    survival_by_center: SurvivalGroups
    survival_by_hpv: SurvivalGroups
    grids: tuple[ImageGrid, ...]
    grid_summaries: tuple[GridSummary, ...]
    acquisition: dict[str, CenterAcquisition] | None
    missing: tuple[Missing, ...]
    unreadable: tuple[Unreadable, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return every number as plain types; NaN where a number does not exist."""
        acquisition = self.acquisition
        return {
            "cohort": str(self.root),
            "layout": self.layout,
            "patients": len(self.cases),
            "centers": self.centers,
            "age": self.ages.to_dict(),
            "clinical": {found.column: found.to_dict() for found in self.characteristics},
            "hpv": {center: hpv.to_dict() for center, hpv in self.hpv.items()},
            "survival": {
                TOTAL: self.survival.to_dict(),
                "by_center": self.survival_by_center.to_dict(),
                "by_hpv": self.survival_by_hpv.to_dict(),
            },
            "grids": [summary.to_dict() for summary in self.grid_summaries],
            "acquisition": None if acquisition is None else {name: own.to_dict() for name, own in acquisition.items()},
            "missing": [asdict(one) for one in self.missing],
            "unreadable": [asdict(one) for one in self.unreadable],
            "notes": list(self.notes),
        }


def describe_cohort(cohort: Cohort) -> Description:
    """Describe a cohort. Of images only headers are read; those that cannot be read are named in `unreadable`.

    Raises
    ------
    CohortError
        If there is an `acquisition.csv` that cannot be used.
    """
    cases = cohort.cases
    centers = by_center(cases)
    grids, unreadable = read_grids(cases)
    acquisition, notes = _acquisition(cohort)
    groups = {**centers, **({TOTAL: list(cases)} if len(centers) > 1 else {})}
    return Description(
        root=cohort.root,
        layout=cohort.layout,
        cases=cases,
        centers={center: len(own) for center, own in centers.items()},
        ages=summarise_ages(cases),
        characteristics=tuple(summarise_characteristics(cases)),
        hpv={center: summarise_hpv(own) for center, own in groups.items()},
        survival=summarise_survival_of(TOTAL, cases),
        survival_by_center=compare_survival_of(centers),
        survival_by_hpv=compare_survival_of(_by_hpv(cases), ("HPV-positive", "HPV-negative")),
        grids=tuple(grids),
        grid_summaries=tuple(summarise_grids(cases, grids, TOTAL)),
        acquisition=acquisition,
        missing=tuple(count_missing(cases, TOTAL)),
        unreadable=tuple(unreadable),
        notes=(*cohort.notes, *notes),
    )


def _by_hpv(cases: Sequence[Case]) -> dict[str, list[Case]]:
    names = {True: "HPV-positive", False: "HPV-negative", None: "HPV unknown"}
    return {name: [case for case in cases if case.hpv is status] for status, name in names.items()}


def _acquisition(cohort: Cohort) -> tuple[dict[str, CenterAcquisition] | None, list[str]]:
    found = read_acquisition(cohort.root) if cohort.root.is_dir() else None
    if found is None:
        return None, []
    strangers = sorted(set(found.by_id) - {case.id for case in cohort.cases})
    notes = list(found.notes)
    if strangers:
        notes.append(f"acquisition.csv: {len(strangers)} id(s) that the cohort does not have ({strangers[0]} first).")
    return summarise_acquisition(cohort.cases, found, TOTAL), notes
