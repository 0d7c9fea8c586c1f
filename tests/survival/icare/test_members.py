import numpy as np
import pytest
from numpy.typing import NDArray

from hyoid.survival.icare import Correlation, Draw, Rule, canonical_order, fit_members
from hyoid.survival.icare.members import signs_of
from oracles import icare as oracle

RULES: tuple[Rule, ...] = ("harrell", "uno", "tauc")
Table = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]


def table(seed: int, n: int = 90) -> Table:
    """Censored on odd days, events on even ones, one early; ties, missing values, and two correlated blocks."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(n, 3))
    values = np.repeat(hidden, 5, axis=1) + rng.normal(size=(n, 15))
    values[:, ::2] = np.round(values[:, ::2], 1)
    values[:, 3] = values[:, 3] > 1.5
    values[rng.random(values.shape) < np.where(np.arange(15) % 3 == 1, 0.25, 0)] = np.nan
    values[:, 14] = 7.3
    times, ends = rng.exponential(60 * np.exp(-hidden[:, 0])), rng.uniform(1, 100, n)
    event = times < ends
    days = 2 * np.floor(np.minimum(times, ends)) + 2 + ~event
    days[:4], event[:4] = 2, True
    order = canonical_order(values, days, event)
    return values[order], days[order], event[order]


def equal_to_the_oracle(data: Table, draws: list[Draw]) -> None:
    for draw, member in zip(draws, fit_members(*data, draws), strict=True):
        literal = oracle.LiteralIcare(
            columns=draw.columns.tolist(),
            rules=draw.rules,
            score=oracle.by_scikit_survival,
            rho=draw.rho if draw.rho < 1 else None,
            correlation=draw.correlation,
            least_concordance=draw.least_concordance if draw.least_concordance > 0.5 else None,
        ).fit(*(np.repeat(part, draw.counts, axis=0) for part in data))
        assert literal.signs
        assert dict(zip(member.columns.tolist(), member.signs.tolist(), strict=True)) == literal.signs
        np.testing.assert_allclose(member.risk(data[0]), literal.risk(data[0]), atol=1e-10)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rules", [RULES, ("harrell",), ("tauc", "uno")])
def test_one_member_equals_the_literal_oracle(seed: int, rules: tuple[Rule, ...]) -> None:
    data = table(seed)
    rng = np.random.default_rng(seed)
    columns = rng.permutation(15)
    for least, rho in ((0.5, 1.0), (0.53, 0.4)):
        equal_to_the_oracle(data, [Draw(np.ones(90, np.intp), columns, rules, least, rho)])


@pytest.mark.parametrize("correlation", ["pearson", "spearman"])
def test_members_of_a_bag_equal_the_oracle_on_the_repeated_patients(correlation: Correlation) -> None:
    """Two share their columns in another order, one has other columns, one other rules."""
    data = table(7)
    if correlation == "spearman":  # where values are missing, ours has a definition of its own
        data = np.nan_to_num(data[0]), data[1], data[2]
    rng = np.random.default_rng(7)
    draws = [
        Draw(rng.multinomial(90, np.full(90, 1 / 90)), columns, rules, 0.5, 0.4, correlation)
        for columns, rules in [
            (rng.permutation(15), RULES),
            (rng.permutation(15), RULES),
            (rng.permutation(15)[:6], RULES),
            (rng.permutation(15), ("uno",)),
        ]
    ]
    equal_to_the_oracle(data, draws)


def test_signs_by_hand() -> None:
    found = np.array(
        [
            [0.7, 0.3, 0.6, 0.5, 0.5 - 1e-15, np.nan, 0.6],
            [0.6, 0.4, 0.4, 0.5, 0.50000001, 0.7, 0.5],
        ]
    )
    assert signs_of(found, 0.5).tolist() == [1, -1, 0, 1, 1, 0, 1]
    assert signs_of(found, 0.55).tolist() == [1, -1, 0, 0, 0, 0, 1]
    assert signs_of(found, 0.6).tolist() == [1, -1, 0, 0, 0, 0, 0]
