"""Predicted label maps against the truth: two folders, or what stands for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from hyoid.cohort import Cohort, read_cohort
from hyoid.cohort.center import prefix_of
from hyoid.cohort.label_maps import LabelMap, LabelMaps, find_label_maps, load_label_map
from hyoid.errors import CohortError, HyoidError
from hyoid.evaluation.alignment import on_grid
from hyoid.evaluation.failures import failure_options
from hyoid.evaluation.result import CaseResult, SegmentationResult, summarise
from hyoid.metrics import (
    MEASURES,
    Bootstrap,
    Interval,
    SegmentationOptions,
    as_labels,
    find_failures,
    paired_interval,
    score_case,
)
from hyoid.progress import track

NAMED_IDS = 5
"""How many ids a message lists before it only counts."""


def evaluate_segmentation(  # noqa: PLR0913 - the options of the verb, all but two by keyword
    predictions: LabelMaps,
    truth: LabelMaps,
    options: SegmentationOptions | None = None,
    bootstrap: Bootstrap | None = None,
    *,
    centers: Mapping[str, str | None] | None = None,
    stratify: bool = False,
    allow_missing: bool = False,
    only_predicted: bool = False,
    jobs: int = 1,
) -> SegmentationResult:
    """Compare predicted label maps with the truth, case by case, by center and over the cohort.

    Parameters
    ----------
    predictions, truth
        Label maps (0 background, 1 GTVp, 2 GTVn) matched by patient id: folders, cohorts, or mappings.
    options
        Policies of the measures; all of them come back with the result.
    bootstrap
        How intervals over patients are drawn.
    centers
        Center by patient id. Otherwise the cohort's, where `truth` is one, else that of ids of the challenge's form
        (`CHUM-012`); None for others.
    stratify
        Resample within centers instead of over the whole cohort.
    allow_missing
        Score a case without prediction as an empty prediction, and list it, instead of refusing.
    only_predicted
        Leave a case without prediction out, and list it, instead of refusing: a run of which not all folds are trained.
    jobs
        Processes over cases.

    Raises
    ------
    CohortError
        If no id is in both, a missing prediction is neither allowed nor left out, or `stratify` knows no center.
    HyoidError
        If a file cannot be read, holds other labels, or lies on another grid; the message names the case.
    """
    options, bootstrap = options or SegmentationOptions(), bootstrap or Bootstrap()
    true_maps, predicted_maps = find_label_maps(truth), find_label_maps(predictions)
    missing = tuple(identifier for identifier in true_maps if identifier not in predicted_maps)
    extra = tuple(identifier for identifier in predicted_maps if identifier not in true_maps)
    _check_ids(true_maps, missing, extra, allow_missing, only_predicted)
    left_out, missing = (missing, ()) if only_predicted else ((), missing)
    true_maps = {identifier: found for identifier, found in true_maps.items() if identifier not in left_out}
    centers = _centers(truth, true_maps) if centers is None else centers
    _check_strata(centers, stratify)
    scored = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(score_pair)(identifier, predicted_maps.get(identifier), label_map, options, failures=not options.merged)
        for identifier, label_map in true_maps.items()
    )
    cases = [
        CaseResult(case.id, centers.get(case.id), case.scores, case.notes, case.failures)
        for case in track(scored, "Evaluating", total=len(true_maps))
    ]
    return summarise(cases, options, bootstrap, stratify, missing=missing, extra=extra, left_out=left_out)


def paired_difference(
    first: SegmentationResult,
    second: SegmentationResult,
    measure: str = "gtvp_dsc_exclude",
    bootstrap: Bootstrap | None = None,
    *,
    stratify: bool = False,
) -> Interval:
    """Return `first` minus `second` in one measure, with the interval of the difference over the same patients.

    Parameters
    ----------
    first, second
        Results of two systems on the same cases.
    measure
        A name of `MEASURES`.
    bootstrap
        How the interval is drawn; otherwise as `first` was.
    stratify
        Resample within centers.

    Raises
    ------
    HyoidError
        If the measure is unknown or the cases differ.
    """
    if measure not in MEASURES:
        raise HyoidError.of(f"the measure '{measure}'", f"one of {', '.join(MEASURES)}", "Check the spelling.")
    ids = [[case.id for case in result.cases] for result in (first, second)]
    if ids[0] != ids[1]:
        apart = sorted(set(ids[0]) ^ set(ids[1]))
        raise HyoidError.of(
            f"cases that only one of both results has: {_named(apart)}", "the same cases", "Evaluate both on the same."
        )
    sums = [MEASURES[measure].sums([case.scores for case in result.cases]) for result in (first, second)]
    counting = int(((sums[0][:, 1] != 0) | (sums[1][:, 1] != 0)).sum())
    strata = [str(case.center) for case in first.cases] if stratify else None
    return paired_interval(sums[0], sums[1], settings=bootstrap or first.bootstrap, strata=strata, n=counting)


def score_pair(
    identifier: str,
    prediction: LabelMap | None,
    truth: LabelMap,
    options: SegmentationOptions,
    surfaces: bool = True,
    failures: bool = False,
) -> CaseResult:
    """Score one case on the truth's grid; None stands for an empty prediction.

    Parameters
    ----------
    identifier
        The patient's id.
    prediction, truth
        Label maps.
    options
        Policies of the measures.
    surfaces
        Whether to measure HD95 and surface Dice too (most of the time).
    failures
        Whether to find the failures too. They need predictions that tell GTVp and GTVn apart.

    Raises
    ------
    HyoidError
        If a map cannot be read, holds other labels, or the grids do not fit; the message begins with the case's id.
    """
    try:
        true = load_label_map(truth)
        if prediction is None:
            notes: tuple[str, ...] = ("No prediction: scored as empty.",)
            predicted = true.with_array(np.zeros(true.grid.shape, np.uint8))
        else:
            loaded = load_label_map(prediction)
            as_labels(loaded.array, "the prediction")  # before nearest voxels are taken: nothing is rounded in silence
            predicted, notes = on_grid(loaded, true.grid)
        pair = (true.array, predicted.array, true.grid.spacing)
        scores = score_case(*pair, options, surfaces=surfaces)
        found = find_failures(*pair, failure_options(options)) if failures else None
    except HyoidError as error:
        raise type(error)(f"{identifier}: {error}") from error
    return CaseResult(identifier, None, scores, notes, found)


def _centers(truth: LabelMaps, identifiers: Iterable[str]) -> dict[str, str | None]:
    """Return the centers that a cohort knows, else (a mapping, a folder of label maps alone) the ids' prefixes."""
    if isinstance(truth, Path):
        try:
            truth = read_cohort(truth)
        except CohortError:
            truth = {}
    known = {case.id: case.center for case in truth.cases} if isinstance(truth, Cohort) else {}
    return {identifier: known.get(identifier) or prefix_of(identifier) for identifier in identifiers}


