"""A new patient before several folds' models: each fold infers label map and HPV status by its own upstream models."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hyoid.bundle import Bundle
from hyoid.cohort import Case
from hyoid.cohort.expert_mask import read_expert_mask
from hyoid.errors import CohortError, GeometryError, ImageError
from hyoid.geometry import Volume
from hyoid.imaging import Framed, resample_labels
from hyoid.inference.classify import ReadImages
from hyoid.inference.mask_channels import LESIONS, with_mask_channels
from hyoid.inference.patient import Patient
from hyoid.inference.upstream import HpvSource, Upstreams
from hyoid.recipe.inferred import MASK_CHANNELS, MaskInput


@dataclass(frozen=True, slots=True)
class Given:
    """A case as one fold's model reads it: as `Patient`, with what the fold's upstream models inferred.

    `inferred` tells a reader what that was: the HPV status, and the lesions' volumes in mL.
    """

    case: Case
    read: ReadImages | None
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    inferred: dict[str, Any]


class NewPatient:
    """What all folds share of a case, read once.

    Parameters
    ----------
    case, bundle
        The case and the bundle that is asked.
    mask
        A label map that a segmentation bundle beside it made, for a case that has no own.
    mask_given
        Whether the case's own label map was given by hand, and not found with a cohort: then it is used also where the
        model is otherwise applied to predicted ones.

    Raises
    ------
    CohortError, ImageError, GeometryError
        As `Patient.of`, or if the label map cannot be used.
    """

    def __init__(self, case: Case, bundle: Bundle, mask: Volume | None = None, *, mask_given: bool = False) -> None:
        self.bundle, self.recipe = bundle, bundle.recipe
        self.patient = Patient.of(case, bundle, mask)
        self.notes = list(self.patient.notes)
        self._labels: Volume | None = None
        self._framed: Framed | None = None
        if self.recipe.inputs.mask is not None:
            self._labels = self._at_hand(self.recipe.inputs.mask, case, mask, mask_given)
        hpv = self.recipe.inputs.hpv
        if hpv is not None and hpv.predict != "recorded" and case.hpv is not None:
            status = "positive" if case.hpv else "negative"
            self.notes.append(f"HPV-{status} on record was not used: inputs.hpv.predict is {hpv.predict}.")

    @property
    def case(self) -> Case:
        """The case with its lesion measures, before anything is inferred."""
        return self.patient.case

    def given(self, upstreams: Upstreams) -> Given:
        """Return what a fold's model is given, with what the fold's own upstream models infer.

        Raises
        ------
        CohortError
            If there is no mask, and the model was not trained to do without.
        BundleError
            If the fold has no model to infer an input by.
        """
        inputs, case, read = self.recipe.inputs, self.patient.case, self.patient.read
        missing, notes, inferred = list(self.patient.missing), list[str](), dict[str, Any]()
        if inputs.mask is not None:
            labels, said = self._label_map(inputs.mask, upstreams)
            read = self._with_mask(labels)
            notes += said
            missing += ["mask"] if labels is None else []
            inferred |= {} if labels is None else volumes_ml(labels)
        if inputs.hpv is not None and inputs.hpv.predict != "recorded":
            status, said = _hpv(case, upstreams, inputs.hpv.predict)
            case = replace(case, hpv=status)
            notes += said
            missing += ["hpv"] if status is None else []
            inferred["hpv"] = status
        return Given(case, read, tuple(missing), tuple(notes), inferred)

    def _at_hand(self, mask: MaskInput, case: Case, beside: Volume | None, given: bool) -> Volume | None:
        """Return the label map that stands before any inferred one, and say where it is not what was trained on."""
        if mask.predict == "expert":
            if case.mask is None and beside is not None:
                self.notes.append("The mask is a predicted one; the model is meant for the expert's.")
            return beside if case.mask is None else read_expert_mask(case)
        if given and case.mask is not None:
            self.notes.append("The label map that was given is used; the model is otherwise applied to predicted ones.")
            return read_expert_mask(case)
        return None

    def _label_map(self, mask: MaskInput, upstreams: Upstreams) -> tuple[Volume | None, tuple[str, ...]]:
        if self._labels is not None:
            return self._labels, ()
        reason = "none was given."
        if mask.predict == "predicted":
            try:
                self._framed = self._framed or upstreams.segmenter.framed(self.patient.case)
                return upstreams.label_map(self.patient.case, self._framed)
            except (CohortError, ImageError, GeometryError) as error:
                reason = str(error)
        if self.recipe.inputs.missing == "refuse" or not self.bundle.trained_without()["mask"]:
            raise CohortError.of(
                f"case {self.patient.case.id} without a mask: {reason}",
                f"one, which {self.recipe.title} was trained on",
                "Give --mask FILE, or a segmentation bundle beside this one.",
            )
        return None, (f"No mask: {reason}",)

    def _with_mask(self, labels: Volume | None) -> ReadImages:
        read, grid = self.patient.read, self.patient.grid
        if read is None or grid is None:
            raise TypeError("a mask without images")
        on_frame = None if labels is None else resample_labels(labels, grid).array
        images = with_mask_channels(read(0), on_frame, self.recipe.crop_voxels)
        return lambda _: images


def volumes_ml(labels: Volume) -> dict[str, float]:
    """Return the volume of each lesion in mL: what a mask looked like, for a reader."""
    return {f"{name}_ml": round(labels.volume_ml(value), 3) for name, value in zip(MASK_CHANNELS, LESIONS, strict=True)}


def _hpv(case: Case, upstreams: Upstreams, source: HpvSource) -> tuple[bool | None, tuple[str, ...]]:
    """Return the inferred status; None, with the reason, where the case lacks what the classifier reads."""
    try:
        return upstreams.hpv(case, source)
    except (CohortError, ImageError, GeometryError) as error:
        return None, (f"HPV status was not inferred: {error}",)
