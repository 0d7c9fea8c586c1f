"""How the networks of a run learned, as a file beside it."""

from __future__ import annotations

from pathlib import Path

from hyoid.evaluation.report.figures import learning_curves
from hyoid.files import write_text
from hyoid.training import Run
from hyoid.training.checkpoint import read_metrics


def write_learning_curves(run: Run) -> Path | None:
    """Draw `learning-curves.svg` into the run's folder: loss and selection metric by epoch, a line for each fold.

    Nothing is drawn of a recipe without a network.
    """
    if not run.recipe.has_network:
        return None
    histories = {name: read_metrics(folder / "metrics.jsonl") for name, folder in run.folds.items()}
    path = run.folder / "learning-curves.svg"
    write_text(path, learning_curves(histories, run.recipe.network_stage.training.select.metric))
    return path
