import pytest

from hyoid.cohort import Case, Fold
from hyoid.errors import CohortError, RecipeError
from hyoid.recipe import load_recipe
from hyoid.training.inputs_there import check_folds, check_inputs

CASES = [Case(id=f"A{i}", clinical={"age": 50 + i, "tumour_side": "left"}, hpv=i > 1) for i in range(6)]
FOLDS = [Fold(f"fold-{k}", ("A0", "A1"), ("A2",), ("A3",)) for k in range(3)]


def _clinical(columns: str) -> list[str]:
    return check_inputs(load_recipe("hpv-logistic:clinical", overrides=[f"inputs.clinical.columns={columns}"]), CASES)


def test_a_known_column_without_any_value_is_noted_and_one_of_the_cohorts_own_is_taken() -> None:
    assert _clinical("[age, tumour_side]") == []
    assert _clinical("[age, tobacco]") == ["tobacco has no value in any of 6 cases: it is missing for every patient."]


def test_values_that_could_not_be_read_are_no_missing_ones() -> None:
    cases = [Case(f"A{i}", clinical={"gender": 1}, unread={"age": f"age = '{60 + i} years'"}) for i in range(6)]
    recipe = load_recipe("hpv-logistic:clinical", overrides=["inputs.clinical.columns=[age, gender]"])
    (note,) = check_inputs(recipe, cases)
    assert note == (
        "age has no readable value in any of 6 cases (6 could not be read, first: age = '60 years'): it is missing for "
        "every patient."
    )


def test_only_columns_that_may_be_read_are_offered() -> None:
    with pytest.raises(RecipeError, match="valid are: ") as refused:
        _clinical("[zzzzzz]")
    offered = str(refused.value).partition("valid are: ")[2].rstrip(".").split(", ")
    assert {"age", "tumour_side", "m_stage"} <= set(offered)
    assert not {"id", "center", "relapse", "rfs", "hpv"} & set(offered)


def test_a_column_that_nobody_knows_names_the_nearest() -> None:
    with pytest.raises(RecipeError, match=r"No patient has a clinical column 'agee': did you mean 'age'"):
        _clinical("[agee]")
    with pytest.raises(RecipeError, match="did you mean 'tumour_side'"):
        _clinical("[age, tumor_side]")


def test_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(CohortError, match="no value of tobacco, alcohol"):
        _clinical("[tobacco, alcohol]")
    with pytest.raises(CohortError, match=r"no label map in any of 6 cases.*hpv-logistic:clinical"):
        check_inputs(load_recipe("hpv-logistic"), CASES)


def test_more_folds_than_cases_of_the_rarer_class_are_noted_and_a_fold_that_is_not_there_refused() -> None:
    recipe = load_recipe("hpv-logistic:clinical")
    (note,) = check_folds(recipe, CASES, FOLDS)
    assert "3 folds, but only 2 of the rarer" in note
    assert check_folds(recipe, CASES, FOLDS[:2]) == []
    alone = load_recipe("hpv-logistic:clinical", overrides=["inference.ensemble={name: single_fold, fold: 3}"])
    with pytest.raises(RecipeError, match="fold=3 with 3 folds; expected 0 to 2"):
        check_folds(alone, CASES, FOLDS)


def test_a_survival_recipe_is_told_of_recurrences_and_of_its_own_variant_without_lesions() -> None:
    cases = [Case(id=f"A{i}", clinical={"age": 50 + i}, relapse=i < 2, rfs_days=100.0) for i in range(6)]
    recipe = load_recipe("rfs-lesions", overrides=["inputs.clinical.columns=[age]"])
    with pytest.raises(CohortError, match=r"no label map in any of 6 cases.*rfs-lesions:clinical"):
        check_inputs(recipe, cases)
    assert load_recipe("rfs-lesions:clinical").inputs.lesions is None  # what the advice names is there
    assert check_folds(recipe, cases, FOLDS) == ["3 folds, but only 2 recurrences: some folds report none."]
    assert check_folds(recipe, cases, FOLDS[:2]) == []


def test_a_survival_cohort_without_any_event_is_told_as_such() -> None:
    cases = [Case(id=f"A{i}", clinical={"age": 50 + i}, relapse=False, rfs_days=100.0) for i in range(6)]
    with pytest.raises(CohortError, match=r"no event among all 6 cases.*1 is a recurrence"):
        check_folds(load_recipe("rfs-lesions:clinical"), cases, FOLDS)
