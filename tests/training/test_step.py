"""A batch in parts: every loss and gradient is that of the whole batch, those that compare patients included."""

from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from hyoid.losses.survival import Contrastive, Cox, Ranking, WeightedSum
from hyoid.networks.batch import Batch, RiskOutput
from hyoid.recipe.heads import ClassificationHead, Head, RiskHead
from hyoid.recipe.training import Training
from hyoid.training.batch import Loading, TrainingBatch
from hyoid.training.checkpoint import read_metrics
from hyoid.training.fit import FitTask, fit_network
from hyoid.training.step import penalty_of

LOSSES = {
    "cox": Cox(),
    "sum": WeightedSum.model_validate(
        {
            "parts": [
                {"weight": 1.0, "loss": Cox()},
                {"weight": 0.3, "loss": Ranking()},
                {"weight": 0.1, "loss": Contrastive()},
            ]
        }
    ),
}


class Small(nn.Module):
    """Dropout and batch normalisation stand where they do not depend on how the batch is divided."""

    def __init__(self, norm: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.hidden = nn.Linear(3, 4)
        self.norm = nn.BatchNorm1d(4) if norm else nn.Identity()
        self.risk, self.hpv = nn.Linear(4, 1), nn.Linear(4, 2)

    def forward(self, batch: Batch) -> dict[str, object]:
        features = self.norm(self.hidden(batch.clinical).tanh())
        return {"rfs": RiskOutput(self.risk(features)[:, 0], features), "hpv": self.hpv(features)}


def heads(loss: str) -> dict[str, Head]:
    return {"rfs": RiskHead(loss=LOSSES[loss], weight=0.7), "hpv": ClassificationHead(weight=1.3)}


def drawn(events: int = 4, known: int = 7) -> TrainingBatch:
    rng = np.random.default_rng(0)
    outcomes = np.stack([rng.permutation(8) * 100.0 + 50, np.arange(8) < events], axis=1).astype(np.float32)
    return TrainingBatch(
        images=None,
        present=np.zeros((8, 0), bool),
        augmentation=[],
        clinical=rng.normal(size=(8, 3)).astype(np.float32),
        labels={
            "rfs": (outcomes, np.arange(8) < known),
            "hpv": (rng.integers(0, 2, 8), np.arange(8) % 3 > 0),
        },
    )


def one_step(
    folder: Path, batch: TrainingBatch, micro_batch: int | None, loss: str, network: nn.Module
) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
    training = Training.model_validate(
        {"epochs": 1, "batch_size": 8, "micro_batch": micro_batch, "precision": "64-true"}
    )
    task = FitTask(
        training=training,
        heads=heads(loss),
        seed=(0,),
        loading=Loading((), (), (), False, None),
        batches=lambda _, __: iter([batch]),
        select=lambda _: {},
        title="test",
    )
    torch.set_default_dtype(torch.float64)
    try:
        fit_network(task, network, folder, Fabric(accelerator="cpu", devices=1, precision="64-true"))
    finally:
        torch.set_default_dtype(torch.float32)
    gradients = {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}
    line = read_metrics(folder / "metrics.jsonl")[0]
    return gradients, {name: value for name, value in line.items() if name.startswith("loss")}


@pytest.mark.parametrize("micro_batch", [1, 2, 3, 5])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("events", [4, 1, 0])
def test_parts_give_the_gradient_of_the_whole(tmp_path: Path, micro_batch: int, loss: str, events: int) -> None:
    whole, expected = one_step(tmp_path / "whole", drawn(events), None, loss, Small())
    parts, losses = one_step(tmp_path / "parts", drawn(events), micro_batch, loss, Small())
    assert losses == pytest.approx(expected, abs=1e-10)
    assert set(parts) == set(whole)
    for name, gradient in parts.items():
        torch.testing.assert_close(gradient, whole[name], atol=1e-10, rtol=0)
    assert any(gradient.abs().max() > 1e-3 for gradient in whole.values())


def test_a_cox_loss_of_parts_alone_would_be_another_one() -> None:
    """What the first pass is for: the mean of the losses within parts is not the loss of the batch."""
    batch = drawn()
    values, known = (torch.from_numpy(array) for array in batch.labels["rfs"])
    risk = torch.linspace(-1, 1, 8)
    whole = Cox()(RiskOutput(risk, risk[:, None]), values, known)
    halves = [
        Cox()(RiskOutput(risk[part], risk[part, None]), values[part], known[part])
        for part in (slice(0, 4), slice(4, 8))
    ]
    assert abs(float(sum(halves) / 2 - whole)) > 0.1


def test_running_statistics_count_each_part_once(tmp_path: Path) -> None:
    network = Small(norm=True)
    one_step(tmp_path, drawn(), 4, "cox", network)
    assert int(network.norm.num_batches_tracked) == 2


def test_a_layer_that_names_a_strength_is_penalised_by_its_squared_weights(tmp_path: Path) -> None:
    plain, without = one_step(tmp_path / "plain", drawn(), None, "cox", Small())
    network = Small()
    network.hidden.squared_weights = 0.1
    before = network.hidden.weight.detach().double().clone()
    penalised, losses = one_step(tmp_path / "penalised", drawn(), 3, "cox", network)
    assert losses["loss_penalty"] == pytest.approx(0.1 * float(before.square().sum()), rel=1e-9)
    assert losses["loss"] == pytest.approx(without["loss"] + losses["loss_penalty"])
    torch.testing.assert_close(penalised["hidden.weight"], plain["hidden.weight"] + 0.2 * before, atol=1e-10, rtol=0)
    assert penalty_of(Small()) is None
