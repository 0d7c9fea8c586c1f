"""Segmentation bundles in memory: one case after the other to a label map on its own grid."""

from __future__ import annotations

from collections.abc import Sequence

from hyoid.bundle import Bundle
from hyoid.cohort import Case
from hyoid.cohort.images import read_images, with_ct
from hyoid.errors import BundleError
from hyoid.imaging import Framed
from hyoid.inference.case import Prediction, predict_framed
from hyoid.inference.missing import check_images
from hyoid.inference.segment import Compute
from hyoid.networks.runtime import resolve_precision


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
        CohortError, ImageError, GeometryError
            As `framed`.
        """
        return self.predict_framed(case.id, self.framed(case))

    def framed(self, case: Case) -> Framed:
        """Return the case as the networks see it; it serves every bundle of the same preprocessing.

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
        return self.recipe.imaging.apply(read_images(case, with_ct(wanted)), wanted)

    def predict_framed(self, case_id: str, framed: Framed) -> Prediction:
        """Segment a framed case on its CT's grid."""
        prediction = predict_framed(case_id, self.recipe, self._networks, framed, self.compute)
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
