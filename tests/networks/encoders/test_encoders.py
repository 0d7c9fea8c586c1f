"""What every image encoder must do, whatever it is made of."""

import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from hyoid.networks.encoders import DenseNet121, EfficientNet, ImageEncoder, ResNet18, SEResNet50, ViT

RESNET, VIT = ResNet18(channels=(4, 4, 8, 8)), ViT(hidden=32, mlp=64, layers=2, heads=2)
SMALL = [
    RESNET,
    RESNET.model_copy(update={"max_pool": False}),
    RESNET.model_copy(update={"stem_stride": 2, "out_features": 5}),
    RESNET.model_copy(update={"stem_stride": 2, "max_pool": False}),
    RESNET.model_copy(update={"norm": "instance"}),
    RESNET.model_copy(update={"norm": "instance", "max_pool": False}),
    RESNET.model_copy(update={"norm": "instance", "stem_stride": 2}),
    DenseNet121().narrower(0.125),
    DenseNet121(out_features=5).narrower(0.125),
    EfficientNet().narrower(0.25),
    EfficientNet(out_features=5).narrower(0.25),
    SEResNet50().narrower(0.1),
    SEResNet50(out_features=5).narrower(0.1),
    VIT,
    VIT.model_copy(update={"out_features": 5, "patch": 8, "dropout": 0.5}),
]


@pytest.mark.parametrize("encoder", SMALL, ids=str)
def test_smallest_size_trains_at_a_batch_of_one(encoder: ImageEncoder) -> None:
    assert encoder.min_size >= encoder.divisor
    size = -(-encoder.min_size // encoder.divisor) * encoder.divisor
    assert size == encoder.min_size
    shape = (size, size, size + encoder.divisor)
    network = encoder.build(2, shape).train()
    output = network(torch.randn(1, 2, *shape, generator=torch.Generator().manual_seed(1)))
    assert output.shape == (1, encoder.features)
    output.square().sum().backward()
    for name, parameter in network.named_parameters():
        if "cross_attn" in name:  # MONAI's transformer has these and uses them in decoders only
            continue
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


@pytest.mark.parametrize("encoder", [e for e in SMALL if not isinstance(e, ViT)], ids=str)
def test_one_step_less_has_no_spread_to_normalise_by(encoder: ImageEncoder) -> None:
    shape = (encoder.min_size - encoder.divisor,) * 3
    network = encoder.build(2, shape).train()
    with pytest.raises(ValueError, match="Expected more than 1"):
        network(torch.randn(1, 2, *shape))


@pytest.mark.parametrize("encoder", SMALL, ids=str)
def test_eval_is_deterministic_and_by_image(encoder: ImageEncoder) -> None:
    shape = (encoder.min_size,) * 3
    network = encoder.build(2, shape).train()
    images = torch.randn(2, 2, *shape, generator=torch.Generator().manual_seed(2))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d):
            module.momentum = 1.0  # the statistics of these images at once
    with torch.no_grad():
        network(images)
        network.eval()
        first, again, alone = network(images), network(images), network(images[1:])
    assert torch.equal(first, again)
    torch.testing.assert_close(first[1:], alone, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(first[0], first[1])


def test_encoders_are_found_by_name() -> None:
    adapter: TypeAdapter[ImageEncoder] = TypeAdapter(ImageEncoder)
    assert adapter.validate_python({"name": "vit", "layers": 2}) == ViT(layers=2)
    assert adapter.validate_python({"name": "efficientnet_b0"}) == EfficientNet()
    assert adapter.validate_json('{"name": "seresnet50", "blocks": [1, 1, 1, 1]}') == SEResNet50(blocks=(1, 1, 1, 1))
    for encoder in SMALL:
        assert adapter.validate_json(encoder.model_dump_json()) == encoder
