"""What is known of how patients are divided: by which rule, at which level, into how many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from hyoid.benchmark.checklists.known import Known
from hyoid.benchmark.checklists.words import listed, percent, span
from hyoid.cohort import Case, Fold, Split
from hyoid.cohort.words import counted
from hyoid.recipe.stage import Task
from hyoid.training import Run

_RULES = {
    "kfold": "stratified k-fold",
    "holdout_kfold": "a stratified part held out, stratified k-fold on the rest",
    "leave_one_center_out": "each centre left out once",
    "size_matched_kfold": "stratified folds of the centres' sizes, filled from all centres",
    "single": "one stratified part reported",
    "folds_file": "folds of a given file",
}
_STRATA = "centre, recurrence, HPV status and sex"
_PARTS = {"train": "train", "stack": "are kept for the estimator", "select": "select", "report": "are reported"}


def partition(known: Known) -> str:
    """Return by which rule patients are divided, and where the part comes from that choices are made on."""
    rules = [f"{name}: {_rule(run.recipe.split, known.folds[run.folder.name])}" for name, run in _splits(known)]
    return f"{' '.join(rules)} Stratified means by {_STRATA}."


def _rule(split: Split, folds: Sequence[Fold]) -> str:
    chosen = f"of each training part {percent(split.select_fraction)} is cut off, stratified, to choose on (select)"
    if split.optimistic:
        chosen = "what is chosen is chosen on the reported part (optimistic)"
    elif split.name == "folds_file":
        chosen = f"to choose on (select) serves the file's own part; where it has none, {chosen}"
    return f"{_RULES[split.name]}, {counted(len(folds), 'fold')}, seed {split.seed}; {chosen}."


def disjoint(known: Known) -> str:
    """Return at which level parts are disjoint."""
    words = "Parts are disjoint at the level of patients: within a fold a patient stands in one part only"
    optimistic = [name for name, run in _splits(known) if run.recipe.split.optimistic]
    return words + (f", but for {listed(optimistic)}, whose select part is the reported one." if optimistic else ".")


def fold_sizes(known: Known) -> str:
    """Return how many patients, and events, are in the parts of the folds of each split."""
    cases = {case.id: case for case in known.cases}
    found = []
    for name, run in _splits(known):
        folds = known.folds[run.folder.name]
        parts = [f"{words}" for part, verb in _PARTS.items() if (words := _size(part, verb, folds, cases, known.tasks))]
        if folds[0].held_out:
            parts.append(f"{len(folds[0].held_out)} are held out of all folds")
        found.append(f"{name}, in each of {counted(len(folds), 'fold')}: {'; '.join(parts)}.")
    return " ".join(found)


def _size(part: str, verb: str, folds: Sequence[Fold], cases: dict[str, Case], tasks: Sequence[Task]) -> str:
    """Return '61 to 62 train (20 to 22 recurrences)'; empty where no fold has the part."""
    members = [[cases[i] for i in getattr(fold, part)] for fold in folds]
    if not any(members):
        return ""
    events = []
    if "rfs" in tasks:
        events.append(f"{span([sum(bool(case.relapse) for case in own) for own in members])} with recurrence")
    if "hpv" in tasks:
        events.append(f"{span([sum(bool(case.hpv) for case in own) for own in members])} HPV-positive")
    counts = f" ({', '.join(events)})" if events else ""
    return f"{span([len(own) for own in members])} {verb}{counts}"


def _splits(known: Known) -> list[tuple[str, Run]]:
    """Return the first run of each division, by the name of its split; runs of one split have the same folds."""
    divisions: dict[tuple[str, tuple[str, ...]], Run] = {}
    for run in known.runs:
        reported = tuple(sorted(chain.from_iterable(fold.report for fold in known.folds[run.folder.name])))
        divisions.setdefault((run.recipe.split.model_dump_json(), reported), run)
    return [(run.recipe.split.name, run) for run in divisions.values()]
