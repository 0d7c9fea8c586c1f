"""Sliding-window inference that streams: class probabilities leave slab by slab, never the whole volume at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hyoid.inference.bands import Bands
from hyoid.inference.windows import Shape, gaussian_weights, padding_to, window_starts
from hyoid.networks.batch import Batch

_DIMENSIONS = {"z": 2, "y": 3, "x": 4}  # of a batch (B, C, z, y, x)


@dataclass(frozen=True, slots=True)
class Sliding:
    """How the window moves, along which axes it is mirrored too, and where the networks compute."""

    window: Shape
    overlap: float = 0.5
    sigma: float = 0.125
    device: str = "cpu"
    bf16: bool = False
    windows_per_batch: int = 1
    flips: tuple[Literal["z", "y", "x"], ...] = ()

    @property
    def mirrored(self) -> list[tuple[int, ...]]:
        """The dimensions of a batch that each look at a window mirrors; the first mirrors none."""
        axes = [_DIMENSIONS[axis] for axis in self.flips]
        return [chosen for count in range(len(axes) + 1) for chosen in combinations(axes, count)]


@dataclass(frozen=True, slots=True)
class Slab:
    """The slices from `start` on.

    Parameters
    ----------
    probabilities
        Mean over the networks (K, dz, y, x), float32, on the CPU.
    members
        Each network's own (N, K - 1, dz, y, x), background left out, on the networks' device; N is 0 where not asked.
    """

    start: int
    probabilities: NDArray[np.float32]
    members: torch.Tensor


def probability_slabs(
    images: NDArray[np.float32],
    present: NDArray[np.bool_],
    networks: Sequence[nn.Module],
    head: str,
    classes: int,
    sliding: Sliding,
    body: NDArray[np.bool_] | None = None,
    *,
    members: bool = False,
) -> Iterator[Slab]:
    """Yield the networks' mean class probabilities from the first slice to the last.

    Parameters
    ----------
    images
        (C, z, y, x) on the frame's grid; smaller than the window is padded with its edge values.
    present
        (C,), False for a modality that was filled in.
    networks
        Folds of one recipe, in evaluation mode on `sliding.device`; their softmax is averaged.
    head, classes
        Which output, and its number of channels K.
    body
        (z, y, x) of bool; a window without any True voxel counts as background without being computed.
    members
        Whether each network's own probabilities come with every slab.

    Notes
    -----
    Only one window's height of the accumulators exists at a time: K x window_z x y x x floats, and with `members`
    N (K - 1) as many planes more.
    """
    pads = padding_to(_shape(images), sliding.window)
    # np.pad copies even where there is nothing to pad: gigabytes for a whole body
    padded = np.pad(images, [(0, 0), *pads], mode="edge") if np.any(pads) else images
    inside = np.ones(padded.shape[1:], bool) if body is None else np.pad(body, pads)
    z_starts, y_starts, x_starts = (
        window_starts(n, w, sliding.overlap) for n, w in zip(_shape(padded), sliding.window, strict=True)
    )
    looks = _Looks(padded, inside, torch.from_numpy(present.astype(np.float32)).to(sliding.device), networks, head)
    weights = torch.from_numpy(gaussian_weights(sliding.window, sliding.sigma)).to(sliding.device)
    shape = (sliding.window[0], *padded.shape[2:])
    bands = Bands.zeros(classes, len(networks) if members else 0, shape, sliding.device)
    for i, z in enumerate(z_starts):
        places = list(product(y_starts, x_starts))
        for group in _groups(places, sliding.windows_per_batch):
            _add_windows(bands, weights, looks, z, group, sliding)
        end = z_starts[i + 1] if i + 1 < len(z_starts) else padded.shape[1]
        yield from _cropped(z, *bands.finished(end - z), pads, _shape(images))
        bands.move(end - z)


@dataclass(frozen=True, slots=True)
class _Looks:
    """What windows are cut from, and who looks at them."""

    images: NDArray[np.float32]
    inside: NDArray[np.bool_]
    flags: torch.Tensor
    networks: Sequence[nn.Module]
    head: str


@torch.inference_mode()
def _add_windows(
    bands: Bands, weights: torch.Tensor, looks: _Looks, z: int, places: Sequence[tuple[int, int]], sliding: Sliding
) -> None:
    depth, height, width = sliding.window
    busy = []
    for y, x in places:
        bands.mass[:, y : y + height, x : x + width] += weights
        if looks.inside[z : z + depth, y : y + height, x : x + width].any():
            busy.append((y, x))
        else:
            bands.mean[0, :, y : y + height, x : x + width] += weights
    if not busy:
        return
    crops = [looks.images[:, z : z + depth, y : y + height, x : x + width] for y, x in busy]
    batch = Batch(torch.from_numpy(np.stack(crops)).to(sliding.device), looks.flags.expand(len(busy), -1))
    mean = torch.zeros((len(busy), bands.mean.shape[0], *sliding.window), device=sliding.device)
    with torch.autocast(sliding.device, dtype=torch.bfloat16, enabled=sliding.bf16):
        for number, network in enumerate(looks.networks):
            probability = _look(network, batch, looks.head, sliding.mirrored)
            mean += probability
            if len(bands.members):
                for (y, x), one in zip(busy, probability, strict=True):
                    bands.members[number, :, :, y : y + height, x : x + width] += one[1:] * weights
    mean /= len(looks.networks)
    for (y, x), one in zip(busy, mean, strict=True):
        bands.mean[:, :, y : y + height, x : x + width] += one * weights


def _look(network: nn.Module, batch: Batch, head: str, mirrored: Sequence[tuple[int, ...]]) -> torch.Tensor:
    """Return a network's class probabilities (B, K, z, y, x), the mean over the ways in which a window is mirrored."""
    if batch.images is None:
        raise TypeError("windows are cut from images")
    total: torch.Tensor | None = None
    for dimensions in mirrored:
        seen = Batch(batch.images.flip(dimensions), batch.present) if dimensions else batch
        probability: torch.Tensor = network(seen)[head].float().softmax(dim=1)
        probability = probability.flip(dimensions) if dimensions else probability
        total = probability if total is None else total.add_(probability)
    if total is None:
        raise TypeError("no way to look at a window")
    return total if len(mirrored) == 1 else total / len(mirrored)


def _cropped(
    z: int, slab: torch.Tensor, members: torch.Tensor, pads: list[tuple[int, int]], shape: Shape
) -> Iterator[Slab]:
    """Cut the padding off again; a slab that is nothing but padding disappears."""
    first, last = max(z, pads[0][0]), min(z + slab.shape[1], pads[0][0] + shape[0])
    if first < last:
        rows, columns = (slice(before, before + n) for (before, _), n in zip(pads[1:], shape[1:], strict=True))
        at = (slice(first - z, last - z), rows, columns)
        yield Slab(first - pads[0][0], slab[(slice(None), *at)].cpu().numpy(), members[(..., *at)])


def _groups(places: list[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    for i in range(0, len(places), size):
        yield places[i : i + size]


def _shape(images: NDArray[np.float32]) -> Shape:
    z, y, x = images.shape[-3:]
    return z, y, x
