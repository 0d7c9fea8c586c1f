"""The same trained models, given other masks or another HPV status."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from hyoid import api
from hyoid.cohort import Cohort
from hyoid.errors import BundleError, CohortError, RecipeError
from hyoid.files import read_json, write_text
from hyoid.recipe import dump_recipe, load_recipe
from hyoid.training import prognoses_under, train_run
from support.masks import mask_network


def own_table(run: Path) -> pd.DataFrame:
    table = pd.read_csv(run / "out-of-fold" / "predictions.csv", float_precision="round_trip")
    return table.drop(columns="rfs_group").sort_values("PatientID", ignore_index=True)


def by_id(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("PatientID", ignore_index=True)


@pytest.mark.slow
def test_under_its_own_conditions_a_run_says_what_it_said(mask_run: api.TrainResult, mask_cohort: Cohort) -> None:
    folder = mask_run.run.folder
    for asked in ({}, {"mask": "predicted", "hpv": "ensemble"}):
        found = prognoses_under(folder, mask_cohort, device="cpu", **asked)
        pd.testing.assert_frame_equal(by_id(found), own_table(folder), rtol=1e-12, check_exact=False)


def test_another_status_moves_those_whose_status_it_is_and_nobody_else(
    mask_run: api.TrainResult, mask_cohort: Cohort
) -> None:
    folder = mask_run.run.folder
    inferred, recorded = own_table(folder), by_id(prognoses_under(folder, mask_cohort, hpv="recorded", device="cpu"))
    decided = {}
    for name in ("fold-0", "fold-1"):
        decided |= read_json(folder / name / "inferred.json")["hpv"]["ensemble"]
    moved = inferred["rfs_risk"].to_numpy() != recorded["rfs_risk"].to_numpy()
    differs = [decided[i] != mask_cohort.case(i).hpv for i in inferred["PatientID"]]
    assert moved.tolist() == differs
    assert 0 < sum(differs) < len(differs)


def test_a_single_fold_decides_by_itself(mask_run: api.TrainResult, mask_cohort: Cohort) -> None:
    folder = mask_run.run.folder
    alone = by_id(prognoses_under(folder, mask_cohort, hpv="single_fold", device="cpu"))
    together = own_table(folder)
    moved = alone["rfs_risk"].to_numpy() != together["rfs_risk"].to_numpy()
    for name in ("fold-0", "fold-1"):
        said = read_json(folder / name / "inferred.json")["hpv"]
        rows = (alone["fold"] == name).to_numpy()
        ids = alone.loc[rows, "PatientID"]
        assert moved[rows].tolist() == [said["single_fold"][i] != said["ensemble"][i] for i in ids]
    assert moved.any()


def test_the_experts_masks_move_everybody(mask_run: api.TrainResult, mask_cohort: Cohort) -> None:
    found = by_id(prognoses_under(mask_run.run.folder, mask_cohort, mask="expert", device="cpu"))
    own = own_table(mask_run.run.folder)
    assert found["PatientID"].tolist() == own["PatientID"].tolist()
    assert (found["rfs_risk"] != own["rfs_risk"]).all()
    survival = found.filter(like="rfs_survival_").to_numpy()
    assert ((survival >= 0) & (survival <= 1)).all()


def test_another_cohort_is_refused(mask_run: api.TrainResult, mask_cohort: Cohort) -> None:
    other = replace(mask_cohort, cases=tuple(replace(case, hpv=True) for case in mask_cohort.cases))
    with pytest.raises(CohortError, match="expected the one that"):
        prognoses_under(mask_run.run.folder, other, hpv="recorded", device="cpu")


def test_what_a_run_cannot_answer_is_one_sentence(mask_cohort: Cohort, mask_split: str, tmp_path: Path) -> None:
    recipe = mask_network(mask_split, "inputs.missing=fill", variant="expert")
    run = train_run(mask_cohort, recipe, tmp_path / "run", fold="0", device="cpu")
    assert not (run.folds["fold-0"] / "upstream").exists()
    for asked in ({"mask": "predicted"}, {"hpv": "ensemble"}):
        with pytest.raises(BundleError, match=r"Train with inputs\.mask\.predict: predicted"):
            prognoses_under(run.folder, mask_cohort, device="cpu", **asked)
    write_text(tmp_path / "table" / "recipe.yaml", dump_recipe(load_recipe("rfs-lesions:clinical")))
    with pytest.raises(RecipeError, match=r"this recipe has no 'inputs\.mask'"):
        prognoses_under(tmp_path / "table", mask_cohort, mask="expert", device="cpu")
