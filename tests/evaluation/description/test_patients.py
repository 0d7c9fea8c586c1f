import numpy as np
import pandas as pd

from hyoid.cohort import Case
from hyoid.evaluation.description.patients import SEXES, by_center, summarise_ages


def _case(k: int, center: str | None = None, age: float | None = None, gender: int | None = None) -> Case:
    known = {name: value for name, value in (("age", age), ("gender", gender)) if value is not None}
    return Case(f"P-{k}", center, clinical=known)


def test_centers_by_size_then_name_and_the_unknown_last() -> None:
    centers = ["B", None, "A", "C", None, "C", None]
    found = by_center([_case(k, center) for k, center in enumerate(centers)])
    assert {center: len(own) for center, own in found.items()} == {"C": 2, "A": 1, "B": 1, "unknown": 3}
    assert list(found) == ["C", "A", "B", "unknown"]


def test_ages_by_hand() -> None:
    ages = [(39, 1), (40, 0), (49.5, 1), (61, None), (None, 0), (60, 1)]
    found = summarise_ages([_case(k, age=age, gender=gender) for k, (age, gender) in enumerate(ages)])
    assert found.unknown == 1
    assert found.sexes == {"male": 3, "female": 2, "unknown": 1}
    assert (found.spread.n, found.spread.median, found.mean) == (5, 49.5, 249.5 / 5)
    assert list(found.decades) == [30, 40, 50, 60]  # without a gap
    assert found.decades[40] == {"male": 1, "female": 1, "unknown": 0}
    assert sum(found.decades[50].values()) == 0
    assert found.decades[60] == {"male": 1, "female": 0, "unknown": 1}


def test_ages_against_pandas() -> None:
    rng = np.random.default_rng(0)
    ages, genders = rng.integers(18, 95, 300), rng.integers(0, 2, 300)
    found = summarise_ages(
        [_case(k, age=int(a), gender=int(g)) for k, (a, g) in enumerate(zip(ages, genders, strict=True))]
    )
    table = pd.crosstab(ages // 10 * 10, genders)
    for decade, counts in found.decades.items():
        assert [counts[sex] for sex in SEXES] == [table.loc[decade, 1], table.loc[decade, 0], 0]


def test_no_age_at_all() -> None:
    found = summarise_ages([_case(0)])
    assert (found.decades, found.spread.n, found.unknown, np.isnan(found.mean)) == ({}, 0, 1, True)
