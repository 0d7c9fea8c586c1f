"""What a reader must know to believe a survival evaluation, in sentences."""

from __future__ import annotations

import math

from hyoid.evaluation.survival_result import SurvivalResult
from hyoid.metrics.survival import MINIMUM_EVENTS

FEW_EVENTS = 100
"""Fewest events that a validation should have; with fewer, estimates are imprecise. Collins, Ogundimu and Altman,
Statistics in Medicine 2016; Vergouwe et al., Journal of Clinical Epidemiology 2005."""


def who(result: SurvivalResult) -> str:
    """Say who was evaluated, for how long they were followed, and who was left out."""
    left_out = [
        f"{len(identifiers)} {words}"
        for identifiers, words in (
            (result.unknown, "predicted of unknown outcome"),
            (result.without_prediction, "of known outcome without prediction"),
            (result.without_truth, "predicted without truth"),
        )
        if identifiers
    ]
    return (
        f"{len(result.cases)} patients of known outcome, {result.events} with the event "
        f"({result.events / len(result.cases):.0%}); median follow-up {days_text(result.median_follow_up_days)} "
        f"(reverse Kaplan-Meier). " + (f"Left out: {'; '.join(left_out)}." if left_out else "No patient was left out.")
    )


def conditions(result: SurvivalResult) -> str:
    """Say how intervals are drawn, which pairs are compared, and where censoring is estimated."""
    where = "within centres" if result.stratified else "over all centres together"
    pairs = (
        f"C and AUC compare only patients of the same fold (of {result.folds}), pooled by pairs, since risks of "
        "different models share no scale; C of all pairs compares them all the same."
        if result.folds > 1
        else "All patients count as one fold, so C of all pairs is the same as C within folds."
    )
    source = "the training parts" if result.censoring == "training" else "the evaluated patients themselves"
    tau = "" if result.tau is None else f" Uno's C counts events before {result.tau:.0f} days."
    return (
        f"Intervals are percentile bootstrap over patients, drawn {where} ({result.bootstrap.replicates} resamples). "
        f"{pairs}{tau} The distribution of censoring and the null model (Kaplan-Meier, the same for everyone) are "
        f"estimated from {source}."
    )


def warnings(result: SurvivalResult) -> list[str]:
    """Say what makes the figures less than they seem."""
    sentences = []
    if 0 < result.events < FEW_EVENTS:
        sentences.append(
            f"Only {result.events} patients had the event, where a validation should have {FEW_EVENTS}: read the "
            "intervals, not the values."
        )
    sentences += [f"No measure at {h.days:g} days: {h.reason}." for h in result.horizons if not h.answered]
    if any(horizon.answered for horizon in result.horizons) and not result.calibration:
        sentences.append("No survival is predicted at these horizons: Brier score and calibration do not exist.")
    return [*sentences, *result.notes]


def horizons(result: SurvivalResult) -> str:
    """Say what the measures at horizons mean."""
    text = "AUC sets patients with the event by the horizon against those followed beyond it without."
    if not result.calibration:
        return text
    days = [f"{day:g}" for day in result.calibration]
    over = f" Integrated is the mean of the Brier score from {days[0]} to {days[-1]} days." if len(days) > 1 else ""
    return (
        f"{text} The Brier score is the mean squared error of the predicted survival (0 is best); scaled, the share by "
        f"which it is less than the null model's (1 is best, below 0 is worse than knowing nothing).{over} A "
        "calibration slope below 1 says that predictions are too extreme; observed over expected above 1, that risks "
        "are too low."
    )


def center_rule(result: SurvivalResult) -> str:
    """Say when a center is given a C, and what centers do to the C of all."""
    return (
        f"A centre has a C only with {MINIMUM_EVENTS} events or more, of pairs of its own patients. Where centres "
        "differ in their share of events or in their follow-up, a model can rank by telling the centres apart: the C "
        "of all patients together can then lie above that of every centre."
        if len(result.center_outcomes) > 1
        else "All patients are of one centre: nothing here says how the model does elsewhere."
    )


def days_text(days: float) -> str:
    """Return '1204 days'; 'not reached' for NaN."""
    return "not reached" if math.isnan(days) else f"{days:.0f} days"
