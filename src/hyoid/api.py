"""The verbs of the command line as functions, with typed results. Import what you need from `hyoid` itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.bundle import Bundle, write_bundle
from hyoid.cohort import Case, Cohort, folds_from_json, read_cohort
from hyoid.errors import CohortError, HyoidError
from hyoid.evaluation import SegmentationResult, evaluate_segmentation
from hyoid.files import jsonable, read_json, write_json, write_text
from hyoid.imaging import IMAGE_SUFFIXES
from hyoid.inference import Predictor, write_prediction
from hyoid.metrics import SegmentationOptions
from hyoid.progress import track
from hyoid.recipe import Recipe, adjust_recipe, load_recipe
from hyoid.training import HELD_OUT, OUT_OF_FOLD, Run, Store, StoreReport, train_run, usable_cases

PathLike = str | Path


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What training gave: the run, its bundle, and the out-of-fold evaluation."""

    run: Run
    bundle: Bundle
    evaluation: SegmentationResult

    def summary(self) -> dict[str, Any]:
        """Return recipe, finished folds, all folds' names in the split, and headline metrics with intervals."""
        folds = {"folds": list(self.run.folds), "fold_names": self.run.fold_names}
        return {"recipe": self.run.recipe.title, **folds, **_results(self.evaluation)}


@dataclass(frozen=True, slots=True)
class PredictResult:
    """The description of each predicted case, and `{id: reason}` of those that could not be predicted."""

    out: Path
    cases: list[dict[str, Any]]
    failed: dict[str, str]


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
    resolved = _recipe(recipe, preset, overrides)
    usable, excluded = usable_cases(_cohort(cohort, columns).cases, resolved)
    report = Store(Path(store), resolved.preprocess, resolved.inputs.images).prepare(usable, jobs)
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
    resume: bool = False,
    columns: PathLike | None = None,
    jobs: int = 1,
) -> TrainResult:
    """Cross-validate a recipe on a cohort, evaluate it out of fold and write the bundle.

    Raises
    ------
    HyoidError
        If the cohort, the recipe or an option cannot be used; the message says why.
    """
    resolved, found = _recipe(recipe, preset, overrides), _cohort(cohort, columns)
    run = train_run(
        found,
        resolved,
        Path(out),
        store=None if store is None else Path(store),
        fold=fold,
        device=device,
        resume=resume,
        jobs=jobs,
    )
    evaluation = _evaluate(found, run, OUT_OF_FOLD, run.reported, jobs)
    if run.held_out:
        _evaluate(found, run, HELD_OUT, run.held_out, jobs)
    bundle = write_bundle(run.folder / "bundle", resolved, run.folds, _describe(found, run), _results(evaluation))
    return TrainResult(run, bundle, evaluation)


def predict(
    bundles: Sequence[PathLike],
    out: PathLike,
    *,
    ct: PathLike | None = None,
    pet: PathLike | None = None,
    cohort: PathLike | None = None,
    case_id: str | None = None,
    device: str = "auto",
    columns: PathLike | None = None,
) -> PredictResult:
    """Predict one study (`ct`, `pet`) or every case of a cohort; label maps lie on the CT's own grid.

    In a cohort a case that cannot be predicted is reported and stops nothing; a single study raises.

    Raises
    ------
    HyoidError
        If neither or both of study and cohort are given, or the study or the bundle cannot be used.
    """
    if (cohort is None) == (ct is None and pet is None):
        raise HyoidError.of(
            "neither or both of one study and a cohort", "--ct and --pet, or --cohort", "Give one of the two."
        )
    predictor = Predictor([Path(folder) for folder in bundles], device)
    single = cohort is None
    cases = [_study(ct, pet, case_id)] if cohort is None else list(_cohort(cohort, columns).cases)
    done: list[dict[str, Any]] = []
    failed: dict[str, str] = {}
    for case in track(cases, "Predicting"):
        try:
            prediction = predictor.predict(case)
        except HyoidError as error:
            if single:
                raise
            failed[case.id] = str(error)
            continue
        write_prediction(Path(out), prediction)
        done.append(prediction.info)
    _write_table(Path(out), done, failed)
    return PredictResult(Path(out), done, failed)


