"""The floor: what the best threshold of SUV reaches, with the threshold chosen on other cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from hyoid.cohort import Case
from hyoid.errors import CohortError
from hyoid.evaluation.floor_choice import CANDIDATES, ThresholdPair
from hyoid.evaluation.floor_trial import ThresholdTrial, mask_of, try_thresholds, uptake_of, usable_cases
from hyoid.evaluation.result import CaseResult, SegmentationResult, summarise
from hyoid.evaluation.segmentation import score_pair
from hyoid.evaluation.strata import knows_centers
from hyoid.geometry import Volume
from hyoid.imaging import Head, write_volume
from hyoid.imaging.suv_threshold import SuvThreshold
from hyoid.metrics import Bootstrap, SegmentationOptions
from hyoid.progress import track


@dataclass(frozen=True, slots=True)
class Floor:
    """SUV thresholds on a cohort, chosen on other cases.

    Parameters
    ----------
    result
        Evaluation of every case with the settings that were best on others.
    predictions
        Its label maps on the CT's grid: files where a folder was given, volumes otherwise.
    chosen
        The settings used for each case, for GTVp and GTVn.
    excluded
        Cases without PET, CT or mask, with the reason.
    """

    result: SegmentationResult
    predictions: Mapping[str, Path | Volume]
    chosen: Mapping[str, ThresholdPair]
    excluded: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return results, choices and exclusions as JSON types."""
        return {
            **self.result.to_dict(),
            "chosen": {identifier: pair.to_dict() for identifier, pair in self.chosen.items()},
            "excluded": dict(self.excluded),
        }


def suv_floor(
    cases: Iterable[Case],
    folds: Sequence[Sequence[str]] | int = 5,
    *,
    candidates: Sequence[SuvThreshold] = CANDIDATES,
    options: SegmentationOptions | None = None,
    bootstrap: Bootstrap | None = None,
    out: Path | None = None,
    jobs: int = 1,
) -> Floor:
    """Segment each case by the SUV thresholds that are best on the cases of the other folds, and evaluate.

    GTVp and GTVn have each a threshold of its own, chosen by its own measure (`CRITERIA`), so that the floor is as high
    in either as thresholds go.

    Parameters
    ----------
    cases
        Cases with CT, PET and expert mask; others are excluded and listed.
    folds
        As in `floor_of_folds`.
    candidates
        Settings to choose from; on equal measure the first wins.
    options, bootstrap
        As for `evaluate_segmentation`.
    out
        Folder for the label maps `ID.nii.gz`. Without it they are kept in memory, one byte a CT voxel.
    jobs
        Processes over cases.

    Raises
    ------
    CohortError
        As `floor_of_folds`.
    HyoidError
        If an image cannot be read; the message names the case.
    """
    cases = list(cases)
    _groups(sorted(usable_cases(cases)[0]), folds)  # to refuse what cannot be done before minutes of work
    trial = try_thresholds(cases, candidates, options, jobs)
    return floor_of_folds(trial, folds, bootstrap=bootstrap, out=out, jobs=jobs)


def floor_of_folds(
    trial: ThresholdTrial,
    folds: Sequence[Sequence[str]] | int,
    *,
    bootstrap: Bootstrap | None = None,
    out: Path | None = None,
    jobs: int = 1,
) -> Floor:
    """Segment each case of a trial by what is best on the cases of the other folds, and evaluate.

    Parameters
    ----------
    trial
        Shared by as many ways to fold its cases as one likes.
    folds
        The reported ids of each fold (cases in none form one more), or a number of folds, filled in turn by sorted
        id so that centers spread.
    bootstrap, out, jobs
        As in `suv_floor`.

    Raises
    ------
    CohortError
        If fewer than two folds have a usable case, or a case is in two folds.
    """
    chosen: dict[str, ThresholdPair] = {}
    for group in _groups(sorted(trial.cases), folds):
        others = [identifier for identifier in trial.cases if identifier not in group]
        chosen |= dict.fromkeys(sorted(group), trial.best(others))
    return _applied(trial, trial.cases, chosen, trial.excluded, bootstrap, out, jobs)


def floor_elsewhere(
    trial: ThresholdTrial, cases: Iterable[Case], *, bootstrap: Bootstrap | None = None, jobs: int = 1
) -> Floor:
    """Segment other cases by what is best over all cases of a trial, and evaluate.

    Raises
    ------
    CohortError
        If one of the cases took part in the trial.
    """
    usable, excluded = usable_cases(cases)
    if known := sorted(usable.keys() & trial.cases.keys()):
        raise CohortError.of(f"{known[0]} in the trial too", "cases that took no part", "Leave them out.")
    chosen = dict.fromkeys(usable, trial.best(list(trial.cases)))
    return _applied(trial, usable, chosen, excluded, bootstrap, None, jobs)


def _applied(
    trial: ThresholdTrial,
    cases: Mapping[str, Case],
    chosen: Mapping[str, ThresholdPair],
    excluded: Mapping[str, str],
    bootstrap: Bootstrap | None,
    out: Path | None,
    jobs: int,
) -> Floor:
    applied = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_apply)(case, chosen[identifier], trial.heads.get(identifier), trial.options, out)
        for identifier, case in cases.items()
    )
    done = list(track(applied, "SUV floor", total=len(cases)))
    found = [case for case, _ in done]
    result = summarise(found, trial.options, bootstrap or Bootstrap(), knows_centers(found))
    predictions = {case.id: prediction for case, prediction in done}
    return Floor(result, predictions, dict(sorted(chosen.items())), excluded)


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


def _apply(
    case: Case, settings: ThresholdPair, head: Head | None, options: SegmentationOptions, out: Path | None
) -> tuple[CaseResult, Path | Volume]:
    uptake = uptake_of(case, head)
    labels = uptake.restore(settings.segment(uptake))
    scored = score_pair(case.id, labels, mask_of(case), options)
    kept: Path | Volume = labels
    if out is not None:
        kept = Path(out) / f"{case.id}.nii.gz"
        write_volume(kept, labels)
    return CaseResult(case.id, case.center, scored.scores, (*uptake.notes, *scored.notes)), kept
