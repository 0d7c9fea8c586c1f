"""What a recipe's doubt is worth: conformal sets, and the error among those of whom it is surest."""

from __future__ import annotations

from collections.abc import Sequence

from hyoid.benchmark.abstention import Abstention
from hyoid.benchmark.abstention_tables import HEADER, HOW_TO_READ, WITHOUT_SETS, read_lines, share_text
from hyoid.benchmark.compared import Of
from hyoid.benchmark.findings import Findings
from hyoid.benchmark.report.words import split_words
from hyoid.benchmark.shift import risk_coverage_picture
from hyoid.decision import NO_GUARANTEE
from hyoid.evaluation.classification_sets import SetsResult
from hyoid.evaluation.report import page

_CURVES = 4
"""Columns of the table of curves, after the recipe and the split; those of sets follow."""


def doubt(findings: Findings) -> list[str]:
    """Return the section of risk-coverage curves and conformal sets, of recipes that classify."""
    found = findings.abstention
    if not found:
        return []
    by_split: dict[str, dict[str, Abstention]] = {}
    for one in found:
        by_split.setdefault(one.split, {})[one.recipe] = one.found
    pictures = [
        risk_coverage_picture({name: one.curve for name, one in own.items()}, split_words(split))
        for split, own in by_split.items()
    ]
    rows = [[line[0], split_words(line[1]), *line[2:]] for line in read_lines(findings)]
    end = 2 + _CURVES
    curves = page.table(list(HEADER[:end]), [row[:end] for row in rows], numeric_from=2)
    return [page.section("When the model does not know", page.paragraph(HOW_TO_READ), curves, *pictures, *_sets(found))]


def _sets(found: Sequence[Of[Abstention]]) -> list[str]:
    own = [(one, one.found.sets) for one in found if one.found.sets is not None]
    if not own:
        return [page.paragraph(f"No recipe makes conformal sets. {WITHOUT_SETS}")]
    rows = [row for one, sets in own for row in _rows(one, sets)]
    header = ["recipe", "split", "asked for", "hold HPV-positive", "hold HPV-negative", "mean size", "undecided"]
    centers = [row for one, sets in own for row in _center_rows(one, sets)]
    some = [WITHOUT_SETS] if len(own) < len(found) else []
    lead = (
        "Conformal sets: of the patients of each status, the share whose set holds that status, against the share that "
        "was asked for. Undecided are sets of both statuses or of none."
    )
    return [
        page.paragraph(" ".join([lead, NO_GUARANTEE, *some])),
        page.table(header, rows, numeric_from=2),
        page.table(["recipe", "split", "centre", "hold HPV-positive", "hold HPV-negative"], centers, numeric_from=3),
    ]


def _rows(one: Of[Abstention], sets: SetsResult) -> list[list[str]]:
    asked = "" if sets.alpha is None else f"{1 - sets.alpha:.0%}"
    holds = [share_text(sets.coverage.get(status)) for status in ("positive", "negative")]
    size, undecided = f"{sets.mean_size:.2f}", share_text(one.found.undecided)
    return [[one.recipe, split_words(one.split), asked, *holds, size, undecided]]


def _center_rows(one: Of[Abstention], sets: SetsResult) -> list[list[str]]:
    return [
        [
            one.recipe,
            split_words(one.split),
            center,
            *(share_text(shares.get(status)) for status in ("positive", "negative")),
        ]
        for center, shares in sets.centers.items()
    ]
