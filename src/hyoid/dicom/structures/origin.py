"""Where a label map came from, as DICOM objects say it: a trained model, or a person's hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hyoid.errors import DicomError
from hyoid.geometry import Volume
from hyoid.version import __version__

MANUFACTURER = "hyoid"
RESEARCH_ONLY = "Research use only, not for diagnosis or treatment"
LONGEST = 64
"""Characters in a value of representation LO (PS3.5, 6.2)."""
VOLUME_TOLERANCE = 1e-3
"""Relative, and mL: the JSON has three decimals, and NIfTI spacings are of single precision."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A trained model, in the terms of the Algorithm Identification Macro (PS3.3, 10.16).

    Attributes
    ----------
    name
        The recipe, or the recipes of an ensemble.
    version
        Version of hyoid and hash of the recipe.
    parameters
        What else the prediction says of itself: bundle, preset, number of networks, whole names and hashes.
    """

    name: str
    version: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameter_text(self) -> str:
        """Algorithm Parameters as one text, `key=value` separated by commas, which the values themselves lose."""
        return ",".join(f"{key}={_plain(value)}" for key, value in self.parameters.items())


def algorithm_of(info: Mapping[str, Any]) -> Algorithm:
    """Return the model that a prediction's JSON (`ID/ID.json` of `hyoid predict`) names.

    Raises
    ------
    DicomError
        If it names no recipe that segments.
    """
    recipe = info.get("recipe")
    if not isinstance(recipe, str) or not recipe:
        raise DicomError.of(
            "a prediction without the recipe that segmented", "the JSON that `hyoid predict` writes", "Give ID/ID.json."
        )
    parts = info.get("recipes") or [info]
    hashes = [str(part["recipe_hash"]) for part in parts if part.get("recipe_hash")]
    said = {
        "recipe": recipe,
        "recipe_hash": " ".join(hashes),
        "preset": " ".join(dict.fromkeys(str(part["preset"]) for part in parts if part.get("preset"))),
        "networks": str(info.get("networks") or ""),
        "bundle": str(info.get("bundle") or ""),
    }
    version = f"hyoid {__version__}" + (f" recipe {' '.join(one[:12] for one in hashes)}" if hashes else "")
    return Algorithm(shortened(recipe), shortened(version), {key: value for key, value in said.items() if value})


def labels_of(info: Mapping[str, Any]) -> dict[int, str]:
    """Return the labels' values and names that a prediction's JSON lists, in the order of its recipe: from 1 on."""
    return dict(enumerate(info.get("lesions") or ("gtvp", "gtvn"), start=1))


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text that a DICOM value can hold; what was cut off shows as three dots. A backslash separates values."""
    text = text.replace("\\", "/")
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _plain(value: str) -> str:
    return value.replace(",", ";").replace("=", ":").replace("\\", "/")


def check_volumes(info: Mapping[str, Any], labels: Volume, names: Mapping[int, str]) -> None:
    """Refuse a prediction's JSON that speaks of another label map: the volumes that it lists must be the map's.

    Raises
    ------
    DicomError
        If they differ by more than `VOLUME_TOLERANCE`.
    """
    for value, name in names.items():
        said = float((info.get("lesions") or {}).get(name, {}).get("volume_ml", float("nan")))
        found = labels.volume_ml(value)
        if not math.isclose(said, found, rel_tol=VOLUME_TOLERANCE, abs_tol=VOLUME_TOLERANCE):
            raise DicomError.of(
                f"{found:.3f} mL of {name} in the label map and {said:.3f} mL in the prediction's JSON",
                "a label map and the JSON of the same prediction",
                "Give both files of one folder; a map that was corrected by hand is no longer the model's (--manual).",
            )
