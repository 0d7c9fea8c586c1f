"""What a layout finds in a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hyoid.cohort.problem import Problem


@dataclass
class Files:
    """One patient's files in one folder: path by modality, and the mask."""

    images: dict[str, Path] = field(default_factory=dict)
    mask: Path | None = None

    def empty(self) -> bool:
        """Whether there is neither image nor mask."""
        return not self.images and self.mask is None


@dataclass
class Found:
    """A folder's files by patient id, its tables, and what was met on the way."""

    layout: str
    files: dict[str, Files] = field(default_factory=dict)
    tables: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
