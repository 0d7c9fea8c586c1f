"""The cohort as a table: one row a case, from what is known without opening an image."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hyoid.app.cases.jumps import flags_of
from hyoid.app.cases.library import CaseLibrary
from hyoid.app.cases.reviews import Reviews
from hyoid.errors import HyoidError


def case_rows(library: CaseLibrary, reviews: Reviews, case_ids: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of these cases; `annotations` and `editing` are empty, their owner fills them in."""
    return [_row(library, reviews, case_id) for case_id in case_ids]


def _row(library: CaseLibrary, reviews: Reviews, case_id: str) -> dict[str, Any]:
    case, review = library.case(case_id), reviews.known(case_id)
    layers = library.layers(case_id)
    try:
        prediction = library.prediction(case_id) or {}
    except HyoidError:
        prediction = {}  # the case's panel says why
    findings = [finding.severity for finding in reviews.findings(case_id)]
    return {
        "id": case.id,
        "center": case.center,
        "has": {
            **{name: name in case.images for name in ("ct", "pet", "dose")},
            **{name: name in layers for name in ("expert", "predicted")},
        },
        "findings": {severity: findings.count(severity) for severity in ("error", "warning")},
        "checked": review is not None,
        "lesions": None if review is None else review.lesions.get("predicted", review.lesions.get("expert")),
        "hpv_probability": _value(prediction, "hpv", "probability"),
        "rfs_risk": _value(prediction, "rfs", "risk"),
        "flags": [] if review is None else flags_of(list(review.jumps)),
        "annotations": [],
        "editing": [],
    }


def _value(prediction: dict[str, Any], part: str, key: str) -> float | None:
    found = prediction.get(part)
    value = found.get(key) if isinstance(found, dict) else None
    return float(value) if isinstance(value, int | float) else None
