import pytest
import torch
from monai.networks.nets import SEResNet50 as MonaiSEResNet50

from hyoid.networks.encoders import SEResNet50
from hyoid.networks.multihead import count_parameters

SHAPE = (96, 96, 96)


def test_parameters_are_monais() -> None:
    with torch.device("meta"):  # counted without being filled
        whole = MonaiSEResNet50(spatial_dims=3, in_channels=2, num_classes=512)
        assert count_parameters(SEResNet50(out_features=512).build(2, SHAPE)) == count_parameters(whole)
        last = count_parameters(whole.last_linear)
        assert count_parameters(SEResNet50().build(2, SHAPE)) == count_parameters(whole) - last
        assert count_parameters(SEResNet50(out_features=1).build(2, SHAPE)) == pytest.approx(48.71e6, rel=1e-3)


def test_narrower_has_fewer_blocks() -> None:
    assert SEResNet50().narrower(0.5).blocks == (2, 2, 3, 2)
    assert SEResNet50().narrower(0.01).blocks == (1, 1, 1, 1)
    assert count_parameters(SEResNet50().narrower(0.01).build(2, SHAPE)) < 0.5 * 48.7e6
    assert SEResNet50().narrower(0.01).features == 2048
