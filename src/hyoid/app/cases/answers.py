"""What the models say of a patient, as the case panel shows it: HPV status, and recurrence-free survival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hyoid.cohort import Cohort
from hyoid.metrics.survival import MINIMUM_EVENTS, Observed, kaplan_meier

DISCLAIMER = "Research use only, not a medical device."


def hpv_answer(prediction: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return probability, threshold, decision and note of a prediction's HPV part; None without one."""
    hpv = None if prediction is None else prediction.get("hpv")
    if not isinstance(hpv, Mapping):
        return None
    return {
        "probability": _number(hpv, "probability"),
        "threshold": _number(hpv, "threshold"),
        "decision": bool(hpv["decision"]) if hpv.get("decision") is not None else None,
        "note": " ".join([*_calibration(hpv), *_notes(hpv)]),
    }


def rfs_answer(prediction: Mapping[str, Any] | None, cohort: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return risk, survival curve and note of a prediction's RFS part beside the cohort's curve; None without one."""
    rfs = None if prediction is None else prediction.get("rfs")
    if not isinstance(rfs, Mapping):
        return None
    told = rfs.get("survival")
    steps = sorted(told.values(), key=lambda at: at["days"]) if isinstance(told, Mapping) else []
    survival = [{"days": 0, "probability": 1.0, "low": None, "high": None}]
    survival += [
        {"days": at["days"], "probability": at["value"], "low": at.get("lowest"), "high": at.get("highest")}
        for at in steps
    ]
    return {
        "risk": _number(rfs, "risk"),
        "percentile": _number(rfs, "percentile"),
        "survival": survival if steps else [],
        "cohort": list(cohort),
        "note": " ".join([*_risk(rfs), *_notes(rfs), _of_cohort(cohort)]),
    }


def cohort_survival(cohort: Cohort) -> list[dict[str, Any]]:
    """Return the Kaplan-Meier curve of the patients whose outcome is known, day by day on which it steps.

    `low` and `high` are the pointwise 95 % interval, None below `MINIMUM_EVENTS` events. Without patients: empty.
    """
    known = [(case.rfs_days, case.relapse) for case in cohort.cases if None not in (case.rfs_days, case.relapse)]
    if not known:
        return []
    observed = Observed([days for days, _ in known], [event for _, event in known])  # type: ignore[arg-type]
    curve = kaplan_meier(observed)
    lower, upper = curve.interval()
    sure = observed.events >= MINIMUM_EVENTS
    steps = [{"days": 0.0, "probability": 1.0, "low": 1.0 if sure else None, "high": 1.0 if sure else None}]
    for day, value, low, high in zip(curve.days, curve.survival, lower, upper, strict=True):
        if day == 0:
            steps.clear()
        steps.append(
            {
                "days": float(day),
                "probability": float(value),
                "low": float(low) if sure else None,
                "high": float(high) if sure else None,
            }
        )
    return steps


def _calibration(hpv: Mapping[str, Any]) -> list[str]:
    raw, spread, sets = hpv.get("probability_raw"), hpv.get("spread_over_folds"), hpv.get("conformal")
    said = [f"Recipe {hpv.get('recipe', 'unknown')}{_preset(hpv)}."]
    if raw is not None:
        said.append(f"Calibrated on patients that its models were not trained on; uncalibrated it is {raw:.2f}.")
    if isinstance(spread, Mapping):
        said.append(
            f"The folds' uncalibrated probabilities lie from {spread['lowest']:.2f} to {spread['highest']:.2f}."
        )
    if isinstance(hpv.get("prior"), Mapping):
        said.append("Corrected for the prevalence that was given or estimated.")
    if isinstance(sets, Mapping):
        said.append(f"Conformal set at alpha {sets['alpha']:g}: {sets['set']}.")
    return said


def _risk(rfs: Mapping[str, Any]) -> list[str]:
    said = [f"Recipe {rfs.get('recipe', 'unknown')}{_preset(rfs)}. A higher risk is worse."]
    if rfs.get("percentile") is not None:
        said.append(f"The risk is at or above {rfs['percentile']:.0f} % of the training cohort's out-of-fold risks.")
    if rfs.get("group") is not None and rfs.get("groups") is not None:
        said.append(f"Risk group {rfs['group']} of {rfs['groups']}.")
    return said


def _of_cohort(cohort: Sequence[Mapping[str, Any]]) -> str:
    if not cohort:
        return "No patient of this cohort has a known outcome: there is no curve to compare with."
    if cohort[-1]["low"] is None:
        return f"The cohort has fewer than {MINIMUM_EVENTS} events: its curve has no interval."
    return "The cohort's curve is a Kaplan-Meier estimate with its pointwise 95 % interval."


def _preset(part: Mapping[str, Any]) -> str:
    preset = part.get("preset")
    return f" at preset {preset}" if preset not in (None, "full") else ""


def _notes(part: Mapping[str, Any]) -> list[str]:
    notes = part.get("notes")
    return [str(note) for note in notes] if isinstance(notes, list) else []


def _number(part: Mapping[str, Any], key: str) -> float | None:
    value = part.get(key)
    return float(value) if isinstance(value, int | float) else None
