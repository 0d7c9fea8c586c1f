"""What a trained model is on disk: a folder of safetensors, JSON and YAML, every file hashed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyoid.cohort.encoders import FittedEncoder
from hyoid.errors import BundleError, HyoidError
from hyoid.files import read_json, sha256_of_file
from hyoid.recipe import Recipe, load_recipe
from hyoid.recipe.stage import Task

if TYPE_CHECKING:
    from torch import nn

BUNDLE_FORMAT = 1
MANIFEST = "manifest.json"
ENSEMBLE = "ensemble.json"
UPSTREAM = "upstream"
"""Folder within a fold that holds the bundles of the upstream recipes, by which the fold infers inputs."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle: its folder, recipe, folds in order, and manifest."""

    folder: Path
    recipe: Recipe
    folds: tuple[str, ...]
    manifest: dict[str, Any]

    @property
    def chosen_folds(self) -> tuple[str, ...]:
        """The folds that the recipe's ensemble uses.

        Raises
        ------
        BundleError
            If it uses one alone that the bundle lacks.
        """
        return self.recipe.inference.ensemble.used(self.folds, self.best_fold)

    def of_fold_alone(self, fold: int) -> Bundle:
        """Return the bundle as if this fold were all of it."""
        inference = self.recipe.inference
        ensemble = inference.ensemble.model_copy(update={"name": "single_fold", "fold": fold})
        recipe = self.recipe.model_copy(update={"inference": inference.model_copy(update={"ensemble": ensemble})})
        return replace(self, recipe=recipe)

    def answering(self, task: Task) -> Bundle:
        """Return the bundle as if this were all that it is asked; RecipeError if it does not answer it."""
        return replace(self, recipe=self.recipe.answering(task))

    @property
    def decision(self) -> dict[str, Any]:
        """What a classifier's new patients are decided by: calibrator, threshold, prior, out-of-fold figures.

        Raises
        ------
        BundleError
            If it is the bundle of a segmentation.
        """
        return self._part("decision", "a classifier")

    @property
    def prognosis(self) -> dict[str, Any]:
        """What new patients' risks are placed by: out-of-fold risks, cut points of the risk groups.

        Raises
        ------
        BundleError
            If it is not the bundle of a survival recipe.
        """
        return self._part("prognosis", "a survival recipe")

    @property
    def best_fold(self) -> str | None:
        """The fold that was best, where the recipe's ensemble asks for it."""
        part = "decision" if self.recipe.task == "hpv" else "prognosis"
        name: str | None = read_json(self.folder / ENSEMBLE).get(part, {}).get("best_fold")
        return name

    def _part(self, name: str, whose: str) -> dict[str, Any]:
        found: dict[str, Any] | None = read_json(self.folder / ENSEMBLE).get(name)
        if found is None:
            raise BundleError.of(f"no {name} in {self.folder}", f"the bundle of {whose}", "Give another bundle.")
        return found

    def trained_without(self) -> dict[str, int]:
        """Return for each image, and for the mask, the least number, over the used folds, of training cases without."""
        each = [read_json(self.folder / fold / "fitted.json").get("trained_without", {}) for fold in self.chosen_folds]
        inputs = self.recipe.inputs
        names = [*inputs.images, *(["mask"] if inputs.mask is not None else [])]
        return {name: min(int(counts.get(name, 0)) for counts in each) for name in names}

    def networks(self, device: str) -> list[nn.Module]:
        """Return the segmentation network of each chosen fold on `device`, in evaluation mode."""
        return [
            load_network(self.recipe, self.folder / fold / "weights.safetensors", device) for fold in self.chosen_folds
        ]


def load_network(recipe: Recipe, weights: Path, device: str) -> nn.Module:
    """Build what labels voxels of a recipe's network, and fill it with the weights of a file of a finished fold.

    Raises
    ------
    BundleError
        If the weights are not those of this network.
    """
    from safetensors.torch import load_file

    from hyoid.networks.multihead import voxels_alone

    encoder = read_json(weights.with_name("fitted.json")).get("encoder") if recipe.inputs.clinical else None
    network = recipe.build_network(0 if encoder is None else len(FittedEncoder.from_json(encoder).names))
    try:
        network.load_state_dict(load_file(str(weights)))
    except RuntimeError as error:
        raise BundleError(f"{weights} does not hold the weights of {recipe.title}: {error}") from error
    return voxels_alone(network).to(device).eval()


def load_bundle(folder: Path) -> Bundle:
    """Read a bundle and verify the hash of every file.

    Raises
    ------
    BundleError
        If the folder is no bundle, or that of a run that is not finished, a file is missing, altered or unexpected, or
        the format is newer than this hyoid.
    """
    folder = Path(folder)
    if (folder / "bundle" / MANIFEST).is_file():  # a run: its bundle lies inside
        folder = folder / "bundle"
    if not (folder / MANIFEST).is_file():
        raise BundleError.of(f"no {MANIFEST} in {folder}", "a bundle or a run of `hyoid train`", "Check the path.")
    try:
        manifest = read_json(folder / MANIFEST)
        _refuse_run(folder, manifest)
        found, expected = hashes_of(folder), manifest["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{folder / MANIFEST} is damaged ({error!r}); copy the bundle again.") from error
    if manifest["format"] > BUNDLE_FORMAT:
        raise BundleError.of(f"bundle format {manifest['format']}", f"{BUNDLE_FORMAT} or older", "Upgrade hyoid.")
    if found != expected:
        wrong = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
        raise BundleError(
            f"Files of the bundle {folder} are not what its manifest says: {', '.join(wrong)}. "
            "They are missing, altered or added; copy the bundle again."
        )
    try:
        recipe = load_recipe(str(folder / "recipe.yaml"))
    except HyoidError as error:
        raise BundleError(f"The bundle {folder} was made by another version of hyoid: {error}") from error
    return Bundle(folder, recipe, tuple(read_json(folder / ENSEMBLE)["folds"]), manifest)


def _refuse_run(folder: Path, manifest: dict[str, Any]) -> None:
    """Refuse the folder of a run that has no bundle yet: its own manifest says which cohort it is of."""
    if "files" not in manifest and "cohort_hash" in manifest:
        raise BundleError.of(
            f"a run in {folder} whose training is not finished",
            "a bundle, or a run that has written one",
            f"Go on with the `hyoid train` that started it, adding --resume: --out {folder} --resume.",
        )


def hashes_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a bundle but its manifest; nested bundles have theirs hashed too."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    return {path.relative_to(folder).as_posix(): sha256_of_file(path) for path in files}
