"""Segmentation bundles in memory: one case after the other to a label map on its own grid."""

from __future__ import annotations

from collections.abc import Sequence

from hyoid.bundle import Bundle
from hyoid.cohort import Case
from hyoid.cohort.images import read_images
from hyoid.errors import BundleError
from hyoid.geometry import Volume
from hyoid.imaging import Framed
from hyoid.inference.case import Prediction, predict_framed
from hyoid.inference.missing import check_images
from hyoid.inference.mixed import predict_mixed
from hyoid.inference.recipe_networks import RecipeNetworks, share_window


class Segmenter:
    """Segmentation bundles in memory, ready for one case after the other.

    Bundles given together are an ensemble by mean probability. Those that share inputs, preprocessing, window and
    post-processing are averaged window by window; others on the CT's grid, see `predict_mixed`. All must have the same
    labels.

    Raises
    ------
    BundleError
        If a bundle is damaged, or the labels differ.
    """

    def __init__(self, bundles: Sequence[Bundle], device: str) -> None:
        self.bundles = list(bundles)
        self.recipe = self.bundles[0].recipe
        for other in self.bundles[1:]:
            _check_labels(self.bundles[0], other)
        self._members = [RecipeNetworks.load(group, device) for group in _groups(self.bundles)]

    def predict(self, case: Case) -> Prediction:
        """Segment one case on its CT's grid.

        Raises
        ------
        CohortError, ImageError, GeometryError
            As `framed`.
        """
        if len(self._members) == 1:
            return self.predict_framed(case.id, self.framed(case))
        return self._from(predict_mixed(case.id, self._members, self._images(case)))

    def framed(self, case: Case) -> Framed:
        """Return the case as the networks of the only recipe see it; it serves every bundle of the same preprocessing.

        Raises
        ------
        CohortError
            If the case lacks an image that the recipe cannot do without.
        ImageError, GeometryError
            If an image cannot be read or placed, or is not in HU or SUV.
        """
        return self._only.framed(self._images(case))

    def predict_framed(self, case_id: str, framed: Framed) -> Prediction:
        """Segment a framed case on its CT's grid, by the only recipe."""
        only = self._only
        return self._from(predict_framed(case_id, only.recipe, only.networks, framed, only.compute))

    @property
    def _only(self) -> RecipeNetworks:
        if len(self._members) > 1:
            raise TypeError("several recipes have a frame each: use predict")
        return self._members[0]

    def _images(self, case: Case) -> dict[str, Volume]:
        for bundle in self.bundles:
            check_images(case, bundle)
        return read_images(case, dict.fromkeys(name for member in self._members for name in member.wanted))

    def _from(self, prediction: Prediction) -> Prediction:
        """Say which bundles answered: each recipe by the hash in its bundle's manifest."""
        info, known = prediction.info, {bundle.manifest["recipe_hash"]: bundle.recipe for bundle in self.bundles}
        if len(known) == 1:
            info["recipe_hash"] = next(iter(known))
        elif "recipes" not in info:  # different networks on one frame, averaged window by window
            del info["recipe_hash"]
            info["recipe"] = " + ".join(recipe.title for recipe in known.values())
            info["recipes"] = [{"recipe": recipe.title, "recipe_hash": own} for own, recipe in known.items()]
        info["bundles"] = [str(bundle.folder.resolve()) for bundle in self.bundles]
        return prediction


def _groups(bundles: Sequence[Bundle]) -> list[list[Bundle]]:
    """Return the bundles by what they share, in the order of their first."""
    groups: list[list[Bundle]] = []
    for bundle in bundles:
        fitting = [group for group in groups if share_window(group[0].recipe, bundle.recipe)]
        if fitting:
            fitting[0].append(bundle)
        else:
            groups.append([bundle])
    return groups


def _check_labels(first: Bundle, other: Bundle) -> None:
    a, b = first.recipe, other.recipe
    if a.labels != b.labels:
        raise BundleError.of(
            f"bundles of {a.title} and {b.title}, which label {', '.join(a.labels.values())} and "
            f"{', '.join(b.labels.values())}",
            "bundles of the same labels, to average their probabilities class by class",
            "Predict with each alone.",
        )
