"""How good the semi-automatic contours are on lesions of known shape.

Ellipsoids of four sizes at three contrasts in a simulated PET: uptake on a grid of 1 mm, blurred by a point-spread of
6 mm full width at half maximum, averaged over voxels of 4 mm, with the phantom's noise (correlated, its variance grows
with the uptake). Each repeat draws the orientation of the axes (in ratios 0.8 : 1 : 1.25), the place within a voxel,
and the noise. Each method gets the same image and the same box, drawn 12 mm around the lesion to whole voxels, and its
default parameters, which come from the method's source: none was chosen on these figures. Its contour is carried onto
the grid of 1 mm as the application carries it onto the CT, and compared there with the true shape.

`bound` is no method: it knows the truth and marks the voxels of 4 mm of which at least half is lesion. Region growing
is left out: seed and tolerance are a person's.

A method may refuse an image (no voxel reaches the threshold, or all do). A refusal counts as DSC 0, is counted, and has
no volume. `warned` counts the contours with a note that they reach a side of the box, fill it, or that the classes
overlap.

Run: python benchmarks/contouring.py [--repeats N] [--seed S] [--out FILE] [--table FILE] (prints JSON and a table)
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from hyoid.errors import ImageError
from hyoid.files import write_json
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring import (
    Contour,
    adaptive_threshold,
    box_on_grid,
    contour_on_grid,
    fixed_threshold,
    flab,
    gradient_watershed,
    relative_threshold,
)
from hyoid.phantom.scanner import Scan, blur, pet_noise

RADII_MM = (6.0, 9.0, 13.0, 18.0)
CONTRASTS = (3.0, 6.0, 12.0)
BACKGROUND_SUV = 1.0
RATIOS = (0.8, 1.0, 1.25)
PSF_MM, VOXEL_MM, FINE_MM = 6.0, 4.0, 1.0
NOISE = 0.10
"""Coefficient of variation in the liver (SUV 2.2) at voxels of 4 mm: the phantom's middle."""

MARGIN_MM = 12.0
VOXELS = 24
FINE = int(VOXEL_MM / FINE_MM)
FINE_GRID = Grid((VOXELS * FINE,) * 3, (FINE_MM,) * 3, ((1 - VOXELS * FINE) / 2 * FINE_MM,) * 3)
PET_GRID = Grid((VOXELS,) * 3, (VOXEL_MM,) * 3, ((1 - VOXELS) / 2 * VOXEL_MM,) * 3)
SCAN = Scan(FINE_GRID, PET_GRID, PSF_MM, NOISE, 0.0, (0.0, 0.0, 0.0), whole_body=False, suv_factor=1.0)

METHODS: dict[str, Callable[[Volume, Block], Contour]] = {
    "SUV 2.5": lambda pet, box: fixed_threshold(pet, box, 2.5),
    "SUV 4.0": lambda pet, box: fixed_threshold(pet, box, 4.0),
    "41 % of SUVmax": lambda pet, box: relative_threshold(pet, box, 0.41),
    "50 % of SUVmax": lambda pet, box: relative_threshold(pet, box, 0.50),
    "41 % of SUVpeak": lambda pet, box: relative_threshold(pet, box, 0.41, "peak"),
    "50 % of SUVpeak": lambda pet, box: relative_threshold(pet, box, 0.50, "peak"),
    "adaptive": adaptive_threshold,
    "gradient": gradient_watershed,
    "FLAB": flab,
}
BOUND = "bound"
WARNINGS = ("of the box's 6 sides", "fills", "overlap widely")

Case = tuple[np.ndarray, Volume, Block]


def draw_case(rng: np.random.Generator, radius_mm: float, contrast: float) -> Case:
    """Return the true lesion on the grid of 1 mm, the PET, and the box in voxels of the PET."""
    radii = radius_mm * rng.permutation(RATIOS)
    middle = rng.uniform(-VOXEL_MM / 2, VOXEL_MM / 2, 3)
    at = np.arange(VOXELS * FINE) * FINE_MM + FINE_GRID.origin[0]
    z, y, x = np.meshgrid(at, at, at, indexing="ij", sparse=True)
    inside = sum(((v - m) / r) ** 2 for v, m, r in zip((x, y, z), middle, radii, strict=True)) < 1.0
    suv = np.where(inside, contrast * BACKGROUND_SUV, BACKGROUND_SUV).astype(np.float32)
    pet = means(blur(suv, PSF_MM, FINE_GRID.spacing)).astype(np.float32)
    pet += pet_noise(rng, pet, SCAN)
    low = np.floor((middle - radii - MARGIN_MM - FINE_GRID.origin[0]) / FINE_MM).astype(int)
    high = np.ceil((middle + radii + MARGIN_MM - FINE_GRID.origin[0]) / FINE_MM).astype(int)
    (i, j, k), (ni, nj, nk) = (tuple(int(v) for v in values) for values in (low, high - low))
    return np.asarray(inside), Volume(pet, PET_GRID), box_on_grid(Block((i, j, k), (ni, nj, nk)), FINE_GRID, PET_GRID)


