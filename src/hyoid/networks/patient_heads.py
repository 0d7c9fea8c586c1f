"""Heads on whole patients that read what a backbone makes of the images, and the clinical record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import nn

from hyoid.errors import HyoidError
from hyoid.networks.batch import Batch


class PatientHeads(nn.Module):
    """Vectors of a backbone, each through layers of its own, joined with the clinical branch, fused, read by heads.

    Parameters
    ----------
    layers
        A module for each vector that is joined, in this order.
    clinical
        (B, n) -> (B, m), or None for heads that read no clinical vector.
    fusion
        Of all that is joined; its output is what `features` returns.
    heads
        Each (B, n) -> logits (B, outputs) or a `RiskOutput`.
    reads
        Which vector of the backbone each head reads, as it comes; without a name here it reads the fused vector.
    detached
        Heads whose gradient ends at what they read: it does not reach the backbone.
    """

    def __init__(
        self,
        layers: nn.ModuleDict,
        clinical: nn.Module | None,
        fusion: nn.Module,
        heads: dict[str, nn.Module],
        reads: Mapping[str, str],
        detached: Collection[str] = (),
    ) -> None:
        super().__init__()
        self.layers = layers
        self.clinical = clinical
        self.fusion = fusion
        self.heads = nn.ModuleDict(heads)
        self.reads = dict(reads)
        self.detached = frozenset(detached)

    def features(self, vectors: Mapping[str, torch.Tensor], batch: Batch) -> torch.Tensor:
        """Return the fused vector (B, n)."""
        joined = [layers(vectors[name]) for name, layers in self.layers.items()]
        if self.clinical is not None:
            if batch.clinical is None:
                raise HyoidError.of(
                    "a batch without clinical vector", "one for heads with a clinical branch", "Give the record."
                )
            joined.append(self.clinical(batch.clinical).to(joined[0].dtype))
        fused: torch.Tensor = self.fusion(torch.cat(joined, dim=1))
        return fused

    def forward(self, vectors: Mapping[str, torch.Tensor], batch: Batch) -> dict[str, Any]:
        """Return the output of every head."""
        fixed = {name: vector.detach() for name, vector in vectors.items()}
        return {
            name: head(self._read(name, fixed if name in self.detached else vectors, batch))
            for name, head in self.heads.items()
        }

    def _read(self, name: str, vectors: Mapping[str, torch.Tensor], batch: Batch) -> torch.Tensor:
        return vectors[self.reads[name]] if name in self.reads else self.features(vectors, batch)
