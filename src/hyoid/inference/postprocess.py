"""Post-processing of a label map: the recipe's parts in order, and what each of them did."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.geometry import Grid
from hyoid.imaging import Framed, content_block, label_components, remove_small_components
from hyoid.imaging.label_corrections import keep_largest_component, remove_cold_components, separate_lesions
from hyoid.recipe import Recipe
from hyoid.recipe.postprocess import LargestComponent, Postprocess, RemoveSmallComponents, SeparateLesions, SuvGate

NO_PET = "The SUV gate was left out: there is no PET."

Suv = Callable[[float], NDArray[np.float32] | None]
"""Gives the PET in SUV (z, y, x) on the label map's grid, None without one, for a gate at the given SUV."""


@dataclass(frozen=True, slots=True)
class Postprocessed:
    """A corrected label map (z, y, x), what each part did, as the case's JSON keeps it, and notes for a reader."""

    labels: NDArray[np.uint8]
    parts: list[dict[str, Any]] = field(default_factory=list)
    notes: tuple[str, ...] = ()


def postprocess(
    parts: Sequence[Postprocess], names: Mapping[int, str], labels: NDArray[np.uint8], grid: Grid, suv: Suv
) -> Postprocessed:
    """Apply post-processing parts in order.

    Parameters
    ----------
    parts
        The recipe's.
    names
        Name of each label.
    labels
        Label map (z, y, x) on `grid`.
    suv
        Asked only where a part needs it.

    Returns
    -------
    Postprocessed
        `parts` has an entry for each: `name`, and under `removed` and `relabelled`, by label before, the number of
        26-connected pieces and their mL. No part adds a voxel.

    Raises
    ------
    ImageError
        If the PET's intensity chain does not let an SUV gate act.
    """
    done, notes = [], list[str]()
    for part in parts:
        changed = _applied(part, names, labels, grid, suv)
        if changed is None:
            notes.append(NO_PET)
            changed = labels
        done.append({"name": part.name, **_difference(labels, changed, names, grid)})
        labels = changed
    return Postprocessed(labels, done, tuple(dict.fromkeys(notes)))


def postprocess_frame(recipe: Recipe, labels: NDArray[np.uint8], framed: Framed) -> Postprocessed:
    """Apply the recipe's parts on the frame's grid, as in selection so out of fold and on new cases."""
    return postprocess(recipe.inference.postprocess, recipe.labels, labels, framed.grid, framed.suv)


def _applied(
    part: Postprocess, names: Mapping[int, str], labels: NDArray[np.uint8], grid: Grid, suv: Suv
) -> NDArray[np.uint8] | None:
    """Return the label map after one part; None where the part needs a PET and there is none."""
    values = {name: value for value, name in names.items()}
    if isinstance(part, SeparateLesions):
        pair = values["gtvp"], values["gtvn"]
        return separate_lesions(labels, pair, grid.voxel_volume_mm3, part.minority_below, part.piece_below_ml)
    only = [values[name] for name in part.labels or values]
    if isinstance(part, RemoveSmallComponents):
        return remove_small_components(labels, grid.voxel_volume_mm3, part.minimum_ml, only=only)
    if isinstance(part, LargestComponent):
        return keep_largest_component(labels, only)
    return _gated(part, labels, suv, only)


def _gated(part: SuvGate, labels: NDArray[np.uint8], suv: Suv, only: Sequence[int]) -> NDArray[np.uint8] | None:
    uptake = suv(part.minimum_suv)
    return None if uptake is None else remove_cold_components(labels, uptake, part.minimum_suv, part.percentile, only)


def _difference(
    before: NDArray[np.uint8], after: NDArray[np.uint8], names: Mapping[int, str], grid: Grid
) -> dict[str, dict[str, dict[str, float]]]:
    """Return pieces and mL by label before: of what was removed, and of what was given another label."""
    block = content_block(before != after)
    old, new = before[block], after[block]
    found: dict[str, dict[str, dict[str, float]]] = {"removed": {}, "relabelled": {}}
    for value, name in names.items():
        for key, which in (("removed", new == 0), ("relabelled", (new != 0) & (new != value))):
            pieces = (old == value) & which
            if pieces.any():
                ml = np.count_nonzero(pieces) * grid.voxel_volume_mm3 / 1000.0
                found[key][name] = {"components": label_components(pieces)[1], "ml": round(ml, 3)}
    return found
