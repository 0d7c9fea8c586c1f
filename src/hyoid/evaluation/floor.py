"""The floor: what the best threshold of SUV reaches, with the threshold chosen on other cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from hyoid.cohort import Case
from hyoid.errors import CohortError, HyoidError
from hyoid.evaluation.floor_choice import CANDIDATES, ThresholdPair, choose
from hyoid.evaluation.result import CaseResult, SegmentationResult, summarise
from hyoid.evaluation.segmentation import score_pair
from hyoid.geometry import Volume
from hyoid.imaging import Head, read_volume, write_volume
from hyoid.imaging.neck_uptake import NeckUptake, neck_uptake
from hyoid.imaging.suv_threshold import Candidates, SuvThreshold, ThresholdKind
from hyoid.metrics import Bootstrap, CaseScores, SegmentationOptions
from hyoid.progress import track


@dataclass(frozen=True, slots=True)
class Floor:
    """The cross-fitted SUV threshold on a cohort.

    Parameters
    ----------
    result
        Evaluation of every case with the settings that were best on the other folds' cases.
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
        The reported ids of each fold (cases in none form one more), or a number of folds, filled in turn by sorted
        id so that centers spread.
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
        If fewer than two folds have a usable case, or a case is in two folds.
    HyoidError
        If an image cannot be read; the message names the case.
    """
    options, bootstrap = options or SegmentationOptions(), bootstrap or Bootstrap()
    usable, excluded = _usable(cases)
    groups = _groups(sorted(usable), folds)
    tried = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_try_all)(case, tuple(candidates), options) for case in usable.values()
    )
    found = dict(zip(usable, track(tried, "SUV thresholds", total=len(usable)), strict=True))
    scores = {identifier: of_case for identifier, (of_case, _) in found.items()}
    chosen: dict[str, ThresholdPair] = {}
    for group in groups:
        others = [identifier for identifier in usable if identifier not in group]
        chosen |= dict.fromkeys(sorted(group), choose(scores, others, candidates))
    applied = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_apply)(case, chosen[identifier], found[identifier][1], options, out)
        for identifier, case in usable.items()
    )
    done = list(track(applied, "SUV floor", total=len(usable)))
    result = summarise([case for case, _ in done], options, bootstrap)
    predictions = {case.id: prediction for case, prediction in done}
    return Floor(result, predictions, dict(sorted(chosen.items())), excluded)


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
    case: Case, settings: ThresholdPair, head: Head | None, options: SegmentationOptions, out: Path | None
) -> tuple[CaseResult, Path | Volume]:
    uptake = _prepare(case, head)
    labels = uptake.restore(settings.segment(uptake))
    scored = score_pair(case.id, labels, _mask(case), options)
    kept: Path | Volume = labels
    if out is not None:
        kept = Path(out) / f"{case.id}.nii.gz"
        write_volume(kept, labels)
    return CaseResult(case.id, case.center, scored.scores, (*uptake.notes, *scored.notes)), kept


def _mask(case: Case) -> Path:
    assert case.mask is not None  # noqa: S101 - `_usable` has left the others out
    return case.mask
