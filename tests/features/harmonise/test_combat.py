import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hyoid.cohort import Case
from hyoid.errors import CohortError
from hyoid.features.harmonise import Combat, FittedCombat, harmonised
from oracles.combat import combat

COLUMNS = ("a", "b", "c", "d")
LEVELS = {"X": (0.0, 1.0), "Y": (3.0, 0.5), "Z": (-2.0, 2.0)}
"""Shift and scale of each center."""


def cohort(seed: int = 0, of_each: int = 12, missing: float = 0.0, columns: tuple[str, ...] = COLUMNS) -> list[Case]:
    rng = np.random.default_rng(seed)
    cases = []
    for center, (shift, scale) in LEVELS.items():
        for k in range(of_each + len(cases) % 5):
            age = float(rng.normal(60, 8))
            values = {
                name: 10.0 * g + 0.3 * g * (age - 60) + shift * (1 + 0.2 * g) + scale * float(rng.normal())
                for g, name in enumerate(columns)
            }
            kept = {name: value for name, value in values.items() if rng.random() >= missing}
            cases.append(Case(id=f"{center}-{k:03d}", center=center, clinical={"age": age, **kept}))
    return cases


def table(cases: list[Case], columns: tuple[str, ...] = COLUMNS) -> np.ndarray:
    return np.array([[case.clinical.get(name, math.nan) for name in columns] for case in cases])


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans(), st.sampled_from([0.0, 0.2]))
def test_harmonised_values_are_those_of_the_paper(seed: int, shrunk: bool, kept: bool, missing: float) -> None:
    cases = cohort(seed, missing=missing)
    fitted = Combat(covariates=("age",) if kept else (), empirical_bayes=shrunk, least_cases=2).fit(cases, COLUMNS)
    age = np.array([[case.clinical["age"]] for case in cases])
    expected = combat(table(cases), [str(c.center) for c in cases], age if kept else age[:, :0], empirical_bayes=shrunk)
    moved, notes = fitted.apply(cases)
    np.testing.assert_allclose(table(moved), expected, rtol=1e-7, atol=1e-7)
    assert notes == ()
    assert [case.clinical["age"] for case in moved] == age[:, 0].tolist()
    assert [set(case.clinical) for case in moved] == [set(case.clinical) for case in cases]


def test_two_centers_by_hand() -> None:
    """1, 3 and 7, 11: means 2 and 9, grand mean 5.5, residuals 1, 1, 2, 2, pooled variance 2.5, variances 2 and 8."""
    cases = [
        Case(id=f"{k}", center=c, clinical={"v": v}) for k, (c, v) in enumerate(zip("XXYY", (1, 3, 7, 11), strict=True))
    ]
    fitted = Combat(empirical_bayes=False, least_cases=2).fit(cases, ("v",))
    assert fitted.mean == pytest.approx((5.5,))
    assert fitted.spread == pytest.approx((math.sqrt(2.5),))
    assert fitted.centers["X"].shift == pytest.approx((-3.5 / math.sqrt(2.5),))
    assert fitted.centers["Y"].scale == pytest.approx((math.sqrt(8 / 2.5),))
    half = math.sqrt(2.5 / 2)
    assert table(fitted.apply(cases)[0], ("v",))[:, 0] == pytest.approx([5.5 - half, 5.5 + half] * 2)


@pytest.mark.parametrize("shrunk", [False, True])
def test_training_centers_have_one_level_and_spread_afterwards(shrunk: bool) -> None:
    cases = cohort(3, of_each=30)
    moved = Combat(empirical_bayes=shrunk).fit(cases, COLUMNS).apply(cases)[0]
    each = [table([case for case in moved if case.center == center]) for center in LEVELS]
    pooled = table(moved).std(axis=0)
    means, spreads = np.array([t.mean(axis=0) for t in each]), np.array([t.std(axis=0, ddof=1) for t in each])
    assert (np.ptp(means, axis=0) / pooled).max() < (0.25 if shrunk else 1e-9)
    assert (np.ptp(spreads, axis=0) / pooled).max() < (0.35 if shrunk else 1e-9)
    before = np.array([table([c for c in cases if c.center == center]).mean(axis=0) for center in LEVELS])
    assert (np.ptp(before, axis=0) / pooled).min() > 1


