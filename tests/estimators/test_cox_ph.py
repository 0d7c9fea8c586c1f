import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.metrics import concordance_index_censored
from sksurv.util import Surv

from hyoid.errors import CohortError
from hyoid.estimators.cox_ph import CoxPH, FittedCoxPH
from hyoid.metrics.survival import Observed
from hyoid.survival import partial_log_likelihood

NAMES = ("age", "tobacco", "volume")
Cases = tuple[NDArray[np.float64], Observed]


def part(seed: int, cases: int = 60, columns: int = 3) -> Cases:
    """Draw patients of columns of different size, in whom the first is bad, the second good, the others nothing."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(cases, columns))
    days = np.ceil(rng.exponential(300 * np.exp(-values[:, 0] + 0.7 * values[:, 1]), cases))
    scale = np.resize([10.0, 1.0, 0.01], columns)
    return 50 + values * scale, Observed(np.minimum(days, 800), days < 800)


def names(columns: int) -> tuple[str, ...]:
    return tuple(f"c{k}" for k in range(columns))


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_equals_scikit_survival_on_standardised_columns(ties) -> None:
    values, observed = part(0)
    fitted = CoxPH(penalties=(2.0,), ties=ties).fit(NAMES, (values, observed), part(1))
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    truth = Surv.from_arrays(observed.event, observed.days)
    oracle = CoxPHSurvivalAnalysis(alpha=2.0, ties=ties, tol=1e-12).fit(scaled, truth)
    np.testing.assert_allclose(np.array(fitted.weights) * values.std(axis=0), oracle.coef_, atol=1e-6)
    new = part(2)[0]
    expected = oracle.predict((new - values.mean(axis=0)) / values.std(axis=0))
    np.testing.assert_allclose(fitted.risk(new), expected, atol=1e-6)


def test_it_ranks_new_patients() -> None:
    fitted = CoxPH().fit(NAMES, part(0, 200), part(1))
    new = part(2, 200)
    assert concordance_index_censored(new[1].event, new[1].days, fitted.risk(new[0]))[0] > 0.7
    assert fitted.weights[0] > 0 > fitted.weights[1]


def test_the_chosen_penalty_has_the_greatest_partial_likelihood_on_select() -> None:
    train, select = part(0), part(1)
    penalties, found = (0.1, 10.0, 1000.0), {}
    for penalty in penalties:
        alone = CoxPH(penalties=(penalty,)).fit(NAMES, train, select)
        found[penalty] = partial_log_likelihood(alone.risk(select[0]), select[1])
    chosen = CoxPH(penalties=penalties).fit(NAMES, train, select)
    assert chosen.penalty == max(penalties, key=lambda penalty: found[penalty])
    assert chosen.notes == ()
    turned = (100 - select[0], select[1])  # where select says the opposite, the strongest penalty is the best
    assert CoxPH(penalties=penalties).fit(NAMES, train, turned).penalty == 1000.0


@given(st.integers(0, 1000))
@settings(max_examples=4, deadline=None)
def test_the_order_of_the_cases_changes_no_digit(seed: int) -> None:
    train, select = part(0), part(1)
    order, other = (np.random.default_rng([seed, k]).permutation(60) for k in (0, 1))
    shuffled = CoxPH().fit(NAMES, (train[0][order], train[1].part(order)), (select[0][other], select[1].part(other)))
    assert shuffled == CoxPH().fit(NAMES, train, select)


def test_it_goes_through_json_and_back() -> None:
    fitted = CoxPH().fit(NAMES, part(0), part(1))
    again = FittedCoxPH.model_validate_json(fitted.model_dump_json())
    assert again == fitted
    np.testing.assert_array_equal(again.risk(part(2)[0]), fitted.risk(part(2)[0]))


def test_risk_by_hand() -> None:
    fitted = FittedCoxPH(columns=("a", "b"), weights=(2.0, -1.0), means=(1.0, 5.0), penalty=1)
    np.testing.assert_allclose(fitted.risk(np.array([[1, 5], [2, 7]], np.float32)), [0, 0])
    np.testing.assert_allclose(fitted.risk(np.array([[3, 5]])), [4])


def test_more_columns_than_patients() -> None:
    fitted = CoxPH().fit(names(300), part(0, 80, 300), part(1, 80, 300))
    assert np.isfinite(fitted.weights).all()
    assert len(fitted.weights) == 300


def test_a_column_that_separates_the_patients_has_a_finite_weight() -> None:
    values = np.arange(40.0)[:, np.newaxis]
    observed = Observed(400 - 10 * np.arange(40), np.ones(40))
    fitted = CoxPH().fit(("order",), (values, observed), (values, observed))
    assert np.isfinite(fitted.weights).all()
    assert (np.diff(fitted.risk(values)) > 0).all()


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9])
def test_a_constant_column_has_no_weight_and_is_named(constant: float) -> None:
    train, select = part(0), part(1)
    with_constant = np.column_stack([train[0], np.full(60, constant)]), train[1]
    changed = np.column_stack([select[0], np.random.default_rng(0).normal(size=60)]), select[1]
    fitted = CoxPH().fit((*NAMES, "dose"), with_constant, changed)
    plain = CoxPH().fit(NAMES, train, select)
    assert fitted.weights[3] == 0
    np.testing.assert_allclose(fitted.weights[:3], plain.weights, rtol=1e-9)
    assert fitted.notes == ("Constant in the training part, and without weight: dose.",)
    np.testing.assert_allclose(fitted.risk(changed[0]), plain.risk(select[0]))


def test_columns_that_are_all_constant_give_all_patients_one_risk() -> None:
    observed = part(0)[1]
    fitted = CoxPH().fit(names(7), (np.ones((60, 7)), observed), (np.ones((60, 7)), observed))
    assert set(fitted.weights) == {0.0}
    assert fitted.notes == ("Constant in the training part, and without weight: c0, c1, c2, c3, c4 and 2 more.",)


@pytest.mark.parametrize("which", ["train", "select", "new"])
@pytest.mark.parametrize(("rows", "sentence"), [(60, "no value at all"), (3, "3 missing")])
def test_missing_values_are_refused_with_the_column(which: str, rows: int, sentence: str) -> None:
    parts = {name: part(seed) for seed, name in enumerate(("train", "select", "new"))}
    parts[which][0][:rows, 1] = np.nan
    with pytest.raises(CohortError, match=f"{sentence}.*'tobacco'"):
        CoxPH().fit(NAMES, parts["train"], parts["select"]).risk(parts["new"][0])


@pytest.mark.parametrize("events", [0, 4])
def test_a_select_part_with_few_events_keeps_the_middle_and_says_so(events: int) -> None:
    values, observed = part(1)
    select = values, Observed(observed.days, np.arange(60) < events)
    fitted = CoxPH(penalties=(50.0, 0.2, 1.0)).fit(NAMES, part(0), select)
    assert fitted.penalty == 1.0
    assert fitted.notes == ("The select part has too few events to choose a penalty: 1.",)
    one = CoxPH(penalties=(0.3,)).fit(NAMES, part(0), select)
    assert (one.penalty, one.notes) == (0.3, ())


def test_an_empty_select_part_keeps_the_middle() -> None:
    fitted = CoxPH().fit(NAMES, part(0), (np.zeros((0, 3)), Observed([], [])))
    assert (fitted.penalty, len(fitted.notes)) == (100.0, 1)


@pytest.mark.parametrize(
    "outcomes",
    [
        Observed([5], [1]),
        Observed([5], [0]),
        Observed([5, 6, 7], [0, 0, 0]),
        Observed([5, 6, 7], [0, 0, 1]),
        Observed([], []),
    ],
)
def test_a_training_part_without_a_comparable_event_is_refused(outcomes: Observed) -> None:
    cases = len(outcomes)
    with pytest.raises(CohortError, match=f"{outcomes.events} events among {cases} training cases"):
        CoxPH().fit(NAMES, (part(0, 60)[0][:cases], outcomes), part(1))


def test_other_tables_are_refused() -> None:
    fitted = CoxPH().fit(NAMES, part(0), part(1))
    with pytest.raises(CohortError, match=r"shape \(60, 2\)"):
        fitted.risk(part(0)[0][:, :2])
    with pytest.raises(CohortError, match="59 rows and 60 outcomes"):
        CoxPH().fit(NAMES, (part(0)[0][1:], part(0)[1]), part(1))
    with pytest.raises(CohortError, match="without a column"):
        CoxPH().fit((), (np.zeros((60, 0)), part(0)[1]), part(1))


@pytest.mark.parametrize("penalties", [(), (0.0,), (-1.0,), (float("nan"),), (float("inf"),)])
def test_impossible_penalties_are_refused(penalties: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="penalties"):
        CoxPH(penalties=penalties)
