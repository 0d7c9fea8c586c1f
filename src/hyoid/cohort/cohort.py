"""A cohort: its cases, where they come from, and what was met when they were read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from hyoid.cohort.case import MODALITIES, Case
from hyoid.cohort.problem import Problem
from hyoid.cohort.schema import CLINICAL_COLUMNS
from hyoid.errors import CohortError
from hyoid.files import sha256_of_file, sha256_of_json

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cohort:
    """The patients of one folder or table.

    Parameters
    ----------
    root
        The folder or file that was read.
    cases
        One case a patient, sorted by id.
    layout
        `hecktor`, `hecktor-task`, `flat`, `nnunet` or `table`.
    notes
        Sentences for the user: guessed units, ids without images, dropped rows.
    problems
        Every fault that the reader met and got past, for `hyoid check`.
    """

    root: Path
    cases: tuple[Case, ...]
    layout: str
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return len(self.cases)

    def case(self, identifier: str) -> Case:
        """Return the case with this id; raises CohortError, with the nearest id, where there is none."""
        for case in self.cases:
            if case.id == identifier:
                return case
        close = get_close_matches(identifier, [case.id for case in self.cases], n=1)
        raise CohortError.of(
            f"no patient {identifier!r} in {self.root}",
            f"one of its {len(self.cases)} ids",
            f"Did you mean {close[0]!r}?" if close else "Check the id.",
        )

    def select(self, identifiers: Iterable[str]) -> Cohort:
        """Return the cohort of these patients only; raises CohortError for an unknown id."""
        wanted = set(identifiers)
        cases = tuple(case for case in self.cases if case.id in wanted)
        for identifier in sorted(wanted - {case.id for case in cases}):
            self.case(identifier)
        problems = tuple(p for p in self.problems if p.case is None or p.case in wanted)
        return replace(self, cases=cases, problems=problems)

    def table(self) -> pd.DataFrame:
        """Return one row a case: id, center, clinical values, relapse, rfs_days, hpv, and has_<modality>, has_mask.

        Missing values are None or NaN; clinical columns come in the schema's order, then others by name.
        """
        import pandas as pd

        present = {name for case in self.cases for name in case.clinical}
        schema = [column.name for column in CLINICAL_COLUMNS if column.name in present]
        names = [*schema, *sorted(present - set(schema))]
        rows = [
            {
                "id": case.id,
                "center": case.center,
                **{name: case.clinical.get(name) for name in names},
                "relapse": case.relapse,
                "rfs_days": case.rfs_days,
                "hpv": case.hpv,
                **{f"has_{modality}": modality in case.images for modality in MODALITIES},
                "has_mask": case.mask is not None,
            }
            for case in self.cases
        ]
        outcome = ["relapse", "rfs_days", "hpv", *(f"has_{modality}" for modality in MODALITIES), "has_mask"]
        return pd.DataFrame(rows, columns=["id", "center", *names, *outcome])

    def content_hash(self) -> str:
        """Return the SHA-256 of ids, centres, clinical values, outcomes, and the bytes of every image and mask.

        Paths do not count, so a copied cohort has the same hash. Image files are read once a process as long as
        their size and time stay the same: about a second per gigabyte, only when the hash is asked for.
        """
        return sha256_of_json([_case_content(case) for case in self.cases])

    def file_hashes(self) -> dict[str, dict[str, str]]:
        """Return the SHA-256 of each image and mask by id and role (`ct`, `mask`, ...), as in `content_hash`."""
        return {case.id: _file_hashes(case) for case in self.cases}


def _file_hashes(case: Case) -> dict[str, str]:
    files = {**case.images, **({"mask": case.mask} if case.mask else {})}
    return {name: _file_hash(path) for name, path in sorted(files.items())}


def _case_content(case: Case) -> list[object]:
    return [case.id, case.center, case.clinical, case.relapse, case.rfs_days, case.hpv, _file_hashes(case)]


def _file_hash(path: Path) -> str:
    status = path.stat()
    return _hash_of(path, (status.st_size, status.st_mtime_ns))


@lru_cache(maxsize=65536)
def _hash_of(path: Path, state: tuple[int, int]) -> str:
    """Hash a file once for each `state` (size, time of change); the state is the cache's key and nothing else."""
    del state
    return sha256_of_file(path)
