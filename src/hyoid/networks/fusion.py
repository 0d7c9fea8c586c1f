"""A network with one vector per patient: image and clinical features joined, then one output per head."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from hyoid.errors import HyoidError
from hyoid.networks.batch import Batch


class FusionNetwork(nn.Module):
    """Branches side by side, joined, fused, and read by heads.

    Parameters
    ----------
    encoder
        (B, C, z, y, x) -> (B, n), or None for a network that reads no images.
    clinical
        (B, n) -> (B, m), or None for a network that reads no clinical vector.
    fusion
        Of the joined features; its output is what `features` returns.
    heads
        Each (B, features) -> logits (B, outputs) or a `RiskOutput`.
    flags
        Whether the presence flags (B, C) are joined to the features, one number per modality.

    Raises
    ------
    HyoidError
        If there is neither encoder nor clinical branch, or no head; in use, if the batch lacks what a branch reads.
    """

    def __init__(
        self,
        encoder: nn.Module | None,
        clinical: nn.Module | None,
        fusion: nn.Module,
        heads: dict[str, nn.Module],
        flags: bool,
    ) -> None:
        super().__init__()
        if encoder is None and clinical is None:
            raise HyoidError.of(
                "a network without branches", "an image encoder, a clinical branch, or both", "Name one in the recipe."
            )
        if not heads:
            raise HyoidError.of("a network without heads", "one head at least", "Name one in the recipe.")
        self.encoder = encoder
        self.clinical = clinical
        self.fusion = fusion
        self.heads = nn.ModuleDict(heads)
        self.flags = flags

    def features(self, batch: Batch) -> torch.Tensor:
        """Return the deep features (B, n): the fused vector that the heads read."""
        joined: list[torch.Tensor] = []
        if self.encoder is not None:
            if batch.images is None:
                raise _lacking("images", "an image encoder")
            joined.append(self.encoder(batch.images))
        if self.clinical is not None:
            if batch.clinical is None:
                raise _lacking("clinical vector", "a clinical branch")
            joined.append(self.clinical(batch.clinical))
        if self.flags:
            joined.append(batch.present.to(joined[0].dtype))
        fused: torch.Tensor = self.fusion(torch.cat(joined, dim=1))
        return fused

    def forward(self, batch: Batch) -> dict[str, Any]:
        """Return the output of every head."""
        features = self.features(batch)
        return {name: head(features) for name, head in self.heads.items()}

    def patients(self, batch: Batch) -> dict[str, Any]:
        """Return the output of every head: all are on whole patients."""
        return self.forward(batch)


def _lacking(part: str, branch: str) -> HyoidError:
    return HyoidError.of(
        f"a batch without {part}", f"{part} for a network with {branch}", "Give the network what it was built for."
    )
