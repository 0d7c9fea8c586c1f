import torch
from torch import nn

from hyoid.networks.encoders.parts import FirstOutput, instance_norm_for_batch_norm


def test_batch_normalisation_is_replaced_at_every_depth_and_nothing_else_is() -> None:
    inner = nn.Sequential(nn.Conv3d(2, 4, 1), nn.BatchNorm3d(4, eps=0.25), nn.ReLU())
    network = instance_norm_for_batch_norm(nn.Sequential(nn.BatchNorm3d(2), inner, nn.BatchNorm1d(4)))
    kinds = [type(module).__name__ for module in network.modules() if not list(module.children())]
    assert kinds == ["InstanceNorm3d", "Conv3d", "InstanceNorm3d", "ReLU", "BatchNorm1d"]
    norm = inner[1]
    assert isinstance(norm, nn.InstanceNorm3d)
    assert norm.eps == 0.25
    x = torch.randn(3, 4, 5, 6, 7)
    mean, variance = x.mean(dim=(2, 3, 4), keepdim=True), x.var(dim=(2, 3, 4), keepdim=True, correction=0)
    with torch.no_grad():
        torch.testing.assert_close(norm(x), (x - mean) / (variance + 0.25).sqrt())
        norm.weight.fill_(2.0)  # learnt, as in the layer it replaces
        torch.testing.assert_close(norm(x), 2 * (x - mean) / (variance + 0.25).sqrt())


def test_first_output() -> None:
    class Two(nn.Module):
        def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, str]:
            return images + 1, "hidden"

    assert torch.equal(FirstOutput(Two())(torch.zeros(2, 3)), torch.ones(2, 3))
