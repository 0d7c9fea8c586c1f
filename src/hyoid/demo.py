"""The whole life cycle on a synthetic cohort: check, train, evaluate out of fold, predict, report."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hyoid import api
from hyoid.cohort import Cohort, check_cohort, read_cohort
from hyoid.errors import HyoidError
from hyoid.evaluation import Floor, paired_difference, suv_floor
from hyoid.evaluation.report import page, segmentation
from hyoid.evaluation.report.projection import Projection
from hyoid.evaluation.report.segmentation import Pictured
from hyoid.files import read_json, write_json, write_text
from hyoid.metrics import Interval
from hyoid.phantom import write_cohort
from hyoid.training.checkpoint import read_metrics
from hyoid.version import __version__

RECIPE = "baseline-unet"
PRESET = "tiny"
OVERRIDES = (
    "split.folds=2",
    "stages.0.training.epochs=36",
    "stages.0.training.patches_per_case=1",
    "stages.0.training.augment.0.axes=[x]",
    "stages.0.training.select.every_epochs=12",
)
"""What fits minutes: two folds; one patch of each case in an epoch, for many looks at few cases teach less; left-right
mirror images only, for so short a training cannot learn eight poses."""
PATIENTS = 96
UNSEEN_PATIENTS = 3
SEED = 2025


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Where the report lies, and the network's lead over the SUV threshold in GTVp DSC (paired)."""

    report: Path
    training: api.TrainResult
    floor: Floor
    lead: Interval
    seconds: float


def run_demo(
    out: Path,
    *,
    patients: int = PATIENTS,
    overrides: tuple[str, ...] = (),
    jobs: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> DemoResult:
    """Run the demo into `out` and return what it found; an earlier demo there is replaced.

    `say` is told each step before it begins.

    Raises
    ------
    HyoidError
        If `out` holds something that is not a demo.
    """
    started = time.perf_counter()
    _clear(out)
    write_json(out / "demo.json", {"hyoid": __version__, "patients": patients, "seed": SEED})
    say(f"1/6 Making {patients + UNSEEN_PATIENTS} synthetic patients")
    write_cohort(out / "cohort", patients, seed=SEED, size="tiny", jobs=jobs)
    write_cohort(out / "unseen", UNSEEN_PATIENTS, seed=SEED + 1, size="tiny", centers="unseen", jobs=jobs)
    say("2/6 Checking the cohort")
    cohort = read_cohort(out / "cohort")
    findings = check_cohort(cohort, jobs=jobs)
    write_json(out / "findings.json", [finding.to_dict() for finding in findings])
    say("3/6 Training two folds and predicting each case by the one that did not see it (some minutes)")
    training = api.train(cohort, RECIPE, out / "run", preset=PRESET, overrides=(*OVERRIDES, *overrides), jobs=jobs)
    say("4/6 Looking for the best SUV threshold, on other cases, as the floor")
    folds = [fold["report"] for fold in read_json(out / "run" / "splits.json")]
    floor = suv_floor([cohort.case(i) for i in training.run.reported], folds, out=out / "floor", jobs=jobs)
    say("5/6 Predicting patients of centres that were never seen")
    predicted = api.predict([training.bundle.folder], out / "predictions", cohort=out / "unseen")
    say("6/6 Writing the report")
    lead = paired_difference(training.segmentation, floor.result, "gtvp_dsc_exclude")
    result = DemoResult(out / "report.html", training, floor, lead, 0.0)
    seconds = time.perf_counter() - started
    write_text(result.report, _report(out, cohort, len(findings), result, predicted, seconds))
    return DemoResult(result.report, training, floor, lead, seconds)


def _clear(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()):
        if not (out / "demo.json").is_file():
            raise HyoidError.of(f"other files in {out}", "an empty folder or an earlier demo", "Choose another --out.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def _report(
    out: Path, cohort: Cohort, findings: int, result: DemoResult, predicted: api.PredictResult, seconds: float
) -> str:
    recipe = result.training.run.recipe
    histories = {name: read_metrics(folder / "metrics.jsonl") for name, folder in result.training.run.folds.items()}
    return page.page(
        "hyoid demo: a PET/CT tumour segmenter, from cohort to prediction",
        page.paragraph(
            f"{len(cohort.cases)} synthetic patients of {len({c.center for c in cohort.cases})} centres, recipe "
            f"{recipe.title}, {seconds / 60:.1f} minutes, hyoid {__version__}.",
            "lead",
        ),
        page.paragraph(
            "Research use only, not a medical device. The patients are phantoms: these figures say that the machinery "
            "works and learns, not what a model is worth in a hospital.",
            "notice",
        ),
        segmentation.result_section(result.training.segmentation, result.floor, recipe),
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
    "there is one, dashed: prediction."
)
_NEXT = """hyoid check COHORT                                        # your own data
hyoid train COHORT --recipe baseline-unet --out RUN       # full size
hyoid predict {out}/run --ct CT.nii.gz --pet PET.nii.gz --out OUT
hyoid evaluate segmentation --pred DIR --truth DIR --out result.json"""


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
