"""Broken cases: one in a hundred, each broken in one way that `hyoid check` must find."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from hyoid.geometry import Grid, Volume
from hyoid.phantom.patient import PhantomPatient
from hyoid.phantom.streams import stream

Fault = Literal[
    "pet_in_bqml",
    "negative_suv",
    "extravasation",
    "no_overlap",
    "missing_pet",
    "truncated_ct",
    "mask_label_3",
    "mask_on_other_grid",
    "stray_mask_voxels",
    "event_without_time",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)
FAULT_SHARE = 0.01

_BQML_PER_SUV = 5_200.0  # 400 MBq in 77 kg


def draw_fault(seed: int, index: int, has_mask: bool) -> Fault | None:
    """Draw whether and how case `index` is broken."""
    rng = stream(seed, index, "fault")
    if rng.random() >= FAULT_SHARE:
        return None
    choices = [fault for fault in FAULTS if has_mask or "mask" not in fault]
    return choices[int(rng.integers(len(choices)))]


def break_images(made: PhantomPatient, fault: Fault | None) -> PhantomPatient:
    """Return the patient with the fault in its images; faults of files and tables are made when those are written.

    Extravasation is part of the anatomy: `make_patient(..., extravasation=True)`.
    """
    pet, mask = made.pet, made.mask
    if fault == "pet_in_bqml":
        pet = pet.with_array(pet.array * np.float32(_BQML_PER_SUV))
    elif fault == "negative_suv":
        pet = pet.with_array(pet.array - np.float32(0.4))
    elif fault == "no_overlap":
        x, y, z = pet.grid.origin
        pet = Volume(pet.array, Grid(pet.grid.size, pet.grid.spacing, (x, y, z + 2500.0)))
    elif fault == "mask_label_3" and mask is not None:
        pixels = mask.array.copy()
        pixels[pixels == 2 if (pixels == 2).any() else pixels == 1] = 3
        mask = mask.with_array(pixels)
    elif fault == "mask_on_other_grid" and mask is not None:
        mask = Volume(mask.array[1:, 1:, 1:].copy(), mask.grid.cropped((0, 0, 0), _less_one(mask.grid.size)))
    elif fault == "stray_mask_voxels" and mask is not None:
        pixels = mask.array.copy()
        z, y, x = np.argwhere(pixels > 0).mean(axis=0).astype(int)
        for step in (12, 16, 20):
            pixels[max(0, z - step), y, min(pixels.shape[2] - 1, x + 3)] = 2
        mask = mask.with_array(pixels)
    return replace(made, pet=pet, mask=mask)


def break_files(folder: Path, name: str, fault: Fault | None) -> None:
    """Damage the written files of a case in `folder`."""
    if fault == "truncated_ct":
        path = folder / f"{name}__CT.nii.gz"
        content = path.read_bytes()
        path.write_bytes(content[: int(0.6 * len(content))])
    elif fault == "missing_pet":
        (folder / f"{name}__PT.nii.gz").unlink()


def _less_one(size: tuple[int, int, int]) -> tuple[int, int, int]:
    return size[0] - 1, size[1] - 1, size[2] - 1
