"""Who the patients are: how many of each center, of which age and sex."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyoid.cohort import Case
from hyoid.evaluation.description.spread import Spread
from hyoid.evaluation.survival_result import UNKNOWN_CENTER

AGE_BIN_YEARS = 10

SEXES = ("male", "female", "unknown")
"""Names of the values of `gender`: 1, 0, and none."""


def by_center(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Return the cases of each center, the one of most cases first; those of no known center stand last."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.center or UNKNOWN_CENTER, []).append(case)
    return dict(sorted(found.items(), key=lambda item: (item[0] == UNKNOWN_CENTER, -len(item[1]), item[0])))


def sex_of(case: Case) -> str:
    """Return 'male', 'female' or 'unknown'."""
    return {1: "male", 0: "female"}.get(case.clinical.get("gender", -1), "unknown")


def age_of(case: Case) -> float | None:
    """Return the age in years, None where it is not known."""
    age = case.clinical.get("age")
    return None if age is None else float(age)


@dataclass(frozen=True, slots=True)
class Ages:
    """Ages in years, by sex and decade.

    Parameters
    ----------
    spread, mean
        Of all patients of known age; the mean is NaN where there is none.
    unknown
        How many have no age.
    decades
        By first year of the decade (without gaps from the youngest to the oldest): patients of each of `SEXES`.
    sexes
        Patients of each of `SEXES`, those without an age included.
    """

    spread: Spread
    mean: float
    unknown: int
    decades: dict[int, dict[str, int]]
    sexes: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types; decades as '50-59'."""
        return {
            **self.spread.to_dict(),
            "mean": self.mean,
            "unknown": self.unknown,
            "sex": self.sexes,
            "decades": {decade_name(start): counts for start, counts in self.decades.items()},
        }


def decade_name(start: int) -> str:
    """Return '50-59' of 50."""
    return f"{start}-{start + AGE_BIN_YEARS - 1}"


def summarise_ages(cases: Sequence[Case]) -> Ages:
    """Count patients by decade of age and by sex."""
    known = [(age, sex_of(case)) for case in cases if (age := age_of(case)) is not None]
    ages = [age for age, _ in known]
    counts = Counter((int(age // AGE_BIN_YEARS) * AGE_BIN_YEARS, sex) for age, sex in known)
    starts = sorted({start for start, _ in counts})
    decades = range(starts[0], starts[-1] + 1, AGE_BIN_YEARS) if starts else ()
    sexes = Counter(sex_of(case) for case in cases)
    return Ages(
        spread=Spread.of(ages),
        mean=float(np.mean(ages)) if ages else math.nan,
        unknown=len(cases) - len(known),
        decades={start: {sex: counts[start, sex] for sex in SEXES} for start in decades},
        sexes={sex: sexes[sex] for sex in SEXES},
    )