def means(fine: np.ndarray) -> np.ndarray:
    """Average over the voxels of the PET."""
    return np.asarray(fine.reshape(VOXELS, FINE, VOXELS, FINE, VOXELS, FINE).mean(axis=(1, 3, 5)))


def bound(inside: np.ndarray) -> Contour:
    half = (means(inside.astype(np.float32)) >= 0.5).astype(np.uint8)
    return Contour(Volume(half, PET_GRID), ())


def measure(case: Case) -> dict[str, tuple[float, float, bool]]:
    """Return DSC, volume error (share of the true volume; NaN where refused), and whether a note warns, by method."""
    inside, pet, box = case
    found = {}
    for name in (*METHODS, BOUND):
        try:
            contour = bound(inside) if name == BOUND else METHODS[name](pet, box)
            mask = contour_on_grid(contour, FINE_GRID).mask.array > 0
        except ImageError:
            found[name] = (0.0, math.nan, False)
            continue
        overlap = np.count_nonzero(mask & inside)
        voxels, true = np.count_nonzero(mask), np.count_nonzero(inside)
        warned = any(word in note for note in contour.notes for word in WARNINGS)
        found[name] = (2 * overlap / (voxels + true), voxels / true - 1, warned)
    return found


def measure_cell(radius_mm: float, contrast: float, repeats: int, seed: int) -> list[dict[str, Any]]:
    cases = [
        measure(draw_case(np.random.default_rng((seed, int(radius_mm), int(contrast), i)), radius_mm, contrast))
        for i in range(repeats)
    ]
    rows = []
    for name in (*METHODS, BOUND):
        dsc, error = (np.array([case[name][part] for case in cases]) for part in (0, 1))
        given = error[np.isfinite(error)]
        warned = np.array([case[name][2] for case in cases])
        rows.append(
            {
                "method": name,
                "radius_mm": radius_mm,
                "volume_ml": 4 / 3 * math.pi * radius_mm**3 / 1000,
                "contrast": contrast,
                "dsc_mean": float(dsc.mean()),
                "dsc_sd": float(dsc.std(ddof=1)),
                "volume_error_mean": float(given.mean()) if len(given) else None,
                "volume_error_sd": float(given.std(ddof=1)) if len(given) > 1 else None,
                "refused": int(len(error) - len(given)),
                "warned": int(warned.sum()),
                "more_than_doubled": int((given > 1).sum()),
                "more_than_doubled_and_warned": int((warned & (error > 1)).sum()),
            }
        )
    return rows


def markdown(result: dict[str, Any]) -> str:
    """Return one table a contrast: DSC and volume error, and how many images were refused."""
    lines = []
    for contrast in result["contrasts"]:
        cells = {(c["method"], c["radius_mm"]): c for c in result["cells"] if c["contrast"] == contrast}
        sizes = [f"{4 / 3 * math.pi * radius**3 / 1000:.1f} mL" for radius in result["radii_mm"]]
        lines += [
            f"Contrast {contrast:g} to 1:",
            "",
            f"| method | {' | '.join(sizes)} |",
            "|---|" + "---|" * len(sizes),
        ]
        for name in (*METHODS, BOUND):
            texts = [_cell(cells[name, radius], result["repeats"]) for radius in result["radii_mm"]]
            lines.append(f"| {name} | {' | '.join(texts)} |")
        lines.append("")
    return "\n".join(lines)


def _cell(cell: dict[str, Any], repeats: int) -> str:
    if cell["refused"] == repeats:
        return "all refused"
    refused = f", {cell['refused']} refused" if cell["refused"] else ""
    return f"{cell['dsc_mean']:.2f} ({cell['volume_error_mean']:+.0%}{refused})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/contouring.json"))
    parser.add_argument("--table", type=Path, help="where to write the table as Markdown too")
    arguments = parser.parse_args()
    cells = [
        row
        for contrast in CONTRASTS
        for radius in RADII_MM
        for row in measure_cell(radius, contrast, arguments.repeats, arguments.seed)
    ]
    result = {
        "benchmark": "contouring",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("numpy", "scipy", "SimpleITK")}
        | {"python": platform.python_version()},
        "simulation": {
            "psf_mm": PSF_MM,
            "voxel_mm": VOXEL_MM,
            "noise": NOISE,
            "background_suv": BACKGROUND_SUV,
            "axis_ratios": RATIOS,
            "box_margin_mm": MARGIN_MM,
        },
        "repeats": arguments.repeats,
        "seed": arguments.seed,
        "radii_mm": RADII_MM,
        "contrasts": CONTRASTS,
        "cells": cells,
    }
    write_json(arguments.out, result)
    print(json.dumps(result, indent=2))
    print(markdown(result))
    if arguments.table:
        arguments.table.write_text(markdown(result), encoding="utf-8")


if __name__ == "__main__":
    main()
