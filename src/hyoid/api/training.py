"""`train` and `preprocess`: a cohort and a recipe become a run with its bundle and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hyoid.api.common import PathLike, resolve_cohort, resolve_recipe
from hyoid.api.reading import reading_notes
from hyoid.bundle import Bundle, write_bundle
from hyoid.cohort import Cohort, folds_from_json
from hyoid.evaluation import (
    ClassificationResult,
    SegmentationResult,
    SurvivalResult,
    evaluate_hpv,
    evaluate_segmentation,
    evaluate_survival,
    knows_centers,
    observed_of,
)
from hyoid.files import jsonable, read_json, write_json
from hyoid.metrics import SegmentationOptions
from hyoid.metrics.survival import Observed
from hyoid.recipe import Recipe
from hyoid.recipe.stage import Task
from hyoid.training import (
    DECISION,
    HELD_OUT,
    OUT_OF_FOLD,
    PROGNOSIS,
    Run,
    Store,
    StoreReport,
    has_label,
    table_of,
    train_run,
    usable_cases,
)

Evaluation = SegmentationResult | ClassificationResult | SurvivalResult

_ANSWERS = {"hpv": {"decision": DECISION}, "rfs": {"prognosis": PROGNOSIS}}
"""What of a run goes into its bundle, besides the folds, to answer new patients by."""


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What training gave: the run, its bundle, and the out-of-fold evaluation.

    Of a recipe with several answers `evaluation` is that of the first, `further` holds the others by task.
    """

    run: Run
    bundle: Bundle
    evaluation: Evaluation
    further: Mapping[Task, Evaluation] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the cohort was not as expected, and what makes the evaluation of a survival recipe doubtful."""
        evaluations = (self.evaluation, *self.further.values())
        return (*self.run.notes, *(n for one in evaluations if isinstance(one, SurvivalResult) for n in one.notes))

    @property
    def segmentation(self) -> SegmentationResult:
        """The evaluation of a segmentation; TypeError for a classifier's."""
        if not isinstance(self.evaluation, SegmentationResult):
            raise TypeError(f"{self.run.recipe.title} segments nothing")
        return self.evaluation

    @property
    def classification(self) -> ClassificationResult:
        """The evaluation of a classifier; TypeError for a segmentation's."""
        if not isinstance(self.evaluation, ClassificationResult):
            raise TypeError(f"{self.run.recipe.title} classifies nothing")
        return self.evaluation

    @property
    def survival(self) -> SurvivalResult:
        """The evaluation of a survival recipe; TypeError for another's."""
        if not isinstance(self.evaluation, SurvivalResult):
            raise TypeError(f"{self.run.recipe.title} predicts no survival")
        return self.evaluation

    def summary(self) -> dict[str, Any]:
        """Return recipe, finished folds, all folds' names in the split, and headline metrics with intervals."""
        folds = {"folds": list(self.run.folds), "fold_names": self.run.fold_names}
        notes = {"notes": list(self.notes)}
        return {
            "recipe": self.run.recipe.title,
            **folds,
            **notes,
            **_results([self.evaluation, *self.further.values()]),
        }


def preprocess(
    cohort: PathLike,
    recipe: str | Recipe,
    store: PathLike,
    *,
    preset: str | None = None,
    overrides: Sequence[str] = (),
    columns: PathLike | None = None,
    jobs: int = 1,
) -> StoreReport:
    """Preprocess every usable case of a cohort into a store; what is there already is left."""
    resolved = resolve_recipe(recipe, preset, overrides)
    preprocessing = resolved.imaging
    usable, excluded = usable_cases(resolve_cohort(cohort, columns).cases, resolved)
    if not resolved.segments:  # as training does: a classifier never sees the mask
        usable = [replace(case, mask=None) for case in usable]
    report = Store(Path(store), preprocessing, resolved.inputs.images).prepare(usable, jobs)
    return StoreReport(report.made, report.ready, {**excluded, **report.quarantined})


