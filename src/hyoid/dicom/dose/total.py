"""The dose of a treatment: several RTDOSE objects as one volume in Gy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.dose.header import DoseType
from hyoid.dicom.dose.read import Dose
from hyoid.dicom.dose.summation import choose_doses
from hyoid.errors import DicomError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import resample

MOST_DOSE_GY = 200.0
"""No external treatment gives more: a dose that does is in cGy. Beside brachytherapy sources there is no limit."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An object that is no part of the total, and why."""

    sop_instance_uid: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class TotalDose:
    """The dose of a treatment.

    Parameters
    ----------
    volume
        Dose in Gy, float32 of shape (z, y, x), on the grid of the finest of the objects used (LPS, mm).
    dose_type
        PHYSICAL or EFFECTIVE.
    patient_id, frame_of_reference
        As all objects say; "" where they say nothing.
    plans
        SOP Instance UIDs of the plans that it is the dose of.
    used
        SOP Instance UIDs of the objects that were summed.
    left_out
        The others.
    notes
        What was assumed, repaired or resampled, in sentences.
    """

    volume: Volume
    dose_type: DoseType
    patient_id: str
    frame_of_reference: str
    plans: tuple[str, ...]
    used: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return all but the volume and the patient's identifier, for a report in JSON."""
        return {
            "units": "Gy",
            "dose_type": self.dose_type,
            "frame_of_reference": self.frame_of_reference,
            "plans": list(self.plans),
            "used": list(self.used),
            "left_out": [{"sop_instance_uid": o.sop_instance_uid, "reason": o.reason} for o in self.left_out],
            "max_gy": float(self.volume.array.max()),
            "mean_gy": float(self.volume.array.mean(dtype=np.float64)),
            "grid": self.volume.grid.to_dict(),
            "notes": list(self.notes),
        }


def total_dose(doses: Sequence[Dose], dose_type: DoseType = "PHYSICAL", plans: Sequence[str] = ()) -> TotalDose:
    """Sum the doses of one patient's treatment, each part once (see `choose_doses`).

    Doses on different grids are interpolated linearly onto the finest, with a note; where one does not reach, it
    counts as 0 Gy, and the note says how much it still is at its edge.

    Parameters
    ----------
    doses
        RTDOSE objects of one patient in one frame of reference, in any order; the same object twice counts once.
    dose_type
        Which of the doses are summed, where there are both; PHYSICAL and EFFECTIVE are never mixed.
    plans
        SOP Instance UIDs of the plans that were delivered; needed where there are several.

    Raises
    ------
    DicomError
        If there is none of the type; if they are of several patients or frames of reference; if they cannot be
        summed without counting twice; or if the total is 0 everywhere, or above `MOST_DOSE_GY` outside brachytherapy.
    """
    left_out: list[LeftOut] = []
    of_type = _of_type(_distinct(doses, left_out), dose_type, left_out)
    patient, frame = _one(of_type, "patient_id", "patient"), _one(of_type, "frame_of_reference", "frame of reference")
    choice = choose_doses([dose.header for dose in of_type], plans)
    left_out += [LeftOut(of_type[i].header.sop_instance_uid, why) for i, why in sorted(choice.left_out.items())]
    used = [of_type[i] for i in choice.used]
    volume, notes = _sum(used)
    _check_total(volume, brachy=_has_brachy(used))
    said = dict.fromkeys(note for dose in used for note in dose.notes)
    mixed = {dose.header.heterogeneity for dose in used}
    if len(mixed) > 1:
        notes.append("The summed doses were calculated with different tissue heterogeneity corrections.")
    return TotalDose(
        volume=volume,
        dose_type=dose_type,
        patient_id=patient,
        frame_of_reference=frame,
        plans=tuple(sorted({plan for dose in used for plan in dose.header.plans})),
        used=tuple(dose.header.sop_instance_uid for dose in used),
        left_out=tuple(left_out),
        notes=(*said, *choice.notes, *notes),
    )


