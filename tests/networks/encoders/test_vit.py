import pytest
import torch
from monai.networks.nets import ViT as MonaiViT
from torch import nn

from hyoid.networks.encoders import ViT
from hyoid.networks.multihead import count_parameters

SHAPE = (96, 96, 96)
SMALL = ViT(hidden=32, mlp=64, layers=2, heads=2)


def test_parameters_are_monais() -> None:
    with torch.device("meta"):  # counted without being filled
        whole = MonaiViT(in_channels=2, img_size=SHAPE, patch_size=16, classification=True, num_classes=512)
        assert count_parameters(ViT(out_features=512).build(2, SHAPE)) == count_parameters(whole)
        last = count_parameters(whole.classification_head)
        assert count_parameters(ViT().build(2, SHAPE)) == count_parameters(whole) - last
        assert count_parameters(ViT().build(2, SHAPE)) == pytest.approx(91.51e6, rel=1e-3)


def test_output_is_monais_before_the_tangent() -> None:
    settings = SMALL.model_copy(update={"out_features": 3})
    torch.manual_seed(0)
    ours = settings.build(2, (32, 16, 48)).eval()
    torch.manual_seed(0)
    theirs = MonaiViT(2, (32, 16, 48), 16, 32, 64, 2, 2, classification=True, num_classes=3).eval()
    images = torch.randn(2, 2, 32, 16, 48)
    with torch.no_grad():
        torch.testing.assert_close(ours(images).tanh(), theirs(images)[0])
    assert not any(isinstance(module, nn.Tanh) for module in ours.modules())


def test_pooled_features_are_the_normalised_class_token() -> None:
    network = SMALL.build(2, (32, 32, 32)).eval()
    with torch.no_grad():
        features = network(torch.randn(3, 2, 32, 32, 32))
    assert features.shape == (3, 32)
    torch.testing.assert_close(features.mean(dim=1), torch.zeros(3), rtol=0, atol=1e-5)
    torch.testing.assert_close(features.std(dim=1, correction=0), torch.ones(3), rtol=0, atol=1e-2)


def test_narrower_keeps_the_width_of_a_head() -> None:
    assert ViT().narrower(0.5) == ViT(hidden=384, mlp=1536, heads=6)
    assert ViT().narrower(0.01) == ViT(hidden=64, mlp=256, heads=1)


def test_heads_must_share_the_width() -> None:
    with pytest.raises(ValueError, match="multiple of the 12 heads"):
        ViT(hidden=100)
