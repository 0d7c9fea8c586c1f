import pytest
import torch
from torch import nn

from hyoid.errors import HyoidError
from hyoid.networks.batch import Batch
from hyoid.networks.branch import ClinicalBranch, Fusion
from hyoid.networks.encoders import ResNet18
from hyoid.networks.fusion import FusionNetwork
from hyoid.networks.multihead import MultiHeadNetwork


class _Mean(nn.Module):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.mean(dim=(2, 3, 4))


IMAGES, CLINICAL = torch.randn(3, 2, 4, 4, 4), torch.randn(3, 5)
PRESENT = torch.tensor([[1, 1], [1, 0], [0, 1]])
BATCH = Batch(IMAGES, PRESENT, CLINICAL)


def test_features_are_the_branches_side_by_side() -> None:
    network = FusionNetwork(_Mean(), nn.Identity(), nn.Identity(), {"hpv": nn.Linear(9, 2)}, flags=True)
    features = network.features(BATCH)
    torch.testing.assert_close(features, torch.cat([IMAGES.mean(dim=(2, 3, 4)), CLINICAL, PRESENT.float()], dim=1))
    output = network(BATCH)
    assert set(output) == {"hpv"}
    torch.testing.assert_close(output["hpv"], network.heads["hpv"](features))


def test_one_branch_does_not_need_the_other_input() -> None:
    clinical = FusionNetwork(None, nn.Identity(), nn.Identity(), {"hpv": nn.Linear(5, 2)}, flags=False)
    assert clinical(Batch(None, PRESENT, CLINICAL))["hpv"].shape == (3, 2)
    images = FusionNetwork(_Mean(), None, nn.Identity(), {"hpv": nn.Linear(2, 2)}, flags=False)
    assert images(Batch(IMAGES, PRESENT))["hpv"].shape == (3, 2)


def test_several_heads_read_the_fused_vector() -> None:
    fusion = Fusion(hidden=(4,))
    network = FusionNetwork(_Mean(), None, fusion.build(2), {"a": nn.Linear(4, 2), "b": nn.Linear(4, 7)}, flags=False)
    assert {name: tuple(out.shape) for name, out in network(BATCH).items()} == {"a": (3, 2), "b": (3, 7)}
    assert network.features(BATCH).shape == (3, fusion.features(2))


def test_settings_build_a_network_that_trains() -> None:
    encoder = ResNet18(channels=(4, 4, 4, 4), norm="instance")
    branch, fusion = ClinicalBranch(hidden=(6,)), Fusion(hidden=(5,), dropout=0.1)
    joined = encoder.features + branch.features(5) + 2
    shape = (20, 20, 20)
    heads: dict[str, nn.Module] = {"hpv": nn.Linear(fusion.features(joined), 2)}
    network = FusionNetwork(encoder.build(2, shape), branch.build(5), fusion.build(joined), heads, flags=True)
    logits = network(Batch(torch.randn(1, 2, *shape), torch.ones(1, 2), torch.randn(1, 5)))["hpv"]
    assert logits.shape == (1, 2)
    logits.square().sum().backward()
    assert all(p.grad is not None for p in network.parameters())


def test_what_is_missing_is_named() -> None:
    network = FusionNetwork(_Mean(), nn.Identity(), nn.Identity(), {"hpv": nn.Linear(7, 2)}, flags=False)
    with pytest.raises(HyoidError, match="without images"):
        network(Batch(None, PRESENT, CLINICAL))
    with pytest.raises(HyoidError, match="without clinical vector"):
        network(Batch(IMAGES, PRESENT))
    with pytest.raises(HyoidError, match="without images"):
        MultiHeadNetwork(nn.Identity(), "segmentation")(Batch(None, PRESENT))


def test_nothing_to_read_or_to_tell_is_refused() -> None:
    with pytest.raises(HyoidError, match="without branches"):
        FusionNetwork(None, None, nn.Identity(), {"hpv": nn.Linear(2, 2)}, flags=True)
    with pytest.raises(HyoidError, match="without heads"):
        FusionNetwork(_Mean(), None, nn.Identity(), {}, flags=False)