def test_order_of_the_patients_changes_no_digit() -> None:
    cases = cohort(5, missing=0.1)
    shuffled = [cases[k] for k in np.random.default_rng(1).permutation(len(cases))]
    settings_ = Combat(covariates=("age",), unseen="transductive")
    fitted = settings_.fit(cases, COLUMNS)
    assert settings_.fit(shuffled, COLUMNS) == fitted
    strangers = [replace(case, center="New") for case in cases]
    assert fitted.adopt([replace(case, center="New") for case in shuffled]) == fitted.adopt(strangers)


def test_one_center_and_centers_of_few_cases_stay_as_they_are() -> None:
    one = [case for case in cohort() if case.center == "X"]
    fitted = Combat().fit(one, COLUMNS)
    assert fitted.apply(one)[0] == one
    assert fitted.notes == ("ComBat changes nothing: no column varies within two centers or more of enough cases.",)
    few = [case for case in cohort() if case.center != "Z" or case.id < "Z-004"]
    fitted = Combat(least_cases=5).fit(few, COLUMNS)
    assert set(fitted.centers) == {"X", "Y"}
    assert fitted.notes == ("Too few cases for ComBat, and left as they are: the centers Z.",)
    assert [case for case in fitted.apply(few)[0] if case.center == "Z"] == [case for case in few if case.center == "Z"]
    without = Combat(least_cases=5).fit([case for case in few if case.center != "Z"], COLUMNS)
    assert (fitted.mean, fitted.spread, fitted.centers) == (without.mean, without.spread, without.centers)


def test_constant_columns_are_left_alone_and_missing_values_stay_missing() -> None:
    level = {"X": 1.0, "Y": 2.0, "Z": 4.0}
    cases = [
        replace(case, clinical={**case.clinical, "same": 0.1, "of_center": 0.1 * level[str(case.center)]})
        for case in cohort(missing=0.2)
    ]
    columns = (*COLUMNS, "same", "of_center", "never")
    fitted = Combat().fit(cases, columns)
    moved = fitted.apply(cases)[0]
    assert fitted.spread[4:] == (0.0, 0.0, 0.0)
    assert fitted.notes == ("Left alone by ComBat, too few centers or no spread within them: same, of_center, never.",)
    np.testing.assert_array_equal(table(moved, columns)[:, 4:], table(cases, columns)[:, 4:])
    np.testing.assert_array_equal(np.isnan(table(moved)), np.isnan(table(cases)))
    assert Combat().fit(cases, COLUMNS).centers["X"].shift == pytest.approx(fitted.centers["X"].shift[:4])


def test_a_count_that_one_center_never_varies_keeps_its_scale_there() -> None:
    cases = [
        replace(case, clinical={"n": 1.0 if case.center == "X" else float(k % 3)}) for k, case in enumerate(cohort())
    ]
    for shrunk in (False, True):
        fitted = Combat(empirical_bayes=shrunk).fit(cases, ("n",))
        assert fitted.centers["X"].scale == (1.0,)
        assert np.isfinite(table(fitted.apply(cases)[0], ("n",))).all()


