"""The demo's report: one self-contained page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyoid import api
from hyoid.cohort import Cohort, read_cohort
from hyoid.demo.hpv import HPV_RECIPE, HpvTraining, hpv_section
from hyoid.demo.rfs import RFS_RECIPE, RfsTraining, rfs_section
from hyoid.evaluation import Floor
from hyoid.evaluation.report import page, segmentation
from hyoid.evaluation.report.projection import Projection
from hyoid.evaluation.report.segmentation import Pictured
from hyoid.metrics import Interval
from hyoid.training.checkpoint import read_metrics
from hyoid.version import __version__


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where the report lies, what was trained, and the network's lead over the SUV threshold in GTVp DSC (paired)."""

    report: Path
    training: api.TrainResult
    floor: Floor
    hpv: HpvTraining
    rfs: RfsTraining
    lead: Interval
    seconds: float


def report(out: Path, cohort: Cohort, findings: int, result: DemoResult, predicted: api.PredictResult) -> str:
    """Return the page: what both trainings are worth, against what floor, how it looks, and how to go on."""
    recipe = result.training.run.recipe
    histories = {name: read_metrics(folder / "metrics.jsonl") for name, folder in result.training.run.folds.items()}
    return page.page(
        "hyoid demo: tumour, recurrence and HPV status from PET/CT, from cohort to prediction",
        page.paragraph(
            f"{len(cohort.cases)} synthetic patients of {len({c.center for c in cohort.cases})} centres, recipes "
            f"{recipe.title}, {RFS_RECIPE} and {HPV_RECIPE}, {result.seconds / 60:.1f} minutes, hyoid {__version__}.",
            "lead",
        ),
        page.paragraph(
            "Research use only, not a medical device. The patients are phantoms: these figures say that the machinery "
            "works and learns, not what a model is worth in a hospital.",
            "notice",
        ),
        segmentation.result_section(result.training.segmentation, result.floor, recipe),
        rfs_section(result.rfs),
        hpv_section(result.hpv),
        segmentation.picture_section("How it looks", _out_of_fold(out, cohort, result), _CAPTION),
        segmentation.picture_section(
            "Patients of a centre it has never seen", _unseen(out, result, predicted), _UNSEEN
        ),
        segmentation.curve_section(histories, recipe.network_stage.training.select.metric),
        page.section("By centre", segmentation.center_table(result.training.segmentation)),
        page.section("The data", *_data(findings, result)),
        page.section("Go on from here", page.command(_NEXT.format(out=out))),
    )


_CAPTION = (
    "Best, median and worst case by GTVp DSC, out of fold. PET maximum-intensity projections from the front, the "
    "patient's right on the left; solid: truth, dashed: prediction."
)
_UNSEEN = (
    "Both folds together on new patients of other hospitals (other scanners, other contouring); solid: truth where "
    "there is one, dashed: prediction. HPV: from the clinical record. Recurrence: from the record and the predicted "
    "lesions."
)
_NEXT = """hyoid check COHORT                                        # your own data
hyoid train COHORT --recipe baseline-unet --out RUN       # full size
hyoid train COHORT --recipe rfs-lesions --out RFS
hyoid train COHORT --recipe hpv-logistic --out HPV
hyoid predict {out}/run {out}/rfs {out}/hpv --ct CT.nii.gz --pet PET.nii.gz --clinical RECORD.json --out OUT
hyoid evaluate segmentation --pred DIR --truth DIR --out result.json
hyoid evaluate survival --pred OUT/predictions.csv --truth COHORT --out rfs.json
hyoid evaluate hpv --pred OUT/predictions.csv --truth COHORT --out hpv.json"""


def _out_of_fold(out: Path, cohort: Cohort, result: DemoResult) -> list[tuple[str, Projection]]:
    chosen = [
        Pictured(cohort.case(case.id), out / "run" / "out-of-fold" / case.id / f"{case.id}.nii.gz", title)
        for title, case in segmentation.typical_cases(result.training.segmentation)
    ]
    return segmentation.pictures(result.training.run.recipe, chosen)


def _unseen(out: Path, result: DemoResult, predicted: api.PredictResult) -> list[tuple[str, Projection]]:
    unseen = read_cohort(out / "unseen")
    chosen = []
    for info in predicted.cases:
        lesions = info["lesions"]
        title = f"GTVp {lesions['gtvp']['volume_ml']:.1f} mL, GTVn {lesions['gtvn']['volume_ml']:.1f} mL"
        hpv = info["hpv"]
        word = "positive" if hpv["decision"] else "negative"
        title += f"\nHPV-{word}: P(positive) {hpv['probability']:.3f}, threshold {hpv['threshold']:.3f}"
        rfs = info["rfs"]
        title += f"\nfree of recurrence at 3 years: {rfs['survival']['3_years']['value']:.0%}, "
        title += f"risk percentile {rfs['percentile']:.0f}"
        path = out / "predictions" / info["id"] / f"{info['id']}.nii.gz"
        chosen.append(Pictured(unseen.case(info["id"]), path, title))
    return segmentation.pictures(result.training.run.recipe, chosen)


def _data(findings: int, result: DemoResult) -> list[str]:
    excluded = result.training.run.excluded
    parts = [
        page.paragraph(f"`hyoid check` made {findings} findings; they stand in findings.json beside this page."),
    ]
    if excluded:
        parts.append(page.table(["left out of training", "reason"], [[i, r] for i, r in excluded.items()], 9))
    return parts
