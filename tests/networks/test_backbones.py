"""The larger backbones: MONAI's networks, counted and compared with MONAI's own."""

import monai.networks.nets as monai_nets
import pytest
import torch
from pydantic import ValidationError

from hyoid.networks import UNETR, DynUNet, SwinUNETR
from hyoid.networks.bottleneck import DynUNetModule
from hyoid.networks.multihead import count_parameters
from hyoid.networks.shape import Shape

SMALL: tuple[tuple[SwinUNETR | UNETR | DynUNet, Shape], ...] = (
    (SwinUNETR(features=12), (64, 64, 96)),
    (UNETR(features=4, hidden=12, mlp=24, heads=3), (32, 48, 32)),
    (DynUNet(filters=(4, 8, 12), strides=(2, 2)), (8, 12, 16)),
)


def test_parameter_counts_are_the_published_networks() -> None:
    swin = monai_nets.SwinUNETR(2, 3, feature_size=48, depths=(2, 2, 2, 2), num_heads=(3, 6, 12, 24))
    assert count_parameters(SwinUNETR().build(2, 3, (128, 128, 128))) == count_parameters(swin)
    unetr = monai_nets.UNETR(2, 3, (128, 128, 128), 16, 768, 3072, 12)
    assert count_parameters(UNETR().build(2, 3, (128, 128, 128))) == count_parameters(unetr)


@pytest.mark.parametrize(("backbone", "shape"), SMALL)
def test_output_has_the_input_shape(backbone: SwinUNETR | UNETR | DynUNet, shape: Shape) -> None:
    assert all(edge % backbone.divisor == 0 and edge >= backbone.min_size for edge in shape)
    assert backbone.build(2, 3, shape)(torch.randn(1, 2, *shape)).shape == (1, 3, *shape)


@pytest.mark.parametrize(("backbone", "shape"), SMALL)
def test_half_the_width_still_is_a_network(backbone: SwinUNETR | UNETR | DynUNet, shape: Shape) -> None:
    whole = type(backbone)()
    half = whole.narrower(0.5)
    full_size = (128, 128, 128)
    assert count_parameters(half.build(2, 3, full_size)) < 0.5 * count_parameters(whole.build(2, 3, full_size))


def test_dynunet_gives_what_monai_s_own_gives_and_holds_each_block_once() -> None:
    torch.manual_seed(0)
    monai = monai_nets.DynUNet(3, 2, 3, [3, 3, 3], [1, 2, 2], [2, 2], filters=[4, 8, 12])
    images, module = torch.randn(2, 2, 8, 8, 12), DynUNetModule(monai)
    with torch.no_grad():
        expected = monai.eval()(images)
        logits, vectors = module.eval().both(images)
        assert torch.equal(module(images), expected)
        assert torch.equal(logits, expected)
        lowest = monai.bottleneck(monai.downsamples[0](monai.input_block(images)))
        assert torch.equal(vectors["bottleneck"], lowest.mean(dim=(2, 3, 4)))
        assert torch.equal(module.vectors(images)["bottleneck"], vectors["bottleneck"])
    storages = [value.data_ptr() for value in module.state_dict().values()]
    assert len(set(storages)) == len(storages) < len(monai.state_dict())


def test_what_cannot_be_built_is_refused() -> None:
    with pytest.raises(ValidationError, match="12"):
        SwinUNETR(features=20)
    with pytest.raises(ValidationError, match="no multiple of 5 heads"):
        SwinUNETR(heads=(3, 6, 12, 5))
    with pytest.raises(ValidationError, match="multiple of the 7 heads"):
        UNETR(heads=7)
    with pytest.raises(ValidationError, match="need 2 strides"):
        DynUNet(filters=(4, 8, 12), strides=(2,))
