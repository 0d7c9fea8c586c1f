"""The loop itself: patience, schedules, resuming; a network of one weight and selections made up by the test."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from safetensors.torch import load_file
from torch import nn

from hyoid.errors import HyoidError
from hyoid.networks.batch import Batch
from hyoid.recipe.heads import ClassificationHead
from hyoid.recipe.schedule import ConstantSchedule, CosineSchedule, PolynomialSchedule, StepSchedule
from hyoid.recipe.training import Training
from hyoid.training.averaging import WeightAverage
from hyoid.training.batch import Loading, TrainingBatch
from hyoid.training.checkpoint import read_metrics
from hyoid.training.fit import FitTask, fit_network


class One(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(1, 2, bias=False)
        nn.init.constant_(self.layer.weight, 0.1)

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        return {"hpv": self.layer(batch.clinical)}


def settings(**changes: object) -> Training:
    raw = {"epochs": 12, "select": {"metric": "auc", "every_epochs": 1}, "optimizer": {"name": "adam"}}
    return Training.model_validate(raw | changes)


def fit(training: Training, folder: Path, values: Sequence[float] | None, clinical: float = 1.0) -> dict[str, object]:
    """Fit; the selection of epoch k is worth `values[k]`, the weights of that epoch are what `best` should hold."""
    drawn = TrainingBatch(
        images=None,
        present=np.zeros((2, 0), bool),
        augmentation=[],
        clinical=np.array([[clinical], [-clinical]], np.float32),
        labels={"hpv": (np.array([1, 0]), np.array([True, True]))},
    )

    def select(model: nn.Module) -> dict[str, float]:
        assert not model.training
        return {} if values is None else {"value": values[len(read_metrics(folder / "metrics.jsonl"))]}

    task = FitTask(
        training=training,
        heads={"hpv": ClassificationHead()},
        seed=(0,),
        loading=Loading((), (), (), False, None),
        batches=lambda _, __: iter([drawn]),
        select=select,
        title="test",
    )
    return fit_network(task, One(), folder, Fabric(accelerator="cpu", devices=1))


RISING_THEN_WORSE = [0.1, 0.5, 0.4, 0.5, 0.3, 0.2, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9]


def test_patience_stops_after_so_many_epochs_without_better(tmp_path: Path) -> None:
    """Best in epoch 1; the equal value of epoch 3 is none better; after epochs 2, 3 and 4 it ends."""
    training = settings(select={"metric": "auc", "every_epochs": 1, "patience": 3})
    fitted = fit(training, tmp_path, RISING_THEN_WORSE)
    assert fitted == {"epochs": 5, "best_epoch": 1, "best_value": 0.5}
    assert [line["epoch"] for line in read_metrics(tmp_path / "metrics.jsonl")] == [0, 1, 2, 3, 4]


def test_a_run_that_patience_stopped_does_not_train_on_when_resumed(tmp_path: Path) -> None:
    training = settings(select={"metric": "auc", "every_epochs": 1, "patience": 3})
    first = fit(training, tmp_path, RISING_THEN_WORSE)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert fit(training, tmp_path, RISING_THEN_WORSE) == first
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_without_patience_every_epoch_is_trained_and_the_best_kept(tmp_path: Path) -> None:
    assert fit(settings(), tmp_path, RISING_THEN_WORSE) == {"epochs": 12, "best_epoch": 6, "best_value": 0.9}


@pytest.mark.parametrize("stopped", [1, 4, 7])
def test_a_run_stopped_in_between_goes_on_to_the_same_bits(tmp_path: Path, stopped: int) -> None:
    whole = fit(settings(), tmp_path / "whole", RISING_THEN_WORSE)
    with pytest.raises(IndexError):
        fit(settings(), tmp_path / "parts", RISING_THEN_WORSE[:stopped])
    assert fit(settings(), tmp_path / "parts", RISING_THEN_WORSE) == whole
    one, other = (tmp_path / name / "best.safetensors" for name in ("parts", "whole"))
    assert one.read_bytes() == other.read_bytes()
    ours, theirs = (
        [line | {"seconds": 0} for line in read_metrics(tmp_path / name / "metrics.jsonl")]
        for name in ("parts", "whole")
    )
    assert ours == theirs


def test_without_a_select_part_the_last_epoch_is_kept(tmp_path: Path) -> None:
    fitted = fit(settings(epochs=3, select={"metric": "auc", "every_epochs": 1, "patience": 1}), tmp_path, None)
    assert (fitted["epochs"], fitted["best_epoch"]) == (3, 2)
    last = torch.load(tmp_path / "last.ckpt", weights_only=True)["network"]["layer.weight"]
    torch.testing.assert_close(load_file(tmp_path / "best.safetensors")["layer.weight"], last, rtol=0, atol=0)


def test_the_last_epoch_is_selected_on_whatever_the_interval(tmp_path: Path) -> None:
    fitted = fit(settings(epochs=6, select={"metric": "auc", "every_epochs": 4}), tmp_path, [9, 9, 9, 1, 9, 2])
    asked = [line["epoch"] for line in read_metrics(tmp_path / "metrics.jsonl") if "select_value" in line]
    assert asked == [3, 5]
    assert fitted == {"epochs": 6, "best_epoch": 5, "best_value": 2}


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (ConstantSchedule(), lambda _: 1.0),
        (CosineSchedule(), lambda share: np.cos(np.pi * share / 2) ** 2),
        (PolynomialSchedule(power=2.0), lambda share: (1 - share) ** 2),
        (StepSchedule(epochs=(1, 10), factors=(0.5, 0.1)), lambda share: 0.5 if share else 1.0),
    ],
)
def test_the_learning_rate_follows_the_schedule_epoch_by_epoch(
    tmp_path: Path, schedule: CosineSchedule, expected: Callable[[float], float]
) -> None:
    training = settings(schedule=schedule, optimizer={"name": "adam", "learning_rate": 0.01}, epochs=8)
    fit(training, tmp_path, [0.0] * 8)
    rates = [line["learning_rate"] for line in read_metrics(tmp_path / "metrics.jsonl")]
    assert rates == pytest.approx([0.01 * expected(epoch / 8) for epoch in range(8)])


def test_a_loss_that_is_no_number_is_one_sentence_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HyoidError, match=r"The loss is nan in epoch 0, step 0 of test: .*learning_rate"):
        fit(settings(), tmp_path, [0.0] * 12, clinical=float("nan"))


AVERAGING = {
    "epochs": 3,
    "select": {"metric": "auc", "every_epochs": 1},
    "averaging": {"epochs": 4, "learning_rate": 0.1},
}


def test_averaging_goes_on_from_the_best_weights_and_keeps_the_mean(tmp_path: Path) -> None:
    """Epoch 1 is best; from its weights four more epochs at another rate, of which the mean is kept."""
    found = fit(settings(**AVERAGING), tmp_path, [0.1, 0.5, 0.4, 0, 0, 0, 0.7])
    assert found == {"epochs": 7, "best_epoch": 1, "best_value": 0.5, "averaged_epochs": 4, "averaged_value": 0.7}
    lines = read_metrics(tmp_path / "metrics.jsonl")
    assert [line["learning_rate"] for line in lines][3:] == [0.1] * 4
    assert [line.get("averaged") for line in lines] == [None, None, None, 1, 2, 3, 4]
    mean = torch.load(tmp_path / "last.ckpt", weights_only=True)["average"]["mean"]["layer.weight"]
    torch.testing.assert_close(
        load_file(tmp_path / "best.safetensors")["layer.weight"].double(), mean, rtol=1e-6, atol=0
    )


def test_the_mean_is_that_of_the_weights_after_each_epoch(tmp_path: Path) -> None:
    after = []
    for epochs in (1, 2, 3):
        changes = AVERAGING | {"epochs": 1, "averaging": {"epochs": epochs, "learning_rate": 0.1}}
        fit(settings(**changes), tmp_path / str(epochs), [0.1] * 9)
        after.append(load_file(tmp_path / str(epochs) / "best.safetensors")["layer.weight"].double())
    first, second = after[0], 2 * after[1] - after[0]
    third = 3 * after[2] - first - second
    step = [float((b - a).abs().max()) for a, b in ((first, second), (second, third))]
    assert step == pytest.approx([0.1, 0.1], rel=0.5)  # of Adam: about the rate a step, in the same direction


class StoppedAt(list[float]):
    """Selections of which one, whatever the epoch, ends the process."""

    def __init__(self, values: Sequence[float], stopped: int) -> None:
        super().__init__(values)
        self.stopped = stopped

    def __getitem__(self, index: int) -> float:
        if index == self.stopped:
            raise KeyboardInterrupt
        return float(super().__getitem__(index))


@pytest.mark.parametrize("stopped", [1, 2, 3, 4, 6])
def test_averaging_stopped_in_between_goes_on_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: int
) -> None:
    values, training = [0.1, 0.5, 0.4, 0.0, 0.0, 0.0, 0.7], settings(**AVERAGING)
    whole = fit(training, tmp_path / "whole", values)
    seen: list[int] = []

    def add(average: WeightAverage, network: nn.Module) -> None:
        if len(seen) == stopped - 3:
            raise KeyboardInterrupt
        seen.append(0)
        original(average, network)

    original = WeightAverage.add
    monkeypatch.setattr(WeightAverage, "add", add)
    with pytest.raises(KeyboardInterrupt):
        fit(training, tmp_path / "parts", StoppedAt(values, stopped))
    monkeypatch.setattr(WeightAverage, "add", original)
    assert len(read_metrics(tmp_path / "parts" / "metrics.jsonl")) == stopped
    assert fit(training, tmp_path / "parts", values) == whole
    one, other = (tmp_path / name / "best.safetensors" for name in ("parts", "whole"))
    assert one.read_bytes() == other.read_bytes()


def test_patience_leads_into_averaging(tmp_path: Path) -> None:
    changes = {"select": {"metric": "auc", "every_epochs": 1, "patience": 2}, "averaging": {"epochs": 2}}
    found = fit(settings(**changes), tmp_path, [0.5, 0.4, 0.3, 0.9, 0.8])
    assert (found["epochs"], found["best_epoch"], found["averaged_value"]) == (5, 0, 0.8)