def _evaluate(cohort: Cohort, run: Run, part: str, case_ids: Sequence[str], jobs: int) -> SegmentationResult:
    """Evaluate the predictions in `RUN/part` and write `RUN/part.json` beside them."""
    cases = [cohort.case(case_id) for case_id in case_ids]
    truth = {case.id: case.mask for case in cases if case.mask is not None}
    predictions = {case_id: run.folder / part / case_id / f"{case_id}.nii.gz" for case_id in truth}
    centers = {case.id: case.center for case in cases}
    options = SegmentationOptions(merged=run.recipe.merged)
    result = evaluate_segmentation(predictions, truth, options, centers=centers, jobs=jobs)
    write_json(run.folder / f"{part}.json", {"recipe": run.recipe.title, **result.to_dict()})
    return result


def _study(ct: PathLike | None, pet: PathLike | None, case_id: str | None) -> Case:
    images = {name: Path(path) for name, path in (("ct", ct), ("pet", pet)) if path is not None}
    return Case(id=case_id or _id_of(next(iter(images.values()))), images=images)


def _id_of(path: Path) -> str:
    """Return the patient's part of an image name: `CHUM-012__CT.nii.gz` is CHUM-012."""
    suffix = next((s for s in IMAGE_SUFFIXES if path.name.lower().endswith(s)), "")
    stem = path.name.removesuffix(path.name[len(path.name) - len(suffix) :])
    for ending in ("__CT", "__PT", "_CT", "_PT", "_0000", "_0001"):
        if stem.endswith(ending) and stem != ending:
            return stem.removesuffix(ending)
    return stem


def _write_table(out: Path, done: Sequence[dict[str, Any]], failed: dict[str, str]) -> None:
    """Write `predictions.csv`: one row per case with its volumes and counts; failed cases have a reason instead."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for info in done:
        lesions = {f"{name}_{key}": value for name, entry in info["lesions"].items() for key, value in entry.items()}
        rows.append({"PatientID": info["id"], **lesions, "notes": " ".join(info["notes"])})
    rows += [{"PatientID": case_id, "notes": reason} for case_id, reason in failed.items()]
    write_text(out / "predictions.csv", pd.DataFrame(rows).to_csv(index=False))


def _recipe(recipe: str | Recipe, preset: str | None, overrides: Sequence[str]) -> Recipe:
    if isinstance(recipe, Recipe):
        return adjust_recipe(recipe, preset, overrides)
    return load_recipe(recipe, preset=preset, overrides=overrides)


def _cohort(cohort: PathLike | Cohort, columns: PathLike | None) -> Cohort:
    if isinstance(cohort, Cohort):
        return cohort
    if not Path(cohort).exists():
        raise CohortError.of(f"nothing at {cohort}", "a cohort folder or CSV", "Check the path.")
    return read_cohort(Path(cohort), None if columns is None else Path(columns))


def _describe(cohort: Cohort, run: Run) -> dict[str, Any]:
    """Return what the finished folds were fitted and chosen on; whom they only reported is not counted."""
    folds = folds_from_json(read_json(run.folder / "splits.json"))
    finished = [one for k, one in enumerate(folds) if f"fold-{k}" in run.folds]
    ids = {identifier for one in finished for identifier in (*one.train, *one.select)}
    used = [case for case in cohort.cases if case.id in ids]
    return {"hash": cohort.content_hash(), "cases": len(used), "centers": sorted({str(case.center) for case in used})}


def _results(evaluation: SegmentationResult) -> dict[str, Any]:
    """Return the headline metrics as `{name: {value, interval, n}}` in JSON types; an undefined value is None."""
    return {"metrics": jsonable(evaluation.headline())}
