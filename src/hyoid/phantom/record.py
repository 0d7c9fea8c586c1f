"""One patient's record and truth: disease, HPV, clinical table, outcome. No image is needed for any of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np

from hyoid.errors import CohortError
from hyoid.phantom.centers import DEFAULT_UNSEEN_PREVALENCE, Center, CenterSet, allocate
from hyoid.phantom.clinical import Clinical, draw_clinical, draw_missing
from hyoid.phantom.disease import Disease, draw_disease
from hyoid.phantom.hpv import Site, log_likelihood_ratio
from hyoid.phantom.outcome import (
    RECORD_FACTORS,
    Outcome,
    calibrate_baseline,
    draw_censoring,
    event_time,
    linear_predictor,
    standardised,
)
from hyoid.phantom.streams import stream

_REFERENCE_SEED, _REFERENCE_PATIENTS = 20_251, 2_000


@dataclass(frozen=True, slots=True)
class Patient:
    """A synthetic patient: what the tables say, and what is true.

    Parameters
    ----------
    id, center
        `CHUM-012` and its hospital.
    clinical, disease, outcome
        The truth.
    missing
        Names of the cells that are empty in the tables: keys of `clinical.MISSING_SHARE`, `m_stage`, `hpv`.
    log_hazard
        True linear predictor of recurrence, centre frailty included; `record_log_hazard` the clinical table's part.
    hpv_log_likelihood_ratio
        The HPV oracle: evidence of all true traits, without the prevalence.
    """

    id: str
    center: Center
    clinical: Clinical
    disease: Disease
    outcome: Outcome
    missing: frozenset[str]
    log_hazard: float
    record_log_hazard: float
    hpv_log_likelihood_ratio: float


def draw_patients(
    patients: int,
    seed: int = 0,
    centers: CenterSet = "train",
    prevalence: float | None = None,
    event_rate: float = 0.20,
) -> list[Patient]:
    """Draw the records of a cohort without rendering images: thousands take seconds.

    Parameters are those of `write_cohort`; patient i is the same whatever the number of patients.

    Raises
    ------
    CohortError
        If a number is out of its range, or `prevalence` is given for the training centres, which have their own.
    """
    if patients < 1 or seed < 0:
        raise CohortError.of(
            f"patients={patients}, seed={seed}", "one patient or more and a seed of 0 or more", "Correct them."
        )
    share = _checked_prevalence(centers, prevalence)
    baseline = _baseline(centers, share, event_rate)
    seats = allocate(centers, patients)
    return [_draw(seed, i, center, name, share, baseline) for i, (center, name) in enumerate(seats)]


def draw_patient(
    seed: int,
    index: int,
    centers: CenterSet = "train",
    prevalence: float | None = None,
    event_rate: float = 0.20,
) -> Patient:
    """Draw the record of patient `index` (from 0) alone: the same as in `draw_patients`."""
    if index < 0 or seed < 0:
        raise CohortError.of(f"seed={seed}, index={index}", "numbers of 0 or more", "Correct them.")
    share = _checked_prevalence(centers, prevalence)
    center, name = allocate(centers, index + 1)[index]
    return _draw(seed, index, center, name, share, _baseline(centers, share, event_rate))


def _checked_prevalence(centers: CenterSet, prevalence: float | None) -> float:
    if prevalence is not None and centers == "train":
        raise CohortError.of(
            "a prevalence for the training centres",
            "none: each training centre has its own, as in the challenge's data",
            "Use it with centers 'unseen', or leave it out.",
        )
    if prevalence is not None and not 0.0 <= prevalence <= 1.0:
        raise CohortError.of(f"a prevalence of {prevalence:g}", "a share from 0 to 1", "Choose another.")
    return DEFAULT_UNSEEN_PREVALENCE if prevalence is None else prevalence


@lru_cache(maxsize=32)
def _baseline(centers: CenterSet, prevalence: float, event_rate: float) -> float:
    """Calibrate on a reference cohort of its own, so that a patient does not depend on who else was drawn."""
    seats = allocate(centers, _REFERENCE_PATIENTS)
    drawn = [_draw(_REFERENCE_SEED, i, center, name, prevalence, 1e-4) for i, (center, name) in enumerate(seats)]
    log_hazard = np.array([patient.log_hazard for patient in drawn])
    censoring = np.array([patient.outcome.censoring_days for patient in drawn])
    return calibrate_baseline(log_hazard, censoring, event_rate)


def _draw(seed: int, index: int, center: Center, name: str, prevalence: float, baseline: float) -> Patient:
    rng = stream(seed, index, "record")
    share = prevalence if center.hpv_prevalence is None else center.hpv_prevalence
    hpv = bool(rng.random() < share)
    disease = draw_disease(rng, hpv)
    clinical = draw_clinical(rng, hpv, len(disease.nodes))
    factors = _factors(clinical, disease)
    log_hazard = linear_predictor(factors) + center.frailty
    censoring = draw_censoring(rng, center)
    event = event_time(1.0 - rng.random(), log_hazard, baseline)
    return Patient(
        name,
        center,
        clinical,
        disease,
        Outcome(event, censoring),
        draw_missing(rng, center),
        log_hazard,
        linear_predictor({key: factors[key] for key in RECORD_FACTORS}),
        _evidence(clinical, disease),
    )


def _factors(clinical: Clinical, disease: Disease) -> dict[str, float]:
    return {
        "hpv": float(disease.hpv),
        "tobacco": float(clinical.tobacco),
        "performance_status": float(clinical.performance),
        "m1": float(clinical.m_stage == "M1"),
        "age": standardised("age", clinical.age_years),
        "log_mtv": standardised("log_mtv", math.log(disease.metabolic_ml)),
        "heterogeneity": standardised("heterogeneity", math.log(disease.heterogeneity)),
        "three_or_more_nodes": float(len(disease.nodes) >= 3),
    }


def _evidence(clinical: Clinical, disease: Disease) -> float:
    primary, nodes = disease.primary, disease.nodes
    return log_likelihood_ratio(
        site=cast("Site", primary.place) if primary else None,
        textures=[node.texture for node in nodes],
        primary_ml=primary.volume_ml if primary else None,
        nodes_ml=[node.volume_ml for node in nodes],
        tumour_hu=disease.tumour_hu,
        heterogeneity=disease.heterogeneity,
        age_years=clinical.age_years,
        male=clinical.male,
        tobacco=clinical.tobacco,
        alcohol=clinical.alcohol,
        performance=clinical.performance,
    )
