"""The patient's weight, height and sex (DICOM PS3.3, C.7.2.2 Patient Study module, C.7.1.1 Patient module)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hyoid.dicom.suv import body
from hyoid.dicom.suv.choice import Choices
from hyoid.dicom.suv.elements import described
from hyoid.dicom.suv.given import SEXES
from hyoid.dicom.suv.header import Headers
from hyoid.dicom.suv.limits import HEIGHT_M, WEIGHT_KG
from hyoid.dicom.suv.remarks import Remarks
from hyoid.errors import DicomError

LEAN_FORMULAS: dict[str, Callable[[float, float, str], float]] = {
    "LBM": body.lean_body_mass_james_120,
    "LBMJAMES128": body.lean_body_mass_james,
    "LBMJANMA": body.lean_body_mass_janmahasatian,
    "IBW": body.ideal_body_weight_sugawara,
}
"""The mass that stands in a stored SUV's numerator, by SUV Type (0054,1006). DICOM PS3.3, C.8.9.1 defines the three
lean ones; it names no formula for IBW, and the IBSI-SUV benchmark takes Sugawara's."""


@dataclass(frozen=True, slots=True)
class Patient:
    """Weight (kg), height (m) and sex ("M", "F", "O"), each None where neither header nor user has a plausible one.

    `header_weight_kg` and `header_height_m` are what the header says, plausible or not: a refusal quotes them.
    """

    weight_kg: float | None
    height_m: float | None
    sex: str | None
    header_weight_kg: float | None = None
    header_height_m: float | None = None

    def needed_weight(self) -> float:
        """Return the weight, or refuse."""
        if self.weight_kg is None:
            raise DicomError.of(
                f"no plausible {described('PatientWeight')}{_found(self.header_weight_kg)}",
                f"a weight of {WEIGHT_KG[0]:g} to {WEIGHT_KG[1]:g} kg",
                "There is no SUV without it: give the weight at the time of the scan.",
            )
        return self.weight_kg

    def needed_height(self, why: str) -> float:
        """Return the height, or refuse, saying what it is needed for."""
        if self.height_m is None:
            raise DicomError.of(
                f"no plausible {described('PatientSize')}{_found(self.header_height_m)}",
                f"a height in metres, for {why}",
                "Give the height.",
            )
        return self.height_m

    def stored_mass(self, suv_type: str, remarks: Remarks) -> float:
        """Return the mass, kg, that a stored SUV of this type was normalised by, for `LEAN_FORMULAS`.

        For sex "O" it is the mean of both sexes' results, as the IBSI-SUV recommendation reads it, and the sentence
        that says so has the largest possible error. A missing sex is refused.
        """
        why = f"values of SUV Type {suv_type}"
        weight, height, formula = self.needed_weight(), self.needed_height(why), LEAN_FORMULAS[suv_type]
        if self.sex is None:
            raise DicomError.of(f"no {described('PatientSex')}", f"M, F or O, for {why}", "Give the sex.")
        if self.sex != "O":
            return formula(weight, height, self.sex)
        mean = body.mean_of_sexes(formula, weight, height)
        error = abs(formula(weight, height, "M") - mean) / mean
        remarks.assume(
            f"Patient's Sex is O: the mass behind SUV Type {suv_type} is taken as the mean of the formulas for men and "
            f"women (IBSI-SUV); the SUV may be {error:.1%} wrong if the scanner chose one of them."
        )
        return mean


def patient_of(headers: Headers, choices: Choices) -> Patient:
    """Return the patient's weight, height and sex from header or user.

    Raises
    ------
    DicomError
        If slices disagree or a value cannot be read.
    """
    found_weight, found_height = headers.number("PatientWeight"), headers.number("PatientSize")
    weight = choices.plausible(found_weight, WEIGHT_KG, "weight", "kg")
    height = choices.plausible(found_height, HEIGHT_M, "height", "m")
    sex = (headers.text("PatientSex") or "").upper() or None
    if sex is not None and sex not in SEXES:
        choices.remarks.note(f"The header's sex {sex!r} is none of {', '.join(SEXES)} and is not used.")
        sex = None
    return Patient(
        choices.between("weight_kg", "weight", "kg", weight),
        choices.between("height_m", "height", "m", height),
        choices.between("sex", "sex", "", sex),
        found_weight,
        found_height,
    )


def _found(stored: float | None) -> str:
    return "" if stored is None else f" (the header has {stored:g})"
