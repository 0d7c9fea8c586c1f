import pytest
import torch
from monai.networks.nets import DenseNet121 as MonaiDenseNet121

from hyoid.networks.encoders import DenseNet121
from hyoid.networks.multihead import count_parameters

SHAPE = (96, 96, 96)


def test_parameters_are_monais() -> None:
    with torch.device("meta"):  # counted without being filled
        whole = MonaiDenseNet121(spatial_dims=3, in_channels=2, out_channels=512)
        assert count_parameters(DenseNet121(out_features=512).build(2, SHAPE)) == count_parameters(whole)
        last = count_parameters(whole.class_layers.out)
        assert count_parameters(DenseNet121().build(2, SHAPE)) == count_parameters(whole) - last
        assert count_parameters(DenseNet121(out_features=1).build(2, SHAPE)) == pytest.approx(11.27e6, rel=1e-3)
        assert DenseNet121().features == whole.class_layers.out.in_features == 1024


def test_pooling_loses_a_border_where_the_edge_is_no_multiple_of_the_divisor() -> None:
    network = DenseNet121(filters=8, growth=4).build(1, SHAPE).eval()
    sizes = {}
    with torch.no_grad():
        for edge in (64, 92, 96):
            sizes[edge] = network.get_submodule("features")(torch.zeros(1, 1, edge, 64, 64)).shape[2]
    assert sizes == {64: 2, 92: 2, 96: 3}


def test_narrower() -> None:
    assert DenseNet121().narrower(0.5) == DenseNet121(filters=32, growth=16)
    assert DenseNet121().narrower(0.001) == DenseNet121(filters=8, growth=4)
    assert DenseNet121().narrower(0.5).features == 512
