"""A run: cross-validation of one recipe on one cohort, resumable at any moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from joblib import Parallel, cpu_count, delayed, effective_n_jobs

from hyoid.bundle import load_network
from hyoid.cohort import Case, Cohort
from hyoid.cohort.splits import Fold, folds_from_json, folds_to_json
from hyoid.errors import CohortError, RecipeError
from hyoid.files import read_json, write_json, write_text
from hyoid.inference.case import is_predicted, predict_framed, write_prediction
from hyoid.networks.multihead import MultiHeadNetwork
from hyoid.networks.runtime import resolve_device
from hyoid.progress import follow, set_quiet, track
from hyoid.recipe import Recipe, dump_recipe, load_recipe
from hyoid.training.checkpoint import epochs_logged, is_finished
from hyoid.training.copies import find_copies
from hyoid.training.fold import Machine, fit_fold, fold_names
from hyoid.training.store import Store
from hyoid.training.usable import usable_cases
from hyoid.version import __version__

OUT_OF_FOLD = "out-of-fold"
HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run has produced so far.

    `folds` are the finished ones by the name of their folder, `fold-0`, ...; `fold_names` is what each folder's fold is
    called in the split (`center-CHUM`: that centre is left out). `excluded` are cases that could not be used, with the
    reason; every case of `reported` has a label map in `folder/out-of-fold`, made by the model that did not see it. The
    test part of a hold-out split, `held_out`, is predicted by all folds together into `folder/held-out` once every fold
    is finished.
    """

    folder: Path
    recipe: Recipe
    folds: dict[str, Path]
    fold_names: dict[str, str]
    excluded: dict[str, str]
    reported: tuple[str, ...]
    held_out: tuple[str, ...] = ()


def train_run(
    cohort: Cohort,
    recipe: Recipe,
    out: Path,
    *,
    store: Path | None = None,
    fold: str = "all",
    device: str = "auto",
    resume: bool = False,
    jobs: int = 1,
) -> Run:
    """Train the folds asked for and predict every reported case by the model that did not see it.

    Raises
    ------
    CohortError, RecipeError
        If the cohort has no usable case, the folder holds another run, or it holds one and `resume` is not set.
    """
    device = resolve_device(device)  # before hours of preprocessing
    usable, excluded = usable_cases(cohort.cases, recipe)
    fold_names(len(recipe.split.make_folds(usable)), fold)  # refused before anything is written
    _open_folder(out, recipe, cohort, resume)
    stored = Store(store or out / "store", recipe.preprocess, recipe.inputs.images)
    report = stored.prepare(usable, jobs)
    excluded |= report.quarantined
    excluded |= find_copies(stored.open(case.id) for case in usable if case.id not in excluded)
    usable = [case for case in usable if case.id not in excluded]
    write_json(out / "excluded.json", excluded)
    folds = _folds(out, recipe, usable)
    numbers = fold_names(len(folds), fold)
    _train_folds(recipe, folds, numbers, stored, out, device, jobs)
    finished = {f"fold-{k}": out / f"fold-{k}" for k in range(len(folds)) if is_finished(out / f"fold-{k}")}
    reported = {i for k, one in enumerate(folds) if f"fold-{k}" in finished for i in one.report}
    held_out = {i for one in folds for i in one.held_out} if len(finished) == len(folds) else set()
    if held_out:  # everything is chosen: now the test part may be looked at, once, by all folds together
        machine = Machine.of(recipe, device)
        networks = _networks(recipe, list(finished.values()), machine)
        _predict(recipe, networks, held_out, stored, out / HELD_OUT, "all", machine)
    names = {f"fold-{k}": one.name for k, one in enumerate(folds)}
    return Run(out, recipe, finished, names, excluded, tuple(sorted(reported)), tuple(sorted(held_out)))


def _train_folds(
    recipe: Recipe, folds: Sequence[Fold], numbers: Sequence[int], store: Store, out: Path, device: str, jobs: int
) -> None:
    """Fit and predict fold after fold; on a CPU `jobs` of them side by side, which scales better than threads do."""
    side_by_side = min(effective_n_jobs(jobs), len(numbers)) if device == "cpu" else 1
    if side_by_side == 1:
        for number in numbers:
            _one_fold(recipe, folds[number], number, store, out, device)
        return
    threads = max(1, cpu_count() // side_by_side)
    work = Parallel(n_jobs=side_by_side, return_as="generator_unordered")(
        delayed(_one_fold)(recipe, folds[number], number, store, out, device, threads) for number in numbers
    )
    logs = [out / f"fold-{number}" / "metrics.jsonl" for number in numbers]
    total = len(numbers) * recipe.stages[-1].training.epochs
    follow(work, f"{recipe.title}: epochs of {len(numbers)} folds", total, lambda: sum(map(epochs_logged, logs)))


def _one_fold(
    recipe: Recipe, fold: Fold, number: int, store: Store, out: Path, device: str, threads: int | None = None
) -> None:
    """Fit one fold and predict its reported cases; with `threads` in a process of its own, without a bar."""
    if threads is not None:
        torch.set_num_threads(threads)
        set_quiet(True)
    machine, folder = Machine.of(recipe, device), out / f"fold-{number}"
    fit_fold(recipe, fold, number, store, folder, machine)
    networks = _networks(recipe, [folder], machine)
    _predict(recipe, networks, fold.report, store, out / OUT_OF_FOLD, fold.name, machine)


def _open_folder(out: Path, recipe: Recipe, cohort: Cohort, resume: bool) -> None:
    """Start a run folder, or make sure that the one there is the same run."""
    if (out / "recipe.yaml").is_file():
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


def _folds(out: Path, recipe: Recipe, usable: list[Case]) -> list[Fold]:
    """Return the folds of the run, drawn once and then read back; the file says in which folder each one is."""
    path = out / "splits.json"
    if not path.is_file():
        records = folds_to_json(recipe.split.make_folds(usable))
        write_json(path, [{"folder": f"fold-{k}", **record} for k, record in enumerate(records)])
    return folds_from_json(read_json(path))


def _networks(recipe: Recipe, folders: Sequence[Path], machine: Machine) -> list[MultiHeadNetwork]:
    return [load_network(recipe, folder / "weights.safetensors", machine.compute.device) for folder in folders]


def _predict(
    recipe: Recipe,
    networks: Sequence[MultiHeadNetwork],
    case_ids: Iterable[str],
    store: Store,
    target: Path,
    fold: str,
    machine: Machine,
) -> None:
    """Write the label map of each case that has none yet."""
    waiting = [case_id for case_id in sorted(case_ids) if not is_predicted(target, case_id)]
    for case_id in track(waiting, f"Predicting {target.name}, fold {fold}"):
        prediction = predict_framed(case_id, recipe, networks, store.open(case_id).framed(), machine.compute)
        prediction.info["fold"] = fold
        write_prediction(target, prediction)
