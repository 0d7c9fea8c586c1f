"""A small phantom cohort with predictions as `hyoid predict` writes them, made wrong in known ways."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from hyoid.phantom import write_cohort

SHIFT_VOXELS = 1
"""How far predicted contours lie beside the expert's, along x."""


_ANSWER = {"recipe": "phantom", "missing": [], "notes": []}


def write_phantoms(folder: Path, patients: int, seed: int = 1) -> tuple[Path, Path]:
    """Write a cohort and its predictions; returns both folders. The prediction of the first case has a false node."""
    cohort, predictions = folder / "cohort", folder / "predictions"
    write_cohort(cohort, patients, seed=seed, broken=False, masks=True)
    for number, path in enumerate(expert_files(cohort)):
        _predict(path, predictions / path.name.removesuffix(".nii.gz"), hallucinate=number == 0)
    return cohort, predictions


def expert_files(cohort: Path) -> list[Path]:
    """Return the expert's label maps, by patient."""
    found = cohort.glob("Task 1/*/*.nii.gz")
    return sorted(path for path in found if path.name.removesuffix(".nii.gz") == path.parent.name)


def _predict(expert: Path, out: Path, *, hallucinate: bool) -> None:
    image = sitk.ReadImage(str(expert))
    labels = np.roll(sitk.GetArrayFromImage(image), SHIFT_VOXELS, axis=2)
    if hallucinate:
        k, j, i = (n // 4 for n in labels.shape)
        labels[k : k + 3, j : j + 3, i : i + 3] = 2
    made = sitk.GetImageFromArray(labels)
    made.CopyInformation(image)
    out.mkdir(parents=True)
    sitk.WriteImage(made, str(out / f"{out.name}.nii.gz"))
    years = {365: 0.91, 730: 0.83, 1095: 0.78, 1825: 0.7}
    survival = {str(days): {"days": days, "value": value} for days, value in years.items()}
    record = {
        "id": out.name,
        "recipe": "phantom",
        "lesions": {"gtvp": {}, "gtvn": {}},
        "missing_inputs": ["dose"],
        "notes": [],
        "hpv": {**_ANSWER, "probability": 0.73, "probability_raw": 0.66, "threshold": 0.58, "decision": 1},
        "rfs": {**_ANSWER, "risk": 0.42, "percentile": 61.0, "survival": survival},
    }
    (out / f"{out.name}.json").write_text(json.dumps(record), encoding="utf-8")
