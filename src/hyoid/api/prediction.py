"""`predict`: one study or a cohort through trained bundles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from hyoid.api.asking import Found, ask_all
from hyoid.api.common import PathLike, resolve_cohort
from hyoid.api.prediction_table import write_prediction_table
from hyoid.api.study import impossible_values, single_study, unused_keys
from hyoid.cohort import Case, Cohort, Problem
from hyoid.decision import PriorShift, check_informative, estimate_prevalence_black_box, estimate_prevalence_em
from hyoid.errors import HyoidError
from hyoid.inference import (
    HpvPredictor,
    Prediction,
    Predictors,
    join_answers,
    write_prediction,
)
from hyoid.inference.patient import check_record
from hyoid.recipe import Recipe

EstimatePrevalence = Literal["em", "black_box"]


@dataclass(frozen=True, slots=True)
class PredictResult:
    """The description of each predicted case, `{id: reason}` of those that failed, and what was done to the prior."""

    out: Path
    cases: list[dict[str, Any]]
    failed: dict[str, str]
    prior: list[PriorShift] = field(default_factory=list)


def predict(  # noqa: PLR0913 - the options of the verb, all but two by keyword
    bundles: Sequence[PathLike],
    out: PathLike,
    *,
    ct: PathLike | None = None,
    pet: PathLike | None = None,
    clinical: PathLike | None = None,
    mask: PathLike | None = None,
    dose: PathLike | None = None,
    cohort: PathLike | Cohort | None = None,
    case_id: str | None = None,
    center: str | None = None,
    device: str = "auto",
    columns: PathLike | None = None,
    prevalence: float | None = None,
    estimate_prevalence: EstimatePrevalence | None = None,
) -> PredictResult:
    """Predict one study (`ct`, `pet`, `clinical`, `mask`, `dose`) or every case of a cohort.

    Label maps lie on the CT's own grid. Bundles of one task are an ensemble, those of different tasks are joined; a
    classifier that measures lesions uses the case's label map, or else the one that a segmentation bundle made.

    Parameters
    ----------
    center
        Name of the hospital of one study, as the training table writes it: a model that harmonises looks for it.
    prevalence
        Share of HPV-positive patients where the cases come from: probabilities are corrected for it.
    estimate_prevalence
        Estimate that share from the cohort's own predictions, of 50 cases at the least.

    In a cohort a case that cannot be predicted is reported and stops nothing; a single study raises. A cohort that is
    interrupted keeps what was predicted, its table with it, unless a prevalence was to be estimated from all of it.

    Raises
    ------
    HyoidError
        If neither or both of study and cohort are given, or the study or the bundle cannot be used.
    """
    single = cohort is None
    _check_one_of(single, any(part is not None for part in (ct, pet, clinical, mask, dose)))
    _check_prior(prevalence, estimate_prevalence, single)
    predictors = Predictors.load([Path(folder) for folder in bundles], device)
    _check_classifier(predictors, prevalence, estimate_prevalence)
    if cohort is None:
        case, problems = single_study(ct, pet, clinical, mask, dose, case_id, center)
        cases = [case]
    else:
        cases, problems = _read(cohort, columns)
    unused = [] if clinical is None else unused_keys(clinical, _clinical_columns(predictors))
    found, failed, interrupted = _asked(predictors, cases, Path(out), problems, unused, single=single)
    if interrupted and estimate_prevalence is not None:
        raise KeyboardInterrupt  # the share among some of the patients would decide for all of them
    shifts = _shifts(predictors.hpv, found, prevalence, estimate_prevalence)
    done = [_decided(predictors.hpv, one, shifts) for one in found]
    _write(Path(out), done, failed, problems, unused)
    if interrupted:
        raise KeyboardInterrupt
    return PredictResult(Path(out), done, failed, [shift for shift in shifts if shift is not None])


def _read(cohort: PathLike | Cohort, columns: PathLike | None) -> tuple[list[Case], list[Problem]]:
    found = resolve_cohort(cohort, columns)
    return list(found.cases), list(found.problems)


def _write(
    out: Path,
    done: Sequence[dict[str, Any]],
    failed: dict[str, str],
    problems: Sequence[Problem],
    unused: Sequence[str],
) -> None:
    """Write every case's JSON, once what the record held is among its notes, and the table."""
    for info in done:
        info["notes"] = [*info["notes"], *impossible_values(problems, info["id"]), *unused]
        write_prediction(out, Prediction(info["id"], None, info))
    write_prediction_table(out, list(done), failed)


