"""The demo's prognosis of recurrence: lesion measures and the clinical record, against the record alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyoid import api
from hyoid.cohort import Cohort
from hyoid.evaluation import SurvivalComparison, compare_survival
from hyoid.evaluation.report import page, survival
from hyoid.training import OUT_OF_FOLD, PREDICTIONS

RFS_RECIPE = "rfs-lesions"


@dataclass(frozen=True, slots=True)
class RfsTraining:
    """The floor on lesions and record, and what the lesions add to the record on the same patients."""

    trained: api.TrainResult
    gain: SurvivalComparison


def train_rfs(cohort: Cohort, out: Path, jobs: int) -> RfsTraining:
    """Train the floor with lesion measures and without, over the same folds, and compare both."""
    trained = api.train(cohort, RFS_RECIPE, out / "rfs", jobs=jobs)
    record = api.train(cohort, f"{RFS_RECIPE}:clinical", out / "rfs-record", jobs=jobs)
    first, second = (run.run.folder / OUT_OF_FOLD / PREDICTIONS for run in (trained, record))
    return RfsTraining(trained, compare_survival(first, second, cohort))


def rfs_section(training: RfsTraining) -> str:
    """Return the section on recurrence-free survival: what the lesions add, then the details."""
    return (
        page.section(
            "Recurrence-free survival",
            page.paragraph(
                "Cox's model, penalised, on the clinical record and on measures of the lesions (volume, uptake, "
                "extent, number of nodes): the floor that a network must beat. Encoder, penalty, baseline and the cut "
                "points of the risk groups of each fold are fitted without the patients that it reports. So few "
                "patients leave wide intervals: what they show is whether a claim could be made at all."
            ),
        )
        + survival.comparison_section(
            "What the lesions add to the clinical record", training.gain, ("record and lesions", "record alone")
        )
        + survival.result_section("Recurrence-free survival in detail: record and lesions", training.trained.survival)
    )
