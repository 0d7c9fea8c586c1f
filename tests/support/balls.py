"""A cohort of hot balls in a cylinder: the smallest thing that a segmenter can learn, made in milliseconds."""

from pathlib import Path

import numpy as np

from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

GRID = Grid((32, 32, 32), (4.0, 4.0, 4.0), (-62.0, -62.0, -62.0))
PET_GRID = Grid((26, 26, 30), (5.0, 5.0, 5.0), (-61.0, -61.0, -70.0))


def ball_case(seed: int) -> tuple[Volume, Volume, Volume]:
    """CT, PET and mask of a patient with a primary (bright) and a node (dimmer, off the midline)."""
    rng = np.random.default_rng(seed)
    primary = rng.uniform(-12, 12, 3)
    node = np.array([rng.choice([-30.0, 30.0]), *rng.uniform(-15, 15, 2)])
    mask = np.zeros(GRID.shape, np.uint8)
    mask[_distance(GRID, primary) < 12] = 1
    mask[(_distance(GRID, node) < 9) & (mask == 0)] = 2
    ct = np.where(_radius(GRID) < 56, 40.0, -1000.0) + rng.normal(0, 5, GRID.shape)
    pet = np.where(_radius(PET_GRID) < 56, 1.0, 0.0) + rng.uniform(0, 0.1, PET_GRID.shape)
    pet += 9.0 * (_distance(PET_GRID, primary) < 12) + 5.0 * (_distance(PET_GRID, node) < 9)
    return Volume(ct.astype(np.int16), GRID), Volume(pet.astype(np.float32), PET_GRID), Volume(mask, GRID)


def ball_cohort(root: Path, patients: int) -> Path:
    """Write `patients` cases as a flat folder."""
    root.mkdir(parents=True, exist_ok=True)
    for i in range(patients):
        ct, pet, mask = ball_case(i)
        case_id = f"{'AB'[i % 2]}CEN-{i:03d}"
        write_volume(root / f"{case_id}__CT.nii.gz", ct)
        write_volume(root / f"{case_id}__PT.nii.gz", pet)
        write_volume(root / f"{case_id}.nii.gz", mask)
    return root


def _positions(grid: Grid) -> np.ndarray:
    z, y, x = np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")
    return grid.to_world(np.stack([x, y, z], axis=-1))


def _distance(grid: Grid, centre: np.ndarray) -> np.ndarray:
    return np.linalg.norm(_positions(grid) - centre, axis=-1)


def _radius(grid: Grid) -> np.ndarray:
    return np.linalg.norm(_positions(grid)[..., :2], axis=-1)
