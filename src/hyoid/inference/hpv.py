"""HPV status of new patients by one bundle or several, with what was missing and how far the folds lie apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit

from hyoid.bundle import Bundle
from hyoid.cohort import Case
from hyoid.cohort.encoders.value import value_of
from hyoid.cohort.images import read_images
from hyoid.decision import FittedCalibrator, FittedThreshold, PriorShift, spread
from hyoid.errors import CohortError
from hyoid.features import LESIONS, lesion_measures, with_measures
from hyoid.geometry import Volume
from hyoid.imaging import find_head, read_volume
from hyoid.inference.classify import Images, load_classifier
from hyoid.inference.ensemble import ensemble_logits
from hyoid.inference.missing import check_images


@dataclass(frozen=True, slots=True)
class HpvLogits:
    """One case through one bundle, before any decision.

    `folds` are the log-odds of each fold in use, `raw` those of the ensemble, and `combined` the ensemble of log-odds
    counted from each fold's middle between the classes, which are decided by. `missing` names the inputs that were not
    there, `notes` whatever was not as expected.
    """

    folds: Mapping[str, float]
    raw: float
    combined: float
    missing: tuple[str, ...]
    notes: tuple[str, ...]


class HpvPredictor:
    """One classifier bundle in memory.

    Raises
    ------
    BundleError
        If a fold's weights are not those of the recipe's network.
    """

    def __init__(self, bundle: Bundle, device: str) -> None:
        self.bundle, self.recipe = bundle, bundle.recipe
        self.classifiers = {
            fold: load_classifier(self.recipe, bundle.folder / fold, device) for fold in bundle.chosen_folds
        }
        decision = bundle.decision
        self.calibrator = FittedCalibrator.model_validate(decision["calibrator"])
        self.threshold = FittedThreshold.model_validate(decision["threshold"])
        self.prior = float(decision["prior"])
        self.out_of_fold: dict[str, Any] = decision["out_of_fold"]

    def logits(self, case: Case, mask: Volume | None = None) -> HpvLogits:
        """Return the log-odds of one case; `mask` is a predicted label map for lesion measures where it has no own.

        Raises
        ------
        CohortError
            If the case lacks an image that the recipe cannot do without, or everything that it reads.
        ImageError, GeometryError
            If an image cannot be read or placed, or is not in HU or SUV.
        """
        inputs, notes = self.recipe.inputs, []
        missing = check_images(case, self.bundle)
        if inputs.lesions is not None:
            case, note = self._measured(case, mask)
            notes += note
        missing += [column for column in inputs.table_columns if value_of(case, column) is None]
        if not inputs.images and len(missing) == len(inputs.table_columns):
            raise CohortError.of(
                f"case {case.id} without {', '.join(missing)}",
                f"at least one of what {self.recipe.title} reads",
                "Give the clinical record (--clinical FILE.json, or a cohort's table).",
            )
        read = None
        if self.recipe.preprocess is not None:
            volumes = read_images(case, ("ct", "pet"))
            if find_head(volumes.get("pet"), volumes.get("ct")) is None:
                notes.append(
                    "No head in view: the classifier was trained on head and neck, and its answer means little."
                )
            framed = self.recipe.preprocess.apply(volumes, inputs.images)
            images: Images = framed.images, np.asarray(framed.present)
            notes += framed.notes

            def read(_: int) -> Images:
                return images

        found = {name: classifier.logits([case], read) for name, classifier in self.classifiers.items()}
        notes += dict.fromkeys(note for _, said in found.values() for note in said)
        each = {name: values for name, (values, _) in found.items()}
        centered = {name: values - self.classifiers[name].fitted["decision"]["middle"] for name, values in each.items()}
        raw, combined = (
            float(ensemble_logits(self.recipe.inference.ensemble, one, self.bundle.best_fold)[0])
            for one in (each, centered)
        )
        folds = {name: float(values[0]) for name, values in each.items()}
        return HpvLogits(folds, raw, combined, tuple(missing), tuple(notes))

    def answer(self, found: HpvLogits, shift: PriorShift | None = None) -> dict[str, Any]:
        """Return the HPV part of a case's JSON: raw and calibrated probability, threshold, decision, spread, gaps."""
        logit = float(self.calibrator.apply([found.combined])[0])
        threshold = self.threshold
        if shift is not None:
            logit, threshold = float(shift.apply([logit])[0]), threshold.after_offset(shift.offset)
        apart = spread(np.array(list(found.folds.values()))[:, None])
        return {
            "recipe": self.recipe.title,
            "recipe_hash": self.recipe.hash,
            "preset": self.recipe.preset,
            "bundle": str(self.bundle.folder.resolve()),
            "probability_raw": float(expit(found.raw)),
            "probability": float(expit(logit)),
            "threshold": threshold.probability,
            "decision": bool(logit >= threshold.logit),
            "folds_raw": {name: float(expit(value)) for name, value in found.folds.items()},
            "spread_over_folds": {
                "lowest": float(apart.minimum[0]),
                "highest": float(apart.maximum[0]),
                "standard_deviation": float(apart.standard_deviation[0]),
            },
            "prior": None if shift is None else shift.model_dump(mode="json"),
            "missing": list(found.missing),
            "notes": list(found.notes),
        }

    def _measured(self, case: Case, mask: Volume | None) -> tuple[Case, list[str]]:
        """Return the case with its lesion measures, by its own label map or else by the predicted one."""
        lesions = self.recipe.inputs.lesions
        notes = []
        if case.mask is not None:
            mask = read_volume(case.mask)
        elif mask is not None:
            notes.append("Lesions were measured in a predicted label map; the classifier was trained on the expert's.")
        if mask is None:
            if self.recipe.inputs.missing == "refuse":
                raise CohortError.of(
                    f"case {case.id} without a label map",
                    f"one, in which {self.recipe.title} measures lesions",
                    "Give --mask FILE, or a segmentation bundle beside this one.",
                )
            return case, ["No label map: the lesion measures are missing."]
        pet = read_images(case, ("pet",)).get("pet")
        if pet is None:
            notes.append("No PET: the uptake of the lesions is missing.")
        names = () if lesions is None else lesions.measures
        measures = lesion_measures(mask, pet)
        partly = [lesion for lesion in LESIONS[:2] if measures[f"{lesion}_pet_coverage"] < 1]
        notes += [f"{one}: {measures[f'{one}_pet_coverage']:.0%} of the contour lies in the PET." for one in partly]
        return with_measures(replace(case, mask=None), measures, names), notes


def join_answers(answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Join several classifiers' answers on one case: the mean of their calibrated log-odds and of their thresholds."""
    if len(answers) == 1:
        return answers[0]

    def mean(key: str) -> float:
        values = np.clip([answer[key] for answer in answers], 1e-9, 1 - 1e-9)
        return float(expit(np.log(values / (1 - values)).mean()))

    probability, threshold = mean("probability"), mean("threshold")
    raw = [value for answer in answers for value in answer["folds_raw"].values()]
    return {
        "recipe": " + ".join(answer["recipe"] for answer in answers),
        "probability_raw": mean("probability_raw"),
        "probability": probability,
        "threshold": threshold,
        "decision": probability >= threshold,
        "spread_over_folds": {
            "lowest": min(raw),
            "highest": max(raw),
            "standard_deviation": float(np.std(raw)),
        },
        "prior": answers[0]["prior"],
        "missing": list(dict.fromkeys(name for answer in answers for name in answer["missing"])),
        "notes": list(dict.fromkeys(note for answer in answers for note in answer["notes"])),
        "classifiers": list(answers),
    }
