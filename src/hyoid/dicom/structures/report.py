"""A prediction as a structured report: lesions with their measures, and what it says of the patient."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hyoid.dicom.structures.answers import answers_of
from hyoid.dicom.structures.coding import CodeTriple
from hyoid.dicom.structures.extra import highdicom
from hyoid.dicom.structures.objects import as_given
from hyoid.dicom.structures.origin import MANUFACTURER
from hyoid.dicom.structures.reference import ReferenceSeries
from hyoid.dicom.structures.report_groups import (
    LesionMeasures,
    absent_groups,
    answer_group,
    concept,
    lesion_groups,
    segment_groups,
)
from hyoid.errors import DicomError
from hyoid.files import atomic_path
from hyoid.version import __version__

SERIES_NUMBER = 9303
"""Series Number of reports: high, so that it stands after the scanner's own series."""

_PROCEDURE: CodeTriple = ("443271005", "SCT", "PET/CT FDG imaging of whole body")
_TITLE: CodeTriple = ("126001", "DCM", "Oncology Measurement Report")
_DEVICE_UID = f"2.25.{uuid.uuid5(uuid.NAMESPACE_DNS, 'hyoid.device.observer').int}"


def listed_lesions(info: Mapping[str, Any]) -> list[LesionMeasures]:
    """Return the lesions that a prediction's JSON lists by itself: volume, and SUVmax where it has one."""
    return [
        LesionMeasures(str(found["label"]), float(found["volume_ml"]), found.get("suv_max"))
        for found in info.get("components") or []
    ]


def write_report(
    path: Path,
    info: Mapping[str, Any],
    lesions: Sequence[LesionMeasures],
    reference: ReferenceSeries,
    segmentation: Any = None,
) -> str:
    """Write a measurement report (PS3.16 TID 1500) as a Comprehensive SR, unverified.

    Each lesion is a measurement group (TID 1501): volume, and where known SUVmax, SUVpeak and TLG; a label that was
    looked for and not found is one too. With a segmentation,
    each of its segments is a group (TID 1411) that refers to it, with the sum of its lesions' volumes. Recurrence-free
    survival and HPV status are groups of private codes. Every group says that it is for research only.

    Parameters
    ----------
    info
        The prediction's JSON (`ID/ID.json` of `hyoid predict`).
    lesions
        In the order in which they are numbered, those of a label together.
    reference
        The CT series: patient, study, and evidence.
    segmentation
        A pydicom dataset that `write_seg` wrote of the same prediction.

    Returns
    -------
    str
        SOP Instance UID of what was written.

    Raises
    ------
    HyoidError
        If highdicom is not installed.
    DicomError
        If there is nothing to report, a label is unknown, or the segmentation is of another study.
    """
    library = highdicom()
    groups = [
        *lesion_groups(info, lesions),
        *absent_groups(info, lesions),
        *(answer_group(answer) for answer in answers_of(info)),
    ]
    if segmentation is not None:
        if str(segmentation.StudyInstanceUID) != reference.study_instance_uid:
            raise DicomError.of("a segmentation of another study", "that of this CT", "Give the CT's own.")
        groups = [*segment_groups(info, lesions, segmentation), *groups]
    if not groups:
        raise DicomError.of(
            "a prediction without lesions, survival or HPV status", "something to report", "Nothing was written."
        )
    with as_given(), atomic_path(path) as temporary:
        report = _document(library, groups, [*reference.headers, *([] if segmentation is None else [segmentation])])
        report.save_as(temporary)
    return str(report.SOPInstanceUID)


def _document(library: Any, groups: Sequence[Any], evidence: Sequence[Any]) -> Any:
    content = library.sr.MeasurementReport(
        observation_context=_observer(library),
        procedure_reported=concept(_PROCEDURE),
        imaging_measurements=groups,
        title=concept(_TITLE),
    )
    return library.sr.ComprehensiveSR(
        evidence=evidence,
        content=content[0],
        series_instance_uid=library.UID(),
        series_number=SERIES_NUMBER,
        sop_instance_uid=library.UID(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        is_complete=True,
        is_verified=False,
        series_description="hyoid report (research use only)",
    )


def _observer(library: Any) -> Any:
    device = library.sr.DeviceObserverIdentifyingAttributes(
        uid=_DEVICE_UID, name=MANUFACTURER, manufacturer_name=MANUFACTURER, model_name=f"{MANUFACTURER} {__version__}"
    )
    context = library.sr.ObserverContext(
        observer_type=concept(("121007", "DCM", "Device")), observer_identifying_attributes=device
    )
    return library.sr.ObservationContext(observer_device_context=context)
