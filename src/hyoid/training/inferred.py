"""What the upstream models of one fold infer of its patients: made once, kept in the fold's folder.

Whom an upstream recipe was trained on is inferred by the one of its folds that had not seen them; all others, the
reported patients among them, by all its folds together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from hyoid.bundle import UPSTREAM
from hyoid.cohort import Case, folds_from_json
from hyoid.errors import BundleError, CohortError, GeometryError, ImageError
from hyoid.files import read_json, write_json
from hyoid.geometry import Volume
from hyoid.imaging import read_volume
from hyoid.inference.upstream import HpvSource, Upstreams
from hyoid.recipe import load_recipe
from hyoid.recipe.stage import Task
from hyoid.training.expert_masks import mask_file, write_on_frame
from hyoid.training.store import Store

PREDICTED_MASKS = "predicted-masks"
INFERRED = "inferred.json"
"""In a fold's folder: HPV decisions by source and id, why there is no mask or no decision of a patient, and under
`masks` who predicted each mask: `out_of_fold`, the one fold that had not seen the patient, or `ensemble`, all folds."""

OUT_OF_FOLD = "out-of-fold"
"""In an upstream run: what each patient's own fold said of them."""

OWN_FOLD, ALL_FOLDS = "out_of_fold", "ensemble"
"""By whom a patient is inferred: their own fold of the upstream run, or all its folds."""

_UNUSABLE = (CohortError, ImageError, GeometryError)
"""What is wrong with a case, and not with a model."""


class Inferred:
    """Label maps and HPV decisions of one fold's patients.

    Parameters
    ----------
    folder
        The fold's folder, with its upstream runs.
    cases, store
        The run's cases, and their images.
    device
        Where networks run.
    """

    def __init__(self, folder: Path, cases: Mapping[str, Case], store: Store | None, device: str) -> None:
        self.folder, self.cases, self.store = folder, cases, store
        self._models = Upstreams(folder, device)
        path = folder / INFERRED
        empty: dict[str, Any] = {"no_mask": {}, "hpv": {}, "no_hpv": {}}
        self._known: dict[str, Any] = read_json(path) if path.is_file() else empty

    def masks(self, ids: Iterable[str]) -> dict[str, Path]:
        """Return the files of these patients' predicted label maps on their frames; whoever has none is left out."""
        target, found = self.folder / PREDICTED_MASKS, {}
        for case_id in sorted(ids):
            path = mask_file(target, case_id)
            if not path.is_file() and case_id not in self._known["no_mask"]:
                self._predict_mask(case_id, target)
            if path.is_file():
                found[case_id] = path
        return found

    def hpv(self, ids: Iterable[str], source: HpvSource | None) -> dict[str, bool | None]:
        """Return these patients' HPV decisions, None where there cannot be one.

        `source` says which models decide on patients that the classifier was not trained on, all together where it is
        None; those that it was trained on are decided by their own fold.
        """
        decided = {}
        for case_id in sorted(ids):
            own = source is None and case_id in self._own_decisions
            models = OWN_FOLD if own else source or "ensemble"
            known = self._known["hpv"].setdefault(models, {})
            if case_id not in known:
                known[case_id] = self._own_decisions[case_id] if own else self._decide(case_id, source or "ensemble")
            decided[case_id] = known[case_id]
        write_json(self.folder / INFERRED, self._known)
        return decided

    def _predict_mask(self, case_id: str, target: Path) -> None:
        if self.store is None:
            raise TypeError("a mask without images")
        try:
            source, labels = self._label_map(case_id)
        except _UNUSABLE as error:
            self._known["no_mask"][case_id] = str(error)
            write_json(self.folder / INFERRED, self._known)
            return
        self._known.setdefault("masks", {})[case_id] = source
        write_json(self.folder / INFERRED, self._known)
        write_on_frame(target, self.store.open(case_id), labels)

    def _label_map(self, case_id: str) -> tuple[str, Volume]:
        """Return who predicts the patient's label map, and it."""
        own = self._run("segmentation") / OUT_OF_FOLD / case_id / f"{case_id}.nii.gz"
        if own.is_file():
            return OWN_FOLD, read_volume(own)
        self._check_unseen("segmentation", case_id)
        return ALL_FOLDS, self._models.label_map(self.cases[case_id])[0]

    def _decide(self, case_id: str, source: HpvSource) -> bool | None:
        self._check_unseen("hpv", case_id)
        try:
            return self._models.hpv(self.cases[case_id], source)[0]
        except _UNUSABLE as error:
            self._known["no_hpv"][case_id] = str(error)
            return None

    @cached_property
    def _own_decisions(self) -> dict[str, bool]:
        table = pd.read_csv(self._run("hpv") / OUT_OF_FOLD / "predictions.csv", dtype={"PatientID": str})
        return dict(zip(table["PatientID"], table["hpv_decision"].astype(bool), strict=True))

    def _check_unseen(self, task: Task, case_id: str) -> None:
        """Make sure that models of all folds are asked about strangers only."""
        folds = folds_from_json(read_json(self._run(task) / "splits.json"))
        if any(case_id in fold.ids() for fold in folds):
            raise BundleError.of(
                f"{case_id} among the patients of {self._run(task)}, without what the fold that reports them says",
                "patients whom its models have not seen",
                "Train the run anew.",
            )

    def _run(self, task: Task) -> Path:
        for recipe in sorted((self.folder / UPSTREAM).glob("*/recipe.yaml")):
            if load_recipe(str(recipe)).task == task:
                return recipe.parent
        raise BundleError.of(
            f"no {task} upstream of {self.folder}",
            "a run in which it was trained",
            "Train with inputs.mask.predict: predicted, or inputs.hpv.predict: ensemble.",
        )
