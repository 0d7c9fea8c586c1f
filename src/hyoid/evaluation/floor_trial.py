"""Every SUV threshold tried on every case, once, from which the best for any others is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from joblib import Parallel, delayed

from hyoid.cohort import Case
from hyoid.errors import HyoidError
from hyoid.evaluation.floor_choice import CANDIDATES, ThresholdPair, choose
from hyoid.evaluation.segmentation import score_pair
from hyoid.imaging import Head, read_volume
from hyoid.imaging.neck_uptake import NeckUptake, neck_uptake
from hyoid.imaging.suv_threshold import Candidates, SuvThreshold, ThresholdKind
from hyoid.metrics import CaseScores, SegmentationOptions
from hyoid.progress import track


@dataclass(frozen=True, slots=True)
class ThresholdTrial:
    """What every candidate is worth on every case.

    Parameters
    ----------
    cases
        Those with PET, CT and mask, by id.
    excluded
        The others, with the reason.
    candidates
        What was tried.
    options
        How it was scored.
    scores
        By id, one entry a candidate.
    heads
        By id, so that a head need not be found again; None where there is none.
    """

    cases: Mapping[str, Case]
    excluded: Mapping[str, str]
    candidates: tuple[SuvThreshold, ...]
    options: SegmentationOptions
    scores: Mapping[str, Sequence[CaseScores]]
    heads: Mapping[str, Head | None]

    def best(self, ids: Sequence[str]) -> ThresholdPair:
        """Return what is best over these cases, for each label by its own measure (`CRITERIA`)."""
        return choose(self.scores, ids, self.candidates)


def try_thresholds(
    cases: Iterable[Case],
    candidates: Sequence[SuvThreshold] = CANDIDATES,
    options: SegmentationOptions | None = None,
    jobs: int = 1,
) -> ThresholdTrial:
    """Score every candidate on every case with CT, PET and expert mask, in as many processes as `jobs`.

    Raises
    ------
    HyoidError
        If an image cannot be read; the message names the case.
    """
    options = options or SegmentationOptions()
    usable, excluded = usable_cases(cases)
    tried = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_try_all)(case, tuple(candidates), options) for case in usable.values()
    )
    found = dict(zip(usable, track(tried, "SUV thresholds", total=len(usable)), strict=True))
    scores, heads = ({i: pair[k] for i, pair in found.items()} for k in (0, 1))
    return ThresholdTrial(usable, excluded, tuple(candidates), options, scores, heads)


def usable_cases(cases: Iterable[Case]) -> tuple[dict[str, Case], dict[str, str]]:
    """Return those with CT, PET and mask by id, and why not the others."""
    usable, excluded = {}, {}
    for case in sorted(cases, key=lambda case: case.id):
        missing = [name for name in ("ct", "pet") if name not in case.images] + ["mask"] * (case.mask is None)
        if missing:
            excluded[case.id] = f"no {' and no '.join(missing)}"
        else:
            usable[case.id] = case
    return usable, excluded


def uptake_of(case: Case, head: Head | None = None) -> NeckUptake:
    """Return the uptake of a case's neck; its head is found unless it is given."""
    try:
        return neck_uptake(read_volume(case.images["ct"]), read_volume(case.images["pet"]), head)
    except HyoidError as error:
        raise type(error)(f"{case.id}: {error}") from error


def mask_of(case: Case) -> Path:
    """Return the expert mask of a usable case."""
    assert case.mask is not None  # noqa: S101 - `usable_cases` has left the others out
    return case.mask


def _try_all(
    case: Case, candidates: Sequence[SuvThreshold], options: SegmentationOptions
) -> tuple[list[CaseScores], Head | None]:
    uptake = uptake_of(case)
    truth = read_volume(mask_of(case))
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
