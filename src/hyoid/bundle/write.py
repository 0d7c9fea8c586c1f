"""From finished folds to a bundle."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hyoid.bundle.bundle import BUNDLE_FORMAT, ENSEMBLE, MANIFEST, UPSTREAM, Bundle, hashes_of, load_bundle
from hyoid.bundle.card import model_card
from hyoid.files import read_json, write_json, write_text
from hyoid.recipe import Recipe, dump_recipe
from hyoid.version import __version__

_VERSIONED = ("torch", "monai", "numpy", "SimpleITK")


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
        Folder with `weights.safetensors` and `fitted.json` by fold name (`fold-0`, ...), and with the runs of upstream
        recipes, whose bundles are nested in this one.
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
        for upstream in sorted((source / UPSTREAM).glob("*/bundle")):
            shutil.copytree(upstream, temporary / name / UPSTREAM / upstream.parent.name)
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
        "files": hashes_of(temporary),
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
