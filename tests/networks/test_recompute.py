import cloudpickle
import pytest
import torch

from hyoid.networks.recompute import recompute
from hyoid.networks.swinunetr import SwinUNETR


def step(network: torch.nn.Module, images: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    logits = network(images)
    logits.square().mean().backward()
    return logits.detach(), {name: value.grad for name, value in network.named_parameters() if value.grad is not None}


def test_the_inside_is_computed_twice_and_nothing_else_changes() -> None:
    torch.manual_seed(0)
    block = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    images, calls = torch.randn(5, 3), []
    block[1].register_forward_hook(lambda *_: calls.append(1))
    kept = step(block, images)
    assert len(calls) == 1
    names = list(block.state_dict())
    block.zero_grad()
    recompute(block)
    again = step(block, images)
    assert len(calls) == 3
    torch.testing.assert_close(again, kept, atol=0, rtol=0)
    assert list(block.state_dict()) == names
    with torch.no_grad():
        block(images)
    assert len(calls) == 4


def test_it_travels_to_another_process() -> None:
    block = torch.nn.Sequential(torch.nn.Linear(3, 2))
    recompute(block)
    images = torch.randn(2, 3)
    torch.testing.assert_close(cloudpickle.loads(cloudpickle.dumps(block))(images), block(images))


@pytest.mark.slow
def test_swinunetr_has_the_same_gradients_with_and_without() -> None:
    images, found = torch.randn(1, 2, 64, 32, 32), []
    for checkpointing in (False, True):
        torch.manual_seed(0)
        settings = SwinUNETR(features=12, depths=(1, 1, 1, 1), heads=(1, 1, 1, 1), checkpointing=checkpointing)
        found.append(step(settings.build(2, 3, (64, 32, 32)), images))
    torch.testing.assert_close(found[1], found[0], atol=1e-6, rtol=1e-4)
