"""Whom the fitted things of a run say that they saw: `seen.json`, written where each is fitted."""

from __future__ import annotations

from collections.abc import Iterator

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun
from hyoid.training.seen import SEEN

_OF_EVERY_TASK = ("model", "selection")
_OF_TASK = {"segmentation": (), "hpv": ("middle", "calibrator", "threshold"), "rfs": ("baseline", "cut_points")}

_CHOSEN = frozenset({"selection", "baseline", "middle", "calibrator", "threshold", "cut_points"})
"""What may be fitted on `select`: where that is the reported part, the optimism is a finding of its own."""


def recorded_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Look for fitted things whose record names a patient whom their fold reports, and for those without a record."""
    tasks = [name for task in run.recipe.tasks for name in _OF_TASK[task]]
    clinical = () if run.recipe.inputs.clinical is None else ("encoder",)
    harmonise = () if run.recipe.inputs.harmonise is None else ("harmoniser",)
    for fold in run.finished:
        seen = run.read(fold, SEEN)
        path = run.path(f"{fold.folder}/{SEEN}")
        if missing := sorted({*_OF_EVERY_TASK, *clinical, *harmonise, *tasks} - set(seen)):
            yield Leak("unproven", path, f"does not say whom these saw: {', '.join(missing)}; train the run anew")
        for name, ids in sorted(seen.items()):
            if reported := sorted(set(ids) & fold.reported - _excused(fold, name, ids)):
                found = "saw them, whom the fold reports"
                yield Leak("fitted", f"{path}: {name}", found, tuple(reported))


def _excused(fold: FoldParts, name: str, ids: list[str]) -> frozenset[str]:
    """Return whom something may have seen because the fold selects on whom it reports."""
    select = frozenset(fold.parts["select"])
    own = fold.optimistic and name in _CHOSEN and set(ids) <= select | fold.learnt
    return select if own else frozenset()
