"""One leak: of what kind, by which path, of which patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["split", "copy", "fitted", "unproven", "inferred", "selection"]

KINDS: Mapping[Kind, str] = {
    "split": "a patient in two parts of a fold, reported twice, or predicted by a model that learnt from them",
    "copy": "one image under two ids, of which a fold learns from one and reports the other",
    "fitted": "something fitted saw a patient whom the fold reports",
    "unproven": "something fitted that is not what those give whom it is said to have seen, or has no such record",
    "inferred": "a mask or HPV status, given to a model as input, of a model that saw the patient",
    "selection": "something chosen on the patients who are reported",
}
"""What is looked for, by the kinds of leaks."""

_NAMED = 10


@dataclass(frozen=True, slots=True)
class Leak:
    """One finding of the leakage detector.

    Parameters
    ----------
    kind
        One of `KINDS`.
    path
        The file, within the run, by which the patients leak, and the entry in it: `fold-1/fitted.json: encoder`.
    found
        What was found, as a sentence without its subject.
    patients
        All ids concerned, sorted; empty where they cannot be told.
    labelled
        Whether the recipe is a `published` variant, which announces the optimism: it is told, and is no failure.
    """

    kind: Kind
    path: str
    found: str
    patients: tuple[str, ...] = ()
    labelled: bool = False

    def __str__(self) -> str:
        names = ", ".join(self.patients[:_NAMED])
        more = len(self.patients) - _NAMED
        who = f" [{names}{f' and {more} more' if more > 0 else ''}]" if names else ""
        return f"{self.kind}{who}: {self.path} {self.found}"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, ready for JSON."""
        return asdict(self)
