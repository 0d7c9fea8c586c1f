"""Micro-batches, and images that are taken away in training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from lightning_fabric import Fabric
from torch import nn

from hyoid.losses import CrossEntropy
from hyoid.losses.dice_ce import DiceCE
from hyoid.networks.batch import Batch, Target
from hyoid.recipe import load_recipe
from hyoid.recipe.heads import ClassificationHead, Head, SegmentationHead
from hyoid.recipe.training import Training
from hyoid.training.batch import Loading, TrainingBatch, draw_removed, split_batch, to_device
from hyoid.training.checkpoint import read_metrics
from hyoid.training.fit import FitTask, fit_network

CPU = torch.device("cpu")


class Linear(nn.Module):
    """One head from the voxels' mean, one per voxel; no normalisation over the batch."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.voxels, self.status = nn.Conv3d(2, 3, 1), nn.Linear(2, 2)

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        assert batch.images is not None
        return {"seg": self.voxels(batch.images), "hpv": self.status(batch.images.mean(dim=(2, 3, 4)))}


HEADS: dict[str, Head] = {
    "seg": SegmentationHead(loss=DiceCE(), weight=0.7),
    "hpv": ClassificationHead(loss=CrossEntropy(class_weights=(3.0, 0.6)), weight=1.3),
}


def samples(known: tuple[bool, ...], masked: tuple[bool, ...]) -> TrainingBatch:
    rng = np.random.default_rng(0)
    count = len(known)
    return TrainingBatch(
        images=rng.normal(size=(count, 2, 4, 4, 4)).astype(np.float32),
        present=np.ones((count, 2), bool),
        augmentation=[],
        masks=(rng.integers(0, 3, (count, 4, 4, 4)).astype(np.uint8), np.array(masked)),
        labels={"hpv": (rng.integers(0, 2, count), np.array(known))},
    )


def one_step(drawn: TrainingBatch, micro_batch: int | None, folder: Path) -> tuple[dict[str, torch.Tensor], float]:
    """Train one step; return the gradients that the optimiser was given, and the loss of the epoch."""
    network = Linear()
    training = Training(epochs=1, batch_size=len(drawn.present), micro_batch=micro_batch)
    task = FitTask(
        training=training,
        heads=HEADS,
        seed=(0,),
        loading=Loading(("ct", "pet"), (0.0, 0.0), (), False, "seg"),
        batches=lambda _, __: iter([drawn]),
        select=lambda _: {},
        title="test",
    )
    fit_network(task, network, folder, Fabric(accelerator="cpu", devices=1))
    gradients = {name: p.grad.clone() for name, p in network.named_parameters() if p.grad is not None}
    return gradients, read_metrics(folder / "metrics.jsonl")[0]["loss"]


@pytest.mark.parametrize("micro_batch", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("known", "masked"),
    [
        ((True,) * 5, (True,) * 5),
        ((True, False, False, True, True), (False, False, True, True, False)),
        ((False,) * 5, (True, False, True, False, True)),
    ],
    ids=["all known", "some known", "no status known"],
)
def test_parts_of_a_batch_give_its_gradient_and_loss(
    micro_batch: int, known: tuple[bool, ...], masked: tuple[bool, ...], tmp_path: Path
) -> None:
    whole, loss = one_step(samples(known, masked), None, tmp_path / "whole")
    parts, again = one_step(samples(known, masked), micro_batch, tmp_path / "parts")
    assert again == pytest.approx(loss, abs=1e-5)
    assert set(parts) == set(whole) == {"voxels.weight", "voxels.bias", "status.weight", "status.bias"}
    for name, gradient in whole.items():
        torch.testing.assert_close(parts[name], gradient, rtol=1e-5, atol=1e-5, msg=name)
    assert float(whole["voxels.weight"].abs().max()) > 1e-3
    assert (float(whole["status.weight"].abs().max()) > 1e-3) == any(known)


def test_a_batch_is_split_in_order_and_whole_without_a_size() -> None:
    batch = Batch(torch.arange(5.0).reshape(5, 1, 1, 1, 1), torch.ones(5, 1), torch.arange(10.0).reshape(5, 2))
    targets = {"hpv": Target(torch.arange(5), torch.ones(5, dtype=torch.bool))}
    parts = list(split_batch(batch, targets, 2))
    assert [len(part.present) for part, _ in parts] == [2, 2, 1]
    torch.testing.assert_close(torch.cat([part.clinical for part, _ in parts]), batch.clinical)
    torch.testing.assert_close(torch.cat([part.images for part, _ in parts]), batch.images)
    torch.testing.assert_close(torch.cat([wanted["hpv"].values for _, wanted in parts]), torch.arange(5))
    ((alone, wanted),) = split_batch(Batch(None, torch.ones(3, 0)), targets, None)
    assert alone.images is None
    assert alone.clinical is None
    assert len(wanted["hpv"].values) == 3


@given(
    st.lists(st.sampled_from([(True, True), (True, False), (False, True)]), min_size=1, max_size=8),
    st.floats(0.01, 0.99),
    st.integers(0, 999),
)
def test_the_last_image_is_never_taken_and_nothing_that_is_not_there(
    there: list[tuple[bool, bool]], probability: float, seed: int
) -> None:
    present = np.array(there)
    removed = draw_removed(present, probability, np.random.default_rng(seed))
    assert removed is not None
    assert not (removed & ~present).any()
    assert (present & ~removed).any(axis=1).all()


def test_images_are_taken_as_often_as_asked() -> None:
    """Two images at 0.3 each: both with 0.09, and then one of them, by even chance, stays."""
    removed = draw_removed(np.ones((20_000, 2), bool), 0.3, np.random.default_rng(0))
    assert removed is not None
    np.testing.assert_allclose(removed.mean(axis=0), 0.3 - 0.09 / 2, atol=0.012)


def test_a_probability_of_zero_draws_nothing() -> None:
    rng, untouched = np.random.default_rng(4), np.random.default_rng(4)
    assert draw_removed(np.ones((5, 2), bool), 0.0, rng) is None
    assert rng.random() == untouched.random()


def test_an_image_that_is_taken_holds_the_outside_value_and_its_flag_is_zero() -> None:
    imaging = load_recipe("subtle-hpv").imaging
    outside = tuple(imaging.outside(channel) for channel in ("ct", "pet"))
    loading = Loading(("ct", "pet"), outside, (), False, None)
    drawn = samples((True,) * 3, (True,) * 3)
    removed = np.array([[False, True], [True, False], [False, False]])
    before, _ = to_device(drawn, loading, CPU)
    batch, _ = to_device(replace(drawn, removed=removed), loading, CPU)
    assert batch.images is not None
    assert before.images is not None
    assert batch.present.tolist() == [[1, 0], [0, 1], [1, 1]]
    for sample, channel in np.ndindex(3, 2):
        image = batch.images[sample, channel]
        if removed[sample, channel]:
            assert image.unique().tolist() == [pytest.approx(outside[channel])]
        else:
            torch.testing.assert_close(image, before.images[sample, channel], rtol=0, atol=0)
    assert drawn.present.all()