def _check_strata(centers: Mapping[str, str | None], stratify: bool) -> None:
    if stratify and not any(centers.values()):
        raise CohortError.of(
            f"no center of any of {len(centers)} cases",
            "centers to resample within",
            "Give a table with PatientID and CenterID (--centers), or leave --stratify out.",
        )


def _check_ids(
    true_maps: Mapping[str, LabelMap],
    missing: Sequence[str],
    extra: Sequence[str],
    allow_missing: bool,
    only_predicted: bool,
) -> None:
    if allow_missing and only_predicted:
        raise CohortError.of(
            "both --allow-missing and --only-predicted",
            "one of them",
            "The first scores a case without prediction as empty, the second leaves it out.",
        )
    if len(missing) == len(true_maps):
        raise CohortError.of(
            f"truth for {_named(list(true_maps))} and predictions for {_named(extra)}",
            "file names (ID.nii.gz) that agree",
            "Name the predictions by the patients' ids.",
        )
    if missing and not (allow_missing or only_predicted):
        raise CohortError.of(
            f"no prediction for {_named(missing)}",
            f"one for each of {len(true_maps)} cases with truth",
            "Predict them; or score them as empty predictions (--allow-missing); or leave them out (--only-predicted), "
            "as for a run of which only some folds are trained, or that had to leave cases out (its excluded.json).",
        )


def _named(identifiers: Sequence[str]) -> str:
    shown = ", ".join(identifiers[:NAMED_IDS]) or "no case"
    return shown if len(identifiers) <= NAMED_IDS else f"{shown} and {len(identifiers) - NAMED_IDS} more"
