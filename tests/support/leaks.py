"""A copy of a finished run, to plant a leak in."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.benchmark.leakage import Leak, find_leaks
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun
from hyoid.cohort import Cohort
from hyoid.files import read_json, write_json


@dataclass(frozen=True)
class Planted:
    """A run's folder and what it was trained on."""

    folder: Path
    cohort: Cohort

    @classmethod
    def copy(cls, folder: Path, cohort: Cohort, to: Path) -> "Planted":
        shutil.copytree(folder, to)
        return cls(to, cohort)

    @property
    def read(self) -> TrainedRun:
        return TrainedRun(self.folder, self.cohort, self.folder / "store")

    def fold(self, k: int = 0) -> FoldParts:
        return self.read.folds[k]

    def edit(self, file: str, change: Callable[[Any], None]) -> None:
        """Change a JSON file of the run in place."""
        found = read_json(self.folder / file)
        change(found)
        write_json(self.folder / file, found)

    def leaks(self) -> list[Leak]:
        return find_leaks(self.folder, self.cohort)

    def leak(self) -> Leak:
        """Return the one leak."""
        (leak,) = self.leaks()
        return leak
