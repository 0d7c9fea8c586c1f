from itertools import combinations

import numpy as np
import pytest

from hyoid.evaluation.survival_signs import against_survival, doubts
from hyoid.metrics import Bootstrap, Interval
from hyoid.metrics.survival import Observed, SurvivalCases, SurvivalStatistics

RISK = np.array([3.0, 1.0, 2.0, 0.0])


def cases(risk: np.ndarray, survival: dict[float, np.ndarray], fold: list[int] | None = None) -> SurvivalCases:
    observed = Observed(np.arange(1.0, len(risk) + 1), np.ones(len(risk), bool))
    return SurvivalCases.of(observed, risk, survival, fold)


def interval(low: float, high: float) -> Interval:
    return Interval((low + high) / 2, low, high, 4, 0.95, 10, 0)


def test_a_risk_against_its_survival_is_told_and_one_with_it_or_without_any_is_not() -> None:
    with_it, against = np.exp(-RISK), np.exp(RISK - 4)
    assert against_survival(cases(RISK, {365: against}))
    assert not against_survival(cases(RISK, {365: with_it}))
    assert not against_survival(cases(RISK, {365: against, 730: against * 0 + 0.01}))  # nothing to rank at one horizon
    assert not against_survival(cases(RISK, {}))


def test_only_pairs_of_one_fold_are_looked_at() -> None:
    risk, survival = np.array([0.0, 1.0, 10.0, 11.0]), np.array([0.2, 0.1, 0.9, 0.8])
    assert not against_survival(cases(risk, {365: survival}, [0, 0, 1, 1]))
    assert against_survival(cases(risk, {365: survival}))


@pytest.mark.parametrize("seed", range(8))
def test_it_is_the_sign_of_the_pairs_counted_one_by_one(seed: int) -> None:
    drawn = np.random.default_rng(seed)
    risk, survival, fold = drawn.integers(0, 4, 12) * 1.0, drawn.integers(0, 4, 12) / 4, list(drawn.integers(0, 2, 12))
    pairs = [(i, j) for i, j in combinations(range(12), 2) if fold[i] == fold[j]]
    excess = sum(np.sign(risk[i] - risk[j]) * np.sign(survival[i] - survival[j]) for i, j in pairs)
    assert against_survival(cases(risk, {365: survival}, fold)) == (excess > 0)


def test_an_interval_below_a_half_is_told() -> None:
    six = cases(np.arange(6.0), {})
    assert doubts(six, interval(0.3, 0.5)) == doubts(six, interval(0.6, 0.7)) == []
    assert "Are these times?" in doubts(six, interval(0.3, 0.49))[0]


@pytest.mark.parametrize(("events", "said"), [(0, "No patient had"), (4, "Only 4 of 30 patients"), (5, None)])
def test_below_five_events_there_is_no_interval_and_why_is_said(events: int, said: str | None) -> None:
    observed = Observed(np.arange(1.0, 31), np.arange(30) < events)
    few = SurvivalCases.of(observed, -np.arange(30.0))
    found = SurvivalStatistics(few, (), None).intervals(Bootstrap(replicates=20))["c_index"]
    assert np.isnan(found.low) == np.isnan(found.high) == (events < 5)
    assert [note[: len(said or "")] for note in doubts(few, found)] == ([] if said is None else [said])


@pytest.mark.parametrize(("horizons", "told"), [((24.0, 60.0), True), ((30.0, 730.0), False), ((), False)])
def test_horizons_that_may_be_months_are_told(horizons: tuple[float, ...], told: bool) -> None:
    risk = np.arange(20.0)
    observed = Observed(1500.0 + risk, np.ones(20, bool))
    known = SurvivalCases.of(observed, risk, {day: np.exp(-risk / 20) for day in horizons})
    notes = [note for note in doubts(known, interval(0.6, 0.7)) if "rfs_survival_730" in note]
    assert bool(notes) == told
    assert not told or "24, 60 days" in notes[0]
