"""A treatment's dose on the PET/CT's CT: by which way it came there, and whether it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import SimpleITK as sitk

from hyoid.dicom.dose import TotalDose
from hyoid.dicom.registration import (
    CarriedDose,
    RegisteredCt,
    RegistrationSettings,
    Verdict,
    assess_registration,
    carry_dose,
    read_registration,
    register_ct,
    registration_frames,
)
from hyoid.dicom.registration.planning_ct import PlanningCt
from hyoid.dicom.registration.prepared import prepare
from hyoid.errors import DicomError, ImageError
from hyoid.geometry import Box, Volume

Way = Literal["same frame", "registration object", "computed registration"]

LEAST_IN_BODY = 0.9
"""Least share of the voxels of half the greatest dose and more that must lie in the body: a target does, with margins
that reach into air here and there."""

_BODY_SPACING_MM = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class DoseOnCt:
    """A dose on a CT's grid.

    Parameters
    ----------
    carried
        The dose.
    transform
        Of points of the CT's world to those of the dose's.
    way
        How the transform was found.
    registration
        Its figures, None where no planning CT was given to measure them.
    in_body
        Share of the voxels of half the greatest dose and more that lie in the CT's body.
    verdict, reasons
        Whether the dose may be used, and why not.
    """

    carried: CarriedDose
    transform: sitk.Transform
    way: Way
    registration: RegisteredCt | None
    in_body: float
    verdict: Verdict
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return all but volume and transform, for a report in JSON."""
        return {
            "way": self.way,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "covered": self.carried.covered,
            "edge_gy": self.carried.edge_gy,
            "max_gy": float(self.carried.volume.array.max()),
            "half_maximum_in_body": self.in_body,
            "registration": None if self.registration is None else self.registration.to_dict(),
            "notes": list(self.carried.notes),
        }


def dose_on_ct(
    total: TotalDose,
    ct: Volume,
    *,
    planning: PlanningCt | None = None,
    registration: Path | None = None,
    ct_frame: str | None = None,
    same_frame: bool = False,
    settings: RegistrationSettings | None = None,
) -> DoseOnCt:
    """Bring a dose onto a CT's grid.

    Parameters
    ----------
    total
        The dose, in the coordinates of the CT that it was planned on.
    ct
        The PET/CT's CT, HU.
    planning
        The planning CT; the registration is computed with it, or a given one is measured.
    registration
        A DICOM registration object, preferred to computing.
    ct_frame
        Frame of Reference UID of `ct`; by default the one that the registration object connects to the dose's.
    same_frame
        Says that the dose was planned on `ct` itself, so that there is nothing to register.
    settings
        Of the registration that is computed.

    Raises
    ------
    DicomError
        If nothing relates dose and CT, or planning CT and dose are of different patients, frames or places; or as
        `read_registration`.
    ImageError
        If the dose does not reach the CT.
    """
    if same_frame and (planning or registration):
        raise DicomError.of(
            "a planning CT or registration for a dose that was planned on the CT itself", "one or the other", "Choose."
        )
    if planning is not None:
        _check_planning(total, planning)
    registered: RegisteredCt | None = None
    if same_frame:
        way, transform = "same frame", sitk.Transform(3, sitk.sitkIdentity)
    elif registration is not None:
        way, transform = "registration object", _given(total, registration, ct_frame)
        if planning is not None:
            registered = assess_registration(ct, planning.volume, transform)
    elif planning is not None:
        registered = register_ct(ct, planning.volume, settings)
        way, transform = "computed registration", registered.transform
    else:
        raise DicomError.of(
            "nothing that relates the dose to the CT",
            "the planning CT, a registration object, or word that the dose was planned on this CT",
            "Give --planning-ct, --registration, or --same-frame.",
        )
    return _judged(total, ct, transform, way, registered)  # type: ignore[arg-type]


def _check_planning(total: TotalDose, planning: PlanningCt) -> None:
    """Refuse a planning CT that is not the dose's, as far as either says."""
    if total.patient_id and planning.patient_id and total.patient_id != planning.patient_id:
        raise DicomError.of(
            "a dose and a planning CT of two patients", "one", "Give the CT that the dose was planned on."
        )
    frames = total.frame_of_reference, planning.frame_of_reference
    if all(frames) and frames[0] != frames[1]:
        raise DicomError.of(
            f"a dose in the frame of reference {frames[0]} and a planning CT in {frames[1]}",
            "one frame",
            "Give the CT that the dose was planned on, or the registration object.",
        )
    if Box.of_grid(total.volume.grid).intersection(Box.of_grid(planning.volume.grid)).is_empty:
        raise DicomError.of(
            f"a dose grid ({total.volume.grid}) beside the planning CT ({planning.volume.grid})",
            "a dose within it",
            "Give the CT that the dose was planned on, in its own coordinates.",
        )


def _given(total: TotalDose, registration: Path, ct_frame: str | None) -> sitk.Transform:
    if not total.frame_of_reference:
        raise DicomError.of(
            "a dose without frame of reference", "one that the registration object names", "Export the dose again."
        )
    others = [frame for frame in registration_frames(registration) if frame != total.frame_of_reference]
    if ct_frame is None and len(others) != 1:
        raise DicomError.of(
            f"a registration of the dose's frame with {len(others)} others ({', '.join(others)})",
            "one other",
            "Name the CT's frame of reference (--ct-frame UID).",
        )
    return read_registration(registration, from_frame=ct_frame or others[0], to_frame=total.frame_of_reference)


def _judged(
    total: TotalDose, ct: Volume, transform: sitk.Transform, way: Way, registered: RegisteredCt | None
) -> DoseOnCt:
    reasons = list(registered.reasons) if registered is not None else []
    try:
        carried = carry_dose(total.volume, transform, ct.grid)
        in_body = _share_in_body(total.volume, ct, transform)
    except ImageError as error:
        if not reasons:
            raise
        raise DicomError.of(
            f"no registration that brings the dose onto the CT: {'; '.join(reasons)}",
            "two CTs of one patient, with a part of the body in both",
            "Check which CT the dose was planned on, or give a registration object.",
        ) from error
    if not in_body >= LEAST_IN_BODY:
        reasons.append(
            f"only {in_body:.0%} of the volume of half the greatest dose and more lies in the body "
            f"(at least {LEAST_IN_BODY:.0%})"
        )
    verdict: Verdict = "doubtful" if reasons else "usable"
    return DoseOnCt(carried, transform, way, registered, in_body, verdict, tuple(reasons))


def _share_in_body(dose: Volume, ct: Volume, transform: sitk.Transform) -> float:
    """Return the share of the high-dose voxels of the CT that lie in the body; 0 where there is neither.

    Only what the CT has in view is asked: it may end below the shoulders or above them.
    """
    body = prepare(ct, _BODY_SPACING_MM)
    if body is None:
        return 0.0
    # Beyond the body's bounding box there is field of view without body: the grid is taken a little wider.
    wide = body.grid.cropped((-20, -20, 0), (body.grid.size[0] + 40, body.grid.size[1] + 40, body.grid.size[2]))
    high = carry_dose(dose, transform, wide).volume.array >= 0.5 * float(dose.array.max())
    inside = np.zeros(wide.shape, bool)
    inside[:, 20:-20, 20:-20] = body.body
    return float(np.count_nonzero(high & inside) / np.count_nonzero(high)) if high.any() else 0.0
