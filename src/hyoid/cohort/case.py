"""One patient: where the images lie, what the record says, what is known of the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MODALITIES = ("ct", "pet", "ct_planning", "dose")
"""Image channels that a case may have. Units: HU, SUVbw (g/mL), HU, Gy."""

GTVP, GTVN = 1, 2
"""Values of the label map: primary tumour and involved nodes; 0 is background."""


@dataclass(frozen=True, slots=True)
class Case:
    """One patient of a cohort. Anything but `id` may be missing.

    Parameters
    ----------
    id
        Patient identifier, unique within the cohort.
    center
        Name of the hospital, for splits and tables only; never an input of a model.
    images
        Path by modality (`ct`, `pet`, `ct_planning`, `dose`).
    mask
        Expert label map (0 background, 1 GTVp, 2 GTVn) on the CT's grid, where there is one.
    clinical
        Clinical values by canonical column name (`age`, `gender`, ...); a missing value has no key.
    relapse, rfs_days
        Recurrence (event) and time to it or to the last follow-up, in days.
    hpv
        HPV status: True positive, False negative, None unknown.
    unread
        Why a value is missing though something stood in its place, by column: `{"age": "age = '61 years'"}`; of the
        outcome under `rfs`.
    """

    id: str
    center: str | None = None
    images: dict[str, Path] = field(default_factory=dict)
    mask: Path | None = None
    clinical: dict[str, Any] = field(default_factory=dict)
    relapse: bool | None = None
    rfs_days: float | None = None
    hpv: bool | None = None
    unread: dict[str, str] = field(default_factory=dict)
