"""The upstream models of one fold, which infer what its own model reads: the label map and the HPV status."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

from hyoid.bundle import UPSTREAM, Bundle, load_bundle
from hyoid.cohort import Case
from hyoid.errors import BundleError
from hyoid.geometry import Volume
from hyoid.imaging import Framed
from hyoid.inference.hpv import HpvPredictor
from hyoid.inference.segmenter import Segmenter
from hyoid.recipe.stage import Task

HpvSource = Literal["single_fold", "ensemble"]


class Upstreams:
    """The upstream models of one fold, each loaded when it is first asked.

    Parameters
    ----------
    folder
        The fold's folder, of a run or of a bundle.
    device
        Where networks run.
    """

    def __init__(self, folder: Path, device: str) -> None:
        self.folder, self.device = folder / UPSTREAM, device

    @cached_property
    def segmenter(self) -> Segmenter:
        """The one that makes label maps; BundleError where the fold has none."""
        return Segmenter([self._bundle("segmentation")], self.device)

    def label_map(self, case: Case, framed: Framed | None = None) -> tuple[Volume, tuple[str, ...]]:
        """Return the label map on the case's own grid, and what its preprocessing fell back to.

        `framed` is the case as `segmenter.framed` gives it, which folds share.

        Raises
        ------
        CohortError, ImageError, GeometryError
            If the case lacks an image, or one cannot be read or placed.
        """
        framed = self.segmenter.framed(case) if framed is None else framed
        prediction = self.segmenter.predict_framed(case.id, framed)
        if prediction.labels is None:
            raise TypeError("a segmentation without labels")
        return prediction.labels, tuple(prediction.info["notes"])

    def hpv(self, case: Case, source: HpvSource) -> tuple[bool, tuple[str, ...]]:
        """Return whether the case is decided HPV-positive, and what of it was missing or not as expected.

        Raises
        ------
        CohortError, ImageError, GeometryError
            If the case lacks what the classifier cannot do without, or an image cannot be read or placed.
        """
        predictor = self._classifier if source == "ensemble" else self._first_classifier
        answer = predictor.answer(predictor.logits(case))
        missing = (f"HPV status was inferred without {', '.join(answer['missing'])}.",) if answer["missing"] else ()
        return bool(answer["decision"]), (*missing, *answer["notes"])

    @cached_property
    def _classifier(self) -> HpvPredictor:
        return HpvPredictor(self._bundle("hpv"), self.device)

    @cached_property
    def _first_classifier(self) -> HpvPredictor:
        return HpvPredictor(self._bundle("hpv").of_fold_alone(0), self.device)

    @cached_property
    def _bundles(self) -> dict[Task, Bundle]:
        folders = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return {bundle.recipe.task: bundle for bundle in map(load_bundle, folders)}

    def _bundle(self, task: Task) -> Bundle:
        if task not in self._bundles:
            raise BundleError.of(
                f"no model of {task} in {self.folder}",
                "one, by which inputs are inferred",
                "Train with inputs.mask.predict: predicted, or inputs.hpv.predict: ensemble.",
            )
        return self._bundles[task]
