import pytest
import torch
from pydantic import ValidationError
from torch import nn

from hyoid.networks.branch import ClinicalBranch, Fusion


def _kinds(module: nn.Module) -> list[str]:
    return [type(layer).__name__ for layer in module.children()]


def test_layers_of_the_clinical_branch() -> None:
    branch = ClinicalBranch(hidden=(5, 3), dropout=0.2, norm="batch")
    module = branch.build(7)
    assert _kinds(module) == ["Linear", "BatchNorm1d", "ReLU", "Dropout"] * 2
    assert _kinds(ClinicalBranch(hidden=(5,)).build(7)) == ["Linear", "ReLU"]
    assert module(torch.randn(4, 7)).shape == (4, branch.features(7)) == (4, 3)
    assert ClinicalBranch(hidden=()).features(7) == 7


def test_clinical_branch_is_its_formula() -> None:
    module = ClinicalBranch(hidden=(5, 3)).build(7).double()
    first, second = (layer for layer in module.children() if isinstance(layer, nn.Linear))
    x = torch.randn(4, 7, dtype=torch.float64)
    expected = ((x @ first.weight.T + first.bias).clamp(min=0) @ second.weight.T + second.bias).clamp(min=0)
    torch.testing.assert_close(module(x), expected)


def test_fusion_without_layers_passes_on() -> None:
    module = Fusion().build(6)
    x = torch.randn(2, 6)
    assert module(x) is x
    assert Fusion().features(6) == 6
    assert list(module.parameters()) == []


def test_fusion_with_layers() -> None:
    fusion = Fusion(hidden=(8, 2), norm="batch")
    assert fusion.features(6) == 2
    assert fusion.build(6)(torch.randn(3, 6)).shape == (3, 2)


def test_batch_normalisation_needs_two_to_train_on() -> None:
    module = ClinicalBranch(norm="batch").build(7)
    with pytest.raises(ValueError, match="more than 1 value"):
        module.train()(torch.randn(1, 7))
    assert ClinicalBranch().build(7).train()(torch.randn(1, 7)).shape == (1, 32)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValidationError):
        ClinicalBranch(hidden=(4, 0))
    with pytest.raises(ValidationError):
        Fusion(dropout=1.0)
