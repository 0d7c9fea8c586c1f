"""One fold's classifier: from a case's images and record to the log-odds of HPV-positive.

The same code gives selection, out-of-fold predictions and new patients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import nn

from hyoid.cohort import Case
from hyoid.cohort.encoders import FittedEncoder
from hyoid.errors import BundleError
from hyoid.estimators import FittedLogistic
from hyoid.features.harmonise import FittedCombat, harmonised
from hyoid.files import read_json
from hyoid.networks.batch import Batch
from hyoid.networks.outputs import class_logits
from hyoid.recipe import Recipe

Images = tuple[NDArray[np.float32], NDArray[np.bool_]]
"""Channels (C, z, y, x) on the frame's grid, and which of them are there (C,)."""

ReadImages = Callable[[int], Images]
"""From the position of a case to its images."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """A fitted fold: its encoder, and either a network in evaluation mode or an estimator.

    `harmoniser` brings cases to the level of the training centers before they are encoded, where the recipe says so.
    """

    recipe: Recipe
    encoder: FittedEncoder | None
    network: nn.Module | None
    estimator: FittedLogistic | None
    fitted: dict[str, Any]
    device: str = "cpu"
    harmoniser: FittedCombat | None = None

    def logits(self, cases: Sequence[Case], read: ReadImages | None) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Return the log-odds of HPV-positive (n,), and what the encoder has to say of values it never saw.

        `cases` carry their lesion measures among the clinical values, where the recipe reads them.
        """
        cases, said = harmonised(self.harmoniser, cases)
        encoded = None if self.encoder is None else self.encoder.encode(cases)
        notes = (*said, *(() if encoded is None else encoded.notes))
        values = None if encoded is None else encoded.values
        if self.estimator is not None and values is not None:
            return self.estimator.logits(values), notes
        if self.network is None:
            raise BundleError.of(f"a fold of {self.recipe.title} without a model", "one", "Train it again.")
        return network_logits(self.network, len(cases), read, values, self.device), notes


@torch.inference_mode()
def network_logits(
    network: nn.Module, count: int, read: ReadImages | None, clinical: NDArray[np.float32] | None, device: str
) -> NDArray[np.float64]:
    """Return the log-odds (n,) of `count` cases, in single precision: image by image, or all records at once.

    bfloat16 has eight bits: probabilities of different patients would become equal.
    """
    logits = [_log_odds(class_logits(network, batch)) for batch in batches_of(count, read, clinical, device)]
    return np.concatenate(logits) if logits else np.zeros(0)


def batches_of(
    count: int, read: ReadImages | None, clinical: NDArray[np.float32] | None, device: str
) -> Iterator[Batch]:
    """Yield `count` cases as a network sees them: image by image, or all records at once."""
    vectors = None if clinical is None else torch.from_numpy(clinical).to(device)
    if read is None:
        yield Batch(None, torch.zeros((count, 0), device=device), vectors)
        return
    for position in range(count):
        images, present = read(position)
        yield Batch(
            torch.from_numpy(images)[None].to(device),
            torch.from_numpy(present.astype(np.float32))[None].to(device),
            None if vectors is None else vectors[position : position + 1],
        )


def _log_odds(logits: torch.Tensor) -> NDArray[np.float64]:
    odds: NDArray[np.float64] = (logits[:, 1] - logits[:, 0]).double().cpu().numpy()
    return odds


def load_classifier(recipe: Recipe, folder: Path, device: str) -> Classifier:
    """Read a fold's `fitted.json` and weights.

    Raises
    ------
    BundleError
        If the weights are not those of this network.
    """
    fitted = read_json(folder / "fitted.json")
    encoder = None if fitted["encoder"] is None else FittedEncoder.from_json(fitted["encoder"])
    harmoniser = load_harmoniser(fitted)
    if fitted["estimator"] is not None:
        estimator = FittedLogistic.model_validate(fitted["estimator"])
        return Classifier(recipe, encoder, None, estimator, fitted, device, harmoniser)
    network = recipe.build_network(0 if encoder is None else len(encoder.names))
    try:
        network.load_state_dict(load_file(str(folder / "weights.safetensors")))
    except RuntimeError as error:
        raise BundleError(f"{folder} does not hold the weights of {recipe.title}: {error}") from error
    return Classifier(recipe, encoder, network.to(device).eval(), None, fitted, device, harmoniser)


def load_harmoniser(fitted: Mapping[str, Any]) -> FittedCombat | None:
    """Return the harmonisation in the content of a fold's `fitted.json`; None where its recipe names none."""
    found = fitted.get("harmoniser")
    return None if found is None else FittedCombat.from_json(found)
