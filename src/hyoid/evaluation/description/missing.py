"""What is missing: clinical columns, outcomes and images, by center."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hyoid.cohort import MODALITIES, Case
from hyoid.cohort.schema import CLINICAL_COLUMNS, OPTIONAL_COLUMNS
from hyoid.evaluation.description.patients import by_center

KINDS = ("clinical", "outcome", "image")


@dataclass(frozen=True, slots=True)
class Missing:
    """How many of a center's patients lack one item.

    `item` is a clinical column, `rfs`, `hpv`, an image or `mask`; `kind` one of `KINDS`. An image that is there and
    cannot be read is not missing.
    """

    kind: str
    item: str
    center: str
    missing: int
    n: int

    @property
    def share(self) -> float:
        """Share of the patients, 0 to 1."""
        return self.missing / self.n


def clinical_columns(cases: Sequence[Case]) -> list[str]:
    """Return the columns of the schema that a full table has, then others that occur: optional ones, and by name."""
    present = {name for case in cases for name in case.clinical}
    schema = [c.name for c in CLINICAL_COLUMNS if c.name in present or c.name not in OPTIONAL_COLUMNS]
    return [*schema, *sorted(present - set(schema))]


def count_missing(cases: Sequence[Case], total: str) -> list[Missing]:
    """Count what is missing, item by item and center by center; all centers together are called `total`."""
    groups = dict(by_center(cases))
    if len(groups) > 1:
        groups[total] = list(cases)
    return [
        Missing(kind, item, center, sum(lacks(case) for case in own), len(own))
        for kind, item, lacks in _items(cases)
        for center, own in groups.items()
    ]


def _items(cases: Sequence[Case]) -> list[tuple[str, str, Callable[[Case], bool]]]:
    clinical = [("clinical", name, _lacks_value(name)) for name in clinical_columns(cases)]
    outcomes = [
        ("outcome", "rfs", lambda case: case.relapse is None or case.rfs_days is None),
        ("outcome", "hpv", lambda case: case.hpv is None),
    ]
    images = [("image", name, _lacks_image(name)) for name in MODALITIES]
    return [*clinical, *outcomes, *images, ("image", "mask", lambda case: case.mask is None)]


def _lacks_value(name: str) -> Callable[[Case], bool]:
    return lambda case: name not in case.clinical


def _lacks_image(name: str) -> Callable[[Case], bool]:
    return lambda case: name not in case.images
