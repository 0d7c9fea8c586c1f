"""A network of several tasks learns six phantoms by heart, with every head and in evaluation mode."""

from pathlib import Path

import pytest

from hyoid.cohort import Fold, read_cohort
from hyoid.cohort.encoders import FittedEncoder
from hyoid.files import read_json
from hyoid.inference.prognosis import load_risk_network, network_risks
from hyoid.networks.multihead import voxels_alone
from hyoid.recipe import Recipe
from hyoid.training.checkpoint import read_metrics
from hyoid.training.machine import Machine
from hyoid.training.multitask import fit_multitask
from hyoid.training.patients import patients_of
from hyoid.training.selection import select_by_segmentation
from hyoid.training.selection_hpv import select_by_classification
from hyoid.training.selection_rfs import select_by_risk
from hyoid.training.store import Store
from support.multitask import classifying, three_tasks
from support.rfs import ball_outcome_cohort, outcome_records


def learnt_by_heart(recipe: Recipe, root: Path) -> dict[str, float]:
    """Train on six patients, and return what the kept network is worth on the same six."""
    cohort = ball_outcome_cohort(root / "cohort", outcome_records(6))
    cases = {case.id: case for case in read_cohort(cohort).cases}
    store = Store(root / "store", recipe.preprocess, recipe.inputs.images)
    assert not store.prepare(list(cases.values())).quarantined
    machine, folder = Machine.of(recipe, "cpu"), root / "fold-0"
    fit_multitask(recipe, Fold("all", tuple(cases), (), ("other",)), 0, cases, store, folder, machine)
    encoder = FittedEncoder.from_json(read_json(folder / "fitted.json")["encoder"])
    network = load_risk_network(recipe, folder / "weights.safetensors", len(encoder.names), "cpu")
    patients = patients_of(list(cases.values()), store, encoder)
    found = select_by_segmentation(recipe, voxels_alone(network), patients.stored or (), machine.compute)
    found |= select_by_classification("accuracy", network, patients, "cpu")
    if "rfs" in recipe.network_stage.tasks:
        risk = network_risks(network, len(patients.cases), patients.read, patients.clinical, "cpu").risk
        found |= select_by_risk("c_index", risk, patients.observed)
    return found


def by_heart(epochs: int, learning_rate: float) -> list[str]:
    """Return the overrides of a training that is to learn by heart."""
    return [
        f"stages.0.training.epochs={epochs}",
        f"stages.0.training.select.every_epochs={epochs}",
        "stages.0.training.augment=[]",
        f"stages.0.training.optimizer.learning_rate={learning_rate}",
        "stages.0.training.schedule={name: cosine}",
        "inference.postprocess=[]",
    ]


NO_DROPOUT = [
    "stages.0.network.vectors={names: [segmentation, image], hidden: [64], input_dropout: 0, squared_weights: 0}",
    "stages.0.network.heads.rfs.input_dropout=0",
    "stages.0.network.heads.rfs.squared_weights=0",
]


def test_every_loss_of_deepmts_falls(tmp_path: Path) -> None:
    """In training mode: its running statistics, slow as Keras's, are not at rest before some hundred steps."""
    changes = [*by_heart(20, 0.01), *NO_DROPOUT, "stages.0.training.batch_size=6"]
    learnt_by_heart(three_tasks("", *changes), tmp_path)
    first, *_, last = read_metrics(tmp_path / "fold-0" / "metrics.jsonl")
    assert last["loss_segmentation"] < 0.6 * first["loss_segmentation"]
    assert last["loss_hpv"] < 0.6 * first["loss_hpv"]
    assert last["loss_rfs"] < 0.3 * first["loss_rfs"]


@pytest.mark.slow
def test_deepmts_learns_three_tasks(tmp_path: Path) -> None:
    found = learnt_by_heart(three_tasks("", *by_heart(200, 0.005), *NO_DROPOUT), tmp_path)
    assert found["tumour_dsc_exclude"] > 0.8  # of two filters at the finest level
    assert found["auc"] == 1.0  # the focal loss weighs the classes, so that no logit of 0 parts them
    assert found["c_index"] == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cds-hpv", "cds-multitask"])
def test_a_unet_with_heads_on_its_bottleneck_learns_them(name: str, tmp_path: Path) -> None:
    found = learnt_by_heart(classifying(name, *by_heart(60, 0.005)), tmp_path)
    assert found["accuracy"] == 1.0
    assert found.get("c_index", 1.0) == 1.0
