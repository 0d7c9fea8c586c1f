import pytest
import torch
from monai.networks.nets import resnet18
from pydantic import ValidationError
from torch import nn

from hyoid.networks.encoders import ResNet18
from hyoid.networks.multihead import count_parameters

SHAPE = (96, 96, 96)
SMALL = ResNet18(channels=(4, 4, 8, 8))


def test_parameters_are_monais() -> None:
    with torch.device("meta"):  # counted without being filled
        whole = resnet18(spatial_dims=3, n_input_channels=2, num_classes=512)
        assert count_parameters(ResNet18(out_features=512).build(2, SHAPE)) == count_parameters(whole)
        last = count_parameters(whole.fc)
        assert count_parameters(ResNet18().build(2, SHAPE)) == count_parameters(whole) - last
        assert count_parameters(ResNet18(out_features=1).build(2, SHAPE)) == pytest.approx(33.18e6, rel=1e-3)


@pytest.mark.parametrize(("stride", "pool"), [(1, True), (1, False), (2, True), (2, False)])
def test_same_seed_gives_monais_output(stride: int, pool: bool) -> None:
    settings = ResNet18.model_validate({"stem_stride": stride, "max_pool": pool, "out_features": 3})
    torch.manual_seed(0)
    ours = settings.build(2, SHAPE).eval()
    torch.manual_seed(0)
    theirs = resnet18(
        spatial_dims=3, n_input_channels=2, num_classes=3, conv1_t_stride=stride, no_max_pool=not pool
    ).eval()
    images = torch.randn(1, 2, 20, 24, 20)
    with torch.no_grad():
        assert torch.equal(ours(images), theirs(images))


def test_instance_norm_reaches_every_layer_and_is_the_same_in_training() -> None:
    network = SMALL.model_copy(update={"norm": "instance"}).build(2, SHAPE)
    kinds = [type(m) for m in network.modules()]
    assert nn.BatchNorm3d not in kinds
    assert kinds.count(nn.InstanceNorm3d) == [type(m) for m in SMALL.build(2, SHAPE).modules()].count(nn.BatchNorm3d)
    assert count_parameters(network) == count_parameters(SMALL.build(2, SHAPE))
    assert not list(network.buffers())
    images = torch.randn(2, 2, 20, 20, 20)
    with torch.no_grad():
        assert torch.equal(network.train()(images), network.eval()(images))


def test_instance_norm_forgets_the_scale_of_an_image() -> None:
    torch.manual_seed(0)
    network = ResNet18(channels=(4, 4, 8, 8), norm="instance", stem_stride=2).build(1, SHAPE).eval()
    images = torch.randn(1, 1, 40, 40, 40)
    with torch.no_grad():
        torch.testing.assert_close(network(images), network(50 * images), rtol=1e-2, atol=1e-3)


def test_narrower() -> None:
    assert ResNet18().narrower(0.25).channels == (16, 32, 64, 128)
    assert ResNet18().narrower(0.25).features == 128
    assert ResNet18(out_features=7).narrower(0.001) == ResNet18(channels=(4, 4, 4, 4), out_features=7)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValidationError):
        ResNet18.model_validate({"stem_stride": 3})
    with pytest.raises(ValidationError):
        ResNet18(channels=(0, 4, 8, 8))
