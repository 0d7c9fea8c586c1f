"""What the evaluation of a segmentation yields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from hyoid.evaluation.failures import FailureCount, count_failures, failure_options, failure_rows
from hyoid.files import jsonable
from hyoid.metrics import (
    MEASURES,
    Bootstrap,
    CaseFailures,
    CaseScores,
    EmptyTruth,
    FailureType,
    Interval,
    Lesion,
    SegmentationOptions,
    bootstrap_interval,
    dice_name,
    of_share,
)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case: its scores, what was noted when it was read, and its failures where they were looked for."""

    id: str
    center: str | None
    scores: CaseScores
    notes: tuple[str, ...] = ()
    failures: CaseFailures | None = None

    def row(self, lesions: Iterable[Lesion] = tuple(Lesion)) -> dict[str, Any]:
        """Return the case as one row: volumes in mL, Dice under each policy, counts, surface measures, failures."""
        row: dict[str, Any] = {"id": self.id, "center": self.center}
        for lesion in lesions:
            volumes, counts = self.scores.overlaps[lesion], self.scores.detections[lesion]
            for policy in EmptyTruth:
                row[dice_name(lesion, policy)] = volumes.dice(policy)
            for name in ("intersection", "truth", "prediction"):
                row[f"{lesion}_{name}_ml"] = getattr(volumes, f"{name}_mm3") / 1000
            row |= {f"{lesion}_{name}": value for name, value in asdict(counts).items()}
            if lesion in self.scores.surfaces:
                row[f"{lesion}_hd95_mm"] = self.scores.surfaces[lesion].hd95_mm
                row[f"{lesion}_surface_dsc"] = self.scores.surfaces[lesion].surface_dice
        if self.failures is not None:
            row["failures"] = failure_rows(self.failures)
        return row


