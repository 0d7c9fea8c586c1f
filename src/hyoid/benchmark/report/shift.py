"""What is lost outside, center by center, and which recipes differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hyoid.benchmark.compared import Of
from hyoid.benchmark.findings import Findings
from hyoid.benchmark.report.words import OUTSIDE, TASKS, measure_words, split_words
from hyoid.benchmark.shift import Gap, RecipeDifference, forest_picture, gap_picture
from hyoid.evaluation.report import page
from hyoid.metrics import MINIMUM_FOR_SHARE, Interval

MOST_PICTURES = 6
"""Recipes of which each has a picture; of more, the tables have the rest."""


def gaps(findings: Findings) -> list[str]:
    """Return the section of gaps: a picture for each outside and measure, and all of them in a table."""
    if not findings.gaps:
        return []
    groups: dict[tuple[str, str, str], dict[str, dict[str, Gap]]] = {}
    for one in findings.gaps:
        if not one.found.within_centers:
            own = groups.setdefault((one.task, one.against, one.split), {}).setdefault(one.found.measure, {})
            own[one.recipe] = one.found
    pictures = [part for whose, own in groups.items() for part in _gap_pictures(*whose, own)]
    lead = (
        "Inside less outside: above 0, the recipe falls. A centre left out is held against folds of the centres' sizes "
        "where these were run, for a smaller training part alone costs something. Where patients are ranked, a second "
        "line compares patients of one centre only: what is left of the gap there is not due to knowing the centre."
    )
    return [page.section("Inside and outside", page.paragraph(lead), *pictures, _gap_table(findings.gaps))]


def _gap_pictures(task: str, inside: str, outside: str, found: Mapping[str, Mapping[str, Gap]]) -> Iterator[str]:
    yield page.paragraph(f"{TASKS[task]}: {split_words(inside)} against {split_words(outside)}", "lead")
    for measure, recipes in found.items():
        yield gap_picture(recipes, measure_words(measure))


def _gap_table(found: Sequence[Of[Gap]]) -> str:
    header = ["recipe", "measure", "inside", "outside", "value inside", "value outside", "gap"]
    rows = [
        [
            one.recipe,
            measure_words(one.found.measure) + _within(one.found.within_centers),
            f"{split_words(one.against)} ({one.found.patients_inside})",
            f"{split_words(one.split)} ({one.found.patients_outside})",
            text_of(one.found.inside),
            text_of(one.found.outside),
            text_of(one.found.difference) + (f" {one.found.reason}" if one.found.reason else ""),
        ]
        for one in found
    ]
    return page.table(header, rows, numeric_from=4)


def _within(within: bool) -> str:
    return ", within centres" if within else ""


def centers(findings: Findings) -> list[str]:
    """Return the section of forest plots: each recipe's first measure, under the split that says most of elsewhere."""
    chosen = list(foremost(findings.centers))
    pictures = [
        forest_picture(one.found, f"{measure_words(one.found.measure)}, {one.recipe}, {split_words(one.split)}")
        for one in chosen
    ]
    if not pictures:
        return []
    lead = "Every measure under every split stands in tables/centers.csv."
    return [page.section("Centre by centre", page.paragraph(lead), *pictures)]


def foremost(found: Sequence[Of[Any]]) -> Iterator[Of[Any]]:
    """Yield of each task and recipe the first finding under the split that says most, up to `MOST_PICTURES` a task."""
    best: dict[tuple[str, str], Of[Any]] = {}
    for one in found:
        key = (one.task, one.recipe)
        if key not in best or _rank(one.split) < _rank(best[key].split):
            best[key] = one
    shown = dict.fromkeys(TASKS, 0)
    for one in best.values():
        shown[one.task] += 1
        if shown[one.task] <= MOST_PICTURES:
            yield one


def _rank(split: str) -> int:
    return OUTSIDE.index(split) if split in OUTSIDE else len(OUTSIDE)


def comparisons(findings: Findings) -> list[str]:
    """Return the section of recipes against each other."""
    rows = [
        [
            f"{pair.first} minus {pair.second}",
            measure_words(one.found.measure),
            f"{split_words(one.split)} ({one.found.patients})",
            text_of(pair.difference),
            *_for_all(pair, one.found.reason),
        ]
        for one in findings.comparisons
        for pair in one.found.differences
    ]
    if not rows:
        return []
    lead = (
        "Paired differences on the same patients. The second interval and the p-value hold for all recipes of the "
        "row's split and measure at once (max-T); what was tried and left out before is in no such family."
    )
    header = ["recipes", "measure", "split", "difference", "for all at once", "p"]
    return [page.section("Recipes against each other", page.paragraph(lead), page.table(header, rows, numeric_from=3))]


def _for_all(pair: RecipeDifference, reason: str) -> tuple[str, str]:
    """Return the bounds and the p-value that hold for all comparisons; why there are none where there are none."""
    if reason or math.isnan(pair.low):
        return reason or "the same in every resample", ""
    return f"({pair.low:.3f} to {pair.high:.3f})", f"{pair.p_max_t:.3f}"


def share_text(share: float, low: float, high: float, n: int) -> str:
    """Return a share with its interval, or that there are too few patients for one."""
    few = n < MINIMUM_FOR_SHARE
    return f"{page.figure_text(share)}, too few for an interval" if few else page.figure_text(share, (low, high))


def text_of(found: Interval | None) -> str:
    """Return a value with its interval."""
    return "" if found is None else page.figure_text(found.value, (found.low, found.high))
