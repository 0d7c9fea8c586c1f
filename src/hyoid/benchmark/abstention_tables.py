"""Conformal sets and risk-coverage curves of a benchmark as lines: of tables to compute with, and to read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from hyoid.benchmark.abstention import Abstention
from hyoid.benchmark.findings import Findings
from hyoid.evaluation.classification_sets import Share

ALL = "all"
"""The place of all patients together, beside the centers."""

TOLD_AT = 0.8
"""Share of patients answered at which the error is told beside that of all."""

HOW_TO_READ = (
    "Read the curve from right to left: at 1 every patient is answered, and further left those whom the model is least "
    "sure of are sent to a test instead; a curve that does not fall there says that its doubt knows nothing of its "
    "errors."
)

WITHOUT_SETS = (
    "Recipes without sets name none: --set inference.decision.conformal.alpha=0.1 asks for them, of a recipe that has "
    "the key, or a variant such as hpv-logistic:conformal."
)


def set_lines(findings: Findings) -> Iterator[dict[str, Any]]:
    """Yield for each recipe, split, center and status how many sets hold it, against the share asked for."""
    for one in findings.abstention:
        sets = one.found.sets
        if sets is None:
            continue
        for place, shares in {ALL: sets.coverage, **sets.centers}.items():
            for status, share in shares.items():
                told = share.to_dict()
                yield {
                    "recipe": one.recipe,
                    "split": one.split,
                    "center": place,
                    "status": status,
                    "asked_for": None if sets.alpha is None else 1 - sets.alpha,
                    "covered": told["count"],
                    "n": told["n"],
                    "coverage": told["value"],
                    "low": told["interval"][0],
                    "high": told["interval"][1],
                }


def curve_lines(findings: Findings) -> Iterator[dict[str, Any]]:
    """Yield each point of the risk-coverage curves."""
    for one in findings.abstention:
        curve = one.found.curve
        for coverage, risk in zip(curve.coverage.tolist(), curve.risk.tolist(), strict=True):
            yield {"recipe": one.recipe, "split": one.split, "answered": coverage, "wrong_of_these": risk}


HEADER = (
    *("recipe", "split", "area under risk-coverage", "least possible", f"wrong of {TOLD_AT:.0%} answered"),
    *("wrong of all", "sets: asked for", "hold HPV-positive", "hold HPV-negative", "mean size", "undecided"),
)


def read_lines(findings: Findings) -> list[list[str]]:
    """Return a row of `HEADER` for each recipe and split."""
    return [[one.recipe, one.split, *_cells(one.found)] for one in findings.abstention]


def _cells(found: Abstention) -> list[str]:
    curve, area, sets = found.curve, found.area, found.sets
    interval = "" if math.isnan(area.low) else f" ({area.low:.3f} to {area.high:.3f})"
    cells = [f"{area.value:.3f}{interval}", f"{curve.least_area:.3f}"]
    cells += [f"{curve.risk_at(share):.3f}" for share in (TOLD_AT, 1.0)]
    if sets is None:
        return [*cells, "no sets", "", "", "", ""]
    asked = "" if sets.alpha is None else f"{1 - sets.alpha:.0%}"
    holds = [share_text(sets.coverage.get(status)) for status in ("positive", "negative")]
    return [*cells, asked, *holds, f"{sets.mean_size:.2f}", share_text(found.undecided)]


def share_text(share: Share | None) -> str:
    """Return a share with its interval and n; where they are too few for one, the counts alone."""
    if share is None:
        return "nobody"
    low, high = share.to_dict()["interval"]
    if math.isnan(low):
        return f"{share.count} of {share.n}, too few for an interval"
    return f"{share.value:.3f} ({low:.3f} to {high:.3f}), n {share.n}"
