"""What an RTDOSE object says of itself: units, type, and of which plan, fractions or beams it is the dose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, cast, get_args

from pydicom.dataset import Dataset
from pydicom.uid import RTDoseStorage

from hyoid.dicom.checked_values import items_of, named, text_of, whole_of
from hyoid.errors import DicomError

DoseType = Literal["PHYSICAL", "EFFECTIVE"]
"""Dose Type (3004,0004): absorbed dose, or that weighted for its biological effect (protons, ions)."""

SUMMATIONS = (
    "PLAN",
    "MULTI_PLAN",
    "PLAN_OVERVIEW",
    "FRACTION",
    "BEAM",
    "BRACHY",
    "FRACTION_SESSION",
    "BEAM_SESSION",
    "BRACHY_SESSION",
    "CONTROL_POINT",
    "RECORD",
)
"""Dose Summation Type (3004,000A), PS3.3 C.8.8.3."""


class DosePart(NamedTuple):
    """One beam, or one brachytherapy application setup, of one fraction group of a plan.

    `fraction_group` is None where the object does not say it.
    """

    fraction_group: int | None
    kind: Literal["beam", "brachy"]
    number: int


@dataclass(frozen=True, slots=True)
class DoseHeader:
    """What an RTDOSE object says of itself.

    Parameters
    ----------
    sop_instance_uid, patient_id, frame_of_reference
        As in the object, "" where absent.
    dose_type
        PHYSICAL or EFFECTIVE; an ERROR dose is refused.
    summation
        One of `SUMMATIONS`.
    plans
        SOP Instance UIDs of the plans that it is the dose of, sorted.
    fraction_groups
        Numbers of the fraction groups that it refers to, sorted.
    parts
        Beams and application setups that it refers to; empty where it is the dose of whole plans or fraction groups.
    heterogeneity
        Tissue Heterogeneity Correction (3004,0014): IMAGE, ROI_OVERRIDE, WATER; empty where absent.
    comment
        Dose Comment (3004,0006), "" where absent.
    """

    sop_instance_uid: str
    patient_id: str
    frame_of_reference: str
    dose_type: DoseType
    summation: str
    plans: tuple[str, ...]
    fraction_groups: tuple[int, ...]
    parts: frozenset[DosePart]
    heterogeneity: tuple[str, ...]
    comment: str

    def __str__(self) -> str:
        return f"the {self.summation} dose {self.sop_instance_uid or 'without UID'}"


def dose_header(dataset: Dataset) -> DoseHeader:
    """Read and check what an RTDOSE object says of itself.

    Raises
    ------
    DicomError
        If it is no RTDOSE, holds no absolute dose in Gy (RELATIVE), or a difference of doses (ERROR), or names a
        type that the standard does not know.

    References
    ----------
    DICOM PS3.3 C.8.8.3, RT Dose Module.
    """
    _check_class(dataset)
    _check_units(dataset)
    summation = text_of(dataset, "DoseSummationType").upper()
    if summation not in SUMMATIONS:
        raise DicomError.of(
            f"{named('DoseSummationType')} '{summation}'",
            f"one of {', '.join(SUMMATIONS)}",
            "Without it nobody can tell whether doses add up: export the object again.",
        )
    references = items_of(dataset, "ReferencedRTPlanSequence")
    groups = [group for plan in references for group in items_of(plan, "ReferencedFractionGroupSequence")]
    numbered = [(_optional(group, "ReferencedFractionGroupNumber"), group) for group in groups]
    return DoseHeader(
        sop_instance_uid=text_of(dataset, "SOPInstanceUID"),
        patient_id=text_of(dataset, "PatientID"),
        frame_of_reference=text_of(dataset, "FrameOfReferenceUID"),
        dose_type=_dose_type(dataset),
        summation=summation,
        plans=tuple(sorted({uid for plan in references if (uid := text_of(plan, "ReferencedSOPInstanceUID"))})),
        fraction_groups=tuple(sorted({number for number, _ in numbered if number is not None})),
        parts=frozenset(part for number, group in numbered for part in _parts(number, group)),
        heterogeneity=tuple(filter(None, text_of(dataset, "TissueHeterogeneityCorrection").upper().split("\\"))),
        comment=text_of(dataset, "DoseComment"),
    )


def _check_class(dataset: Dataset) -> None:
    modality, sop_class = text_of(dataset, "Modality").upper(), text_of(dataset, "SOPClassUID")
    if sop_class == RTDoseStorage or (not sop_class and modality == "RTDOSE"):
        return
    raise DicomError.of(
        f"a DICOM object of modality {modality or 'unknown'} (SOP class {sop_class or 'absent'})",
        f"RTDOSE (SOP class {RTDoseStorage})",
        "Give the exported dose; structure sets, plans and images are read by other verbs.",
    )


def _check_units(dataset: Dataset) -> None:
    units = text_of(dataset, "DoseUnits").upper()
    if units == "GY":
        return
    relative = "it is relative to a prescription that the object does not hold" if units == "RELATIVE" else ""
    raise DicomError.of(
        f"{named('DoseUnits')} '{units}'{', so that ' * bool(relative)}{relative}",
        "GY",
        "Export the dose again in Gy.",
    )


def _dose_type(dataset: Dataset) -> DoseType:
    kind = text_of(dataset, "DoseType").upper()
    if kind in get_args(DoseType):
        return cast("DoseType", kind)
    what = ", the difference between two doses" if kind == "ERROR" else ""
    raise DicomError.of(
        f"{named('DoseType')} '{kind}'{what}", "PHYSICAL or EFFECTIVE", "Export the dose of the plan itself."
    )


def _optional(dataset: Dataset, keyword: str) -> int | None:
    return whole_of(dataset, keyword) if text_of(dataset, keyword) else None


def _parts(fraction_group: int | None, group: Dataset) -> list[DosePart]:
    beams = [
        DosePart(fraction_group, "beam", whole_of(beam, "ReferencedBeamNumber"))
        for beam in items_of(group, "ReferencedBeamSequence")
    ]
    setups = [
        DosePart(fraction_group, "brachy", whole_of(setup, "ReferencedBrachyApplicationSetupNumber"))
        for setup in items_of(group, "ReferencedBrachyApplicationSetupSequence")
    ]
    return beams + setups
