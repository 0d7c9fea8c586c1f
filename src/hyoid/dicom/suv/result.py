"""What a computation of SUV yields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from hyoid.dicom.suv import body
from hyoid.errors import DicomError

SUV_KINDS = ("bw", "lbm_janmahasatian", "lbm_james", "bsa", "ibw", "ibw_sugawara")
"""What `Suv.of` converts to: body weight, lean body mass by two formulas, body surface area by Du Bois, ideal body
weight by Devine and by Sugawara. All are g/mL, `bsa` is cm2/mL."""

_BY_SEX: dict[str, Callable[[float, float, str], float]] = {
    "lbm_janmahasatian": body.lean_body_mass_janmahasatian,
    "lbm_james": body.lean_body_mass_james,
    "ibw": body.ideal_body_weight_devine,
    "ibw_sugawara": body.ideal_body_weight_sugawara,
}


@dataclass(frozen=True, slots=True)
class SuvInputs:
    """The values that a factor was computed from; None where it did not need one and the header has none.

    `sources` tells of each one that is not None where it came from: "header", "given", "header, repaired" or "nuclide".
    """

    units: str
    suv_type: str | None = None
    decay_correction: str | None = None
    weight_kg: float | None = None
    height_m: float | None = None
    sex: str | None = None
    dose_bq: float | None = None
    half_life_s: float | None = None
    nuclide: str | None = None
    injection_time: datetime | None = None
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suv:
    """Factors that turn a PET series into SUV by body weight, and all they rest on.

    Parameters
    ----------
    factor
        (stored value * rescale slope + rescale intercept) * factor = SUVbw in g/mL. None where slices need their own.
    factors
        The factor of every slice, by SOP Instance UID; equal ones too.
    kind
        Where it came from: `bqml`, `philips_activity_factor`, `philips_suv_factor`, or `stored_suv_` and the SUV type.
    decay_seconds
        From the injection to `reference_time`; 0 if the image is corrected to the injection, None if the values were
        SUV already or every slice has its own.
    reference_time
        The moment to which the image's activity refers, on the scanner's clock; None as for `decay_seconds`.
    inputs
        The values used and where each came from.
    assumptions
        Sentences: choices on which the number depends and which the header does not settle.
    notes
        Sentences: what else was noticed.
    """

    factor: float | None
    factors: Mapping[str, float]
    kind: str
    decay_seconds: float | None
    reference_time: datetime | None
    inputs: SuvInputs
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, kind: str) -> float:
        """Return the multiplier from SUVbw to another normalisation, one of `SUV_KINDS`.

        Raises
        ------
        DicomError
            If the kind is unknown, if weight, height or sex are lacking, or if the formula does not hold for them:
            James's above the body mass index at which it turns, Devine's below five feet, any by sex for "O".
        """
        if kind not in SUV_KINDS:
            raise DicomError.of(f"the SUV kind {kind!r}", f"one of {SUV_KINDS}", "Choose one of them.")
        if kind == "bw":
            return 1.0
        weight, height = self._needed("weight_kg", kind), self._needed("height_m", kind)
        if kind == "bsa":
            return body.body_surface_area_du_bois(weight, height) * 1e4 / (weight * 1e3)
        sex = self.inputs.sex
        if sex not in {"M", "F"}:
            raise DicomError.of(
                f"the sex {sex!r} for SUV {kind}", "M or F", "The formula has no other; give it, or use bw or bsa."
            )
        self._check_formula(kind, weight, height, sex)
        return _BY_SEX[kind](weight, height, sex) / weight

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON holds, moments as ISO 8601."""
        fields = asdict(self)
        fields["inputs"]["injection_time"] = _iso(self.inputs.injection_time)
        fields["reference_time"] = _iso(self.reference_time)
        return fields | {"assumptions": list(self.assumptions), "notes": list(self.notes)}

    def _needed(self, name: str, kind: str) -> float:
        value: float | None = getattr(self.inputs, name)
        if value is None:
            quantity = name.split("_", maxsplit=1)[0]
            raise DicomError.of(
                f"no plausible {quantity} for SUV {kind}", "one in the header", f"Give the {quantity}, or use bw."
            )
        return value

    @staticmethod
    def _check_formula(kind: str, weight: float, height: float, sex: str) -> None:
        turn = body.james_turning_point(sex)
        if kind == "lbm_james" and weight / height**2 > turn:
            raise DicomError.of(
                f"a body mass index of {weight / height**2:.1f}",
                f"at most {turn:.1f} for James's formula, beyond which it falls with weight",
                "Use lbm_janmahasatian.",
            )
        if kind == "ibw" and height < body.FIVE_FEET_M:
            raise DicomError.of(
                f"a height of {height:g} m", f"at least {body.FIVE_FEET_M:g} m for Devine's formula", "Use bw or bsa."
            )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