def _check_one_of(cohort_missing: bool, study: bool) -> None:
    """Refuse neither or both of one study and a cohort."""
    if cohort_missing != study:
        raise HyoidError.of(
            "neither or both of one study and a cohort",
            "--ct, --pet, --clinical, --dose of one study, or --cohort",
            "Give one of the two.",
        )


def _asked(
    predictors: Predictors,
    cases: Sequence[Case],
    out: Path,
    problems: Sequence[Problem],
    unused: Sequence[str],
    *,
    single: bool,
) -> tuple[list[Found], dict[str, str], bool]:
    """Ask the models about all cases, as `ask_all`; an error of a single study also says what its record held."""
    try:
        if single:
            _check_record(predictors, cases[0])
        return ask_all(predictors, cases, out, single=single)
    except HyoidError as error:
        if not single:
            raise
        raise type(error)(" ".join([str(error), *impossible_values(problems, cases[0].id), *unused])) from error


def _check_prior(prevalence: float | None, estimate: str | None, single: bool) -> None:
    if prevalence is not None and estimate is not None:
        raise HyoidError.of("a prevalence and its estimation", "one of the two", "Leave one out.")
    if prevalence is not None and not 0 < prevalence < 1:
        raise HyoidError.of(f"a prevalence of {prevalence:g}", "a share between 0 and 1", "Correct --prevalence.")
    if estimate is not None and single:
        raise HyoidError.of("one study to estimate a prevalence from", "a cohort of 50 or more", "Give --prevalence.")


def _check_classifier(predictors: Predictors, prevalence: float | None, estimate: str | None) -> None:
    if (prevalence, estimate) != (None, None) and not predictors.hpv:
        raise HyoidError.of("a prevalence without a classifier", "a bundle of HPV status", "Leave the prevalence out.")


def _clinical_columns(predictors: Predictors) -> set[str]:
    """Return the clinical columns that any of the models reads."""
    inputs = [recipe.inputs.clinical for recipe in _patient_recipes(predictors)]
    return {column for clinical in inputs if clinical is not None for column in clinical.columns}


def _check_record(predictors: Predictors, case: Case) -> None:
    """Refuse a study without the record that a model needs before minutes are spent on its images."""
    for recipe in _patient_recipes(predictors):
        if recipe.inputs.lesions is None:  # with them, what is missing is known when they are measured
            check_record(case, recipe)


def _patient_recipes(predictors: Predictors) -> list[Recipe]:
    return [*(one.recipe for one in predictors.hpv), *(one.recipe for one in predictors.rfs)]


def _shifts(
    predictors: Sequence[HpvPredictor],
    found: Sequence[Found],
    prevalence: float | None,
    estimate: EstimatePrevalence | None,
) -> list[PriorShift | None]:
    """Return the correction of each classifier's prior."""
    return [
        _shift(predictor, [one.hpv[k].combined for one in found], prevalence, estimate)
        for k, predictor in enumerate(predictors)
    ]


def _shift(
    predictor: HpvPredictor, logits: Sequence[float], prevalence: float | None, estimate: EstimatePrevalence | None
) -> PriorShift | None:
    """Return the correction of a classifier's prior that was asked for, estimated from this cohort where so."""
    if prevalence is not None:
        return PriorShift.of(predictor.prior, prevalence)
    if estimate is None:
        return None
    calibrated = predictor.calibrator.apply(np.array(logits, np.float64))
    known = predictor.out_of_fold
    sensitivity, specificity = (0.0 if known[n] is None else float(known[n]) for n in ("sensitivity", "specificity"))
    if estimate == "em":
        check_informative(sensitivity, specificity)
        share = estimate_prevalence_em(calibrated, predictor.prior)
    else:
        decisions = predictor.threshold.decide(calibrated)
        share = estimate_prevalence_black_box(decisions, sensitivity, specificity)
    return PriorShift.of(predictor.prior, share, estimate, len(logits))


def _decided(predictors: Sequence[HpvPredictor], found: Found, shifts: Sequence[PriorShift | None]) -> dict[str, Any]:
    if not predictors:
        return found.info
    answers = [
        predictor.answer(logits, shift) for predictor, logits, shift in zip(predictors, found.hpv, shifts, strict=True)
    ]
    return found.info | {"hpv": join_answers(answers)}
