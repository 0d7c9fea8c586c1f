"""HPV status of new patients by one bundle or several, with what was missing and how far the folds lie apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from hyoid.bundle import Bundle
from hyoid.cohort import Case
from hyoid.decision import BEYOND, NO_GUARANTEE, FittedCalibrator, FittedConformal, FittedThreshold, PriorShift, spread
from hyoid.geometry import Volume
from hyoid.inference.center_origin import adopting, harmonisation_of, waits_for_others
from hyoid.inference.classify import load_classifier
from hyoid.inference.ensemble import ensemble_logits
from hyoid.inference.patient import Patient

_NO_JOINT_SET = "Classifiers were joined: sets are given for each of them alone, for a joined one is not calibrated."


@dataclass(frozen=True, slots=True)
class HpvLogits:
    """One case through one bundle, before any decision.

    `folds` are the log-odds of each fold in use, `raw` those of the ensemble, and `combined` the ensemble of log-odds
    counted from each fold's middle between the classes, which are decided by. `missing` names the inputs that were not
    there, `notes` whatever was not as expected; `harmonised` is what `harmonisation_of` tells.
    """

    folds: Mapping[str, float]
    raw: float
    combined: float
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    harmonised: Mapping[str, Any]


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
        sets = decision.get("conformal")
        self.conformal = None if sets is None else FittedConformal.model_validate(sets)
        self.refused: str | None = decision.get("conformal_refused")
        self.prior = float(decision["prior"])
        self.out_of_fold: dict[str, Any] = decision["out_of_fold"]

    @property
    def waits(self) -> bool:
        """Whether all cases must be read, and adopted, before one is asked about."""
        return waits_for_others(self.recipe)

    def adopt(self, cases: Sequence[Case]) -> None:
        """Let centers that training did not have be harmonised by these cases, as they were read."""
        self.classifiers = adopting(self.classifiers, cases)

    def read(self, case: Case, mask: Volume | None = None) -> Patient:
        """Return what is read of one case; `mask` is a predicted label map for lesion measures where it has no own.

        Raises
        ------
        CohortError
            If the case lacks an image that the recipe cannot do without, or everything that it reads.
        ImageError, GeometryError
            If an image cannot be read or placed, or is not in HU or SUV.
        """
        return Patient.of(case, self.bundle, mask)

    def logits(self, case: Case, mask: Volume | None = None) -> HpvLogits:
        """Return the log-odds of one case by itself; arguments and errors as `read`."""
        return self.logits_of(self.read(case, mask))

    def logits_of(self, patient: Patient) -> HpvLogits:
        """Return the log-odds of one case that was read."""
        found = {name: one.logits([patient.case], patient.read) for name, one in self.classifiers.items()}
        notes = [*patient.notes, *dict.fromkeys(note for _, said in found.values() for note in said)]
        each = {name: values for name, (values, _) in found.items()}
        centered = {name: values - self.classifiers[name].fitted["decision"]["middle"] for name, values in each.items()}
        raw, combined = (
            float(ensemble_logits(self.recipe.inference.ensemble, one, self.bundle.best_fold)[0])
            for one in (each, centered)
        )
        folds = {name: float(values[0]) for name, values in each.items()}
        harmonised = harmonisation_of(self.classifiers, patient.case)
        return HpvLogits(folds, raw, combined, patient.missing, tuple(notes), harmonised)

    def answer(self, found: HpvLogits, shift: PriorShift | None = None) -> dict[str, Any]:
        """Return the HPV part of a case's JSON: raw and calibrated probability, threshold, decision, spread, gaps."""
        logit = float(self.calibrator.apply([found.combined])[0])
        sets, threshold = self._set(logit), self.threshold
        if shift is not None:
            logit, threshold = float(shift.apply([logit])[0]), threshold.after_offset(shift.offset)
        apart = spread(np.array(list(found.folds.values()))[:, None])
        return {
            "recipe": self.recipe.title,
            "recipe_hash": self.bundle.manifest["recipe_hash"],
            "preset": self.recipe.preset,
            "bundle": str(self.bundle.folder.resolve()),
            "probability_raw": float(expit(found.raw)),
            "probability": float(expit(logit)),
            "threshold": threshold.probability,
            "decision": bool(logit >= threshold.logit),
            **sets,
            "folds_raw": {name: float(expit(value)) for name, value in found.folds.items()},
            "spread_over_folds": {
                "lowest": float(apart.minimum[0]),
                "highest": float(apart.maximum[0]),
                "standard_deviation": float(apart.standard_deviation[0]),
            }
            if len(found.folds) > 1
            else None,
            "prior": None if shift is None else shift.model_dump(mode="json"),
            **found.harmonised,
            "missing": list(found.missing),
            "notes": [*found.notes, *self._notes(found)],
        }

    def _notes(self, found: HpvLogits) -> list[str]:
        held = bool(self.calibrator.beyond([found.combined])[0])
        refused = [] if self.refused is None else [f"No conformal set: {self.refused}"]
        return [*([f"{BEYOND[0].upper()}{BEYOND[1:]}."] if held else []), *refused]

    def _set(self, logit: float) -> dict[str, Any]:
        """Return the conformal set of a calibrated logit before a prior is corrected; nothing without such sets."""
        if self.conformal is None:
            return {}
        return {
            "conformal": {
                "set": self.conformal.sets([logit])[0],
                "alpha": self.conformal.alpha,
                "fitted_on": {"positives": self.conformal.positives, "negatives": self.conformal.negatives},
                "guarantee": NO_GUARANTEE,
            }
        }


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
        "notes": list(dict.fromkeys([*(n for answer in answers for n in answer["notes"]), *_of_sets(answers)])),
        "classifiers": list(answers),
    }


def _of_sets(answers: Sequence[dict[str, Any]]) -> list[str]:
    return [_NO_JOINT_SET] if any("conformal" in answer for answer in answers) else []
