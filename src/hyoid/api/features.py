"""`deep_features`: what one network of a bundle sees in each patient of a cohort, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hyoid.api.common import PathLike, resolve_cohort
from hyoid.api.run_parts import RunParts
from hyoid.api.study import impossible_values
from hyoid.bundle import load_bundle
from hyoid.cohort import Case, Cohort
from hyoid.cohort.label_maps import LabelMap, LabelMaps, find_label_maps, load_label_map
from hyoid.errors import CohortError, HyoidError
from hyoid.inference.deep_features import SHORT_HASH, DeepFeatures, DeepNetwork, deep_columns
from hyoid.progress import track
from hyoid.version import __version__

if TYPE_CHECKING:
    import pandas as pd

Vector = NDArray[np.float64]
Row = dict[str, str | None]

SAID = ["Missing", "Notes"]
"""Columns after the features."""


@dataclass(frozen=True, slots=True)
class DeepFeatureTable:
    """Deep features of a cohort by one network.

    `table` has one row a patient: `PatientID`, `CenterID`, `fold`, `network` (the first digits of the SHA-256 of its
    weights), `part`, `deep_0000`, ..., `Missing` (inputs that were not there), `Notes`. `provenance` says where each
    column comes from, `notes` what the reader of the whole table must know.
    """

    table: pd.DataFrame
    provenance: dict[str, Any]
    notes: tuple[str, ...]


def deep_features(
    cohort: PathLike | Cohort,
    bundle: PathLike,
    *,
    fold: int = 0,
    member: int | None = None,
    masks: LabelMaps | None = None,
    device: str = "auto",
    columns: PathLike | None = None,
) -> DeepFeatureTable:
    """Return the fused vector of one network of a bundle for each patient of a cohort.

    Parameters
    ----------
    bundle
        Folder of a run or of a bundle. Of a run it is known in which part of the fold a patient stood; the column
        `part` says so: `train`, `select`, `stack`, `report`, `held_out`, `excluded` (left out of the run), or `new`.
        Patients are known by their ids. Without the run all are `unknown`.
    fold, member
        Which network, from 0: the fold, and in a fold that keeps several networks which of them. One network a table:
        features of different networks have unrelated axes.
    masks
        Label maps by patient id in place of the cohort's own, where the recipe reads lesion measures.
    device
        `auto`, `cpu` or `cuda`.
    columns
        YAML that maps a foreign clinical table.

    A patient who cannot be read has an empty row with the reason in `Notes`.

    Raises
    ------
    BundleError
        If the bundle is damaged, has no such network, or its networks have no fused vector.
    CohortError
        If the cohort cannot be read, no patient can, masks are given that nothing is measured in, or none fits.
    """
    network = DeepNetwork.of(load_bundle(Path(bundle)), fold, member, device)
    read = resolve_cohort(cohort, columns)
    label_maps = None if masks is None else _label_maps(network, read, masks)
    parts = RunParts.of(Path(bundle), network.fold, read)
    found = {case.id: _features(network, case, label_maps) for case in track(read.cases, "Computing deep features")}
    rows = [
        {
            "PatientID": case.id,
            "CenterID": case.center,
            "fold": network.fold,
            "network": network.weights_hash[:SHORT_HASH],
            "part": parts.part(case.id),
            "Missing": " ".join(found[case.id].missing),
            "Notes": " ".join([*found[case.id].notes, *impossible_values(read.problems, case.id)]),
        }
        for case in read.cases
    ]
    table, width = _table(network, rows, [one.values for one in found.values()])
    provenance = {
        "hyoid": __version__,
        "bundle": str(network.bundle.folder.resolve()),
        "device": network.device,
        "notes": list(parts.notes),
        "columns": network.provenance(width),
    }
    return DeepFeatureTable(table, provenance, parts.notes)


def _features(network: DeepNetwork, case: Case, label_maps: Mapping[str, LabelMap] | None) -> DeepFeatures:
    """Return the features of a case; none, and the reason, where it cannot be read."""
    try:
        if label_maps is None:
            return network.features(case)
        mask = load_label_map(label_maps[case.id]) if case.id in label_maps else None
        return network.features(replace(case, mask=None), mask)
    except HyoidError as error:
        return DeepFeatures(np.zeros(0), (), (str(error),))


def _table(network: DeepNetwork, rows: Sequence[Row], vectors: Sequence[Vector]) -> tuple[pd.DataFrame, int]:
    """Return the table, features before what is said of them, and their number; without features a row is empty."""
    import pandas as pd

    width = max((len(vector) for vector in vectors), default=0)
    if width == 0:
        first = f"; of {rows[0]['PatientID']}: {rows[0]['Notes']}" if rows else "."
        raise CohortError(f"None of {len(rows)} patients can be read by {network.bundle.recipe.title}{first}")
    nothing = np.full(width, np.nan)
    values = np.stack([vector if len(vector) else nothing for vector in vectors])
    said, deep = pd.DataFrame(rows), pd.DataFrame(values, columns=list(deep_columns(width)))
    return pd.concat([said.drop(columns=SAID), deep, said[SAID]], axis=1), width


def _label_maps(network: DeepNetwork, cohort: Cohort, masks: LabelMaps) -> Mapping[str, LabelMap]:
    recipe = network.bundle.recipe
    if recipe.inputs.lesions is None:
        raise CohortError.of(
            f"label maps for {recipe.title}, which measures no lesions", "none", "Leave the masks (--masks) out."
        )
    found = find_label_maps(masks)
    if not any(case.id in found for case in cohort.cases):
        raise CohortError.of(
            f"masks for {', '.join(list(found)[:3])} but none of them a patient of the cohort",
            "masks named by the cohort's ids, ID.nii.gz",
            "Check both folders.",
        )
    return found