def train(  # noqa: PLR0913 - the options of the verb, all but two by keyword
    cohort: PathLike | Cohort,
    recipe: str | Recipe,
    out: PathLike,
    *,
    store: PathLike | None = None,
    fold: str = "all",
    preset: str | None = None,
    overrides: Sequence[str] = (),
    device: str = "auto",
    devices: int = 1,
    resume: bool = False,
    columns: PathLike | None = None,
    jobs: int = 1,
) -> TrainResult:
    """Cross-validate a recipe on a cohort, evaluate it out of fold and write the bundle.

    With several `devices` the batches of each network are shared by as many GPUs, or processes on a CPU.

    Raises
    ------
    HyoidError
        If the cohort, the recipe or an option cannot be used; the message says why.
    """
    resolved, found = resolve_recipe(recipe, preset, overrides), resolve_cohort(cohort, columns)
    run = train_run(
        found,
        resolved,
        Path(out),
        store=None if store is None else Path(store),
        fold=fold,
        device=device,
        devices=devices,
        resume=resume,
        jobs=jobs,
    )
    run = replace(run, notes=(*reading_notes(found, resolved), *run.notes))
    evaluations = {task: _evaluate(found, run, task, OUT_OF_FOLD, run.reported, jobs) for task in resolved.tasks}
    if run.held_out:
        for task in resolved.tasks:
            _evaluate(found, run, task, HELD_OUT, run.held_out, jobs)
    answers = {
        name: read_json(run.folder / file) for task in resolved.tasks for name, file in _ANSWERS.get(task, {}).items()
    }
    trained_on, results = _describe(found, run), _results(list(evaluations.values()))
    bundle = write_bundle(run.folder / "bundle", resolved, run.folds, trained_on, results, answers)
    return TrainResult(run, bundle, evaluations.pop(resolved.task), evaluations)


def _evaluate(cohort: Cohort, run: Run, task: Task, part: str, case_ids: Sequence[str], jobs: int) -> Evaluation:
    """Evaluate one task's predictions in `RUN/part` and write `RUN/part.json` beside them.

    Intervals are drawn within centers where these are known: how many each of them has is no chance. What is
    not the recipe's first answer goes to `RUN/part-TASK.json`.
    """
    cases = [case for case in map(cohort.case, case_ids) if has_label(case, task)]
    table = run.folder / part / table_of(run.recipe, task)
    stratify = knows_centers(cases)
    result: Evaluation
    if task == "hpv":
        statuses = {case.id: (case.hpv, case.center) for case in cases}
        result = evaluate_hpv(table, statuses, stratify=stratify)
    elif task == "rfs":
        outcomes = {case.id: (case.relapse, case.rfs_days, case.center) for case in cases}
        result = evaluate_survival(table, outcomes, _trained_on(cohort, run), stratify=stratify)
    else:
        truth = {case.id: case.mask for case in cases if case.mask is not None}
        predictions = {case_id: run.folder / part / case_id / f"{case_id}.nii.gz" for case_id in truth}
        centers = {case.id: case.center for case in cases}
        options = SegmentationOptions(merged=run.recipe.merged)
        result = evaluate_segmentation(predictions, truth, options, centers=centers, stratify=stratify, jobs=jobs)
    name = part if task == run.recipe.task else f"{part}-{task}"
    write_json(run.folder / f"{name}.json", {"recipe": run.recipe.title, **result.to_dict()})
    return result


def _trained_on(cohort: Cohort, run: Run) -> dict[str, Observed]:
    """Return the outcomes of each fold's training part, and of all that any fold learnt from, the `ensemble`'s."""
    folds = {f"fold-{k}": one for k, one in enumerate(folds_from_json(read_json(run.folder / "splits.json")))}
    ids = {name: {*folds[name].train, *folds[name].stack} for name in run.folds}
    ids["ensemble"] = {i for name in run.folds for i in (*folds[name].train, *folds[name].select, *folds[name].stack)}
    known = {case.id: (case.relapse, case.rfs_days) for case in cohort.cases}
    outcomes = {i: (event, days) for i, (event, days) in known.items() if event is not None and days is not None}
    return {name: observed_of(outcomes[i] for i in sorted(part)) for name, part in ids.items()}


def _describe(cohort: Cohort, run: Run) -> dict[str, Any]:
    """Return what the finished folds were fitted and chosen on; whom they only reported is not counted."""
    folds = folds_from_json(read_json(run.folder / "splits.json"))
    finished = [one for k, one in enumerate(folds) if f"fold-{k}" in run.folds]
    ids = {identifier for one in finished for identifier in (*one.train, *one.select, *one.stack)}
    used = [case for case in cohort.cases if case.id in ids]
    centers = sorted({str(case.center) for case in used})
    return {"hash": cohort.content_hash(), "cases": len(used), "centers": centers, "notes": list(run.notes)}


def _results(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Return the headline metrics as `{name: {value, interval, n}}` in JSON types; an undefined value is None."""
    return {"metrics": {name: value for one in evaluations for name, value in jsonable(one.headline()).items()}}
