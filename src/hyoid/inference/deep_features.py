"""Deep features of a case: the fused vector of one network of a bundle, which its head reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from hyoid.bundle import Bundle
from hyoid.bundle.bundle import MANIFEST
from hyoid.cohort import Case
from hyoid.cohort.encoders import FittedEncoder
from hyoid.errors import BundleError
from hyoid.features.harmonise import FittedCombat, harmonised
from hyoid.files import read_json, sha256_of_file
from hyoid.geometry import Volume
from hyoid.inference.classify import batches_of, load_harmoniser
from hyoid.inference.patient import Patient
from hyoid.inference.prognosis import load_risk_network
from hyoid.networks.fusion import FusionNetwork
from hyoid.networks.runtime import keep_freed_memory, resolve_device
from hyoid.version import __version__

LAYER = "fusion"
"""The part of the network whose output the features are."""

SHORT_HASH = 12
"""Hexadecimal digits of the weights' SHA-256 that name a network in a table."""


def deep_columns(width: int) -> tuple[str, ...]:
    """Return the names of so many deep features: `deep_0000`, `deep_0001`, ..."""
    return tuple(f"deep_{k:04d}" for k in range(width))


@dataclass(frozen=True, slots=True, eq=False)
class DeepFeatures:
    """Features `values` (n,) of one case; `missing` names inputs that were not there, `notes` what was unexpected."""

    values: NDArray[np.float64]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeepNetwork:
    """One network of a bundle in evaluation mode, with the encoder of its fold.

    Features of different networks have unrelated axes: two folds, or two iterations of one fold, never share a table.

    Parameters
    ----------
    bundle
        The bundle as if this fold were all of it.
    fold
        Name of the fold, `fold-0`.
    weights
        Name of the file of weights in the fold's folder.
    encoder
        Of the clinical record; None where the recipe reads none.
    network
        In evaluation mode on `device`.
    harmoniser
        Of the lesion measures, where the recipe names one.
    """

    bundle: Bundle
    fold: str
    weights: str
    encoder: FittedEncoder | None
    network: FusionNetwork
    device: str
    harmoniser: FittedCombat | None = None

    @classmethod
    def of(cls, bundle: Bundle, fold: int = 0, member: int | None = None, device: str = "auto") -> Self:
        """Load a fold's network; `member` chooses, from 0, among the networks of a fold that keeps several.

        Raises
        ------
        BundleError
            If the bundle has no such fold, the fold no such network, or several and none is chosen, or if its networks
            have no fused vector: those of segmentation, and estimators, which are none. Networks that read what another
            recipe infers are refused too: the fold's upstream model saw other patients than its network.
        """
        name = f"fold-{fold}"
        if name not in bundle.folds:
            raise BundleError.of(f"fold {fold}", f"one of {', '.join(bundle.folds)}", "Choose a fold of the bundle.")
        recipe, folder = bundle.recipe, bundle.folder / name
        if not recipe.has_network:
            raise _without_features(recipe.title, "an estimator without a network")
        if recipe.inputs.mask is not None or recipe.inputs.hpv is not None:
            raise BundleError.of(
                f"{recipe.title}, which reads what another recipe infers (inputs.mask or inputs.hpv)",
                "a network of images, record and lesion measures",
                "Give the bundle of a recipe without these inputs.",
            )
        fitted = read_json(folder / "fitted.json")
        encoder = None if fitted.get("encoder") is None else FittedEncoder.from_json(fitted["encoder"])
        weights = _chosen_weights(name, fitted, member)
        keep_freed_memory()
        device = resolve_device(device)
        network = load_risk_network(recipe, folder / weights, 0 if encoder is None else len(encoder.names), device)
        if not isinstance(network, FusionNetwork):
            raise _without_features(recipe.title, "a network that answers voxel by voxel")
        return cls(bundle.of_fold_alone(fold), name, weights, encoder, network, device, load_harmoniser(fitted))

    @torch.inference_mode()
    def features(self, case: Case, mask: Volume | None = None) -> DeepFeatures:
        """Return the features of one case, computed in single precision.

        Cases go through the network one by one: no other case of a table changes a digit. `mask` is a label map for
        lesion measures where the recipe reads them and the case has no own.

        Raises
        ------
        CohortError, ImageError, GeometryError
            As `Patient.of`.
        """
        patient = Patient.of(case, self.bundle, mask)
        cases, said = harmonised(self.harmoniser, [patient.case])
        encoded = None if self.encoder is None else self.encoder.encode(cases)
        table = None if encoded is None else encoded.values
        (batch,) = batches_of(1, patient.read, table, self.device)
        values: NDArray[np.float64] = self.network.features(batch)[0].double().cpu().numpy()
        notes = (*said, *(() if encoded is None else encoded.notes))
        return DeepFeatures(values, patient.missing, (*patient.notes, *notes))

    @property
    def weights_hash(self) -> str:
        """SHA-256 of the file of weights: the identity of the network."""
        return str(self.bundle.manifest["files"][f"{self.fold}/{self.weights}"])

    def provenance(self, width: int) -> dict[str, dict[str, Any]]:
        """Return for each of `width` columns what it is and where it comes from, as plain data for JSON."""
        recipe = self.bundle.recipe
        shared = {
            "unit": "",
            "inputs": [*recipe.inputs.images, *recipe.inputs.table_columns],
            "layer": LAYER,
            "recipe": recipe.title,
            "recipe_hash": self.bundle.manifest["recipe_hash"],
            "manifest_hash": sha256_of_file(self.bundle.folder / MANIFEST),
            "fold": self.fold,
            "weights": self.weights,
            "weights_hash": self.weights_hash,
            "library": "hyoid",
            "version": __version__,
        }
        return {
            column: {"definition": f"component {k} of {width} of the fused vector that the network's head reads"}
            | shared
            for k, column in enumerate(deep_columns(width))
        }


def _chosen_weights(fold: str, fitted: dict[str, Any], member: int | None) -> str:
    """Return the name of the file of weights; several are never joined, so one has to be chosen."""
    found = [entry["weights"] for entry in fitted.get("members", [{"weights": "weights.safetensors"}])]
    if member is None and len(found) > 1:
        raise BundleError.of(
            f"{len(found)} networks in {fold}, whose features have unrelated axes",
            f"the choice of one, 0 ({found[0]}) to {len(found) - 1} ({found[-1]})",
            "Give --member.",
        )
    chosen = member or 0
    if not 0 <= chosen < len(found):
        raise BundleError.of(f"member {chosen} of {fold}", f"0 to {len(found) - 1}", "Choose one of these.")
    return str(found[chosen])


def _without_features(title: str, what: str) -> BundleError:
    return BundleError.of(
        f"{title}, {what}",
        "a network of branches, whose fused vector are the deep features",
        "Give a bundle of HPV status or of survival with a network.",
    )
