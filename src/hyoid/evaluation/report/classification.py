"""The report of an HPV classification: what its decisions and its probabilities are worth, and where they fail."""

from __future__ import annotations

import math

from hyoid.decision import NO_GUARANTEE
from hyoid.evaluation.classification_result import ANSWERED, ClassificationResult
from hyoid.evaluation.classification_sets import SetsResult, Share
from hyoid.evaluation.report import figures, page
from hyoid.metrics import CLASSIFICATION_MEASURES, MINIMUM_OF_EACH_CLASS, Interval

FEW_OF_A_CLASS = 30
"""Below so many cases of a class, a sentence says that one case more or less moves the headline visibly."""


def result_section(title: str, result: ClassificationResult) -> str:
    """Return the section of one system: measures, confusion, centers, reliability, and what a reader must know."""
    return page.section(
        title,
        page.paragraph(_who(result)),
        metric_table(result),
        page.paragraph(_conditions(result)),
        *(page.paragraph(sentence, "notice") for sentence in _warnings(result)),
        confusion_table(result),
        center_counts_table(result),
        center_table(result),
        page.paragraph(_center_rule(result)),
        reliability_picture(result),
        page.paragraph(_calibration(result)),
        page.paragraph(_selective(result)),
        *([] if result.sets is None else sets_section(result.sets)),
    )


def metric_table(result: ClassificationResult) -> str:
    """Return the measures of the cohort with their intervals."""
    rows = [
        [CLASSIFICATION_MEASURES[name].description, str(interval.n), _text(interval)]
        for name, interval in result.cohort.items()
    ]
    return page.table([f"measure ({result.bootstrap.level:.0%} interval over patients)", "n", "value"], rows)


def confusion_table(result: ClassificationResult) -> str:
    """Return the four counts, truth in rows and decision in columns."""
    counts = result.confusion
    of_truth = {
        "HPV-positive": (counts.true_positives, counts.false_negatives),
        "HPV-negative": (counts.false_positives, counts.true_negatives),
    }
    rows = [[name, *map(str, row), str(sum(row))] for name, row in of_truth.items()]
    return page.table(["truth", "called positive", "called negative", "patients"], rows)


def center_counts_table(result: ClassificationResult) -> str:
    """Return the cases, negatives and wrong decisions of each center."""
    rows = [
        [
            counts.center,
            str(counts.cases),
            f"{counts.negatives} ({counts.negatives / counts.cases:.0%})",
            f"{counts.wrong} ({counts.wrong / counts.cases:.0%})",
        ]
        for counts in result.center_counts
    ]
    return page.table(["centre", "patients", "HPV-negative (share)", "wrong (share)"], rows)


def center_table(result: ClassificationResult) -> str:
    """Return the measures of each center that it is large enough for, with their n."""
    names = ("balanced_accuracy", "sensitivity", "specificity")
    rows = [
        [
            center,
            *(f"{_text(measures[name])}, n = {measures[name].n}" if name in measures else "–" for name in names),
        ]
        for center, measures in result.centers.items()
    ]
    return page.table(["centre", *(CLASSIFICATION_MEASURES[name].description for name in names)], rows)


def sets_section(sets: SetsResult) -> list[str]:
    """Return the coverage of conformal sets by status and center, how many are an answer, and what is not promised."""
    rows = [
        [center, *(_share(shares.get(status)) for status in ("positive", "negative"))]
        for center, shares in {"all": sets.coverage, **sets.centers}.items()
    ]
    asked = "" if sets.alpha is None else f" ({1 - sets.alpha:.0%} asked for)"
    counted = ", ".join(f"{count} {answer}" for answer, count in sets.answers.items())
    said = (
        f"Of {sets.n} conformal sets: {counted}; mean size {sets.mean_size:.2f}. One status alone in {sets.singletons} "
        f"of them, the wrong one in {sets.wrong_singletons} of these. {NO_GUARANTEE}"
    )
    header = [
        "centre",
        *(f"sets that hold the true status, HPV-{status}{asked}" for status in ("positive", "negative")),
    ]
    return [page.table(header, rows), page.paragraph(said)]


