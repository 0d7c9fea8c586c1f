"""A paper's table, filled: what it prints, and beneath each row what was reached here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyoid.benchmark.paper_tables.layout import Layout
from hyoid.benchmark.paper_tables.our_figure import OurFigure
from hyoid.files import jsonable


@dataclass(frozen=True, slots=True)
class OurLine:
    """What runs under the same conditions gave for one row: one figure or None a column.

    `run` names the recipe with its variant, or where the columns are of several recipes all of them; `conditions` are
    preset and split.
    """

    run: str
    conditions: str
    figures: tuple[OurFigure | None, ...]

    @property
    def title(self) -> str:
        """Run and conditions."""
        return f"{self.run} ({self.conditions})"


@dataclass(frozen=True, slots=True)
class FilledRow:
    """One row of the paper, its figures as printed (empty or None where it has none), and our lines beneath."""

    labels: tuple[str, ...]
    figures: tuple[str | None, ...]
    ours: tuple[OurLine, ...]


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table of a paper in its own layout, for one cohort: the paper's patients are others than ours."""

    layout: Layout
    cohort: str
    rows: tuple[FilledRow, ...]

    @property
    def key(self) -> str:
        """Name of the table, and of the file that it is written to."""
        return self.layout.key

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        layout = self.layout
        head = {"key": layout.key, "paper": layout.paper, "title": layout.title, "notes": list(layout.notes)}
        columns = [{"heading": one.heading, "shows": one.shows} for one in layout.columns]
        rows = [
            {
                "labels": list(row.labels),
                "paper": list(row.figures),
                "ours": [
                    {
                        "run": line.run,
                        "conditions": line.conditions,
                        "figures": [None if one is None else one.to_dict() for one in line.figures],
                    }
                    for line in row.ours
                ],
            }
            for row in self.rows
        ]
        table = {"cohort": self.cohort, "labels": list(layout.labels), "columns": columns, "rows": rows}
        return dict(jsonable(head | table))
