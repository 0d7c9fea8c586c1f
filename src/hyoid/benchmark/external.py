"""Patients of hospitals that took no part in training: predicted by a run's bundle and evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hyoid import api
from hyoid.api.training import Evaluation
from hyoid.bundle import load_bundle
from hyoid.cohort import Cohort
from hyoid.errors import CohortError
from hyoid.evaluation import evaluate_hpv, evaluate_segmentation, evaluate_survival, knows_centers
from hyoid.files import read_json, sha256_of_json, write_json
from hyoid.metrics import SegmentationOptions
from hyoid.recipe import Recipe
from hyoid.recipe.stage import Task
from hyoid.training import PREDICTIONS, has_label

EXTERNAL = "external"
"""The split of rows on patients who took no part in training."""

_DONE = "external.json"


@dataclass(frozen=True, slots=True)
class External:
    """An external cohort, and the training cohort that it must not share a patient with."""

    cohort: Cohort
    training: Cohort

    def check(self, tasks: Sequence[Task]) -> None:
        """Raise CohortError where nobody has a label to be measured by: better before hours of training than after."""
        for task in tasks:
            if not any(has_label(case, task) for case in self.cohort.cases):
                raise CohortError.of(
                    f"nobody in the external cohort with what {task} is measured by",
                    "patients with the label of every recipe's task",
                    "Leave the recipe or the cohort out.",
                )

    def evaluate(
        self, recipe: Recipe, run: Path, device: str, jobs: int
    ) -> tuple[dict[Task, Evaluation], tuple[str, ...]]:
        """Return by task what the bundle of a finished run is worth, which predicts all patients unless that is done.

        The predictions are kept in `run/external`. Notes tell whom nothing could be predicted for, and how many were
        predicted without something.
        """
        out = run / EXTERNAL
        failed = self._predicted(run / "bundle", out, device)
        notes = tuple(f"{case_id} not predicted: {reason}" for case_id, reason in failed.items())
        notes += shared_notes(out / PREDICTIONS)
        return {task: self._evaluate(recipe, task, out, jobs) for task in recipe.tasks}, notes

    def _predicted(self, bundle: Path, out: Path, device: str) -> dict[str, str]:
        """Predict where that is not done by this bundle on this cohort already; return whom it failed for, and why."""
        manifest = read_json(load_bundle(bundle).folder / "manifest.json")
        del manifest["created"]  # the one thing that differs when the same bundle is written again
        by = {"bundle": sha256_of_json(manifest), "cohort": self.cohort.content_hash()}
        done = out / _DONE
        known = read_json(done) if done.is_file() else {}
        if {name: known.get(name) for name in by} != by:
            result = api.predict([bundle], out, cohort=self.cohort, device=device)
            known = by | {"failed": result.failed}
            write_json(done, known)
        return dict(known["failed"])

    def _evaluate(self, recipe: Recipe, task: Task, out: Path, jobs: int) -> Evaluation:
        cases = {case.id: case for case in self.cohort.cases}
        stratify = knows_centers([case for case in self.cohort.cases if has_label(case, task)])
        if task == "segmentation":
            truth = {i: case.mask for i, case in cases.items() if case.mask is not None}
            predictions = {i: path for i in truth if (path := out / i / f"{i}.nii.gz").is_file()}
            options = SegmentationOptions(merged=recipe.merged)
            centers = {i: case.center for i, case in cases.items()}
            return evaluate_segmentation(
                predictions, truth, options, centers=centers, stratify=stratify, only_predicted=True, jobs=jobs
            )
        table = pd.read_csv(out / PREDICTIONS, dtype={"PatientID": str})
        if task == "hpv":
            table = table[table["hpv_probability"].notna()].astype({"hpv_decision": int})
            statuses = {i: (case.hpv, case.center) for i, case in cases.items()}
            return evaluate_hpv(table, statuses, stratify=stratify)
        return evaluate_survival(table[table["rfs_risk"].notna()], self.cohort, self.training, stratify=stratify)


def shared_notes(predictions: Path) -> tuple[str, ...]:
    """Return what is noted of several patients, with their number: a gap may be that of an input that was not there."""
    if not predictions.is_file():  # of label maps there is no table
        return ()
    table = pd.read_csv(predictions, dtype=str)
    counts = table["notes"].dropna().value_counts() if "notes" in table else pd.Series(dtype=int)
    return tuple(f"{count} of {len(table)} patients: {note}" for note, count in counts.items() if count > 1)