@dataclass(frozen=True, slots=True)
class SegmentationResult:
    """Measures per case, per center and of the cohort.

    Parameters
    ----------
    options, bootstrap, stratified
        The choices behind the numbers; `stratified` resamples within centers.
    cases
        All evaluated cases, sorted by id.
    cohort
        Measure -> value with interval, all of `MEASURES` that were asked for.
    centers
        The same for each center.
    counts
        For each lesion: cases with empty truth, of these with a false prediction, cases wholly missed; lesions.
    missing
        Cases without a prediction, scored as empty (only where that was allowed).
    extra
        Predictions without truth; not evaluated.
    left_out
        Cases with truth and without a prediction; not evaluated (only where that was asked for).
    failures
        How often each type of failure occurs; empty where labels are merged, or failures were not looked for.
    """

    options: SegmentationOptions
    bootstrap: Bootstrap
    stratified: bool
    cases: tuple[CaseResult, ...]
    cohort: Mapping[str, Interval]
    centers: Mapping[str, Mapping[str, Interval]]
    counts: Mapping[str, Mapping[str, int]]
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    failures: Mapping[FailureType, FailureCount] = field(default_factory=dict)

    @property
    def headline_measures(self) -> dict[str, str]:
        """The challenge's names of its three measures, and ours; where labels are merged, those of the GTV."""
        policy = self.options.empty_truth
        if self.options.merged:
            return {
                "GTV_mean_dice": dice_name(Lesion.MERGED, policy),
                "GTV_DSC_agg": "merged_dsc_agg",
                "GTV_F1_agg": "merged_f1_agg",
            }
        return {
            "GTVp_mean_dice": dice_name(Lesion.GTVP, policy),
            "GTVn_DSC_agg": "gtvn_dsc_agg",
            "GTVn_F1_agg": "gtvn_f1_agg",
        }

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """The lesions that the predictions tell apart."""
        return lesions_of(self.options)

    def headline(self) -> dict[str, dict[str, Any]]:
        """Return the challenge's three measures by its names: `{name: {value, interval: [low, high], n}}`."""
        found = {name: self.cohort[measure] for name, measure in self.headline_measures.items()}
        return {name: {"value": i.value, "interval": [i.low, i.high], "n": i.n} for name, i in found.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        value = {
            "options": self.options.model_dump(mode="json")
            | {"bootstrap": self.bootstrap.model_dump(mode="json"), "stratified_by_center": self.stratified},
            "n": len(self.cases),
            "n_left_out": len(self.left_out),
            "missing_scored_as_empty": self.missing,
            "missing_left_out": self.left_out,
            "extra_not_evaluated": self.extra,
            "headline": self.headline(),
            "cohort": {name: interval.to_dict() for name, interval in self.cohort.items()},
            "counts": {name: dict(counts) for name, counts in self.counts.items()},
            "centers": {
                center: {name: interval.to_dict() for name, interval in measures.items()}
                for center, measures in self.centers.items()
            },
            "cases": [case.row(self.lesions) | {"notes": case.notes} for case in self.cases],
        }
        if self.failures:
            counts = {kind.value: count.to_dict() for kind, count in self.failures.items()}
            value["failures"] = {"options": failure_options(self.options).model_dump(mode="json"), "counts": counts}
        return dict(jsonable(value))


def summarise(
    cases: Sequence[CaseResult],
    options: SegmentationOptions,
    bootstrap: Bootstrap,
    stratified: bool = False,
    *,
    missing: tuple[str, ...] = (),
    extra: tuple[str, ...] = (),
    left_out: tuple[str, ...] = (),
) -> SegmentationResult:
    """Make the measures of cohort and centers, with intervals, from scored cases."""
    ordered = tuple(sorted(cases, key=lambda case: case.id))
    strata = [str(case.center) for case in ordered] if stratified else None
    centers = sorted({case.center for case in ordered if case.center is not None})
    failures = [case.failures for case in ordered if case.failures is not None]
    return SegmentationResult(
        options=options,
        bootstrap=bootstrap,
        stratified=stratified,
        cases=ordered,
        cohort=_measure(ordered, options, bootstrap, strata),
        centers={
            center: _measure([case for case in ordered if case.center == center], options, bootstrap, None)
            for center in centers
        },
        counts={lesion.value: _counts(ordered, lesion) for lesion in lesions_of(options)},
        missing=missing,
        extra=extra,
        left_out=left_out,
        # of some cases only they would be a count of nobody's cohort
        failures=count_failures(failures, bootstrap, strata) if len(failures) == len(ordered) > 0 else {},
    )


def lesions_of(options: SegmentationOptions) -> tuple[Lesion, ...]:
    """Return the lesions that predictions tell apart under these options."""
    return (Lesion.MERGED,) if options.merged else tuple(Lesion)


def _measure(
    cases: Sequence[CaseResult], options: SegmentationOptions, bootstrap: Bootstrap, strata: list[str] | None
) -> dict[str, Interval]:
    """Return the measures of the lesions that the options tell apart."""
    lesions = lesions_of(options)
    scores = [case.scores for case in cases]
    with_surfaces = all(score.surfaces for score in scores)
    found = {}
    for name, measure in MEASURES.items():
        if measure.lesion not in lesions or (measure.needs_surfaces and not with_surfaces):
            continue
        sums = measure.sums(scores)
        counting = int((sums[:, 1] != 0).sum())
        found[name] = of_share(bootstrap_interval(sums, settings=bootstrap, strata=strata, n=counting))
    return found


def _counts(cases: Sequence[CaseResult], lesion: Lesion) -> dict[str, int]:
    volumes = [case.scores.overlaps[lesion] for case in cases]
    detections = [case.scores.detections[lesion] for case in cases]
    lesions = ("true_positives", "false_positives", "false_negatives", "truth_lesions", "predicted_lesions")
    return {
        "empty_truth": sum(v.truth_mm3 == 0 for v in volumes),
        "empty_truth_with_prediction": sum(v.truth_mm3 == 0 and v.prediction_mm3 > 0 for v in volumes),
        "truth_with_empty_prediction": sum(v.truth_mm3 > 0 and v.prediction_mm3 == 0 for v in volumes),
    } | {name: sum(getattr(d, name) for d in detections) for name in lesions}
