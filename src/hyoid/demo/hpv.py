"""The demo's classifier of HPV status: over folds, and with each centre left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyoid import api
from hyoid.cohort import Cohort
from hyoid.errors import HyoidError
from hyoid.evaluation.report import classification, page
from hyoid.metrics import CLASSIFICATION_MEASURES

HPV_RECIPE = "hpv-logistic"

_SHOWN = ("balanced_accuracy", "auc", "sensitivity", "specificity", "brier")


@dataclass(frozen=True, slots=True)
class HpvTraining:
    """The classifier over folds and with each centre left out; None with the `reason` where it could not be trained."""

    kfold: api.TrainResult | None
    left_out: api.TrainResult | None
    reason: str = ""


def train_hpv(cohort: Cohort, out: Path, jobs: int) -> HpvTraining:
    """Train the floor both ways; a cohort with too few HPV-negative patients for a fold is a reason, not an end."""
    try:
        kfold = api.train(cohort, HPV_RECIPE, out / "hpv", jobs=jobs)
        split = ("split={name: leave_one_center_out}",)
        return HpvTraining(kfold, api.train(cohort, HPV_RECIPE, out / "hpv-left-out", overrides=split, jobs=jobs))
    except HyoidError as error:
        return HpvTraining(None, None, str(error))


def hpv_section(training: HpvTraining) -> str:
    """Return the section on HPV status: both splits side by side, then the details of the k-fold one."""
    if training.kfold is None or training.left_out is None:
        return page.section("HPV status", page.paragraph(f"Not trained: {training.reason}", "notice"))
    inside, outside = training.kfold.classification, training.left_out.classification
    rows = [
        [
            CLASSIFICATION_MEASURES[name].description,
            *(page.figure_text(one.value, [one.low, one.high]) for one in (inside.cohort[name], outside.cohort[name])),
        ]
        for name in _SHOWN
    ]
    header = ["measure (95 % interval over patients)", "5 folds, centres mixed", "each centre left out in turn"]
    return page.section(
        "HPV status",
        page.paragraph(
            "Penalised logistic regression on the clinical record and on measures of the lesions in the expert's "
            "label maps: the floor that a network must beat. Encoder, calibrator and threshold of each fold are fitted "
            "without the patients that it reports. The label nearly is a centre's label in training, so the right "
            "column, where the model has never seen the patient's hospital, says more of a new hospital. A quarter of "
            "the demo's patients were chosen to be HPV-negative: in the challenge's training set it is a tenth."
        ),
        page.table(header, rows),
    ) + classification.result_section("HPV status in detail: 5 folds, centres mixed", inside)
