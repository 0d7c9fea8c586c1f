"""A trained run under other conditions: the same models, given other masks or another HPV status.

What a model loses when it is applied to predicted masks and an inferred status is the difference between two such
tables: the same patients, the same weights.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pandas as pd

from hyoid.cohort import Case, Cohort, Fold, folds_from_json
from hyoid.errors import CohortError
from hyoid.files import read_json
from hyoid.inference.prognosis import load_risk_model
from hyoid.networks.runtime import resolve_device
from hyoid.recipe import Recipe, adjust_recipe, load_recipe
from hyoid.training.checkpoint import is_finished
from hyoid.training.expert_masks import prepare_expert_masks
from hyoid.training.given import given_inputs
from hyoid.training.lesion_table import add_lesion_measures
from hyoid.training.patients import patients_of
from hyoid.training.prognosis import HORIZON_DAYS
from hyoid.training.store import Store


def prognoses_under(
    run: Path,
    cohort: Cohort,
    *,
    mask: Literal["expert", "predicted"] | None = None,
    hpv: Literal["recorded", "single_fold", "ensemble"] | None = None,
    store: Path | None = None,
    device: str = "auto",
) -> pd.DataFrame:
    """Return what a run's models say of the patients whom their folds report, given another mask or HPV status.

    Nothing is trained: what is predicted needs the upstream models that the run was trained with.

    Parameters
    ----------
    run
        Folder of the run.
    cohort
        What it was trained on.
    mask, hpv
        In the place of the recipe's `inputs.mask.predict` and `inputs.hpv.predict`; None keeps the recipe's.
    store
        Where the run's images are, if not in the run.
    device
        As in training.

    Returns
    -------
    DataFrame
        As `predictions.csv`: `PatientID`, `fold`, `rfs_risk`, `rfs_survival_DAYS`; a row for each reported patient.

    Raises
    ------
    RecipeError
        If the recipe reads no mask, or no HPV status.
    CohortError
        If it is another cohort, or a patient has no mask.
    BundleError
        If a fold has no upstream models.
    """
    changes = [f"inputs.{name}.predict={value}" for name, value in (("mask", mask), ("hpv", hpv)) if value is not None]
    recipe = adjust_recipe(load_recipe(str(run / "recipe.yaml")), overrides=changes)
    if read_json(run / "manifest.json")["cohort_hash"] != cohort.content_hash():
        raise CohortError.of(f"the cohort at {cohort.root}", f"the one that {run} was trained on", "Give that one.")
    folds = folds_from_json(read_json(run / "splits.json"))
    reported = cohort.select(i for fold in folds for i in fold.report).cases
    cases, _ = add_lesion_measures(recipe, reported, run, 1)
    images = None
    if recipe.preprocess is not None:
        images = Store(store or run / "store", recipe.preprocess, recipe.inputs.images)
        if recipe.inputs.mask is not None and recipe.inputs.mask.predict == "expert":
            prepare_expert_masks(cases, images, run)
    by_id = {case.id: case for case in cases}
    device = resolve_device(device)
    tables = [
        _of_fold(recipe, fold, by_id, images, run / f"fold-{k}", device)
        for k, fold in enumerate(folds)
        if is_finished(run / f"fold-{k}")
    ]
    return pd.concat(tables, ignore_index=True)


def _of_fold(
    recipe: Recipe, fold: Fold, cases: dict[str, Case], store: Store | None, folder: Path, device: str
) -> pd.DataFrame:
    ids = sorted(fold.report)
    given = given_inputs(recipe, fold, ("report",), cases, store, folder, device)
    chosen = patients_of([given.cases[i] for i in ids], store, None, given.masks)
    prognosis, _ = load_risk_model(recipe, folder, device).prognosis(chosen.cases, chosen.read, HORIZON_DAYS)
    columns = {f"rfs_survival_{day}": prognosis.survival[:, k] for k, day in enumerate(HORIZON_DAYS)}
    return pd.DataFrame({"PatientID": ids, "fold": folder.name, "rfs_risk": prognosis.risk, **columns})
