"""Sliding-window inference that streams: class probabilities leave slab by slab, never the whole volume at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hyoid.inference.windows import Shape, gaussian_weights, padding_to, window_starts
from hyoid.networks.batch import Batch


@dataclass(frozen=True, slots=True)
class Sliding:
    """How the window moves and where the networks compute."""

    window: Shape
    overlap: float = 0.5
    sigma: float = 0.125
    device: str = "cpu"
    bf16: bool = False
    windows_per_batch: int = 1


@dataclass(frozen=True, slots=True)
class Slab:
    """Probabilities (K, dz, y, x), float32, of the slices from `start` on."""

    start: int
    probabilities: NDArray[np.float32]


def probability_slabs(
    images: NDArray[np.float32],
    present: NDArray[np.bool_],
    networks: Sequence[nn.Module],
    head: str,
    classes: int,
    sliding: Sliding,
    body: NDArray[np.bool_] | None = None,
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

    Notes
    -----
    Only one window's height of the accumulator exists at a time: K x window_z x y x x floats.
    """
    pads = padding_to(_shape(images), sliding.window)
    # np.pad copies even where there is nothing to pad: gigabytes for a whole body
    padded = np.pad(images, [(0, 0), *pads], mode="edge") if np.any(pads) else images
    inside = np.ones(padded.shape[1:], bool) if body is None else np.pad(body, pads)
    z_starts, y_starts, x_starts = (
        window_starts(n, w, sliding.overlap) for n, w in zip(_shape(padded), sliding.window, strict=True)
    )
    weights = torch.from_numpy(gaussian_weights(sliding.window, sliding.sigma)).to(sliding.device)
    band = torch.zeros((classes, sliding.window[0], *padded.shape[2:]), device=sliding.device)
    mass = torch.zeros(band.shape[1:], device=sliding.device)
    flags = torch.from_numpy(present.astype(np.float32)).to(sliding.device)
    for i, z in enumerate(z_starts):
        places = list(product(y_starts, x_starts))
        for group in _groups(places, sliding.windows_per_batch):
            _add_windows(band, mass, padded, inside, z, group, networks, head, flags, weights, sliding)
        end = z_starts[i + 1] if i + 1 < len(z_starts) else padded.shape[1]
        height = end - z
        yield from _cropped(z, band[:, :height] / mass[:height], pads, _shape(images))
        band = torch.cat([band[:, height:], torch.zeros_like(band[:, :height])], dim=1)
        mass = torch.cat([mass[height:], torch.zeros_like(mass[:height])], dim=0)


@torch.inference_mode()
def _add_windows(  # noqa: PLR0913 - the inner loop of `probability_slabs`, cut out to be read alone
    band: torch.Tensor,
    mass: torch.Tensor,
    images: NDArray[np.float32],
    inside: NDArray[np.bool_],
    z: int,
    places: Sequence[tuple[int, int]],
    networks: Sequence[nn.Module],
    head: str,
    flags: torch.Tensor,
    weights: torch.Tensor,
    sliding: Sliding,
) -> None:
    depth, height, width = sliding.window
    busy = []
    for y, x in places:
        mass[:, y : y + height, x : x + width] += weights
        if inside[z : z + depth, y : y + height, x : x + width].any():
            busy.append((y, x))
        else:
            band[0, :, y : y + height, x : x + width] += weights
    if not busy:
        return
    crops = [images[:, z : z + depth, y : y + height, x : x + width] for y, x in busy]
    batch = Batch(torch.from_numpy(np.stack(crops)).to(sliding.device), flags.expand(len(busy), -1))
    probability = torch.zeros((len(busy), band.shape[0], *sliding.window), device=sliding.device)
    with torch.autocast(sliding.device, dtype=torch.bfloat16, enabled=sliding.bf16):
        for network in networks:
            probability += network(batch)[head].float().softmax(dim=1)
    probability /= len(networks)
    for (y, x), one in zip(busy, probability, strict=True):
        band[:, :, y : y + height, x : x + width] += one * weights


def _cropped(z: int, slab: torch.Tensor, pads: list[tuple[int, int]], shape: Shape) -> Iterator[Slab]:
    """Cut the padding off again; a slab that is nothing but padding disappears."""
    first, last = max(z, pads[0][0]), min(z + slab.shape[1], pads[0][0] + shape[0])
    if first < last:
        rows, columns = (slice(before, before + n) for (before, _), n in zip(pads[1:], shape[1:], strict=True))
        yield Slab(first - pads[0][0], slab[:, first - z : last - z, rows, columns].cpu().numpy())


def _groups(places: list[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    for i in range(0, len(places), size):
        yield places[i : i + size]


def _shape(images: NDArray[np.float32]) -> Shape:
    z, y, x = images.shape[-3:]
    return z, y, x
