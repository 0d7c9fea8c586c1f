"""Patients on both sides of a split, by the split itself and by who predicted them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.trained import PARTS, TrainedRun
from hyoid.files import read_json

SPLITS = "splits.json"


def split_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Look for patients in two parts of a fold, in two report parts, held out here and used there, or misattributed."""
    yield from _within_folds(run)
    yield from _across_folds(run)
    yield from _predicted_by_who_learnt(run)


def _within_folds(run: TrainedRun) -> Iterator[Leak]:
    for fold in run.folds:
        for one, other in combinations(PARTS, 2):
            if (one, other) == ("select", "report") and fold.optimistic:
                continue  # chosen on what is reported: a finding of its own
            shared = sorted(set(fold.parts[one]) & set(fold.parts[other]))
            if shared:
                path = run.path(f"{SPLITS}: {fold.folder}")
                yield Leak("split", path, f"has them in both {one} and {other}", tuple(shared))


def _across_folds(run: TrainedRun) -> Iterator[Leak]:
    times = Counter(i for fold in run.folds for i in set(fold.parts["report"]))
    twice = tuple(sorted(i for i, count in times.items() if count > 1))
    if twice:
        yield Leak("split", run.path(SPLITS), "has them in the report parts of two folds", twice)
    held_out = {i for fold in run.folds for i in fold.parts["held_out"]}
    for fold in run.folds:
        used = {i for part in PARTS[:-1] for i in fold.parts[part]} - set(fold.parts["held_out"])
        if shared := sorted(held_out & used):
            path = run.path(f"{SPLITS}: {fold.folder}")
            yield Leak("split", path, "uses them, whom another fold holds out", tuple(shared))


def _predicted_by_who_learnt(run: TrainedRun) -> Iterator[Leak]:
    """Compare the fold that each prediction says it is of with the fold that reports the patient."""
    by_name = {fold.folder: fold for fold in run.folds} | {fold.name: fold for fold in run.folds}
    for file, fold_of in predicted_by(run).items():
        for fold in run.folds:
            others = sorted(i for i, name in fold_of.items() if by_name.get(name) == fold)
            path = run.path(f"out-of-fold/{file}")
            if learnt := [i for i in others if i in fold.learnt]:
                yield Leak("split", path, f"has them predicted by {fold.folder}, which learnt from them", tuple(learnt))
            strange = [i for i in others if i not in fold.learnt and i not in fold.parts["report"]]
            if strange:
                found = f"has them predicted by {fold.folder}, which does not report them"
                yield Leak("split", path, found, tuple(strange))


def predicted_by(run: TrainedRun) -> dict[str, dict[str, str]]:
    """Return by file which fold predicted each patient out of fold, as its predictions say."""
    folder = run.folder / "out-of-fold"
    found = {}
    for path in sorted(folder.glob("*.csv")):
        table = run.table(path.name)
        if table is not None:
            found[path.name] = dict(zip(table["PatientID"], table["fold"].astype(str), strict=True))
    maps = {path.parent.name: str(read_json(path)["fold"]) for path in sorted(folder.glob("*/*.json"))}
    return found | ({"<ID>/<ID>.json": maps} if maps else {})
