"""Prediction of new cases by one bundle or several: an ensemble within a task, joined over tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hyoid.bundle import Bundle, load_bundle
from hyoid.cohort import Case
from hyoid.cohort.images import read_images, with_ct
from hyoid.errors import BundleError
from hyoid.inference.case import Prediction, predict_framed
from hyoid.inference.hpv import HpvPredictor
from hyoid.inference.missing import check_images
from hyoid.inference.rfs import RfsPredictor
from hyoid.inference.segment import Compute
from hyoid.networks.runtime import keep_freed_memory, resolve_device, resolve_precision


class Segmenter:
    """Segmentation bundles in memory, ready for one case after the other.

    Bundles given together are an ensemble by mean probability; they must share preprocessing, labels and window.

    Raises
    ------
    BundleError
        If a bundle is damaged, or the bundles do not fit together.
    """

    def __init__(self, bundles: Sequence[Bundle], device: str) -> None:
        self.bundles = list(bundles)
        self.recipe = self.bundles[0].recipe
        for other in self.bundles[1:]:
            _check_fits(self.bundles[0], other)
        precision = resolve_precision(self.recipe.network_stage.training.precision, device)
        self.compute = Compute(device, precision == "bf16-mixed")
        self._networks = [network for bundle in self.bundles for network in bundle.networks(device)]

    def predict(self, case: Case) -> Prediction:
        """Segment one case on its CT's grid.

        Raises
        ------
        CohortError
            If the case lacks an image that the recipe cannot do without.
        ImageError, GeometryError
            If an image cannot be read or placed, or is not in HU or SUV.
        """
        wanted = self.recipe.inputs.images
        for bundle in self.bundles:
            check_images(case, bundle)
        images = read_images(case, with_ct(wanted))
        framed = self.recipe.imaging.apply(images, wanted)
        prediction = predict_framed(case.id, self.recipe, self._networks, framed, self.compute)
        prediction.info["bundles"] = [str(bundle.folder.resolve()) for bundle in self.bundles]
        return prediction


def _check_fits(first: Bundle, other: Bundle) -> None:
    a, b = first.recipe, other.recipe
    same = (
        a.preprocess == b.preprocess
        and a.labels == b.labels
        and a.inputs == b.inputs
        and a.inference == b.inference
        and a.patch_voxels == b.patch_voxels
    )
    if not same:
        raise BundleError.of(
            f"bundles of {a.title} and {b.title} with different preprocessing, labels or windows",
            "bundles that share them, to average their probabilities voxel by voxel",
            "Predict with each alone.",
        )


@dataclass(frozen=True, slots=True)
class Predictors:
    """Bundles by task: those of one task are an ensemble, those of different tasks are joined."""

    segmenter: Segmenter | None
    hpv: tuple[HpvPredictor, ...]
    rfs: tuple[RfsPredictor, ...] = ()

    @classmethod
    def load(cls, folders: Sequence[Path], device: str = "auto") -> Self:
        """Load bundles, or runs with bundles in them.

        Raises
        ------
        BundleError
            If there is none, one is damaged, or those of the segmentation do not fit together.
        """
        keep_freed_memory()
        if not folders:
            raise BundleError.of("no bundle", "one or more", "Give the folder of a trained run.")
        device = resolve_device(device)
        bundles = [load_bundle(folder) for folder in folders]
        of_task = {
            task: [bundle for bundle in bundles if bundle.recipe.task == task]
            for task in ("segmentation", "hpv", "rfs")
        }
        return cls(
            Segmenter(of_task["segmentation"], device) if of_task["segmentation"] else None,
            tuple(HpvPredictor(bundle, device) for bundle in of_task["hpv"]),
            tuple(RfsPredictor(bundle, device) for bundle in of_task["rfs"]),
        )
