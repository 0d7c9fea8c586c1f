"""How long the augmentation of a batch takes, here and with MONAI's dictionary transforms.

Two samples of 192 cubed voxels, CT and PET and a label map, each changed by exactly one of four operations: an affine
change, a power, noise or blur, as `cds-dynunet` trains. MONAI's transforms take one sample after the other, as its
loaders do; here the batch is on the device already. Both interpolate images linearly and take the nearest label. Each
operation is timed for itself, with the same strengths, and what a sample is expected to take is the mean of the four.
The clock's median over `--repeats`; one warm-up each.

Run: python benchmarks/augmentation.py [--edge N] [--repeats N] [--device cpu|cuda] [--out FILE] (prints JSON)
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from hyoid.augment import Affine, Gamma, GaussianNoise, GaussianSmooth, Samples
from hyoid.files import write_json

SAMPLES = 2
DEGREES, SCALE, POWERS, NOISE, BLUR = 15, (0.9, 1.2), (0.7, 1.5), 0.1, (0.5, 1.5)
CHANNELS = ("ct", "pet")


def ours() -> dict[str, Any]:
    """Return our operations by name, each always applied."""
    return {
        "affine": Affine(degrees=DEGREES, scale=SCALE, probability=1.0),
        "gamma": Gamma(channels=CHANNELS, lower=POWERS[0], upper=POWERS[1], probability=1.0),
        "noise": GaussianNoise(channels=CHANNELS, sigma=NOISE, probability=1.0),
        "blur": GaussianSmooth(channels=CHANNELS, lower_voxels=BLUR[0], upper_voxels=BLUR[1], probability=1.0),
    }


def theirs() -> dict[str, Any]:
    """Return MONAI's by the same names."""
    from monai.transforms import RandAdjustContrastd, RandAffined, RandGaussianNoised, RandGaussianSmoothd

    radians = np.deg2rad(DEGREES)
    scale = (SCALE[0] - 1, SCALE[1] - 1)
    return {
        "affine": RandAffined(
            ["image", "label"],
            prob=1.0,
            rotate_range=[(-radians, radians)] * 3,
            scale_range=[scale] * 3,
            mode=["bilinear", "nearest"],
            padding_mode="border",
        ),
        "gamma": RandAdjustContrastd("image", prob=1.0, gamma=POWERS),
        "noise": RandGaussianNoised("image", prob=1.0, std=NOISE),
        "blur": RandGaussianSmoothd("image", prob=1.0, sigma_x=BLUR, sigma_y=BLUR, sigma_z=BLUR),
    }


def median_seconds(call: Callable[[], object], repeats: int, device: str) -> float:
    """Return the clock's median, after one call that does not count."""
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        call()
        if device == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def main() -> None:
    """Time both, print and optionally keep the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edge", type=int, default=192)
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--out", type=Path, help="write the JSON here too")
    options = parser.parse_args()
    shape = (options.edge,) * 3
    images = torch.randn(SAMPLES, len(CHANNELS), *shape, device=options.device)
    labels = torch.randint(0, 3, (SAMPLES, *shape), device=options.device)
    rng, rows = np.random.default_rng(0), {}
    for (name, mine), its in zip(ours().items(), theirs().values(), strict=True):
        samples = Samples(images, labels, CHANNELS)
        ours_s = median_seconds(
            lambda part=mine, given=samples: part.apply(given, part.draw(rng, SAMPLES)), options.repeats, options.device
        )
        each = [{"image": images[i], "label": labels[i][None]} for i in range(SAMPLES)]
        theirs_s = median_seconds(
            lambda part=its, given=each: [part(dict(one)) for one in given], options.repeats, options.device
        )
        rows[name] = {"seconds": ours_s, "monai_seconds": theirs_s, "times_faster": theirs_s / ours_s}
    mean = {key: statistics.mean(row[key] for row in rows.values()) for key in ("seconds", "monai_seconds")}
    rows["one of them, expected"] = mean | {"times_faster": mean["monai_seconds"] / mean["seconds"]}
    result = {
        "benchmark": "augmentation",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "hardware": f"{platform.machine()}, {os.cpu_count()} cores, {options.device}",
        "versions": {name: version(name) for name in ("torch", "monai")} | {"python": platform.python_version()},
        "edge": options.edge,
        "samples": SAMPLES,
        "threads": torch.get_num_threads(),
        "load_average": round(os.getloadavg()[0], 2),
        "operations": rows,
    }
    print(json.dumps(result, indent=2))
    if options.out:
        write_json(options.out, result)


if __name__ == "__main__":
    main()
