"""In which part of a fold each patient stood: whom a network was trained on, and whom it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hyoid.cohort import Cohort, folds_from_json
from hyoid.cohort.splits.fold import PARTS
from hyoid.files import read_json

NEW, EXCLUDED, UNKNOWN = "new", "excluded", "unknown"
"""Parts of patients whom the run did not know, whom it left out, and of all where only the bundle is there."""


@dataclass(frozen=True, slots=True)
class RunParts:
    """The part of each patient in one fold of a run, by id, and what the reader of the parts must know.

    `parts` is None where the run is not there.
    """

    parts: Mapping[str, str] | None
    notes: tuple[str, ...]

    @classmethod
    def of(cls, folder: Path, fold: str, cohort: Cohort) -> Self:
        """Read the parts of `fold` from `folder`, where it is a run.

        Left-out patients are told apart: one may be left out as the copy of a patient whom the network was trained on.
        """
        if not (folder / "splits.json").is_file():
            note = (
                f"{folder} is a bundle without its run: on which patients the network was trained is not known, and "
                "`part` says so. Give the folder of the run."
            )
            return cls(None, (note,))
        folds = {f"fold-{k}": one for k, one in enumerate(folds_from_json(read_json(folder / "splits.json")))}
        parts = dict.fromkeys(read_json(folder / "excluded.json"), EXCLUDED)
        for part in reversed(PARTS):  # where a published split selects on what it reports, `select` is said
            parts |= dict.fromkeys(getattr(folds[fold], part), part)
        return cls(parts, _by_id_alone(folder, parts, cohort))

    def part(self, case_id: str) -> str:
        """Return the part of a patient."""
        return UNKNOWN if self.parts is None else self.parts.get(case_id, NEW)


def _by_id_alone(folder: Path, parts: Mapping[str, str], cohort: Cohort) -> tuple[str, ...]:
    """Return a note where ids of another cohort are among those of the run: they may be other patients."""
    shared = [case.id for case in cohort.cases if case.id in parts]
    if not shared or cohort.content_hash() == read_json(folder / "manifest.json")["cohort_hash"]:
        return ()
    note = (
        f"{cohort.root} is not the cohort of the run (another, a part of it, or changed), and {len(shared)} of its ids "
        f"(first: {shared[0]}) are known to the run: `part` is right only where these are the same patients."
    )
    return (note,)