def reliability_picture(result: ClassificationResult) -> str:
    """Return the reliability diagram above the histogram of the probabilities."""
    by_class = {
        name: [case.probability for case in result.cases if case.hpv == positive]
        for name, positive in (("HPV-negative", False), ("HPV-positive", True))
    }
    caption = (
        "Above: share of HPV-positive patients in each bin of predicted probability, with Wilson's 95 % interval and "
        "the number of patients; on the diagonal, probabilities mean what they say. Below: where the "
        "probabilities of HPV-negative and of HPV-positive patients lie, each as shares of its class."
    )
    bins = ", ".join(f"{b.mean_probability:.2f} predicted, {b.observed:.2f} observed" for b in result.reliability)
    return page.picture(figures.reliability(result.reliability, by_class), f"Reliability diagram: {bins}.", caption)


def _who(result: ClassificationResult) -> str:
    negatives = len(result.cases) - result.positives
    left_out = [
        f"{len(identifiers)} {words}"
        for identifiers, words in (
            (result.unknown, "predicted of unknown status"),
            (result.without_prediction, "of known status without prediction"),
            (result.without_truth, "predicted without truth"),
        )
        if identifiers
    ]
    return (
        f"{len(result.cases)} patients of known HPV status: {result.positives} positive ({result.prevalence:.0%}) and "
        f"{negatives} negative. " + (f"Left out: {'; '.join(left_out)}." if left_out else "No patient was left out.")
    )


def _conditions(result: ClassificationResult) -> str:
    where = "within centres" if result.stratified else "over all centres together"
    pairs = (
        f"The AUC compares only patients of the same fold (of {result.folds}); the AUC of all pairs also compares "
        "scores of different models."
        if result.folds > 1
        else "All patients count as one fold, so both AUCs are the same."
    )
    return (
        f"Intervals are percentile bootstrap over patients, drawn {where} ({result.bootstrap.replicates} resamples). "
        f"Measures of decisions pool the decisions of all patients and are no mean over centres. {pairs}"
    )


def _warnings(result: ClassificationResult) -> list[str]:
    negatives = len(result.cases) - result.positives
    name, fewer = min((("positive", result.positives), ("negative", negatives)), key=lambda pair: pair[1])
    always = max(result.prevalence, 1 - result.prevalence)
    sentences = []
    if fewer == 0:
        sentences.append(f"No patient is HPV-{name}: balanced accuracy, F1 and AUC do not exist.")
    elif fewer < FEW_OF_A_CLASS:
        sentences.append(
            f"Only {fewer} patients are HPV-{name}: one decision more or less moves balanced accuracy by "
            f"{0.5 / fewer:.3f}."
        )
    accuracy = result.cohort["accuracy"].value
    if fewer and accuracy <= always:
        sentences.append(
            f"Accuracy is {accuracy:.3f}, and calling every patient by the more frequent class would give "
            f"{always:.3f}: read balanced accuracy, not accuracy."
        )
    return sentences


def _center_rule(result: ClassificationResult) -> str:
    return (
        f"A centre has a balanced accuracy only with {MINIMUM_OF_EACH_CLASS} or more patients of each class; otherwise "
        "sensitivity and specificity stand with their n. Where centres differ in their share of negatives, a model can "
        "score by telling the centres apart: compare the shares of negatives and of wrong decisions."
        if len(result.center_counts) > 1
        else "All patients are of one centre: nothing here says how the model does elsewhere."
    )


def _calibration(result: ClassificationResult) -> str:
    line = result.calibration
    if math.isnan(line.slope):
        return "The calibration line does not exist: a class is absent, or the probabilities separate the classes."
    extreme = "more extreme than they should be" if line.slope < 1 else "less extreme than they could be"
    level = "too low" if line.in_the_large > 0 else "too high"
    return (
        f"Calibration slope {line.slope:.2f} (1 is perfect; here probabilities are {extreme}), intercept "
        f"{line.intercept:.2f}; with the slope held at 1 the intercept is {line.in_the_large:.2f} (0 is perfect; here "
        f"probabilities are {level} on the whole). Expected calibration error {result.calibration_error:.3f}, which "
        "also holds the chance of small bins."
    )


def _selective(result: ClassificationResult) -> str:
    found = result.selective
    told = ", ".join(f"{found.risk_at(share):.3f} where {share:.0%} are answered" for share in ANSWERED)
    return (
        f"Share of wrong decisions, the surest answered first: {told}. Area under this risk-coverage curve "
        f"{found.area:.3f}; the least that any order could have is {found.least_area:.3f}."
    )


def _share(share: Share | None) -> str:
    return "–" if share is None else f"{share}, n = {share.n}"


def _text(interval: Interval) -> str:
    return page.figure_text(interval.value, [interval.low, interval.high])
