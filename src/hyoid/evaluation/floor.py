"""The floor: what the best threshold of SUV reaches, with the threshold chosen on other cases."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed

from hyoid.cohort import Case
from hyoid.errors import CohortError, HyoidError
from hyoid.evaluation.result import CaseResult, SegmentationResult, summarise
from hyoid.evaluation.segmentation import score_pair
from hyoid.geometry import Volume
from hyoid.imaging import Head, read_volume, write_volume
from hyoid.imaging.neck_uptake import NeckUptake, neck_uptake
from hyoid.imaging.suv_threshold import Candidates, PrimaryRule, SuvThreshold, ThresholdKind
from hyoid.metrics import MEASURES, Bootstrap, CaseScores, SegmentationOptions, ratio
from hyoid.progress import track

THRESHOLDS = (
    (ThresholdKind.FIXED, 2.5),
    (ThresholdKind.FIXED, 3.0),
    (ThresholdKind.FIXED, 4.0),
    (ThresholdKind.FRACTION_OF_LESION, 0.41),
    (ThresholdKind.FRACTION_OF_NECK, 0.41),
)
"""Thresholds of the clinic: SUV 2.5, 3 and 4, and 41 % of the maximum (EANM), of each lesion and of the whole neck."""

CANDIDATES = tuple(
    SuvThreshold(kind=kind, value=value, primary=primary, nodes=nodes, minimum_ml=minimum_ml)
    for (kind, value), primary, nodes, minimum_ml in product(THRESHOLDS, PrimaryRule, ("all", "lateral"), (0.5, 2.0))
)
"""Every threshold with every rule for primary and nodes and with two least volumes."""

CRITERION = ("gtvp_dsc_exclude", "gtvn_dsc_agg")
"""What the choice is made by: the mean of the challenge's two overlap measures."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The cross-fitted SUV threshold on a cohort.

    Parameters
    ----------
    result
        Evaluation of every case with the candidate that was best on the other folds' cases.
    predictions
        Its label maps on the CT's grid: files where a folder was given, volumes otherwise.
    chosen
        The candidate used for each case.
    in_sample
        For comparison only: candidate and criterion that would be best on all cases at once (optimistic).
    excluded
        Cases without PET, CT or mask, with the reason.
    """

    result: SegmentationResult
    predictions: Mapping[str, Path | Volume]
    chosen: Mapping[str, SuvThreshold]
    in_sample: tuple[SuvThreshold, float]
    excluded: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return results, choices and exclusions as JSON types."""
        best, value = self.in_sample
        return {
            **self.result.to_dict(),
            "chosen": {identifier: setting.model_dump(mode="json") for identifier, setting in self.chosen.items()},
            "in_sample_optimistic": {"setting": best.model_dump(mode="json"), "criterion": value},
            "excluded": dict(self.excluded),
        }


def suv_floor(
    cases: Iterable[Case],
    folds: Sequence[Sequence[str]] | int = 5,
    *,
    candidates: Sequence[SuvThreshold] = CANDIDATES,
    criterion: Sequence[str] = CRITERION,
    options: SegmentationOptions | None = None,
    bootstrap: Bootstrap | None = None,
    out: Path | None = None,
    jobs: int = 1,
) -> Floor:
    """Segment each case by the SUV threshold that is best on the cases of the other folds, and evaluate.

    Parameters
    ----------
    cases
        Cases with CT, PET and expert mask; others are excluded and listed.
    folds
        The reported ids of each fold (cases in none form one more), or a number of folds, filled in turn by sorted
        id so that centers spread.
    candidates
        Settings to choose from; on equal criterion the first wins.
    criterion
        Names of `MEASURES` whose mean is maximised on the other folds. Undefined ones are left out.
    options, bootstrap
        As for `evaluate_segmentation`.
    out
        Folder for the label maps `ID.nii.gz`. Without it they are kept in memory, one byte a CT voxel.
    jobs
        Processes over cases.

    Raises
    ------
    CohortError
        If fewer than two folds have a usable case, or a case is in two folds.
    HyoidError
        If a criterion is unknown or an image cannot be read; the message names the case.
    """
    options, bootstrap = options or SegmentationOptions(), bootstrap or Bootstrap()
    _check_criterion(criterion)
    usable, excluded = _usable(cases)
    groups = _groups(sorted(usable), folds)
    tried = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_try_all)(case, tuple(candidates), options) for case in usable.values()
    )
    found = dict(zip(usable, track(tried, "SUV thresholds", total=len(usable)), strict=True))
    scores = {identifier: of_case for identifier, (of_case, _) in found.items()}
    chosen = _choose(scores, groups, candidates, criterion)
    on_all = _criterion(scores, list(usable), criterion)
    applied = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_apply)(case, chosen[identifier], found[identifier][1], options, out)
        for identifier, case in usable.items()
    )
    done = list(track(applied, "SUV floor", total=len(usable)))
    result = summarise([case for case, _ in done], options, bootstrap)
    predictions = {case.id: prediction for case, prediction in done}
    in_sample = (candidates[int(np.argmax(on_all))], float(np.max(on_all)))
    return Floor(result, predictions, dict(sorted(chosen.items())), in_sample, excluded)


