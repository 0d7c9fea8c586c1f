import pytest
import torch
from monai.networks.nets import EfficientNetBN
from torch import nn

from hyoid.networks.encoders import EfficientNet
from hyoid.networks.multihead import count_parameters

SHAPE = (96, 96, 96)


def _monai(outputs: int) -> EfficientNetBN:
    return EfficientNetBN("efficientnet-b0", pretrained=False, spatial_dims=3, in_channels=2, num_classes=outputs)


def test_parameters_are_monais() -> None:
    with torch.device("meta"):  # counted without being filled
        whole = _monai(512)
        assert count_parameters(EfficientNet(out_features=512).build(2, SHAPE)) == count_parameters(whole)
        last = count_parameters(whole._fc)
        assert count_parameters(EfficientNet().build(2, SHAPE)) == count_parameters(whole) - last
        assert count_parameters(EfficientNet(out_features=1).build(2, SHAPE)) == pytest.approx(4.69e6, rel=1e-3)


def test_same_seed_gives_monais_output_in_training_too() -> None:
    images = torch.randn(2, 2, 64, 64, 64)
    outputs = []
    for build in (lambda: EfficientNet(out_features=3).build(2, SHAPE), lambda: _monai(3)):
        torch.manual_seed(0)
        network = build().train()
        with torch.no_grad():
            outputs.append((network(images), network.eval()(images)))
    assert torch.equal(outputs[0][0], outputs[1][0])
    assert torch.equal(outputs[0][1], outputs[1][1])


def test_momentum_reaches_every_batch_normalisation() -> None:
    for settings in (EfficientNet(), EfficientNet(momentum=0.1)):
        layers = [m for m in settings.narrower(0.25).build(2, SHAPE).modules() if isinstance(m, nn.BatchNorm3d)]
        assert layers
        assert {layer.momentum for layer in layers} == {settings.momentum}


@pytest.mark.parametrize("width", [0.001, 0.05, 0.3, 0.5, 0.77, 1.0])
def test_features_are_the_width_that_monai_makes_of_it(width: float) -> None:
    settings = EfficientNet(width=width)
    network = settings.build(1, SHAPE)
    assert network.get_submodule("_conv_head").out_channels == settings.features
    assert EfficientNet().narrower(width) == settings
