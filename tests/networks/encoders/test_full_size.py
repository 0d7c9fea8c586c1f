"""One step of every encoder at the published input size and batch; minutes and gigabytes, so slow."""

import pytest
import torch
from torch import nn

from hyoid.losses import CrossEntropy
from hyoid.networks.batch import Batch
from hyoid.networks.branch import ClinicalBranch, Fusion
from hyoid.networks.encoders import DenseNet121, EfficientNet, ImageEncoder, ResNet18, SEResNet50, ViT
from hyoid.networks.fusion import FusionNetwork

CLINICAL = 8


def _network(encoder: ImageEncoder, shape: tuple[int, int, int]) -> FusionNetwork:
    branch, fusion = ClinicalBranch(), Fusion(hidden=(64,))
    joined = encoder.features + branch.features(CLINICAL) + 2
    heads: dict[str, nn.Module] = {"hpv": nn.Linear(fusion.features(joined), 2)}
    return FusionNetwork(encoder.build(2, shape), branch.build(CLINICAL), fusion.build(joined), heads, flags=True)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("encoder", "edge", "batch"),
    [
        (ResNet18(stem_stride=2, norm="instance"), 192, 1),
        (ResNet18(), 96, 4),
        (DenseNet121(out_features=512), 96, 4),
        (SEResNet50(out_features=512), 96, 4),
        (EfficientNet(out_features=512), 96, 4),
        (ViT(out_features=512), 96, 4),
    ],
    ids=["resnet18-192", "resnet18", "densenet121", "seresnet50", "efficientnet_b0", "vit"],
)
def test_full_size_step(encoder: ImageEncoder, edge: int, batch: int) -> None:
    shape = (edge, edge, edge)
    assert edge >= encoder.min_size
    assert edge % encoder.divisor == 0
    network = _network(encoder, shape).train()
    loss, known = CrossEntropy(class_weights=(0.6, 2.5)), torch.tensor([True])
    for sample in range(batch):  # one at a time, accumulated to the batch
        inputs = Batch(torch.randn(1, 2, *shape), torch.ones(1, 2), torch.randn(1, CLINICAL))
        logits = network(inputs)["hpv"]
        assert logits.shape == (1, 2)
        (loss(logits, torch.tensor([sample % 2]), known) / batch).backward()
    for name, parameter in network.named_parameters():
        if "cross_attn" not in name:
            assert parameter.grad is not None, name
            assert torch.isfinite(parameter.grad).all(), name
