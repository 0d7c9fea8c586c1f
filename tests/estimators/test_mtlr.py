from typing import Any

import numpy as np
import pytest
import scipy.optimize
from numpy.typing import NDArray
from sksurv.metrics import concordance_index_censored

from hyoid.errors import CohortError
from hyoid.estimators import mtlr
from hyoid.estimators.mtlr import MTLR
from hyoid.metrics.survival import Observed

NAMES = ("age", "tobacco")
Cases = tuple[NDArray[np.float64], Observed]


def part(seed: int, cases: int = 60, end: float = 800) -> Cases:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(cases, 2))
    days = np.ceil(rng.exponential(300 * np.exp(-values[:, 0] + 0.7 * values[:, 1]), cases))
    return 50 + values * [10.0, 0.01], Observed(np.minimum(days, end), days < end)


def literal_objective(
    flat: NDArray[np.float64],
    table: NDArray[np.float64],
    observed: Observed,
    edges: NDArray[np.float64],
    penalty: float,
) -> float:
    """Sum over patients of -log(scores of the possible bins / scores of all bins), by loops, and the penalty."""
    weights = flat.reshape(len(edges), 3)
    total = penalty / 2 * float((weights[:, :2] ** 2).sum())
    for row, day, event in zip(table, observed.days, observed.event, strict=True):
        logits = weights[:, :2] @ row + weights[:, 2]
        scores = [np.exp(logits[k:].sum()) for k in range(len(edges))] + [1.0]
        own = sum(day > edge for edge in edges)
        possible = scores[own] if event else sum(scores[own:])
        total -= np.log(possible / sum(scores))
    return total


@pytest.mark.parametrize("penalty", [0.5, 20.0])
def test_it_is_the_minimum_that_a_general_optimiser_finds_of_a_literal_objective(penalty: float) -> None:
    values, observed = part(0)
    fitted = MTLR(penalties=(penalty,), bins=3).fit(NAMES, (values, observed), part(1))
    table = (values - values.mean(axis=0)) / values.std(axis=0)
    edges = np.array(fitted.edges)
    oracle = scipy.optimize.minimize(literal_objective, np.zeros(9), (table, observed, edges, penalty), tol=1e-10)
    (layer,) = fitted.layers
    found = np.column_stack([layer.weights, layer.offset])
    np.testing.assert_allclose(found.ravel(), oracle.x, atol=1e-4)
    assert literal_objective(found.ravel(), table, observed, edges, penalty) <= oracle.fun + 1e-8


def test_without_censoring_the_mean_survival_at_each_edge_is_the_share_of_survivors() -> None:
    """Where the derivative by an offset is 0, the model expects as many events by the edge as there were."""
    values, observed = part(0, end=1e9)
    # one that outlasts the last event, so that the open bin is not empty
    days = np.append(observed.days, 1e6)
    train = np.vstack([values, values.mean(axis=0)]), Observed(days, np.append(observed.event, False))
    fitted = MTLR(penalties=(10.0,)).fit(NAMES, train, part(1))
    mean = fitted.survival(train[0], fitted.edges).mean(axis=0)
    np.testing.assert_allclose(mean, [(days > edge).mean() for edge in fitted.edges], atol=1e-6)


def test_it_learns_a_hazard_that_it_was_not_told() -> None:
    fitted, new = MTLR().fit(NAMES, part(0, 200), part(1)), part(2, 300)
    assert concordance_index_censored(new[1].event, new[1].days, fitted.risk(new[0]))[0] > 0.7
    survival = fitted.survival(new[0], [365.0])[:, 0]
    # administrative censoring at 800 days: every patient is known at 365
    alive = new[1].days > 365
    base = alive.mean() * (1 - alive.mean())
    assert ((survival - alive) ** 2).mean() < 0.85 * base
    assert survival.mean() == pytest.approx(alive.mean(), abs=0.06)


def test_the_chosen_penalty_has_the_least_loss_on_select() -> None:
    train, select = part(0), part(1)
    penalties: tuple[float, ...] = (0.1, 30.0, 10_000.0)
    table = (select[0] - train[0].mean(axis=0)) / train[0].std(axis=0)
    losses = {}
    for penalty in penalties:
        (layer,) = (alone := MTLR(penalties=(penalty,)).fit(NAMES, train, select)).layers
        flat = np.column_stack([layer.weights, layer.offset]).ravel()
        losses[penalty] = literal_objective(flat, table, select[1], np.array(alone.edges), 0.0)
    assert MTLR(penalties=penalties).fit(NAMES, train, select).penalty == min(penalties, key=lambda p: losses[p])
    turned = (100 - select[0], select[1])
    assert MTLR(penalties=penalties).fit(NAMES, train, turned).penalty == 10_000.0


@pytest.mark.parametrize("events", [0, 4])
def test_a_select_part_with_few_events_keeps_the_middle_and_says_so(events: int) -> None:
    values, observed = part(1)
    select = values, Observed(observed.days, np.arange(60) < events)
    fitted = MTLR(penalties=(50.0, 0.2, 1.0)).fit(NAMES, part(0), select)
    assert fitted.penalty == 1.0
    assert fitted.notes == ("The select part has too few events to choose a penalty: 1.",)
    one: Any = MTLR(penalties=(0.3,)).fit(NAMES, part(0), (np.zeros((0, 2)), Observed([], [])))
    assert (one.penalty, one.notes) == (0.3, ())


def test_a_column_that_separates_the_patients_has_finite_weights() -> None:
    values = np.arange(40.0)[:, np.newaxis]
    observed = Observed(400 - 10 * np.arange(40), np.ones(40))
    fitted = MTLR().fit(("order",), (values, observed), (values, observed))
    assert np.isfinite(fitted.layers[0].weights).all()
    assert (np.diff(fitted.risk(values)) > 0).all()


def test_a_minimum_that_is_not_found_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mtlr, "_ITERATIONS", 1)
    with pytest.raises(CohortError, match="ends with a slope"):
        MTLR().fit(NAMES, part(0), part(1))
