"""A prediction as a structured report: lesions with their measures, and what it says of the patient."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.dicom.structures.answers import NO_UNITS, RESEARCH, Answer, answers_of
from hyoid.dicom.structures.coding import ABNORMAL, ARTIFICIAL_INTELLIGENCE, CodeTriple, lesion_code
from hyoid.dicom.structures.extra import highdicom
from hyoid.dicom.structures.objects import as_given
from hyoid.dicom.structures.origin import MANUFACTURER, Algorithm, algorithm_of, shortened
from hyoid.dicom.structures.reference import ReferenceSeries
from hyoid.errors import DicomError
from hyoid.files import atomic_path
from hyoid.version import __version__

SERIES_NUMBER = 9303
"""Series Number of reports: high, so that it stands after the scanner's own series."""

DIGITS = 6
"""Significant digits of a number: a decimal string has room for 16 characters."""

_SUVBW: CodeTriple = ("126401", "DCM", "SUVbw")
_SUV_UNIT: CodeTriple = ("{SUVbw}g/ml", "UCUM", "Standardized Uptake Value body weight")
_QUANTITIES: Mapping[str, tuple[CodeTriple, CodeTriple | None, CodeTriple]] = {
    "volume_ml": (("118565006", "SCT", "Volume"), None, ("ml", "UCUM", "Milliliter")),
    "suv_max": (_SUVBW, ("56851009", "SCT", "Maximum"), _SUV_UNIT),
    "suv_peak": (_SUVBW, ("126031", "DCM", "Peak Value Within ROI"), _SUV_UNIT),
    "tlg_g": (("126033", "DCM", "Total Lesion Glycolysis"), None, ("g", "UCUM", "gram")),
}
"""Name, derivation (PS3.16 CID 7464) and unit of each measure."""

_PROCEDURE: CodeTriple = ("443271005", "SCT", "PET/CT FDG imaging of whole body")
_TITLE: CodeTriple = ("126001", "DCM", "Oncology Measurement Report")
_DEVICE_UID = f"2.25.{uuid.uuid5(uuid.NAMESPACE_DNS, 'hyoid.device.observer').int}"


