"""The demo's classifier of HPV status: over folds, and with each centre left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyoid import api
from hyoid.cohort import read_cohort
from hyoid.evaluation.report import classification, page
from hyoid.metrics import CLASSIFICATION_MEASURES

HPV_RECIPE = "hpv-logistic:clinical"

_SHOWN = ("balanced_accuracy", "auc", "sensitivity", "specificity", "brier")


@dataclass(frozen=True, slots=True)
class HpvTraining:
    """The classifier over folds, and with each centre left out."""

    kfold: api.TrainResult
    left_out: api.TrainResult


def train_hpv(out: Path, jobs: int) -> HpvTraining:
    """Train the floor on the table of records, both ways."""
    table = read_cohort(out / "records.csv")
    kfold = api.train(table, HPV_RECIPE, out / "hpv", jobs=jobs)
    split = ("split={name: leave_one_center_out}",)
    return HpvTraining(kfold, api.train(table, HPV_RECIPE, out / "hpv-left-out", overrides=split, jobs=jobs))


def hpv_section(training: HpvTraining) -> str:
    """Return the section on HPV status: both splits side by side, then the details of the k-fold one."""
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
            "Penalised logistic regression on the clinical record alone, of a larger table of patients without images: "
            "the floor that a network must beat. Encoder, calibrator and threshold of each fold are fitted without the "
            "patients that it reports. As in the challenge's training set the label nearly is a centre's label, so the "
            "right column, where the model has never seen the patient's hospital, says more of a new hospital."
        ),
        page.table(header, rows),
    ) + classification.result_section("HPV status in detail: 5 folds, centres mixed", inside)
