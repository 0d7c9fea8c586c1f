"""One case's answer: the label map on its own grid, and what a reader must know beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from hyoid.errors import CohortError
from hyoid.files import write_json
from hyoid.geometry import Volume
from hyoid.imaging import Framed, write_volume
from hyoid.inference.lesions import lesion_summary, list_lesions
from hyoid.inference.postprocess import postprocess_frame
from hyoid.inference.segment import Compute, segment_and_gather
from hyoid.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is answered of one case.

    `labels` is the label map (0 background, 1 GTVp, 2 GTVn; 1 for a merged tumour) on the case's own grid, None where
    nothing was segmented. `info` is what `<ID>.json` holds: recipe, inputs that were missing, what preprocessing fell
    back to, what post-processing did, lesion volumes in mL and counts, each lesion by itself, HPV status.
    """

    id: str
    labels: Volume | None
    info: dict[str, Any]


def predict_framed(
    case_id: str, recipe: Recipe, networks: Sequence[nn.Module], framed: Framed, compute: Compute
) -> Prediction:
    """Segment a framed case, post-process on the frame's grid and go back to the grid of its CT."""
    found = segment_and_gather(recipe, networks, framed, compute)
    done = postprocess_frame(recipe, found.labels, framed)
    labels = framed.restore(done.labels, kind="labels")
    missing = [name for name, there in zip(framed.channels, framed.present, strict=True) if not there]
    info = {
        "id": case_id,
        "recipe": recipe.title,
        "recipe_hash": recipe.hash,
        "preset": recipe.preset,
        "networks": len(networks),
        "missing_inputs": missing,
        "notes": [*framed.notes, *found.notes, *done.notes],
        "frame": {"size": list(framed.grid.size), "spacing_mm": list(framed.grid.spacing)},
        "postprocess": done.parts,
        "lesions": lesion_summary(recipe.labels, labels),
        "components": list_lesions(recipe.labels, labels, found.gathered, _uptake(framed)),
    }
    return Prediction(case_id, labels, info)


def _uptake(framed: Framed) -> Volume | None:
    """Return the PET in SUV; None without one, or where its intensity chain has cut off what is hot."""
    scale = framed.way_back.pet
    suv = None if scale is None or scale.ceiling_suv is not None else framed.suv()
    return None if suv is None else Volume(suv, framed.grid)


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
