"""HD95 and surface Dice: cut to the content and a k-d tree, against distance transforms.

Peers, in the same process and on the same masks, each with the definition that it has in common with one of ours:

- `full distance transform`: SciPy's exact distance transform of the whole CT grid from either surface (voxel surfaces);
- `MONAI`: `compute_hausdorff_distance` and `compute_surface_dice` (voxel surfaces);
- `surface-distance`: DeepMind's package, which cuts to the common bounding box itself (marching-cubes surfaces).

Masks of a primary, a primary with four nodes on both sides, and nodes at both ends of the neck, on a CT grid of
512 x 512 x 135 voxels; the prediction is the truth with a wavy border. Values must agree before a time counts.

Run: python benchmarks/hd95.py [--repeats N] [--out FILE] (prints JSON)
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from hyoid.files import write_json
from hyoid.metrics import Surface, border_voxels, surface_scores

SIZE_ZYX, SPACING = (135, 512, 512), (0.9765625, 0.9765625, 3.27)
TOLERANCE_MM = 2.0
AGREEMENT = 1e-4
"""Largest difference of values allowed: MONAI computes in single precision."""

BALLS = {  # centre (x, y, z) and radius, mm
    "primary of 8 mL": [((250, 240, 220), 12.4)],
    "primary and four nodes": [
        ((250, 240, 220), 14),
        ((200, 250, 200), 10),
        ((300, 250, 210), 8),
        ((195, 255, 150), 12),
        ((305, 255, 140), 7),
    ],
    "nodes at both ends of the neck": [((180, 280, 60), 10), ((320, 200, 330), 10)],
}

Pair = tuple[np.ndarray, np.ndarray]


def masks(balls: list[tuple[tuple[float, float, float], float]], seed: int = 0) -> Pair:
    """Truth, and a prediction whose border is off by a smooth field of about 2 mm."""
    rng = np.random.default_rng(seed)
    truth, prediction = np.zeros(SIZE_ZYX, bool), np.zeros(SIZE_ZYX, bool)
    for centre, radius in balls:
        reach = [int((radius + 10) / s) for s in SPACING[::-1]]
        middle = [round(c / s) for c, s in zip(centre[::-1], SPACING[::-1], strict=True)]
        block = tuple(slice(m - r, m + r + 1) for m, r in zip(middle, reach, strict=True))
        offsets = np.ogrid[tuple(slice(-r, r + 1) for r in reach)]
        away = np.sqrt(sum((o * s) ** 2 for o, s in zip(offsets, SPACING[::-1], strict=True)))
        wave = ndimage.gaussian_filter(rng.standard_normal(away.shape), [1.2, 4, 4])
        truth[block] |= away < radius
        prediction[block] |= away + 2.0 * wave / wave.std() < radius
    return truth, prediction


def full_distance_transform(truth: np.ndarray, prediction: np.ndarray) -> tuple[float, float]:
    spacing = SPACING[::-1]
    borders = [mask & ~ndimage.binary_erosion(mask) for mask in (truth, prediction)]
    to_truth, to_prediction = (ndimage.distance_transform_edt(~border, sampling=spacing) for border in borders)
    forth, back = to_prediction[borders[0]], to_truth[borders[1]]
    near = (forth <= TOLERANCE_MM).sum() + (back <= TOLERANCE_MM).sum()
    return float(max(np.percentile(forth, 95), np.percentile(back, 95))), float(near / (len(forth) + len(back)))


def monai(truth: np.ndarray, prediction: np.ndarray) -> tuple[float, float]:
    import torch
    from monai.metrics import compute_hausdorff_distance, compute_surface_dice

    pair = [torch.from_numpy(mask[None, None].astype(np.float32)) for mask in (prediction, truth)]
    spacing = list(SPACING[::-1])
    hd95 = compute_hausdorff_distance(*pair, include_background=True, percentile=95, spacing=spacing)
    dice = compute_surface_dice(*pair, [TOLERANCE_MM], include_background=True, spacing=spacing)
    return float(hd95.item()), float(dice.item())


def deepmind(truth: np.ndarray, prediction: np.ndarray) -> tuple[float, float]:
    import surface_distance

    found = surface_distance.compute_surface_distances(truth, prediction, SPACING[::-1])
    return (
        float(surface_distance.compute_robust_hausdorff(found, 95)),
        float(surface_distance.compute_surface_dice_at_tolerance(found, TOLERANCE_MM)),
    )


def ours(surface: Surface) -> Callable[[np.ndarray, np.ndarray], tuple[float, float]]:
    def measure(truth: np.ndarray, prediction: np.ndarray) -> tuple[float, float]:
        found = surface_scores(truth, prediction, SPACING, TOLERANCE_MM, surface)
        return found.hd95_mm, found.surface_dice

    return measure


COMPARISONS = {
    "voxels": (ours(Surface.VOXELS), {"full distance transform": full_distance_transform, "MONAI": monai}),
    "surfels": (ours(Surface.SURFELS), {"surface-distance": deepmind}),
}


def timed(measure: Callable[..., tuple[float, float]], pair: Pair, repeats: int) -> tuple[tuple[float, float], float]:
    """Value, and median time in ms; the first call, which may import, does not count."""
    value = measure(*pair)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        measure(*pair)
        times.append(1000 * (time.perf_counter() - start))
    return value, statistics.median(times)


def compare(pair: Pair, repeats: int) -> dict[str, Any]:
    found: dict[str, Any] = {"border_voxels": [len(border_voxels(mask, SPACING)[0]) for mask in pair]}
    for surface, (measure, peers) in COMPARISONS.items():
        value, own_ms = timed(measure, pair, repeats)
        found[surface] = {"hd95_mm": value[0], "surface_dice": value[1], "hyoid_ms": own_ms, "peers": {}}
        for name, peer in peers.items():
            theirs, peer_ms = timed(peer, pair, max(1, repeats // 3))
            if not np.allclose(value, theirs, atol=AGREEMENT):
                raise SystemExit(f"{name} gives {theirs}, hyoid {value}: a time is worth nothing here")
            found[surface]["peers"][name] = {"ms": peer_ms, "times_slower": peer_ms / own_ms}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "hd95.json")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # the peers call deprecated names
    packages = ("numpy", "scipy", "monai", "torch", "surface-distance")
    result = {
        "benchmark": "hd95",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count(), "load_average": os.getloadavg()[0]},
        "versions": {name: version(name) for name in packages} | {"python": platform.python_version()},
        "grid": {"size_zyx": SIZE_ZYX, "spacing_mm": SPACING, "tolerance_mm": TOLERANCE_MM},
        "repeats": arguments.repeats,
        "cases": {name: compare(masks(balls), arguments.repeats) for name, balls in BALLS.items()},
    }
    write_json(arguments.out, result)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
