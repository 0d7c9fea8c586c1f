"""The smallest cohorts with an HPV status: records alone, and balls whose brightness and record tell the status."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from hyoid.cohort import Fold, folds_to_json
from hyoid.files import write_json
from hyoid.geometry import Volume
from hyoid.imaging import write_volume
from hyoid.recipe import Recipe, load_recipe
from support.balls import ball_case

TABLE = "HECKTOR_2025_Training_Task_3.csv"
CENTERS = {"A": 1, "B": 2, "C": 3}
"""Centres by the first letter of a patient's id, with the code of the table."""

Row = dict[str, object]


def record(seed: int, positive: bool) -> Row:
    """Draw a record as the challenge's table has it; positives are younger and smoke less, with some overlap."""
    rng = np.random.default_rng([seed, 7])
    return {
        "Age": int(rng.integers(42, 66) if positive else rng.integers(54, 80)),
        "Gender": int(rng.random() < 0.7),
        "Tobacco Consumption": int(rng.random() < (0.3 if positive else 0.8)),
        "Alcohol Consumption": "" if seed % 5 == 4 else int(rng.random() < 0.5),
        "Performance Status": int(rng.integers(0, 3)),
        "M-stage": "M1" if seed % 6 == 5 else "M0",
        "HPV Status": int(positive),
    }


def records(patients: int, positives_of_three: int = 2) -> dict[str, Row]:
    """Return `{id: row}` of patients of the centres A, B and C; `positives_of_three` of any three are positive."""
    rows = {}
    for i in range(patients):
        letter = "ABC"[(i // 3) % 3]
        rows[f"{letter}CEN-{i:03d}"] = {"CenterID": CENTERS[letter], **record(i, i % 3 < positives_of_three)}
    return rows


def write_table(path: Path, rows: Mapping[str, Row]) -> Path:
    """Write the rows as the challenge's table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame([{"PatientID": case, **row} for case, row in rows.items()]).to_csv(path, index=False)
    return path


def ball_hpv_cohort(root: Path, rows: Mapping[str, Row], without_pet: Sequence[str] = ()) -> Path:
    """Write a flat cohort of balls; the balls of positives shine brighter in the PET."""
    root.mkdir(parents=True, exist_ok=True)
    for i, (case, row) in enumerate(rows.items()):
        ct, pet, mask = ball_case(i)
        hot = pet.array * (1.6 if row["HPV Status"] else 0.7)
        write_volume(root / f"{case}__CT.nii.gz", ct)
        write_volume(root / f"{case}.nii.gz", mask)
        if case not in without_pet:
            write_volume(root / f"{case}__PT.nii.gz", Volume(hot.astype(np.float32), pet.grid))
    write_table(root / TABLE, rows)
    return root


def write_folds(path: Path, folds: Sequence[Fold]) -> Path:
    """Write folds as the split `folds_file` reads them."""
    write_json(path, folds_to_json(folds))
    return path


def clinical_network(*overrides: str, epochs: int = 4) -> Recipe:
    """Return a shipped recipe without its images: a network of the record alone, trained in a moment."""
    return load_recipe(
        "glasgow-hpv:clinical",
        overrides=[f"stages.0.training.epochs={epochs}", "stages.0.training.select.patience=null", *overrides],
    )


def image_network(*overrides: str, epochs: int = 1, folds: int = 2) -> Recipe:
    """Return a shipped recipe with a few filters on a few voxels; images and record."""
    return load_recipe(
        "baseline-hpv-resnet18",
        overrides=[
            f"stages.0.training.epochs={epochs}",
            "stages.0.network.encoder.channels=[4,4,8,8]",
            "preprocess.frame.size_voxels=[18,18,18]",
            f"split={{name: kfold, folds: {folds}}}",
            *overrides,
        ],
    )
