"""The cohort's tables: the challenge's three CSVs, and the truth beside them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hyoid.phantom.contour import GTVN, GTVP
from hyoid.phantom.faults import Fault
from hyoid.phantom.patient import PhantomPatient
from hyoid.phantom.record import Patient

EHR_COLUMNS = {
    "Age": "age",
    "Gender": "gender",
    "Tobacco Consumption": "tobacco",
    "Alcohol Consumption": "alcohol",
    "Performance Status": "performance",
    "Treatment": "treatment",
    "M-stage": "m_stage",
}
"""Heading of the challenge's tables -> name of the value here."""


def task_table(task: int, patients: list[Patient], faults: list[Fault | None]) -> pd.DataFrame:
    """Return the table of task 1 (record), 2 (record, relapse, RFS in days) or 3 (record, HPV status)."""
    rows = []
    for patient, fault in zip(patients, faults, strict=True):
        row: dict[str, Any] = {"PatientID": patient.id, "CenterID": patient.center.number}
        values = _observed(patient)
        row |= {heading: values[name] for heading, name in EHR_COLUMNS.items()}
        if task == 2:
            row |= _observed_outcome(patient, fault)
        if task == 3:
            row["HPV Status"] = None if "hpv" in patient.missing else int(patient.disease.hpv)
        rows.append(row)
    table = pd.DataFrame(rows)
    whole = [name for name in table.columns if name not in ("PatientID", "M-stage")]
    return table.astype(dict.fromkeys(whole, "Int64"))


def _observed(patient: Patient) -> dict[str, Any]:
    clinical = patient.clinical
    values = {
        "age": clinical.age_years,
        "gender": int(clinical.male),
        "tobacco": int(clinical.tobacco),
        "alcohol": int(clinical.alcohol),
        "performance": clinical.performance,
        "treatment": clinical.treatment,
        "m_stage": clinical.m_stage,
    }
    return {name: None if name in patient.missing else value for name, value in values.items()}


def _observed_outcome(patient: Patient, fault: Fault | None) -> dict[str, Any]:
    if fault == "event_without_time":
        return {"Relapse": 1, "RFS": None}
    if "outcome" in patient.missing:
        return {"Relapse": None, "RFS": None}
    return {"Relapse": int(patient.outcome.relapse), "RFS": patient.outcome.rfs_days}


def truth_row(patient: Patient, fault: Fault | None) -> dict[str, Any]:
    """Return what is true of a patient, nothing missing, no image needed."""
    clinical, disease, outcome = patient.clinical, patient.disease, patient.outcome
    primary = disease.primary
    return {
        "PatientID": patient.id,
        "center": patient.center.name,
        "fault": fault or "",
        "log_hazard": patient.log_hazard,
        "record_log_hazard": patient.record_log_hazard,
        "center_frailty": patient.center.frailty,
        "event_days": outcome.event_days,
        "censoring_days": outcome.censoring_days,
        "relapse": int(outcome.relapse),
        "rfs_days": outcome.rfs_days,
        "hpv": int(disease.hpv),
        "hpv_log_likelihood_ratio": patient.hpv_log_likelihood_ratio,
        "age": clinical.age_years,
        "gender": int(clinical.male),
        "tobacco": int(clinical.tobacco),
        "alcohol": int(clinical.alcohol),
        "performance": clinical.performance,
        "treatment": clinical.treatment,
        "m_stage": clinical.m_stage,
        "site": primary.place if primary else "",
        "gtvp_ml": primary.volume_ml if primary else 0.0,
        "nodes": len(disease.nodes),
        "gtvn_ml": sum(node.volume_ml for node in disease.nodes),
        "metabolic_ml": disease.metabolic_ml,
        "tumour_hu": disease.tumour_hu,
        "heterogeneity": disease.heterogeneity,
    }


def image_row(made: PhantomPatient) -> dict[str, Any]:
    """Return what is true of a patient's images: scanner, artefacts, contoured volumes in mL."""
    truth, mask = made.truth, made.mask
    scan, build = truth.scan, truth.build
    return {
        "whole_body": int(scan.whole_body),
        "psf_mm": scan.psf_mm,
        "pet_noise": scan.noise,
        "pet_offset_x_mm": scan.offset_mm[0],
        "pet_offset_y_mm": scan.offset_mm[1],
        "pet_offset_z_mm": scan.offset_mm[2],
        "metal": int(build.metal),
        "brown_fat": int(build.brown_fat),
        "vertex_z_mm": build.place_mm[2],
        "contoured_gtvp_ml": None if mask is None else mask.volume_ml(GTVP),
        "contoured_gtvn_ml": None if mask is None else mask.volume_ml(GTVN),
    }


def lesion_rows(made: PhantomPatient) -> list[dict[str, Any]]:
    """Return one row per lesion: plan, and centre in the world of the CT (LPS, mm)."""
    build = made.truth.build
    rows = []
    for number, lesion in enumerate(made.truth.lesions, start=1):
        x, y, z = build.to_world(lesion.centre)
        plan = lesion.plan
        rows.append(
            {
                "PatientID": made.patient.id,
                "lesion": number,
                "kind": plan.kind,
                "place": plan.place,
                "side": "left" if plan.side > 0 else "right",
                "volume_ml": plan.volume_ml,
                "metabolic_ml": plan.metabolic_ml,
                "peak_suv": plan.peak_suv,
                "heterogeneity": plan.heterogeneity,
                "hu": plan.hu,
                "texture": plan.texture,
                "core_share": plan.core_share,
                "x_mm": x,
                "y_mm": y,
                "z_mm": z,
            }
        )
    return rows
