"""Prediction of new cases by one bundle, or by several as an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hyoid.bundle import Bundle, load_bundle
from hyoid.cohort import Case
from hyoid.cohort.images import read_images, with_ct
from hyoid.errors import BundleError, CohortError
from hyoid.inference.case import Prediction, predict_framed
from hyoid.inference.segment import Compute
from hyoid.networks.runtime import keep_freed_memory, resolve_device, resolve_precision


class Predictor:
    """Bundles in memory, ready for one case after the other.

    Bundles given together are an ensemble by mean probability; they must share preprocessing, labels and window.

    Raises
    ------
    BundleError
        If a bundle is damaged, or the bundles do not fit together.
    """

    def __init__(self, bundles: Sequence[Path], device: str = "auto") -> None:
        keep_freed_memory()
        if not bundles:
            raise BundleError.of("no bundle", "one or more", "Give the folder of a trained run.")
        self.bundles = [load_bundle(folder) for folder in bundles]
        self.recipe = self.bundles[0].recipe
        for other in self.bundles[1:]:
            _check_fits(self.bundles[0], other)
        device = resolve_device(device)
        precision = resolve_precision(self.recipe.stages[-1].training.precision, device)
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
        missing = [name for name in wanted if name not in case.images]
        if len(missing) == len(wanted) or (missing and self.recipe.inputs.missing == "refuse"):
            raise CohortError.of(
                f"case {case.id} without {' and '.join(missing)}",
                f"{' and '.join(wanted)}, which {self.recipe.title} was trained on",
                "Give the missing image, or use a recipe that was trained to do without it (`inputs.missing: fill`).",
            )
        images = read_images(case, with_ct(wanted))
        framed = self.recipe.preprocess.apply(images, wanted)
        prediction = predict_framed(case.id, self.recipe, self._networks, framed, self.compute)
        prediction.info["bundles"] = [str(bundle.folder.resolve()) for bundle in self.bundles]
        return prediction


def _check_fits(first: Bundle, other: Bundle) -> None:
    a, b = first.recipe, other.recipe
    spacing = a.preprocess.frame.spacing_mm
    same = (
        a.preprocess == b.preprocess
        and a.labels == b.labels
        and a.inputs == b.inputs
        and a.inference == b.inference
        and a.stages[-1].patch_voxels(spacing) == b.stages[-1].patch_voxels(spacing)
    )
    if not same:
        raise BundleError.of(
            f"bundles of {a.title} and {b.title} with different preprocessing, labels or windows",
            "bundles that share them, to average their probabilities voxel by voxel",
            "Predict with each alone.",
        )
