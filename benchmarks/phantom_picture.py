"""Draw docs/images/phantoms.png: six synthetic patients, each as coronal CT and PET maximum-intensity projection.

Contours: GTVp green, GTVn orange. Usage: python benchmarks/phantom_picture.py [--out FILE]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hyoid.geometry import Box, Volume
from hyoid.imaging import resample, resample_labels
from hyoid.phantom import PhantomPatient, make_patient

SEED = 7
SHOWN = (1, 4, 12, 24, 33, 35)
WIDTH_MM, DEPTH_MM, STEP_MM = 440.0, 420.0, 2.0
COLOURS = {1: "#19c037", 2: "#ff8c1a"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parent.parent / "docs" / "images" / "phantoms.png"
    parser.add_argument("--out", type=Path, default=default)
    out = parser.parse_args().out
    figure, axes = plt.subplots(2, len(SHOWN), figsize=(2.3 * len(SHOWN), 4.7), facecolor="black")
    for column, index in enumerate(SHOWN):
        made = make_patient(SEED, index, size="small")
        ct, pet, mask = neck_views(made)
        middle = coronal_slice(mask)
        draw(axes[0, column], ct.array[:, middle], mask.array[:, middle], window=(-160, 240), dark_is_high=False)
        projection = pet.array.max(axis=1)
        draw(axes[1, column], projection, mask.array.max(axis=1), window=(0, 10), dark_is_high=True)
        axes[0, column].set_title(caption(made), color="white", fontsize=7.5)
    figure.subplots_adjust(0.004, 0.006, 0.996, 0.92, 0.012, 0.012)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110, facecolor="black")
    print(json.dumps({"picture": out.name, "patients": len(SHOWN), "seed": SEED}))


def neck_views(made: PhantomPatient) -> tuple[Volume, Volume, Volume]:
    """Return CT, PET and mask from the top of the head down to the chest."""
    x, y, z = made.truth.build.to_world((0.0, 0.0, 0.0))
    top = min(z + 12.0, Box.of_grid(made.ct.grid).upper[2])
    box = Box((x - WIDTH_MM / 2, y - 130, top - DEPTH_MM), (x + WIDTH_MM / 2, y + 130, top))
    grid = box.grid((STEP_MM,) * 3)
    mask = made.mask if made.mask is not None else made.ct.with_array(np.zeros(made.ct.grid.shape, np.uint8))
    ct = resample(made.ct, grid, "linear", outside=-1024.0)
    return ct, resample(made.pet, grid, "linear", outside=0.0), resample_labels(mask, grid)


def coronal_slice(mask: Volume) -> int:
    """Return the y index with most tumour."""
    counts = (mask.array > 0).sum(axis=(0, 2))
    return int(np.argmax(counts)) if counts.any() else mask.grid.size[1] // 2


def draw(
    axis: Axes, image: NDArray[np.float32], mask: NDArray[np.uint8], window: tuple[float, float], dark_is_high: bool
) -> None:
    colours = "gray_r" if dark_is_high else "gray"
    axis.imshow(image, cmap=colours, vmin=window[0], vmax=window[1], origin="lower", interpolation="bilinear")
    for label, colour in COLOURS.items():
        if (mask == label).any():
            axis.contour(mask == label, [0.5], colors=colour, linewidths=0.9)
    axis.set_axis_off()


def caption(made: PhantomPatient) -> str:
    disease = made.patient.disease
    site = disease.primary.place.replace("_", " ") if disease.primary else "no primary"
    return f"{made.patient.id}  {site}, {len(disease.nodes)} nodes, HPV{'+' if disease.hpv else '-'}"


if __name__ == "__main__":
    main()
