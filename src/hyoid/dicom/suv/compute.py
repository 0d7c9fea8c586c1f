"""One PET series in, SUV by body weight out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydicom import Dataset

from hyoid.dicom.suv.activity import Normalisation, normalisation
from hyoid.dicom.suv.body import body_surface_area_du_bois
from hyoid.dicom.suv.choice import Choices
from hyoid.dicom.suv.corrections import attenuation_corrected, check_decay_corrected, decay_event
from hyoid.dicom.suv.elements import described, without_pydicom_warnings
from hyoid.dicom.suv.given import GivenValues
from hyoid.dicom.suv.header import AGREEMENT, Headers
from hyoid.dicom.suv.patient import Patient, patient_of
from hyoid.dicom.suv.remarks import Remarks
from hyoid.dicom.suv.result import Suv, SuvInputs
from hyoid.dicom.suv.units import check_object, suv_type_of, units_of
from hyoid.dicom.suv.vendor import PHILIPS_ACTIVITY, PHILIPS_SUV, factors
from hyoid.errors import DicomError

PHILIPS_TOLERANCE = 0.05
"""Philips' own SUV factor and the one computed from the header agree within 5 %, or the series is refused. A minute's
difference of clocks is 0.6 %; a changed weight, dose or time is more."""


def suv_of(slices: Sequence[Dataset], given: GivenValues | None = None) -> Suv:
    """Return the factors from the stored values of one PET series to SUV by body weight.

    Parameters
    ----------
    slices
        The headers of one PET series, in any order; pixel data are not needed.
    given
        Values of the user, used where the header lacks them, or instead of the header's with `override`.

    Returns
    -------
    Suv
        (stored value * rescale slope + rescale intercept) * factor = SUVbw in g/mL.

    Raises
    ------
    DicomError
        If the series is not one of which SUV can be made, or if anything needed is missing, implausible or
        contradictory. No value is guessed in silence: what is assumed stands in `Suv.assumptions`.

    Notes
    -----
    Sources: DICOM PS3.3, C.8.9; QIBA's vendor-neutral pseudo-code for SUV (2012, 2018); the IBSI-SUV recommendations
    (Vácha et al.); the DICOM conformance statements of Philips, GE and Siemens. Each rule names its own in its file.
    """
    with without_pydicom_warnings():
        return _Computation(Headers(slices), given or GivenValues()).run()


class _Computation:
    def __init__(self, headers: Headers, given: GivenValues) -> None:
        self.headers, self.given = headers, given
        self.choices = Choices(given, Remarks())

    def run(self) -> Suv:
        check_object(self.headers)
        units = units_of(self.headers)
        suv_type = suv_type_of(self.headers, units)
        terms = attenuation_corrected(self.headers, self.choices.remarks)
        patient = patient_of(self.headers, self.choices)
        if units == "BQML":
            return self._from_activity("bqml", None, patient, terms)
        if units == "CNTS":
            return self._from_counts(patient, terms)
        return self._from_stored_suv(units, suv_type or "BW", patient, terms)

    def _from_activity(self, kind: str, to_bqml: list[float] | None, patient: Patient, terms: frozenset[str]) -> Suv:
        normal = normalisation(self.headers, patient.needed_weight(), terms, self.choices)
        scale = to_bqml or [1.0] * len(normal.per_slice)
        return self._suv(kind, [a * b for a, b in zip(scale, normal.per_slice, strict=True)], patient, normal)

    def _from_counts(self, patient: Patient, terms: frozenset[str]) -> Suv:
        """Philips' counts: its SUV factor, else its activity factor (QIBA); both are compared where both are there."""
        to_suv = factors(self.headers, PHILIPS_SUV)
        to_bqml = factors(self.headers, PHILIPS_ACTIVITY)
        if to_suv is None and to_bqml is None:
            raise DicomError.of(
                f"{described('Units')} CNTS without {PHILIPS_SUV.name} or {PHILIPS_ACTIVITY.name}",
                "one of these private factors",
                "No SUV can be made of bare counts: export the series with its private elements, or in BQML.",
            )
        event = decay_event(self.headers, terms)
        if to_bqml is not None and (to_suv is None or event == "NONE" or self._overrides()):
            return self._from_activity("philips_activity_factor", to_bqml, patient, terms)
        check_decay_corrected(event, f"a {PHILIPS_SUV.name}")
        self._refuse_override(f"the {PHILIPS_SUV.name}")
        if to_bqml is not None and to_suv is not None:
            self._compare(to_suv, to_bqml, patient, terms)
        self._note_unused()
        return self._suv("philips_suv_factor", to_suv or [], patient, None)

    def _compare(self, to_suv: list[float], to_bqml: list[float], patient: Patient, terms: frozenset[str]) -> None:
        """Compare Philips' SUV factor with the header's weight, dose and times."""
        trial = _Computation(self.headers, self.given)
        try:
            other = trial._from_activity("philips_activity_factor", to_bqml, patient, terms)
        except DicomError as error:
            self.choices.remarks.note(f"The {PHILIPS_SUV.name} could not be checked: {error}")
            return
        apart = max(abs(b / a - 1) for a, b in zip(to_suv, other.factors.values(), strict=True))
        if apart > PHILIPS_TOLERANCE:
            raise DicomError.of(
                f"a {PHILIPS_SUV.name} that differs by {apart:.0%} from what weight, dose and times yield",
                f"agreement within {PHILIPS_TOLERANCE:.0%}",
                "Give the right weight, dose and injection time with override; the activity factor is then used.",
            )
        self.choices.remarks.note(
            f"The {PHILIPS_SUV.name} agrees with weight, dose and times of the header within {apart:.1%}."
        )

    def _from_stored_suv(self, units: str, suv_type: str, patient: Patient, terms: frozenset[str]) -> Suv:
        """Values that are SUV already, brought to body weight by undoing the type's normalisation."""
        check_decay_corrected(decay_event(self.headers, terms), f"{described('Units')} {units}")
        if self.headers.text("SUVType") is None:
            self.choices.remarks.note(f"{described('SUVType')} is absent; with {units} it is {suv_type}.")
        self._refuse_override("stored SUV")
        if suv_type == "BW":
            factor = 1.0
        elif suv_type == "BSA":
            weight, height = patient.needed_weight(), patient.needed_height("values of SUV Type BSA")
            factor = weight * 1e3 / (body_surface_area_du_bois(weight, height) * 1e4)
        else:
            factor = patient.needed_weight() / patient.stored_mass(suv_type, self.choices.remarks)
        self._note_unused()
        kind = f"stored_suv_{suv_type.lower()}"
        return self._suv(kind, [factor] * len(self.headers.slices), patient, None, suv_type)

    def _overrides(self) -> bool:
        given = self.given
        wanted = (given.weight_kg, given.dose_bq, given.injection_time, given.half_life_s)
        return given.override and any(value is not None for value in wanted)

    def _refuse_override(self, what: str) -> None:
        """Refuse corrections that cannot reach values into which the scanner has worked its own."""
        if self._overrides():
            raise DicomError.of(
                f"a given weight, dose, injection time or half-life with override, for {what}",
                "activity concentration",
                "The scanner's own values are within the stored ones: export the series in BQML.",
            )

    def _note_unused(self) -> None:
        for name in ("dose_bq", "injection_time", "half_life_s"):
            if getattr(self.given, name) is not None:
                self.choices.remarks.note(f"The given {name} is not used: the stored values lead to SUV without it.")

    def _suv(
        self,
        kind: str,
        values: list[float],
        patient: Patient,
        normal: Normalisation | None,
        suv_type: str | None = None,
    ) -> Suv:
        identifiers = [text or "" for text in self.headers.texts("SOPInstanceUID")]
        alike = max(values) - min(values) <= AGREEMENT * max(values)
        remarks = self.choices.remarks
        return Suv(
            factor=min(values) if alike else None,
            factors=dict(zip(identifiers, values, strict=True)),
            kind=kind,
            decay_seconds=None if normal is None else normal.decay_seconds,
            reference_time=None if normal is None else normal.reference,
            inputs=self._inputs(patient, normal, suv_type),
            assumptions=tuple(remarks.assumptions),
            notes=tuple(remarks.notes),
        )

    def _inputs(self, patient: Patient, normal: Normalisation | None, suv_type: str | None) -> SuvInputs:
        used: dict[str, Any] = {}
        if normal is not None:
            used = {
                "dose_bq": normal.dose_bq,
                "half_life_s": normal.half_life_s,
                "nuclide": None if normal.nuclide is None else normal.nuclide.name,
                "injection_time": normal.injection,
            }
        return SuvInputs(
            units=units_of(self.headers),
            suv_type=suv_type,
            decay_correction=self.headers.text("DecayCorrection"),
            weight_kg=patient.weight_kg,
            height_m=patient.height_m,
            sex=patient.sex,
            sources=dict(self.choices.sources),
            **used,
        )
