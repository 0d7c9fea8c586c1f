"""Two processes that share every batch train as one does that has it alone."""

from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from safetensors.torch import load_file
from torch import nn

from hyoid.errors import HyoidError
from hyoid.inference.segment import Compute
from hyoid.losses import DiceCE
from hyoid.losses.survival import Cox
from hyoid.networks.batch import Batch, RiskOutput
from hyoid.recipe.heads import ClassificationHead, RiskHead, SegmentationHead
from hyoid.recipe.training import Training
from hyoid.training.batch import Loading, TrainingBatch
from hyoid.training.checkpoint import read_metrics
from hyoid.training.distributed import fit_on
from hyoid.training.fit import FitTask
from hyoid.training.machine import Machine, check_devices
from hyoid.training.share import Share

PATIENTS = 11  # the last batch is shorter than the number of processes


class ThreeTasks(nn.Module):
    """In double precision, without anything that depends on how a batch is divided."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.voxels = nn.Conv3d(2, 3, 3, padding=1)
        self.risk, self.hpv = nn.Linear(3, 1), nn.Linear(3, 2)
        self.double()

    def forward(self, batch: Batch) -> dict[str, object]:
        logits = self.voxels(batch.images)
        features = logits.mean(dim=(2, 3, 4)).tanh()
        return {"seg": logits, "rfs": RiskOutput(self.risk(features)[:, 0], features), "hpv": self.hpv(features)}


def batches(epoch: int, share: Share) -> list[TrainingBatch]:
    torch.set_default_dtype(torch.float64)  # in which Fabric hands outputs on, here and in the processes
    rng = np.random.default_rng(epoch)
    images = rng.normal(size=(PATIENTS, 2, 4, 4, 4)).astype(np.float32)
    masks, hpv = rng.integers(0, 3, (PATIENTS, 4, 4, 4)).astype(np.uint8), rng.integers(0, 2, PATIENTS)
    outcomes = np.stack([rng.integers(1, 9, PATIENTS) * 100.0, rng.random(PATIENTS) < 0.4], axis=1)
    found = []
    for start in range(0, PATIENTS, 5):
        whole = np.arange(start, min(start + 5, PATIENTS))
        rows = whole[share.rows(len(whole))]
        batch = TrainingBatch(
            images=images[rows],
            present=np.ones((len(rows), 2), bool),
            augmentation=[],
            masks=(masks[rows], rows % 4 > 0),
            labels={"rfs": (outcomes[rows].astype(np.float32), rows % 5 > 0), "hpv": (hpv[rows], rows % 3 > 0)},
        )
        found.append(share.counted(batch, len(whole)))
    return found


def train(
    folder: Path, devices: int, micro_batch: int | None = None
) -> tuple[dict[str, object], dict[str, torch.Tensor]]:
    training = {
        "epochs": 3,
        "micro_batch": micro_batch,
        "precision": "64-true",
        "optimizer": {"name": "adam", "learning_rate": 0.05},
        "select": {"every_epochs": 1},
        "averaging": {"epochs": 2, "learning_rate": 0.01},
    }
    task = FitTask(
        training=Training.model_validate(training),
        heads={
            "seg": SegmentationHead(loss=DiceCE()),
            "rfs": RiskHead(loss=Cox(), weight=0.7),
            "hpv": ClassificationHead(weight=1.3),
        },
        seed=(0,),
        loading=Loading(("ct", "pet"), (0.0, 0.0), (), False, "seg"),
        batches=lambda epoch, share: iter(batches(epoch, share)),
        select=lambda model: {"value": -abs(float(model.risk.weight.sum().detach()) - 0.3)},
        title="test",
    )
    fabric = Fabric(accelerator="cpu", devices=1, precision="64-true")
    machine = Machine(fabric, Compute(), "64-true", devices)
    try:
        fitted = fit_on(machine, task, ThreeTasks(), folder)
    finally:
        torch.set_default_dtype(torch.float32)
    return fitted, load_file(folder / "best.safetensors")


@pytest.mark.slow
def test_two_processes_train_as_one_with_the_same_batch(tmp_path: Path) -> None:
    alone, expected = train(tmp_path / "one", 1)
    shared, weights = train(tmp_path / "two", 2)
    assert shared == pytest.approx(alone, abs=1e-10)
    for name, value in weights.items():
        assert value.dtype == torch.float64
        torch.testing.assert_close(value, expected[name], atol=1e-10, rtol=0)
    ours, theirs = (read_metrics(tmp_path / name / "metrics.jsonl") for name in ("two", "one"))
    assert [line["epoch"] for line in ours] == [0, 1, 2, 3, 4]
    for mine, its in zip(ours, theirs, strict=True):
        assert mine["select_value"] == pytest.approx(its["select_value"], abs=1e-10) if "select_value" in its else True


@pytest.mark.slow
def test_shares_that_are_divided_once_more_give_the_same(tmp_path: Path) -> None:
    _, expected = train(tmp_path / "one", 1)
    _, weights = train(tmp_path / "two", 2, micro_batch=2)
    for name, value in weights.items():
        torch.testing.assert_close(value, expected[name], atol=1e-10, rtol=0)


def test_shares_cover_each_batch_once() -> None:
    for count in range(1, 7):
        for world in (1, 2, 3):
            shares = [Share(rank, world) for rank in range(world)]
            taken = [list(s.rows(count)) for s in shares if s.rank < count]
            assert sorted(row for rows in taken for row in rows) == list(range(count))
            assert all(list(s.rows(count)) == [0] for s in shares if s.rank >= count)


def test_more_devices_than_there_are_is_refused() -> None:
    with pytest.raises(HyoidError, match="--devices 0"):
        check_devices("cpu", 0)
    if not torch.cuda.is_available():
        with pytest.raises(HyoidError, match="--devices 2"):
            check_devices("cuda", 2)
