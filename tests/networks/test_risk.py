"""The head that reads a risk: its formula, and what it passes on."""

import pytest
import torch
from torch import nn

from hyoid.networks.batch import RiskOutput
from hyoid.networks.risk import RiskReader
from hyoid.recipe.heads import RiskHead

FEATURES = torch.randn(5, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_without_hidden_layers_it_is_one_line() -> None:
    head = RiskReader(7, (), 0.5).double()
    (line,) = head.layers
    output = head(FEATURES)
    assert isinstance(output, RiskOutput)
    torch.testing.assert_close(output.risk, FEATURES @ line.weight[0] + line.bias)
    assert output.features is FEATURES


def test_a_hidden_layer_is_its_formula() -> None:
    head = RiskReader(7, (3,), 0.2).double().eval()
    first, last = (layer for layer in head.layers if isinstance(layer, nn.Linear))
    hidden = (FEATURES @ first.weight.T + first.bias).clamp(min=0)
    torch.testing.assert_close(head(FEATURES).risk, hidden @ last.weight[0] + last.bias)
    assert [type(layer).__name__ for layer in head.layers] == ["Linear", "ReLU", "Dropout", "Linear"]


def test_dropout_is_of_training_alone() -> None:
    head = RiskReader(7, (64,), 0.5).double()
    torch.manual_seed(0)
    assert not torch.equal(head(FEATURES).risk, head(FEATURES).risk)
    head.eval()
    assert torch.equal(head(FEATURES).risk, head(FEATURES).risk)


@pytest.mark.parametrize(("hidden", "parameters"), [((), 8), ((3,), 7 * 3 + 3 + 3 + 1), ((4, 2), 32 + 10 + 3)])
def test_the_recipes_head_builds_it(hidden: tuple[int, ...], parameters: int) -> None:
    head = RiskHead(hidden=hidden).build(7)
    assert sum(p.numel() for p in head.parameters()) == parameters
    output = head(FEATURES.float())
    assert (output.risk.shape, output.features.shape) == ((5,), (5, 7))
    output.risk.square().sum().backward()
    assert all(p.grad is not None for p in head.parameters())