def _distinct(doses: Sequence[Dose], left_out: list[LeftOut]) -> list[Dose]:
    """Return each object once; two different ones of one UID are refused."""
    found: dict[str, Dose] = {}
    distinct = []
    for dose in doses:
        uid = dose.header.sop_instance_uid
        same = found.get(uid)
        if same is None or not uid:
            found[uid] = dose
            distinct.append(dose)
        elif np.array_equal(same.volume.array, dose.volume.array) and same.volume.grid.same_as(dose.volume.grid):
            left_out.append(LeftOut(uid, "it was given twice"))
        else:
            raise DicomError.of(
                f"two different doses of one SOP Instance UID {uid}", "one", "One of them was altered: find out which."
            )
    if not distinct:
        raise DicomError.of("no dose", "one RTDOSE object or more", "Check the path.")
    return distinct


def _of_type(doses: list[Dose], dose_type: DoseType, left_out: list[LeftOut]) -> list[Dose]:
    kept = [dose for dose in doses if dose.header.dose_type == dose_type]
    if not kept:
        other = doses[0].header.dose_type
        raise DicomError.of(
            f"doses of type {other} alone",
            f"type {dose_type}",
            f"Ask for {other} doses (--dose-type {other.lower()}) if that is what you want to measure.",
        )
    left_out += [
        LeftOut(dose.header.sop_instance_uid, f"its type is {dose.header.dose_type}, not {dose_type}")
        for dose in doses
        if dose.header.dose_type != dose_type
    ]
    return kept


def _one(doses: list[Dose], field: str, what: str) -> str:
    found = sorted({getattr(dose.header, field) for dose in doses})
    if len(found) > 1:
        shown = "" if field == "patient_id" else f" ({', '.join(uid or 'none' for uid in found)})"
        raise DicomError.of(f"doses of {len(found)} values of {what}{shown}", "one", f"Give the doses of one {what}.")
    return str(found[0])


def _has_brachy(doses: list[Dose]) -> bool:
    return any(
        dose.header.summation == "BRACHY" or any(part.kind == "brachy" for part in dose.header.parts) for dose in doses
    )


def _sum(doses: list[Dose]) -> tuple[Volume, list[str]]:
    finest = min((dose.volume.grid for dose in doses), key=lambda grid: grid.voxel_volume_mm3)
    total = np.zeros(finest.shape, np.float64)
    notes = []
    for dose in doses:
        if dose.volume.grid.same_as(finest):
            total += dose.volume.array
            continue
        total += resample(dose.volume, finest, "linear", outside=0.0).array
        notes.append(
            f"{_capital(dose)} was interpolated linearly onto the finest grid ({finest}); it covers "
            f"{_covered(dose.volume.grid, finest):.0%} of it, is up to {edge_dose(dose.volume.array):.2f} Gy at its "
            "own edge, and counts as 0 Gy beyond."
        )
    return Volume(total.astype(np.float32), finest), notes


def _capital(dose: Dose) -> str:
    text = str(dose.header)
    return text[0].upper() + text[1:]


def edge_dose(gray: NDArray[np.floating[Any]]) -> float:
    """Return the greatest dose (Gy) on the outer faces of a grid (z, y, x): what the dose is where it is cut off."""
    return max(float(np.take(gray, (0, -1), axis=axis).max()) for axis in range(3))


def _covered(source: Grid, target: Grid) -> float:
    """Return the share of the target's voxel centres that lie within the source's voxels."""
    inside = resample(Volume(np.ones(source.shape, np.uint8), source), target, "nearest", outside=0.0).array
    return float(np.count_nonzero(inside)) / inside.size


def _check_total(volume: Volume, *, brachy: bool) -> None:
    most = float(volume.array.max())
    if most <= 0:
        raise DicomError.of("a dose of 0 Gy everywhere", "a dose that was delivered", "Export the plan's dose again.")
    if most > MOST_DOSE_GY and not brachy:
        raise DicomError.of(
            f"a dose that reaches {most:.0f} Gy",
            f"at most {MOST_DOSE_GY:g} Gy from outside the body",
            "It is probably in cGy although the object says Gy: export it again.",
        )
