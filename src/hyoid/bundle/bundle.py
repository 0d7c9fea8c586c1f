"""What a trained model is on disk: a folder of safetensors, JSON and YAML, every file hashed."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hyoid.bundle.card import model_card
from hyoid.errors import BundleError, HyoidError
from hyoid.files import read_json, sha256_of_file, write_json, write_text
from hyoid.recipe import Recipe, dump_recipe, load_recipe
from hyoid.version import __version__

if TYPE_CHECKING:
    from torch import nn

BUNDLE_FORMAT = 1
MANIFEST = "manifest.json"
ENSEMBLE = "ensemble.json"
_VERSIONED = ("torch", "monai", "numpy", "SimpleITK")


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
        ensemble = read_json(self.folder / ENSEMBLE)
        name: str | None = (ensemble.get("decision") or ensemble.get("prognosis") or {}).get("best_fold")
        return name

    def _part(self, name: str, whose: str) -> dict[str, Any]:
        found: dict[str, Any] | None = read_json(self.folder / ENSEMBLE).get(name)
        if found is None:
            raise BundleError.of(f"no {name} in {self.folder}", f"the bundle of {whose}", "Give another bundle.")
        return found

    def trained_without(self) -> dict[str, int]:
        """Return for each image the least number, over the used folds, of training cases that lacked it."""
        each = [read_json(self.folder / fold / "fitted.json").get("trained_without", {}) for fold in self.chosen_folds]
        return {name: min(int(counts.get(name, 0)) for counts in each) for name in self.recipe.inputs.images}

    def networks(self, device: str) -> list[nn.Module]:
        """Return the segmentation network of each chosen fold on `device`, in evaluation mode."""
        return [
            load_network(self.recipe, self.folder / fold / "weights.safetensors", device) for fold in self.chosen_folds
        ]


def load_network(recipe: Recipe, weights: Path, device: str) -> nn.Module:
    """Build a segmentation recipe's network and fill it with the weights of a file.

    Raises
    ------
    BundleError
        If the weights are not those of this network.
    """
    from safetensors.torch import load_file

    network = recipe.build_network()
    try:
        network.load_state_dict(load_file(str(weights)))
    except RuntimeError as error:
        raise BundleError(f"{weights} does not hold the weights of {recipe.title}: {error}") from error
    return network.to(device).eval()


def write_bundle(
    folder: Path,
    recipe: Recipe,
    folds: Mapping[str, Path],
    cohort: Mapping[str, Any],
    results: Mapping[str, Any],
    answers: Mapping[str, Any] | None = None,
) -> Bundle:
    """Write a bundle from finished folds.

    Parameters
    ----------
    folder
        Where; an older bundle there is replaced.
    folds
        Folder with `weights.safetensors` and `fitted.json` by fold name (`fold-0`, ...).
    cohort, results
        What it was trained on (hash, counts, centres), and its out-of-fold figures with intervals.
    answers
        What new patients are answered by: the `decision` of a classifier, the `prognosis` of a survival recipe.
    """
    temporary = folder.with_name(f".{folder.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    write_text(temporary / "recipe.yaml", dump_recipe(recipe))
    for name, source in folds.items():
        (temporary / name).mkdir()
        for file in fold_files(source):
            shutil.copyfile(source / file, temporary / name / file)
    ensemble = {**recipe.inference.ensemble.model_dump(), "folds": list(folds)}
    write_json(temporary / ENSEMBLE, ensemble | dict(answers or {}))
    write_text(temporary / "card.md", model_card(recipe, list(folds), cohort, results))
    manifest = {
        "format": BUNDLE_FORMAT,
        "recipe": recipe.title,
        "recipe_hash": recipe.hash,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"hyoid": __version__, "python": platform.python_version()} | {p: version(p) for p in _VERSIONED},
        "cohort": dict(cohort),
        "out_of_fold": dict(results),
        "files": _hashes(temporary),
    }
    write_json(temporary / MANIFEST, manifest)
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)
    return load_bundle(folder)


def fold_files(folder: Path) -> list[str]:
    """Return the names of what prediction needs of a finished fold: fitted values, and the weights that they name.

    An estimator has no weights; a survival model may have several.
    """
    members = read_json(folder / "fitted.json").get("members", [{"weights": "weights.safetensors"}])
    weights = [member["weights"] for member in members if member["weights"] is not None]
    return ["fitted.json", *(name for name in weights if (folder / name).is_file())]


def load_bundle(folder: Path) -> Bundle:
    """Read a bundle and verify the hash of every file.

    Raises
    ------
    BundleError
        If the folder is no bundle, a file is missing, altered or unexpected, or the format is newer than this hyoid.
    """
    folder = Path(folder)
    if (folder / "bundle" / MANIFEST).is_file():  # a run: its bundle lies inside
        folder = folder / "bundle"
    if not (folder / MANIFEST).is_file():
        raise BundleError.of(f"no {MANIFEST} in {folder}", "a bundle or a run of `hyoid train`", "Check the path.")
    try:
        manifest = read_json(folder / MANIFEST)
        found, expected = _hashes(folder), manifest["files"]
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


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): sha256_of_file(path) for path in files}
