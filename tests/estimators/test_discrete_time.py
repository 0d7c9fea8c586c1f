from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hyoid.errors import CohortError
from hyoid.estimators.deephit import DeepHit, FittedDeepHit
from hyoid.estimators.discrete_time import FittedDiscreteTime, Layer
from hyoid.estimators.mtlr import MTLR, FittedMTLR
from hyoid.metrics.survival import Observed

NAMES = ("age", "tobacco", "volume")
FAST: tuple[Any, ...] = (
    DeepHit(hidden=(8,), epochs=30, patience=10, epochs_unselected=10),
    MTLR(penalties=(10.0, 100.0, 1000.0)),
)
Cases = tuple[NDArray[np.float64], Observed]


def part(seed: int, cases: int = 60, columns: int = 3) -> Cases:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(cases, columns))
    days = np.ceil(rng.exponential(300 * np.exp(-values[:, 0] + 0.7 * values[:, 1]), cases))
    return 50 + values * np.resize([10.0, 1.0, 0.01], columns), Observed(np.minimum(days, 800), days < 800)


def by_hand(kind: type[FittedDiscreteTime], edges: tuple[float, ...] = (10.0, 20.0)) -> Any:
    """Bins of probability 0.6, 0.3 and 0.1 for the mean patient; one SD of the column triples the odds of the first."""
    common = {"columns": ("a",), "means": (5.0,), "spreads": (2.0,), "edges": edges}
    if kind is FittedMTLR:
        layer = Layer(weights=((np.log(3),), (0.0,)), offset=(np.log(2), np.log(3)))
        return FittedMTLR(**common, layers=(layer,), penalty=1.0)
    layer = Layer(weights=((np.log(3),), (0.0,), (0.0,)), offset=(np.log(6), np.log(3), 0.0))
    return FittedDeepHit(**common, layers=(layer,), epoch=1)


@pytest.mark.parametrize("kind", [FittedDeepHit, FittedMTLR])
def test_probabilities_survival_and_risk_by_hand(kind: type[FittedDiscreteTime]) -> None:
    """Odds 6:3:1 and, one SD up, 18:3:1. Hazards of the mean patient 0.6 and 0.3 / 0.4, cumulative 0.6 and 1.35."""
    fitted, values = by_hand(kind), np.array([[5.0], [7.0]])
    np.testing.assert_allclose(fitted.probabilities(values), [[0.6, 0.3, 0.1], [18 / 22, 3 / 22, 1 / 22]])
    survival = fitted.survival(values, [-1, 0, 5, 10, 15, 20, 999])
    np.testing.assert_allclose(survival[0], [1, 1, 0.7, 0.4, 0.25, 0.1, 0.1])
    np.testing.assert_allclose(survival[1, 3:6], [4 / 22, 2.5 / 22, 1 / 22])
    np.testing.assert_allclose(fitted.risk(values), [0.6 + 1.35, 2 * 18 / 22 + 3 / 4])
    assert fitted.last_day == 20


def test_events_on_day_0_are_a_step_there() -> None:
    fitted = by_hand(FittedMTLR, edges=(0.0, 20.0))
    np.testing.assert_allclose(fitted.survival(np.array([[5.0]]), [-1, 0, 10, 20]), [[1, 0.4, 0.25, 0.1]])


def test_hidden_layers_cut_off_what_is_below_0() -> None:
    hidden = Layer(weights=((1.0,), (-1.0,)), offset=(0.0, 0.0))
    last = Layer(weights=((np.log(2), np.log(4)), (0.0, 0.0)), offset=(0.0, 0.0))
    fitted = FittedDeepHit(columns=("a",), means=(0.0,), spreads=(1.0,), edges=(10.0,), layers=(hidden, last), epoch=1)
    np.testing.assert_allclose(fitted.probabilities(np.array([[1.0], [-1.0]]))[:, 0], [2 / 3, 4 / 5])


def test_a_patient_whom_no_bin_expects_alive_keeps_a_finite_risk() -> None:
    fitted = by_hand(FittedDeepHit)
    risk = fitted.risk(np.array([[1e6], [-1e6]]))
    np.testing.assert_allclose(risk, [3.0, 0.75])


