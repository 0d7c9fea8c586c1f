"""The tables that `hyoid evaluate survival` prints."""

from __future__ import annotations

from math import isnan

from rich.markup import escape
from rich.table import Table

from hyoid.evaluation import SurvivalComparison, SurvivalResult
from hyoid.metrics.survival import HORIZON_MEASURES, SURVIVAL_MEASURES, describe_measure


def cohort_table(result: SurvivalResult) -> Table:
    """Return the measures over all horizons."""
    level, follow_up = f"{result.bootstrap.level:.0%}", result.median_follow_up_days
    followed = "not reached" if isnan(follow_up) else f"{follow_up:.0f} days"
    title = f"Survival of {len(result.cases)} patients, {result.events} with the event, median follow-up {followed}"
    table = Table("measure", f"value [{level} interval]", "n", title=title)
    for name, interval in result.cohort.items():
        if name in SURVIVAL_MEASURES:
            table.add_row(escape(SURVIVAL_MEASURES[name]), escape(str(interval)), str(interval.n))
    return table


def horizons_table(result: SurvivalResult) -> Table:
    """Return the measures at horizons, one column each."""
    days = [f"{horizon.days:g}" for horizon in result.horizons if horizon.answered]
    table = Table("at a horizon", *(f"{day} days" for day in days))
    table.add_row("patients whose state is known", *(str(result.known_at(float(day))) for day in days))
    for name, heading in HORIZON_MEASURES.items():
        cells = [escape(str(result.cohort[key])) if key in result.cohort else "-" for key in _keys(name, days)]
        if set(cells) != {"-"}:
            table.add_row(heading, *cells)
    return table


def _keys(name: str, days: list[str]) -> list[str]:
    return [f"{name}_{day}" for day in days]


def centers_table(result: SurvivalResult) -> Table:
    """Return patients, events, follow-up and Harrell's C of each center."""
    title = "By center: value [interval], n of cases that count; - where there are too few events"
    table = Table("center", "cases", "events", "median follow-up", "c_index", title=escape(title))
    for found in result.center_outcomes:
        measure = result.centers.get(found.center, {}).get("c_index")
        followed = "not reached" if isnan(found.median_follow_up_days) else f"{found.median_follow_up_days:.0f}"
        cell = "-" if measure is None else f"{measure}, {measure.n}"
        table.add_row(escape(found.center), str(found.cases), str(found.events), followed, escape(cell))
    return table


def comparison_table(comparison: SurvivalComparison) -> Table:
    """Return two systems and their paired differences."""
    title = f"Against the other predictions, {comparison.n} patients in common: difference [paired interval]"
    table = Table("measure", "first", "second", "difference", title=escape(title))
    for name, interval in comparison.differences.items():
        values = (f"{given[name]:.3f}" for given in (comparison.first, comparison.second))
        table.add_row(escape(describe_measure(name)), *values, escape(str(interval)))
    return table
