"""What a network says of whole patients, whatever else it answers."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from hyoid.errors import HyoidError
from hyoid.networks.batch import Batch, RiskOutput
from hyoid.networks.multihead import MultiHeadNetwork

_LOGITS = 2
"""Dimensions (B, classes)."""


def class_logits(network: nn.Module, batch: Batch) -> torch.Tensor:
    """Return the logits (B, 2) of the head that classifies patients; HyoidError if there is none."""
    outputs = _of_patients(network, batch)
    found = [one for one in outputs.values() if isinstance(one, torch.Tensor) and one.dim() == _LOGITS]
    return found[0] if found else _none("classifies patients")


def risk_output(network: nn.Module, batch: Batch) -> RiskOutput:
    """Return the output of the head that predicts a risk; HyoidError if there is none."""
    found = [one for one in _of_patients(network, batch).values() if isinstance(one, RiskOutput)]
    return found[0] if found else _none("predicts a risk")


def _of_patients(network: nn.Module, batch: Batch) -> dict[str, Any]:
    outputs: dict[str, Any] = network.patients(batch) if isinstance(network, MultiHeadNetwork) else network(batch)
    return outputs


def _none(what: str) -> Any:
    raise HyoidError.of("a network without such a head", f"a head that {what}", "Use the network of another recipe.")