def test_a_layer_is_rounded_to_single_precision_in_few_digits() -> None:
    drawn = np.random.default_rng(0).normal(size=(5, 4))
    layer = Layer.of(drawn, drawn[:, 0])
    np.testing.assert_array_equal(np.float32(layer.weights), drawn.astype(np.float32))
    np.testing.assert_array_equal(np.float32(layer.offset), drawn[:, 0].astype(np.float32))
    assert max(len(repr(number)) for row in layer.weights for number in row) <= 14
    assert Layer.model_validate_json(layer.model_dump_json()) == layer


@pytest.mark.parametrize("estimator", FAST)
def test_the_order_of_the_cases_changes_no_digit(estimator: Any) -> None:
    train, select = part(0), part(1)
    order, other = (np.random.default_rng(k).permutation(60) for k in (0, 1))
    shuffled = (train[0][order], train[1].part(order)), (select[0][other], select[1].part(other))
    assert estimator.fit(NAMES, *shuffled) == estimator.fit(NAMES, train, select)


@pytest.mark.parametrize("estimator", FAST)
def test_curves_fall_from_one(estimator: Any) -> None:
    fitted = estimator.fit(NAMES, part(0), part(1))
    survival = fitted.survival(part(2)[0], np.linspace(0, 1000, 201))
    assert (survival[:, 0] == 1).all()
    assert (np.diff(survival, axis=1) <= 0).all()
    assert (survival >= 0).all()
    np.testing.assert_array_equal(survival[:, -1], fitted.survival(part(2)[0], [fitted.last_day])[:, 0])
    assert fitted.survival(np.zeros((0, 3)), [1.0, 2.0]).shape == (0, 2)
    assert fitted.notes == ()


@pytest.mark.parametrize("estimator", FAST)
def test_it_goes_through_json_and_back(estimator: Any) -> None:
    fitted = estimator.fit(NAMES, part(0), part(1))
    again = type(fitted).model_validate_json(fitted.model_dump_json())
    assert again == fitted
    np.testing.assert_array_equal(again.risk(part(2)[0]), fitted.risk(part(2)[0]))
    np.testing.assert_array_equal(again.survival(part(2)[0], [365.0]), fitted.survival(part(2)[0], [365.0]))


@pytest.mark.parametrize("estimator", FAST)
def test_a_constant_column_is_not_read(estimator: Any) -> None:
    train, select = part(0), part(1)
    with_constant = np.column_stack([train[0], np.full(60, 0.1)]), train[1]
    changed = np.column_stack([select[0], np.random.default_rng(0).normal(size=60)]), select[1]
    fitted = estimator.fit((*NAMES, "dose"), with_constant, changed)
    assert fitted.notes == ("Constant in the training part, and without weight: dose.",)
    other = changed[0].copy()
    other[:, 3] = 1e6
    np.testing.assert_array_equal(fitted.risk(changed[0]), fitted.risk(other))


@pytest.mark.parametrize("estimator", FAST)
def test_more_columns_than_patients(estimator: Any) -> None:
    names = tuple(f"c{k}" for k in range(100))
    fitted = estimator.fit(names, part(0, 60, 100), part(1, 60, 100))
    assert np.isfinite(fitted.risk(part(2, 60, 100)[0])).all()


@pytest.mark.parametrize("estimator", FAST)
@pytest.mark.parametrize("bins", [1, 4])
def test_the_number_of_bins_can_be_set(estimator: Any, bins: int) -> None:
    fitted = estimator.model_copy(update={"bins": bins}).fit(NAMES, part(0), part(1))
    assert len(fitted.edges) == bins
    assert fitted.probabilities(part(2)[0]).shape == (60, bins + 1)
    assert fitted.edges[-1] == part(0)[1].days[part(0)[1].event].max()


@pytest.mark.parametrize("estimator", FAST)
def test_bad_input_is_refused(estimator: Any) -> None:
    train, select = part(0), part(1)
    with pytest.raises(CohortError, match="0 events among 60 training cases"):
        estimator.fit(NAMES, (train[0], Observed(train[1].days, np.zeros(60))), select)
    with pytest.raises(CohortError, match="1 events among 1 training cases"):
        estimator.fit(NAMES, (train[0][:1], Observed([3], [1])), select)
    missing = train[0].copy()
    missing[:, 1] = np.nan
    with pytest.raises(CohortError, match="no value at all in column 'tobacco'"):
        estimator.fit(NAMES, (missing, train[1]), select)
    fitted = estimator.fit(NAMES, train, select)
    with pytest.raises(CohortError, match="no value at all"):
        fitted.risk(missing)
    with pytest.raises(CohortError, match="days"):
        fitted.survival(train[0], [np.nan])
