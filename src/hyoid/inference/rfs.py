"""Recurrence-free survival of new patients: risk and survival, what was missing, how far the folds lie apart."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.bundle import Bundle
from hyoid.cohort import Case
from hyoid.geometry import Volume
from hyoid.inference.center_origin import adopting, harmonisation_of, waits_for_others
from hyoid.inference.new_patient import NewPatient
from hyoid.inference.prognosis import load_risk_model
from hyoid.inference.upstream import Upstreams

ANSWER_DAYS = {"1_year": 365, "2_years": 730, "3_years": 1095, "5_years": 1825}
"""Times at which survival is told."""


class RfsPredictor:
    """One survival bundle in memory.

    Raises
    ------
    BundleError
        If a fold's weights are not those of the recipe's network.
    """

    def __init__(self, bundle: Bundle, device: str) -> None:
        self.bundle, self.recipe = bundle, bundle.recipe
        self.models = {fold: load_risk_model(self.recipe, bundle.folder / fold, device) for fold in bundle.chosen_folds}
        self.upstreams = {fold: Upstreams(bundle.folder / fold, device) for fold in self.models}
        self.placed = bundle.prognosis

    @property
    def waits(self) -> bool:
        """Whether all cases must be read, and adopted, before one is asked about."""
        return waits_for_others(self.recipe)

    def adopt(self, cases: Sequence[Case]) -> None:
        """Let centers that training did not have be harmonised by these cases, as they were read."""
        self.models = adopting(self.models, cases)

    def read(self, case: Case, mask: Volume | None = None, *, mask_given: bool = False) -> NewPatient:
        """Return what is read of one case.

        `mask` is a predicted label map for lesion measures, or for a mask, where the case has no own; `mask_given` is
        explained by `NewPatient`.

        Raises
        ------
        CohortError, ImageError, GeometryError
            As `NewPatient`.
        """
        return NewPatient(case, self.bundle, mask, mask_given=mask_given)

    def answer(self, case: Case, mask: Volume | None = None, *, mask_given: bool = False) -> dict[str, Any]:
        """Return what `answer_of` does of one case by itself; arguments and errors as `read` and `answer_of`."""
        return self.answer_of(self.read(case, mask, mask_given=mask_given))

    def answer_of(self, patient: NewPatient) -> dict[str, Any]:
        """Return the RFS part of a case's JSON: risk, percentile, group, survival with the spread over folds, gaps.

        Risk is the mean of the folds' risks, each standardised on its own `select` part; higher is worse.

        Raises
        ------
        CohortError, ImageError, GeometryError
            If what the folds infer of the case cannot be inferred.
        """
        days = list(ANSWER_DAYS.values())
        given = {name: patient.given(upstreams) for name, upstreams in self.upstreams.items()}
        found = {name: self.models[name].prognosis([one.case], one.read, days) for name, one in given.items()}
        said = [*(one.notes for one in given.values()), *(notes for _, notes in found.values())]
        notes = [*patient.notes, *dict.fromkeys(note for each in said for note in each)]
        risks = {name: float(prognosis.risk[0]) for name, (prognosis, _) in found.items()}
        survival = np.array([prognosis.survival[0] for prognosis, _ in found.values()])
        notes += [*self._of_the_fit(), *self._beyond(max(days))]
        risk = float(np.mean(list(risks.values())))
        return {
            "recipe": self.recipe.title,
            "recipe_hash": self.bundle.manifest["recipe_hash"],
            "preset": self.recipe.preset,
            "bundle": str(self.bundle.folder.resolve()),
            "risk": risk,
            "percentile": percentile(risk, self.placed["out_of_fold_risks"]),
            "group": 1 + bisect_left(self.placed["cut_points"], risk),
            "groups": 1 + len(self.placed["cut_points"]),
            "survival": {
                name: {"days": day, "value": float(at.mean()), **_spread(at)}
                for (name, day), at in zip(ANSWER_DAYS.items(), survival.T, strict=True)
            },
            "folds_risk": risks,
            **harmonisation_of(self.models, patient.case),
            **({"inferred": {name: one.inferred for name, one in given.items()}} if self.recipe.inputs.infers else {}),
            "missing": list(dict.fromkeys(name for one in given.values() for name in one.missing)),
            "notes": notes,
        }

    def _of_the_fit(self) -> list[str]:
        """Return what the folds' baselines noted when they were fitted, each with the number of folds."""
        said = Counter(
            note for model in self.models.values() for note in {n for one in model.members for n in one.baseline.notes}
        )
        return [f"{note} ({count} of {len(self.models)} folds.)" for note, count in sorted(said.items())]

    def _beyond(self, last: int) -> list[str]:
        """Return a note where survival is told of days that a fold's patients were not followed to."""
        short = {name: model.last_day for name, model in self.models.items() if model.last_day < last}
        if not short:
            return []
        held = ", ".join(f"day {day:.0f} ({name})" for name, day in short.items())
        return [
            f"{len(short)} of {len(self.models)} folds know survival for less than 5 years and hold it from {held}."
        ]


def _spread(survival: NDArray[np.float64]) -> dict[str, float]:
    """Return the least and the greatest of the folds' survival; of one fold there is no spread."""
    return {"lowest": float(survival.min()), "highest": float(survival.max())} if len(survival) > 1 else {}


def _at(answer: dict[str, Any], name: str, end: str) -> float:
    told = answer["survival"][name]
    return float(told.get(end, told["value"]))


def percentile(risk: float, known: Sequence[float]) -> float:
    """Return the share, in percent, of the training cohort's out-of-fold risks (sorted) at or below this one."""
    return 100.0 * bisect_right(list(known), risk) / len(known)


def join_prognoses(answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Join several bundles' answers on one case: the mean of their survival, and of their percentiles.

    Risks of different recipes share no scale; their percentiles do, so the joined risk is the mean percentile. Each
    note has its recipe's name before it.
    """
    if len(answers) == 1:
        return answers[0]
    place = float(np.mean([answer["percentile"] for answer in answers]))
    survival = {
        name: {
            "days": day,
            "value": float(np.mean([answer["survival"][name]["value"] for answer in answers])),
            "lowest": min(_at(answer, name, "lowest") for answer in answers),
            "highest": max(_at(answer, name, "highest") for answer in answers),
        }
        for name, day in ANSWER_DAYS.items()
    }
    return {
        "recipe": " + ".join(answer["recipe"] for answer in answers),
        "risk": place,
        "percentile": place,
        "survival": survival,
        "missing": list(dict.fromkeys(name for answer in answers for name in answer["missing"])),
        "notes": list(dict.fromkeys(f"{answer['recipe']}: {note}" for answer in answers for note in answer["notes"])),
        "models": list(answers),
    }
