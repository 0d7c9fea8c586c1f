"""One case's answer: the label map on its own grid, and what a reader must know beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from hyoid.errors import CohortError
from hyoid.files import write_json
from hyoid.geometry import Volume
from hyoid.imaging import Framed, label_components, write_volume
from hyoid.inference.segment import Compute, postprocess, segment_frame
from hyoid.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is answered of one case.

    `labels` is the label map (0 background, 1 GTVp, 2 GTVn; 1 for a merged tumour) on the case's own grid, None where
    nothing was segmented. `info` is what `<ID>.json` holds: recipe, inputs that were missing, what preprocessing fell
    back to, lesion volumes in mL and counts, HPV status.
    """

    id: str
    labels: Volume | None
    info: dict[str, Any]


def predict_framed(
    case_id: str, recipe: Recipe, networks: Sequence[nn.Module], framed: Framed, compute: Compute
) -> Prediction:
    """Segment a framed case, post-process on the frame's grid and go back to the grid of its CT."""
    found = segment_frame(recipe, networks, framed.images, np.asarray(framed.present), framed.body, compute)
    labels = framed.restore(postprocess(recipe, found, framed.grid), kind="labels")
    missing = [name for name, there in zip(framed.channels, framed.present, strict=True) if not there]
    info = {
        "id": case_id,
        "recipe": recipe.title,
        "recipe_hash": recipe.hash,
        "preset": recipe.preset,
        "networks": len(networks),
        "missing_inputs": missing,
        "notes": list(framed.notes),
        "frame": {"size": list(framed.grid.size), "spacing_mm": list(framed.grid.spacing)},
        "lesions": lesion_summary(recipe, labels),
    }
    return Prediction(case_id, labels, info)


def lesion_summary(recipe: Recipe, labels: Volume) -> dict[str, dict[str, float]]:
    """Return volume (mL) and number of 26-connected components of each label."""
    summary: dict[str, dict[str, float]] = {}
    for value, name in recipe.labels.items():
        _, count = label_components(labels.array == value)
        summary[name] = {"volume_ml": round(labels.volume_ml(value), 3), "count": count}
    return summary


def write_prediction(folder: Path, prediction: Prediction) -> None:
    """Write `<ID>/<ID>.nii.gz`, if there is a label map, and then `<ID>/<ID>.json`, whose presence means that both are.

    Raises
    ------
    CohortError
        If the id is no plain file name: nothing is ever written outside `folder`.
    """
    if not prediction.id or Path(prediction.id).name != prediction.id:
        raise CohortError.of(
            f"the patient id '{prediction.id}'", "a plain name without '/' or '..'", "It names a file: rename it."
        )
    target = folder / prediction.id
    if prediction.labels is not None:
        write_volume(target / f"{prediction.id}.nii.gz", prediction.labels)
    write_json(target / f"{prediction.id}.json", prediction.info)


def is_predicted(folder: Path, case_id: str) -> bool:
    """Whether both files of a case are there."""
    return (folder / case_id / f"{case_id}.json").is_file()
