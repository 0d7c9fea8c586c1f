from collections.abc import Iterator

import pytest
import torch

from hyoid.errors import HyoidError
from hyoid.networks import runtime
from hyoid.networks.runtime import bf16_gradients_right, resolve_precision, resolve_training_precision


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    bf16_gradients_right.cache_clear()
    yield
    bf16_gradients_right.cache_clear()


@pytest.mark.parametrize("edge", [1, 2, 3, 5])
@pytest.mark.parametrize("channels", [2, 8, 32])
def test_a_gradient_in_the_precision_of_training_is_that_of_single_precision(edge: int, channels: int) -> None:
    """Whatever this processor is: `auto` never trains on wrong gradients."""
    torch.manual_seed(edge)
    images, layer = torch.randn(2, channels, edge, edge, edge), torch.nn.Conv3d(channels, 8, 3, padding=1)
    found = []
    for bf16 in (False, resolve_training_precision("auto", "cpu") == "bf16-mixed"):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            values = layer(images)
        found.append(torch.autograd.grad(values.float().square().mean(), layer.weight)[0])
    torch.testing.assert_close(found[1], found[0], rtol=0.05, atol=0.02 * float(found[0].abs().max()))


@pytest.mark.parametrize(("right", "expected"), [(True, "bf16-mixed"), (False, "32-true")])
def test_auto_trains_in_bf16_only_where_its_gradients_are_right(
    right: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    monkeypatch.setattr(runtime, "bf16_gradients_right", lambda: right)
    assert resolve_precision("auto", "cpu") == "bf16-mixed"
    assert resolve_training_precision("auto", "cpu") == expected
    assert resolve_training_precision("32-true", "cpu") == "32-true"


def test_without_bf16_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    monkeypatch.setattr(runtime, "bf16_gradients_right", lambda: pytest.fail("tried"))
    assert resolve_training_precision("auto", "cpu") == "32-true"


def test_bf16_by_name_is_refused_where_its_gradients_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "bf16_gradients_right", lambda: False)
    with pytest.raises(HyoidError, match=r"gradients of small volumes are wrong.*Use precision auto or 32-true"):
        resolve_training_precision("bf16-mixed", "cpu")


def test_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A convolution that forgets one sample under autocast."""
    whole = torch.nn.functional.conv3d

    def forgetful(images: torch.Tensor, weight: torch.Tensor, padding: int) -> torch.Tensor:
        images = images.clone()
        if torch.is_autocast_enabled("cpu"):
            images[1] = 0
        return whole(images, weight, padding=padding)

    monkeypatch.setattr(torch.nn.functional, "conv3d", forgetful)
    assert not bf16_gradients_right()


def test_a_right_gradient_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: torch.enable_grad())
    assert bf16_gradients_right()
