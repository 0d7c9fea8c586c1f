"""What is known of the software, and of what is left of a benchmark for others to use."""

from __future__ import annotations

from typing import Any

from hyoid.benchmark.checklists.known import Known
from hyoid.benchmark.checklists.words import listed
from hyoid.cohort.words import counted
from hyoid.files import read_json
from hyoid.version import __version__


def software(known: Known) -> str | None:
    """Return with which versions the models were trained, as their bundles have recorded it."""
    found: dict[str, dict[str, None]] = {}
    for manifest in _manifests(known).values():
        for name, version in manifest["versions"].items():
            found.setdefault(name, {})[str(version)] = None
    if not found:
        return None
    return f"Trained with {', '.join(f'{name} {listed(versions)}' for name, versions in found.items())}."


def code(known: Known) -> str:
    """Return what the code is, and where what was asked of it stands."""
    return (
        f"The code is the package hyoid {__version__} (licence Apache-2.0). Each of {counted(len(known.runs), 'run')} "
        "keeps the recipe that it followed (recipe.yaml) and its folds (splits.json)."
    )


def specification(known: Known) -> str | None:
    """Return where the fitted models are, and what applies them."""
    names = list(_manifests(known))
    if not names:
        return None
    return (
        "Weights, encoders, calibrators and thresholds of every fold are kept in the folder `bundle` of each run, with "
        f"hashes of all files; `hyoid predict` applies them: {listed(names)}."
    )


def updating(known: Known) -> str | None:
    """Return that models meet external patients as they are; None where there are none."""
    if known.external is None:
        return None
    transductive = [
        recipe.title
        for recipe in known.recipes
        if recipe.inputs.harmonise is not None and recipe.inputs.harmonise.unseen == "transductive"
    ]
    words = "No model is refitted, recalibrated or given another threshold for external patients"
    return words + (
        f"; {listed(transductive)} fit the harmonisation of their centres to them." if transductive else "."
    )


def _manifests(known: Known) -> dict[str, Any]:
    """Return the manifests of the runs' bundles by the names of the runs' folders."""
    paths = {run.folder.name: run.folder / "bundle" / "manifest.json" for run in known.runs}
    return {name: read_json(path) for name, path in paths.items() if path.is_file()}
