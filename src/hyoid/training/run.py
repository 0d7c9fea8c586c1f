"""A run: cross-validation of one recipe on one cohort, resumable at any moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hyoid.cohort import Case, Cohort, Fold, folds_from_json, folds_to_json
from hyoid.errors import CohortError, RecipeError
from hyoid.files import read_json, write_json, write_text
from hyoid.networks.runtime import resolve_device
from hyoid.recipe import Recipe, dump_recipe, load_recipe
from hyoid.training.checkpoint import is_finished
from hyoid.training.copies import find_copies
from hyoid.training.decide import decide
from hyoid.training.excluded import excluded_by_findings
from hyoid.training.expert_masks import prepare_expert_masks
from hyoid.training.folds import Work, chosen_folds, predict_held_out, train_folds
from hyoid.training.hpv_sets import check_sets
from hyoid.training.inputs_there import check_folds, check_inputs
from hyoid.training.lesion_table import add_lesion_measures
from hyoid.training.machine import check_devices
from hyoid.training.risk_table import write_risk_tables
from hyoid.training.store import Store
from hyoid.training.upstream import check_upstreams, fit_upstreams
from hyoid.training.usable import usable_cases
from hyoid.version import __version__

_BEFORE_FITTING = {"recipe.yaml", "manifest.json", "excluded.json", "splits.json", "store"}


@dataclass(frozen=True, slots=True)
class Run:
    """What a run has produced so far.

    `folds` are the finished ones by the name of their folder, `fold-0`, ...; `fold_names` is what each folder's fold is
    called in the split (`center-CHUM`: that centre is left out). `excluded` are cases that could not be used, with the
    reason; every case of `reported` has a label map, or a row of the table of predictions, in `folder/out-of-fold`,
    made by the model that did not see it. The test part of a hold-out split, `held_out`, is predicted by all folds
    together into `folder/held-out` once every fold is finished. `notes` say what of the cohort was not as expected.
    """

    folder: Path
    recipe: Recipe
    folds: dict[str, Path]
    fold_names: dict[str, str]
    excluded: dict[str, str]
    reported: tuple[str, ...]
    held_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def train_run(  # noqa: PLR0913 - the options of the verb, all but three by keyword
    cohort: Cohort,
    recipe: Recipe,
    out: Path,
    *,
    store: Path | None = None,
    fold: str = "all",
    device: str = "auto",
    devices: int = 1,
    resume: bool = False,
    jobs: int = 1,
) -> Run:
    """Train the folds asked for and predict every reported case by the model that did not see it.

    With several `devices` each network's batches are shared by them.

    Raises
    ------
    CohortError, RecipeError
        If the cohort has no usable case, the folder holds another run, or it holds one and `resume` is not set.
    """
    device = resolve_device(device)  # before hours of preprocessing
    check_devices(device, devices)
    usable, excluded = usable_cases(cohort.cases, recipe)
    excluded |= excluded_by_findings(recipe, usable, jobs)
    usable = [case for case in usable if case.id not in excluded]
    drawn, notes = checked_folds(recipe, usable, excluded)  # what is wrong is refused before anything is written
    chosen_folds(len(drawn), fold)
    _open_folder(out, recipe, cohort, resume)
    usable, unmeasured = add_lesion_measures(recipe, usable, out, jobs)
    store = store or out / "store"
    stored, set_aside = _stored(recipe, usable, store, out, jobs)
    excluded |= unmeasured | set_aside
    usable = [case for case in usable if case.id not in excluded]
    write_json(out / "excluded.json", excluded)
    folds = _folds(out, recipe, usable)
    numbers = chosen_folds(len(folds), fold)
    work = Work(recipe, {case.id: case for case in usable}, stored, out, device, devices)
    fitted = [k for k in range(len(folds)) if is_finished(work.folder(k))]  # killed perhaps before its predictions
    numbers = sorted({*numbers, *fitted})
    fit_upstreams(work, cohort, folds, numbers, store, jobs, train_run)
    train_folds(work, folds, numbers, jobs)
    finished = [k for k in range(len(folds)) if is_finished(work.folder(k))]
    complete = len(finished) == len(folds)
    held_out = {i for one in folds for i in one.held_out} if complete else set()
    if held_out:  # everything is chosen: now the test part may be looked at, once, by all folds together
        predict_held_out(work, folds)
    for task in recipe.tasks:
        if task == "hpv":
            notes += decide(work.answering(task), folds, finished, bool(held_out))
        elif task == "rfs":
            write_risk_tables(work.answering(task), folds, finished, bool(held_out))
    reported = {i for k in finished for i in folds[k].report}
    names = {f"fold-{k}": one.name for k, one in enumerate(folds)}
    folders = {f"fold-{k}": work.folder(k) for k in finished}
    parts = tuple(sorted(reported)), tuple(sorted(held_out))
    return Run(out, recipe, folders, names, excluded, *parts, tuple(notes))


def checked_folds(recipe: Recipe, usable: Sequence[Case], excluded: Mapping[str, str]) -> tuple[list[Fold], list[str]]:
    """Return the folds of the usable cases, and notes on them; `excluded` says of the others why they are not.

    Raises
    ------
    CohortError, RecipeError
        If the cases do not suffice for the folds, or for what the recipe fits in them.
    """
    drawn = _drawn(recipe, usable, excluded)
    notes = [*check_inputs(recipe, usable), *check_folds(recipe, usable, drawn)]
    check_sets(recipe, usable, drawn)
    check_upstreams(recipe, usable, drawn)
    if recipe.tasks != ("segmentation",):
        _check_reported_once(drawn)
    return drawn, notes


def _stored(
    recipe: Recipe, cases: Sequence[Case], root: Path, out: Path, jobs: int
) -> tuple[Store | None, dict[str, str]]:
    """Preprocess the cases of a recipe that reads images; return its store and `{id: reason}` of those set aside.

    The experts' masks, where the recipe reads them, are kept in `out`.
    """
    if recipe.preprocess is None:
        return None, {}
    given = cases
    if not recipe.segments:  # a classifier never sees the mask: a wrong one is no reason to lose a case
        cases = [replace(case, mask=None) for case in cases]
    stored = Store(root, recipe.preprocess, recipe.inputs.images)
    excluded = dict(stored.prepare(cases, jobs).quarantined)
    excluded |= find_copies(stored.open(case.id) for case in cases if case.id not in excluded)
    if recipe.inputs.mask is not None and "expert" in recipe.inputs.mask.uses:
        excluded |= prepare_expert_masks([case for case in given if case.id not in excluded], stored, out, jobs)
    return stored, excluded


def _open_folder(out: Path, recipe: Recipe, cohort: Cohort, resume: bool) -> None:
    """Start a run folder, or make sure that the one there is the same run.

    A run that was refused before anything was fitted or measured for it leaves its place to the next one.
    """
    if (out / "recipe.yaml").is_file() and not _has_begun(out) and not resume:
        (out / "splits.json").unlink(missing_ok=True)
    elif (out / "recipe.yaml").is_file():
        if not resume:
            raise CohortError.of(
                f"a run in {out}", "an empty folder", "Use --resume to go on with it, or another --out."
            )
        found = load_recipe(str(out / "recipe.yaml"))
        if found.hash != recipe.hash:
            raise RecipeError.of(
                f"the run of {found.title} with other settings in {out}",
                "the recipe that started it",
                "Resume with the same --recipe, --preset and --set, or use another --out.",
            )
        known = read_json(out / "manifest.json")["cohort_hash"]
        if known != cohort.content_hash():
            raise CohortError.of(f"a changed cohort at {cohort.root}", "the one that started the run", "Start anew.")
        return
    out.mkdir(parents=True, exist_ok=True)
    manifest = {"hyoid": __version__, "recipe_hash": recipe.hash, "cohort_hash": cohort.content_hash()}
    write_json(out / "manifest.json", manifest | {"cohort": str(cohort.root)})
    write_text(out / "recipe.yaml", dump_recipe(recipe))


def _has_begun(out: Path) -> bool:
    """Whether a run folder holds more than its description and the store, which knows by itself what is current."""
    others = (path for path in out.iterdir() if path.name not in _BEFORE_FITTING)
    return any(path.is_file() or any(path.iterdir()) for path in others)


def _drawn(recipe: Recipe, usable: Sequence[Case], excluded: Mapping[str, str]) -> list[Fold]:
    """Return the folds; where they cannot be drawn, the error says how many patients were left out before, and why."""
    try:
        return recipe.make_folds(usable)
    except CohortError as error:
        if not excluded:
            raise
        (reason, count), *_ = Counter(excluded.values()).most_common(1)
        said = f"{len(excluded)} of {len(usable) + len(excluded)} patients cannot be used, {count} of them: {reason}."
        raise CohortError(f"{error} {said}") from error


def _check_reported_once(folds: Sequence[Fold]) -> None:
    """Refuse a patient in two report parts: what fold k takes from other folds' values would have seen them."""
    times = Counter(identifier for fold in folds for identifier in fold.report)
    twice = sorted(identifier for identifier, count in times.items() if count > 1)
    if twice:
        raise CohortError.of(
            f"{len(twice)} patients (first: {twice[0]}) in the report parts of two folds",
            "each patient reported by one fold",
            "Repair the folds file.",
        )


def _folds(out: Path, recipe: Recipe, usable: Sequence[Case]) -> list[Fold]:
    """Return the folds of the run, drawn once and then read back; the file says in which folder each one is."""
    path = out / "splits.json"
    if not path.is_file():
        records = folds_to_json(recipe.make_folds(usable))
        write_json(path, [{"folder": f"fold-{k}", **record} for k, record in enumerate(records)])
    return folds_from_json(read_json(path))