def test_an_unseen_center_stays_as_it_is_unless_its_cases_are_given_together() -> None:
    cases = cohort()
    new = [replace(case, center="New") for case in cases if case.center == "Y"]
    nowhere = replace(cases[0], center=None)
    fitted = Combat().fit(cases, COLUMNS)
    moved, notes = harmonised(fitted, [*new, nowhere])
    assert moved == [*new, nowhere]
    assert notes == (
        "ComBat: the center New was not in training, or with too few cases; its features stay as they are.",
        "ComBat: center unknown of 1 cases, whose features stay as they are.",
    )
    assert fitted.origin(new[0]) == "identity"
    transductive = Combat(unseen="transductive").fit(cases, COLUMNS)
    assert harmonised(transductive, new[:9])[0] == new[:9]
    adopted = transductive.adopt(new)
    assert adopted.origin(new[0]) == "transductive"
    assert adopted.origin(cases[0]) == "training"
    assert "transductive" in adopted.apply(new)[1][0]
    assert adopted.centers["New"].shift == pytest.approx(transductive.centers["Y"].shift)
    same = [replace(case, center="New") for case in transductive.apply([c for c in cases if c.center == "Y"])[0]]
    np.testing.assert_allclose(table(harmonised(transductive, new)[0]), table(same), rtol=1e-9)
    assert not set(transductive.centers) & {"New"}


def test_the_adjustment_of_new_cases_never_looks_at_labels() -> None:
    fitted = Combat(unseen="transductive").fit(cohort(), COLUMNS)
    new = [replace(case, center="New", hpv=True, relapse=True, rfs_days=9.0) for case in cohort(1)]
    other = [replace(case, hpv=False, relapse=None, rfs_days=None) for case in new]
    assert fitted.adopt(new) == fitted.adopt(other)


def test_nothing_of_other_cases_enters_the_fit() -> None:
    cases = cohort()
    fitted = Combat().fit(cases, COLUMNS)
    alone, together = fitted.apply(cases[:1])[0][0], fitted.apply(cases)[0][0]
    assert alone == together


def test_a_missing_covariate_is_the_mean_and_a_constant_one_is_dropped() -> None:
    cases = [replace(case, clinical={**case.clinical, "gender": 1}) for case in cohort()]
    fitted = Combat(covariates=("age", "gender")).fit(cases, COLUMNS)
    assert fitted.covariates == ("age",)
    assert fitted.notes == ("Constant in the training part, and no covariate: gender.",)
    without = replace(cases[0], clinical={name: v for name, v in cases[0].clinical.items() if name != "age"})
    at_mean = replace(cases[0], clinical={**cases[0].clinical, "age": fitted.covariate_means[0]})
    assert table(fitted.apply([without])[0]) == pytest.approx(table(fitted.apply([at_mean])[0]))


def test_covariates_that_cannot_be_told_from_the_centers_are_refused() -> None:
    cases = [replace(case, clinical={**case.clinical, "tobacco": int(case.center == "X")}) for case in cohort()]
    with pytest.raises(CohortError, match="covariates tobacco that cannot be told from the centers"):
        Combat(covariates=("tobacco",)).fit(cases, COLUMNS)
    words = [replace(case, clinical={**case.clinical, "m_stage": "M0"}) for case in cohort()]
    with pytest.raises(CohortError, match="words in column 'm_stage'"):
        Combat(covariates=("m_stage",)).fit(words, COLUMNS)


@pytest.mark.parametrize(
    "name", ["relapse", "rfs", "rfs_days", "RFS (days)", "hpv", "HPV Status", "p16", "center", "id", "overall survival"]
)
def test_outcomes_are_refused_by_name(name: str) -> None:
    with pytest.raises(ValidationError, match="is no covariate"):
        Combat(covariates=("age", name))


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValidationError, match="name one twice"):
        Combat(columns=("a", "a"))
    with pytest.raises(ValidationError, match="choose one"):
        Combat(columns=("age",), covariates=("age",))


def test_the_fit_is_plain_json() -> None:
    fitted = Combat(covariates=("age",), unseen="transductive").fit(cohort(), COLUMNS)
    assert FittedCombat.from_json(json.loads(json.dumps(fitted.to_json()))) == fitted
    with pytest.raises(CohortError, match="no fitted ComBat"):
        FittedCombat.from_json({"name": "combat"})
