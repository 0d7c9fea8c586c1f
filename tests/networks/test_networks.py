import monai.networks.nets as monai_nets
import pytest
import torch

from hyoid.networks import SegResNet, UNet
from hyoid.networks.batch import Batch
from hyoid.networks.multihead import MultiHeadNetwork, count_parameters
from hyoid.networks.runtime import keep_freed_memory


def test_parameter_counts_are_the_published_networks() -> None:
    unet = monai_nets.UNet(3, 2, 3, (16, 32, 64, 128, 256), (2, 2, 2, 2), num_res_units=2)
    assert count_parameters(UNet().build(2, 3, (128, 128, 128))) == count_parameters(unet) == 4_808_346
    segresnet = monai_nets.SegResNet(3, 16, 2, 3, blocks_down=(1, 2, 2, 4), blocks_up=(1, 1, 1))
    assert count_parameters(SegResNet().build(2, 3, (128, 128, 128))) == count_parameters(segresnet)
    assert count_parameters(SegResNet().build(2, 3, (128, 128, 128))) == pytest.approx(4.70e6, rel=0.01)


@pytest.mark.parametrize("backbone", [UNet().narrower(0.25), SegResNet().narrower(0.5)])
def test_output_has_the_input_shape_at_the_divisor(backbone: UNet | SegResNet) -> None:
    size = backbone.min_size
    network = MultiHeadNetwork(backbone.build(2, 3, (128, 128, 128)), "segmentation")
    images = torch.randn(2, 2, size, size, size + backbone.divisor)
    output = network(Batch(images, torch.ones(2, 2)))
    assert set(output) == {"segmentation"}
    assert output["segmentation"].shape == (2, 3, *images.shape[2:])


def test_presence_flags_reach_the_network_where_it_was_built_for_them() -> None:
    backbone = UNet(channels=(4, 8), strides=(2,))
    network = MultiHeadNetwork(backbone.build(4, 3, (8, 8, 8)), "segmentation", flags=True).eval()
    images = torch.randn(1, 2, 8, 8, 8)
    there, absent = (
        network(Batch(images, torch.tensor([flags])))["segmentation"] for flags in ([1.0, 1.0], [1.0, 0.0])
    )
    assert there.shape == (1, 3, 8, 8, 8)
    assert not torch.allclose(there, absent)


def test_narrower_keeps_group_normalisation_possible() -> None:
    assert SegResNet(filters=16).narrower(0.4).filters == 8
    assert UNet().narrower(0.5).channels == (8, 16, 32, 64, 128)


def test_wrong_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="need 2 strides"):
        UNet(channels=(8, 16, 32), strides=(2,))
    with pytest.raises(ValueError, match="multiple of 8"):
        SegResNet(filters=12)


def test_allocator_setting_is_taken_on_glibc() -> None:
    assert isinstance(keep_freed_memory(), bool)