def _check_criterion(criterion: Sequence[str]) -> None:
    unknown = [name for name in criterion if name not in MEASURES or MEASURES[name].needs_surfaces]
    if unknown or not criterion:
        raise HyoidError.of(f"the criterion {unknown}", "names of overlap measures", "See hyoid.metrics.MEASURES.")


def _choose(
    scores: Mapping[str, list[CaseScores]],
    groups: Sequence[set[str]],
    candidates: Sequence[SuvThreshold],
    criterion: Sequence[str],
) -> dict[str, SuvThreshold]:
    """Return for each case the candidate that is best on all cases outside its group."""
    chosen: dict[str, SuvThreshold] = {}
    for group in groups:
        others = [identifier for identifier in scores if identifier not in group]
        best = candidates[int(np.argmax(_criterion(scores, others, criterion)))]
        chosen |= dict.fromkeys(group, best)
    return chosen


def _usable(cases: Iterable[Case]) -> tuple[dict[str, Case], dict[str, str]]:
    usable, excluded = {}, {}
    for case in sorted(cases, key=lambda case: case.id):
        missing = [name for name in ("ct", "pet") if name not in case.images] + ["mask"] * (case.mask is None)
        if missing:
            excluded[case.id] = f"no {' and no '.join(missing)}"
        else:
            usable[case.id] = case
    return usable, excluded


def _groups(identifiers: list[str], folds: Sequence[Sequence[str]] | int) -> list[set[str]]:
    if isinstance(folds, int):
        groups = [set(identifiers[start::folds]) for start in range(max(1, folds))]
    else:
        groups = [set(fold) & set(identifiers) for fold in folds]
        twice = sum(len(group) for group in groups) - len(set().union(*groups))
        if twice:
            raise CohortError.of(f"{twice} cases in two folds", "each case reported once", "Check the folds.")
        groups.append(set(identifiers) - set().union(*groups))
    groups = [group for group in groups if group]
    if len(groups) < 2:
        raise CohortError.of(
            f"{len(identifiers)} cases with CT, PET and mask in {len(groups)} folds",
            "two folds with cases or more",
            "The threshold for a case is chosen on other cases: give more cases or folds.",
        )
    return groups


def _prepare(case: Case, head: Head | None = None) -> NeckUptake:
    try:
        return neck_uptake(read_volume(case.images["ct"]), read_volume(case.images["pet"]), head)
    except HyoidError as error:
        raise type(error)(f"{case.id}: {error}") from error


def _try_all(
    case: Case, candidates: Sequence[SuvThreshold], options: SegmentationOptions
) -> tuple[list[CaseScores], Head | None]:
    """Score every candidate on one case; the head is returned so that it need not be found again."""
    uptake = _prepare(case)
    truth = read_volume(_mask(case))
    found: dict[tuple[ThresholdKind, float, float], Candidates] = {}
    scored: dict[bytes, CaseScores] = {}
    scores = []
    for candidate in candidates:
        if candidate.finding not in found:
            found[candidate.finding] = candidate.find(uptake)
        labels = candidate.assign(found[candidate.finding])
        key = labels.tobytes()  # many settings make the same label map
        if key not in scored:
            scored[key] = score_pair(case.id, uptake.restore(labels), truth, options, surfaces=False).scores
        scores.append(scored[key])
    return scores, uptake.head


def _apply(
    case: Case, setting: SuvThreshold, head: Head | None, options: SegmentationOptions, out: Path | None
) -> tuple[CaseResult, Path | Volume]:
    uptake = _prepare(case, head)
    labels = uptake.restore(setting.segment(uptake))
    scored = score_pair(case.id, labels, _mask(case), options)
    kept: Path | Volume = labels
    if out is not None:
        kept = Path(out) / f"{case.id}.nii.gz"
        write_volume(kept, labels)
    return CaseResult(case.id, case.center, scored.scores, (*uptake.notes, *scored.notes)), kept


def _mask(case: Case) -> Path:
    assert case.mask is not None  # noqa: S101 - `_usable` has left the others out
    return case.mask


def _criterion(
    scores: Mapping[str, list[CaseScores]], identifiers: Sequence[str], criterion: Sequence[str]
) -> list[float]:
    """Mean of the criterion's measures over these cases, for each candidate; minus infinity where none is defined."""
    values = []
    for of_candidate in zip(*(scores[identifier] for identifier in identifiers), strict=True):
        found = [float(ratio(MEASURES[name].sums(of_candidate).sum(axis=0))) for name in criterion]
        defined = [value for value in found if not math.isnan(value)]
        values.append(float(np.mean(defined)) if defined else -math.inf)
    return values
