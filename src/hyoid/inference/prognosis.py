"""One fold's survival model: from a case's images and record to its risk and its survival function.

The same code gives selection, out-of-fold predictions and new patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import TypeAdapter
from safetensors.torch import load_file
from torch import nn

from hyoid.cohort import Case
from hyoid.cohort.encoders import FittedEncoder
from hyoid.errors import BundleError
from hyoid.estimators import FittedSurvival, SurvivalCurves
from hyoid.features.harmonise import FittedCombat, harmonised
from hyoid.files import read_json
from hyoid.inference.classify import ReadImages, batches_of, load_harmoniser
from hyoid.networks.outputs import risk_output
from hyoid.recipe import Recipe
from hyoid.survival import FittedBaseline

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Prognosis:
    """What one fold says of n patients: standardised `risk` (n,), higher is worse, and `survival` (n, horizons)."""

    risk: Floats
    survival: Floats


@dataclass(frozen=True, slots=True, eq=False)
class NetworkOutput:
    """What a network says of n patients: `risk` (n,) and the `features` (n, m) that it was read from."""

    risk: Floats
    features: Floats


@dataclass(frozen=True, slots=True)
class Member:
    """A network, an estimator, or an estimator on a network's deep features, with its baseline survival.

    A fold has one, or one for each iteration that a network and an estimator alternated.
    """

    network: nn.Module | None
    estimator: FittedSurvival | None
    baseline: FittedBaseline

    @property
    def last_day(self) -> float:
        """The last day that its survival functions are known of."""
        curves = self.estimator if isinstance(self.estimator, SurvivalCurves) else self.baseline
        return curves.last_day

    def prognosis(
        self, count: int, read: ReadImages | None, table: NDArray[np.float32] | None, device: str, days: Sequence[float]
    ) -> Prognosis:
        """Return risk and survival at `days` of `count` patients with encoded vectors `table` (n, columns)."""
        if self.network is not None:
            output = network_risks(self.network, count, read, table, device)
            risk, values = output.risk, output.features
        elif table is not None:
            risk, values = np.zeros(0), table.astype(np.float64)
        else:
            raise BundleError.of("a survival model without a network or a table", "one of them", "Train it again.")
        horizons = np.asarray(days, np.float64)
        if self.estimator is not None:
            risk = self.estimator.risk(values)
            if isinstance(self.estimator, SurvivalCurves):
                return Prognosis(self.baseline.standardised(risk), self.estimator.survival(values, horizons))
        return Prognosis(self.baseline.standardised(risk), self.baseline.survival(risk, horizons))


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A fitted fold: its encoder and its members, whose standardised risks and survival functions are averaged.

    `harmoniser` brings cases to the level of the training centers before they are encoded, where the recipe says so.
    """

    recipe: Recipe
    encoder: FittedEncoder | None
    members: tuple[Member, ...]
    fitted: dict[str, Any]
    device: str = "cpu"
    harmoniser: FittedCombat | None = None

    def prognosis(
        self, cases: Sequence[Case], read: ReadImages | None, days: Sequence[float]
    ) -> tuple[Prognosis, tuple[str, ...]]:
        """Return risk and survival at `days`, and what the encoder has to say of values it never saw.

        `cases` carry their lesion measures among the clinical values, where the recipe reads them.
        """
        cases, said = harmonised(self.harmoniser, cases)
        encoded = None if self.encoder is None else self.encoder.encode(cases)
        table = None if encoded is None else encoded.values
        each = [member.prognosis(len(cases), read, table, self.device, days) for member in self.members]
        mean = Prognosis(np.mean([one.risk for one in each], axis=0), np.mean([one.survival for one in each], axis=0))
        return mean, (*said, *(() if encoded is None else encoded.notes))

    @property
    def last_day(self) -> float:
        """The last day that the survival functions are known of; beyond it they are held."""
        return min(member.last_day for member in self.members)


@torch.inference_mode()
def network_risks(
    network: nn.Module, count: int, read: ReadImages | None, clinical: NDArray[np.float32] | None, device: str
) -> NetworkOutput:
    """Return risk and deep features of `count` cases, in single precision: image by image, or all records at once."""
    risks, features = [], []
    for batch in batches_of(count, read, clinical, device):
        output = risk_output(network, batch)
        risks.append(output.risk.double().cpu().numpy())
        features.append(output.features.double().cpu().numpy())
    return NetworkOutput(np.concatenate(risks), np.concatenate(features))


def load_risk_model(recipe: Recipe, folder: Path, device: str) -> RiskModel:
    """Read a fold's `fitted.json` and weights.

    Raises
    ------
    BundleError
        If the weights are not those of this network.
    """
    fitted = read_json(folder / "fitted.json")
    encoder = None if fitted["encoder"] is None else FittedEncoder.from_json(fitted["encoder"])
    columns = 0 if encoder is None else len(encoder.names)
    members = []
    for entry in fitted["members"]:
        network = None
        if entry["weights"] is not None:
            network = load_risk_network(recipe, folder / entry["weights"], columns, device)
        estimator: FittedSurvival | None = None
        if entry["estimator"] is not None:
            estimator = TypeAdapter(FittedSurvival).validate_python(entry["estimator"])
        members.append(Member(network, estimator, FittedBaseline.model_validate(entry["baseline"])))
    return RiskModel(recipe, encoder, tuple(members), fitted, device, load_harmoniser(fitted))


def load_risk_network(recipe: Recipe, weights: Path, columns: int, device: str) -> nn.Module:
    """Build the recipe's network for `columns` of encoded record and fill it with the weights of a file.

    Raises
    ------
    BundleError
        If the weights are not those of this network.
    """
    network = recipe.build_network(columns)
    try:
        network.load_state_dict(load_file(str(weights)))
    except RuntimeError as error:
        raise BundleError(f"{weights} does not hold the weights of {recipe.title}: {error}") from error
    return network.to(device).eval()