@dataclass(frozen=True, slots=True)
class LesionMeasures:
    """One lesion: the name of its label ("gtvp", "gtvn", "tumour") and its measures.

    Measures that are None or NaN are not known, for want of a PET, and are left out of the report.
    """

    label: str
    volume_ml: float
    suv_max: float | None = None
    suv_peak: float | None = None
    tlg_g: float | None = None


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

    Each lesion is a measurement group (TID 1501): volume, and where known SUVmax, SUVpeak and TLG. With a segmentation,
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
    groups = [*_lesion_groups(info, lesions), *(_answer_group(answer) for answer in answers_of(info))]
    if segmentation is not None:
        if str(segmentation.StudyInstanceUID) != reference.study_instance_uid:
            raise DicomError.of("a segmentation of another study", "that of this CT", "Give the CT's own.")
        groups = [*_segment_groups(info, lesions, segmentation), *groups]
    if not groups:
        raise DicomError.of(
            "a prediction without lesions, survival or HPV status", "something to report", "Nothing was written."
        )
    with as_given():
        content = library.sr.MeasurementReport(
            observation_context=_observer(library),
            procedure_reported=_concept(_PROCEDURE),
            imaging_measurements=groups,
            title=_concept(_TITLE),
        )
        report = library.sr.ComprehensiveSR(
            evidence=[*reference.headers, *([] if segmentation is None else [segmentation])],
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
        with atomic_path(path) as temporary:
            report.save_as(temporary)
    return str(report.SOPInstanceUID)


def _lesion_groups(info: Mapping[str, Any], lesions: Sequence[LesionMeasures]) -> list[Any]:
    library, algorithm = highdicom(), algorithm_of(info) if lesions else None
    counted: dict[str, int] = {}
    groups = []
    for lesion in lesions:
        code = lesion_code(lesion.label)
        counted[lesion.label] = counted.get(lesion.label, 0) + 1
        groups.append(
            library.sr.MeasurementsAndQualitativeEvaluations(
                tracking_identifier=_tracking(f"{code.name} {counted[lesion.label]}"),
                finding_type=_concept(code.type),
                finding_category=_concept(ABNORMAL),
                finding_sites=[library.sr.FindingSite(_concept(code.region))],
                algorithm_id=_identification(algorithm),
                measurements=_measurements(lesion),
                qualitative_evaluations=[_statement(*RESEARCH)],
            )
        )
    return groups


def _measurements(lesion: LesionMeasures) -> list[Any]:
    library = highdicom()
    found = []
    for name, (concept, derivation, unit) in _QUANTITIES.items():
        value = getattr(lesion, name)
        if value is not None and math.isfinite(value):
            derived = None if derivation is None else _concept(derivation)
            found.append(library.sr.Measurement(_concept(concept), _digits(value), _concept(unit), derivation=derived))
    return found


def _segment_groups(info: Mapping[str, Any], lesions: Sequence[LesionMeasures], segmentation: Any) -> list[Any]:
    """Return a group for each segment that has voxels; one without has no frame that a report could refer to."""
    library, algorithm = highdicom(), algorithm_of(info)
    drawn = {int(number) for number in _drawn_segments(segmentation)}
    by_name = {lesion_code(lesion.label).name: lesion.label for lesion in lesions}
    groups = []
    for item in segmentation.SegmentSequence:
        label = by_name.get(str(item.SegmentLabel))
        if label is None or int(item.SegmentNumber) not in drawn:
            continue
        own = [lesion for lesion in lesions if lesion.label == label]
        code = lesion_code(label)
        volume, _, millilitre = _QUANTITIES["volume_ml"]
        total = _digits(sum(lesion.volume_ml for lesion in own))
        groups.append(
            library.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
                tracking_identifier=_tracking(f"{code.name}, all {len(own)}"),
                referenced_segment=library.sr.ReferencedSegment.from_segmentation(
                    segmentation, segment_number=int(item.SegmentNumber)
                ),
                finding_type=_concept(code.type),
                finding_category=_concept(ABNORMAL),
                finding_sites=[library.sr.FindingSite(_concept(code.region))],
                algorithm_id=_identification(algorithm),
                measurements=[
                    library.sr.Measurement(_concept(volume), total, _concept(millilitre)),
                    library.sr.Measurement(
                        _concept(("LESION_COUNT", RESEARCH[0][1], "Number of lesions")), len(own), _concept(NO_UNITS)
                    ),
                ],
                qualitative_evaluations=[_statement(*RESEARCH)],
            )
        )
    return groups


def _drawn_segments(segmentation: Any) -> set[int]:
    return {
        int(frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
        for frame in segmentation.PerFrameFunctionalGroupsSequence
    }


def _answer_group(answer: Answer) -> Any:
    library = highdicom()
    statements = [*answer.statements, RESEARCH]
    return library.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(answer.title),
        algorithm_id=_identification(Algorithm(shortened(answer.recipe), f"hyoid {__version__}")),
        measurements=[
            library.sr.Measurement(_concept(name), _digits(value), _concept(unit))
            for name, value, unit in answer.numbers
        ],
        qualitative_evaluations=[_statement(name, value) for name, value in statements],
    )


def _observer(library: Any) -> Any:
    device = library.sr.DeviceObserverIdentifyingAttributes(
        uid=_DEVICE_UID, name=MANUFACTURER, manufacturer_name=MANUFACTURER, model_name=f"{MANUFACTURER} {__version__}"
    )
    context = library.sr.ObserverContext(
        observer_type=_concept(("121007", "DCM", "Device")), observer_identifying_attributes=device
    )
    return library.sr.ObservationContext(observer_device_context=context)


def _identification(algorithm: Algorithm | None) -> Any:
    if algorithm is None:
        return None
    parameters = [f"{key}={value}" for key, value in algorithm.parameters.items()]
    return highdicom().sr.AlgorithmIdentification(
        algorithm.name, algorithm.version, parameters or None, family=_concept(ARTIFICIAL_INTELLIGENCE)
    )


def _tracking(name: str) -> Any:
    library = highdicom()
    return library.sr.TrackingIdentifier(uid=library.UID(), identifier=name)


def _statement(name: CodeTriple, value: CodeTriple) -> Any:
    return highdicom().sr.QualitativeEvaluation(_concept(name), _concept(value))


def _concept(triple: CodeTriple) -> Any:
    value, scheme, meaning = triple
    return highdicom().sr.CodedConcept(value, scheme, shortened(meaning))


def _digits(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
