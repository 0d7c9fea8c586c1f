"""The live check of a label map: the guideline's rules, told while somebody draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hyoid.app.annotation.submission import voxels_outside
from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.lesions import lesion_rows
from hyoid.cohort import GTVN
from hyoid.errors import HyoidError
from hyoid.geometry import Volume
from hyoid.imaging.editing import NodeCheck, check_nodes, touching

RULE = "node"


def live_check(labels: Volume, pet: Volume | None, canonical: Canonical) -> dict[str, Any]:
    """Return lesions, what the rule for nodes says of each GTVn, whether GTVp touches GTVn, and voxels outside the PET.

    Parameters
    ----------
    labels
        Label map (uint8: 1 GTVp, 2 GTVn) on the case's own grid.
    pet
        PET in SUV on any grid, or None.
    canonical
        The browser's order of voxels.

    Returns
    -------
    dict
        `lesions` as `lesion_rows` gives them; `rules` with the name of the `lesion` (GTVn 1 is the largest, as in the
        table), the `rule`, `ok` and a sentence; `touching`; `outside`, voxels beyond the PET's field of view.
    """
    lesions = lesion_rows(labels, pet, canonical)
    return {
        "lesions": lesions,
        "rules": _node_rules(labels, pet, lesions),
        "touching": touching(labels.array),
        "outside": voxels_outside(labels, pet),
    }


def _node_rules(labels: Volume, pet: Volume | None, lesions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rule's verdict on each listed node; a sentence in its place where the slices are not axial."""
    try:
        checks = check_nodes(labels, pet, GTVN)
    except HyoidError as error:
        return [{"lesion": "GTVn", "rule": RULE, "ok": False, "text": str(error)}]
    # Lesions are numbered by their size, checks by their first voxel; both sorts keep equals in the order of voxels.
    by_size: list[NodeCheck] = sorted(checks, key=lambda check: (-round(check.volume_ml, 9), check.index))
    listed = sum(lesion["label"] == "GTVn" for lesion in lesions)
    return [
        {
            "lesion": f"GTVn {number}",
            "rule": RULE,
            "ok": check.ok,
            "text": check.text,
            "suv_max": None if math.isnan(check.suv_max) else round(check.suv_max, 3),
            "short_axis_mm": round(check.short_axis_mm, 2),
        }
        for number, check in enumerate(by_size[:listed], start=1)
    ]
