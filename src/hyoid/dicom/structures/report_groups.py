"""The measurement groups of a report: lesions, segments, and answers for the whole patient."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hyoid.dicom.structures.answers import NO_UNITS, RESEARCH, Answer
from hyoid.dicom.structures.coding import ABNORMAL, ARTIFICIAL_INTELLIGENCE, CodeTriple, lesion_code
from hyoid.dicom.structures.extra import highdicom
from hyoid.dicom.structures.origin import Algorithm, algorithm_of, shortened
from hyoid.version import __version__

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


def lesion_groups(info: Mapping[str, Any], lesions: Sequence[LesionMeasures]) -> list[Any]:
    """Return a group (TID 1501) for each lesion, numbered within its label."""
    library, algorithm = highdicom(), algorithm_of(info) if lesions else None
    counted: dict[str, int] = {}
    groups = []
    for lesion in lesions:
        code = lesion_code(lesion.label)
        counted[lesion.label] = counted.get(lesion.label, 0) + 1
        groups.append(
            library.sr.MeasurementsAndQualitativeEvaluations(
                tracking_identifier=_tracking(f"{code.name} {counted[lesion.label]}"),
                finding_type=concept(code.type),
                finding_category=concept(ABNORMAL),
                finding_sites=[library.sr.FindingSite(concept(code.region))],
                algorithm_id=_identification(algorithm),
                measurements=_measurements(lesion),
                qualitative_evaluations=[_statement(*RESEARCH)],
            )
        )
    return groups


def absent_groups(info: Mapping[str, Any], lesions: Sequence[LesionMeasures]) -> list[Any]:
    """Return a group (TID 1501) for each label that was looked for and not found: that is an answer too."""
    library, found = highdicom(), {lesion.label for lesion in lesions}
    groups = []
    for label in info.get("lesions") or ():
        if label in found:
            continue
        code = lesion_code(label)
        groups.append(
            library.sr.MeasurementsAndQualitativeEvaluations(
                tracking_identifier=_tracking(f"{code.name}, none found"),
                finding_type=concept(code.type),
                finding_category=concept(ABNORMAL),
                finding_sites=[library.sr.FindingSite(concept(code.region))],
                algorithm_id=_identification(algorithm_of(info)),
                measurements=[_count(0)],
                qualitative_evaluations=[_statement(*RESEARCH)],
            )
        )
    return groups


def _count(lesions: int) -> Any:
    name = ("LESION_COUNT", RESEARCH[0][1], "Number of lesions")
    return highdicom().sr.Measurement(concept(name), lesions, concept(NO_UNITS))


def _measurements(lesion: LesionMeasures) -> list[Any]:
    library = highdicom()
    found = []
    for name, (quantity, derivation, unit) in _QUANTITIES.items():
        value = getattr(lesion, name)
        if value is not None and math.isfinite(value):
            derived = None if derivation is None else concept(derivation)
            found.append(library.sr.Measurement(concept(quantity), _digits(value), concept(unit), derivation=derived))
    return found


def segment_groups(info: Mapping[str, Any], lesions: Sequence[LesionMeasures], segmentation: Any) -> list[Any]:
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
                finding_type=concept(code.type),
                finding_category=concept(ABNORMAL),
                finding_sites=[library.sr.FindingSite(concept(code.region))],
                algorithm_id=_identification(algorithm),
                measurements=[
                    library.sr.Measurement(concept(volume), total, concept(millilitre)),
                    _count(len(own)),
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


def answer_group(answer: Answer) -> Any:
    """Return the group (TID 1501) of what a model says of the whole patient."""
    library = highdicom()
    statements = [*answer.statements, RESEARCH]
    return library.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(answer.title),
        algorithm_id=_identification(Algorithm(shortened(answer.recipe), f"hyoid {__version__}")),
        measurements=[
            library.sr.Measurement(concept(name), _digits(value), concept(unit)) for name, value, unit in answer.numbers
        ],
        qualitative_evaluations=[_statement(name, value) for name, value in statements],
    )


def _identification(algorithm: Algorithm | None) -> Any:
    if algorithm is None:
        return None
    parameters = [f"{key}={value}" for key, value in algorithm.parameters.items()]
    return highdicom().sr.AlgorithmIdentification(
        algorithm.name, algorithm.version, parameters or None, family=concept(ARTIFICIAL_INTELLIGENCE)
    )


def _tracking(name: str) -> Any:
    library = highdicom()
    return library.sr.TrackingIdentifier(uid=library.UID(), identifier=name)


def _statement(name: CodeTriple, value: CodeTriple) -> Any:
    return highdicom().sr.QualitativeEvaluation(concept(name), concept(value))


def concept(triple: CodeTriple) -> Any:
    """Return a coded concept of highdicom."""
    value, scheme, meaning = triple
    return highdicom().sr.CodedConcept(value, scheme, shortened(meaning))


def _digits(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
