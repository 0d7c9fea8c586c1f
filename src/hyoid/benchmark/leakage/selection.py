"""Whatever was chosen on the patients who are reported."""

from __future__ import annotations

from collections.abc import Iterator

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.trained import TrainedRun
from hyoid.files import read_json
from hyoid.training import DECISION, PROGNOSIS

PUBLISHED = "published"
"""The variant of a recipe that keeps its paper's faults, so that their size can be measured."""


def selection_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Look for folds that select on whom they report, and for an ensemble that was chosen on held-out patients.

    Of a `published` variant it is what the variant is for, and announced; of any other recipe it is a leak.
    """
    labelled = run.recipe.variant == PUBLISHED and run.recipe.optimistic
    chosen = [fold for fold in run.folds if fold.optimistic]
    if chosen:
        patients = sorted({i for fold in chosen for i in fold.parts["report"]})
        path = run.path(f"splits.json: {', '.join(fold.folder for fold in chosen)}")
        yield Leak("selection", path, "selects on them, whom it reports", tuple(patients), labelled)
    for file in (DECISION, PROGNOSIS):
        found = read_json(run.folder / file) if (run.folder / file).is_file() else {}
        if found.get("best_fold_chosen_by") == "held_out":
            held_out = tuple(sorted({i for fold in run.folds for i in fold.parts["held_out"]}))
            text = f"is {found['best_fold']}, the best on the held-out patients, whom it then predicts"
            yield Leak("selection", run.path(f"{file}: best_fold"), text, held_out, labelled)
