"""The layout of a paper's table, and where our figure of each cell is found."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from hyoid.benchmark.paper_tables.printed import printed
from hyoid.errors import HyoidError
from hyoid.metrics import CLASSIFICATION_MEASURES
from hyoid.metrics.survival import describe_measure
from hyoid.recipe.stage import Task
from hyoid.settings import Settings, describe_errors

Shows = Literal["folds", "patients", "value", "count", "percent"]
"""What stands in our cells: mean and deviation over folds, the pooled value with its interval over patients, a value
alone, a number of patients, or a share in per cent."""

COUNTS = ("cases", "negatives", "share_of_negatives", "wrong", "share_of_wrong")
"""What is counted of each center."""

SEGMENTATION_MEASURES = ("GTVp_mean_dice", "GTVn_DSC_agg", "GTVn_F1_agg")
"""The challenge's measures of a segmentation, by its names."""


class Source(Settings):
    """Where our figure of a cell is found.

    Parameters
    ----------
    recipes
        `NAME` or `NAME:VARIANT` of the runs that the cell is filled from, whatever their preset.
    task, measure
        What is measured; with `epoch`, a key of `metrics.jsonl`; with `center`, one of the counts of a center.
    part
        The out-of-fold or the held-out patients of a run; `challenge` are the organisers', whom nobody else has.
    fold
        Number of the one fold that counts, from 0; all folds without it.
    epoch
        The value after so many epochs, or `best`, the highest of all.
    center
        The one center that counts.
    """

    recipes: tuple[str, ...] = Field(min_length=1)
    task: Task
    measure: str
    part: Literal["out-of-fold", "held-out", "challenge"] = "out-of-fold"
    fold: int | None = Field(None, ge=0)
    epoch: int | Literal["best"] | None = None
    center: str | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if self.epoch is not None and self.fold is None:
            raise ValueError("a value of an epoch without its fold")
        if self.center is not None and self.fold is not None:
            raise ValueError("a count of a center in one fold")
        if self.fold is not None and self.part == "held-out":
            raise ValueError("a fold of held-out patients, whom all folds predict together")
        if not self._is_known():
            raise ValueError(f"no measure '{self.measure}' of {self.task}")
        return self

    def _is_known(self) -> bool:
        """Whether the measure is one that a run may have: a misspelt one would be an empty column for ever."""
        if self.epoch is not None:
            return self.measure.startswith(("train_", "select_"))
        if self.center is not None:
            return self.measure in COUNTS
        if self.task == "rfs":
            try:
                return bool(describe_measure(self.measure))
            except HyoidError:
                return False
        return self.measure in (SEGMENTATION_MEASURES if self.task == "segmentation" else CLASSIFICATION_MEASURES)


class Column(Settings):
    """One column of figures; `ours` is what its cells add to the table's own source, null where we have none."""

    heading: str
    shows: Shows = "value"
    ours: dict[str, Any] | None = Field(default_factory=dict)


class Row(Settings):
    """One row: its labels, the paper's figures as printed, and what its cells add to the columns' sources.

    A figure is empty where the paper has none and we may have one, and null where neither has.
    """

    labels: tuple[str, ...]
    figures: tuple[str | None, ...]
    ours: dict[str, Any] = Field(default_factory=dict)


class Layout(Settings):
    """A table of a paper as it is printed.

    Parameters
    ----------
    key
        Name of its file, and of the CSV that it is written to.
    paper
        Key of the paper, as recipes have it.
    title, labels
        Its caption, and the headings of the columns before the figures.
    notes
        What a reader of the paper's figures must know: what is optimistic, what disagrees with itself.
    by_center
        Whether centers that the paper does not have get rows of their own.
    """

    key: str
    paper: str
    title: str
    labels: tuple[str, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = Field(min_length=1)
    rows: tuple[Row, ...] = Field(min_length=1)
    ours: dict[str, Any] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    by_center: bool = False

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for row in self.rows:
            if len(row.labels) != len(self.labels) or len(row.figures) != len(self.columns):
                raise ValueError(f"row {row.labels} has not one label and one figure for each column")
            for source, figure in zip(self.sources(row), row.figures, strict=True):
                if source is not None and figure:
                    printed(figure)
        return self

    def sources(self, row: Row) -> tuple[Source | None, ...]:
        """Return where our figure of each cell is found; None where there is none of ours."""
        return tuple(
            None if column.ours is None or figure is None else Source(**{**self.ours, **column.ours, **row.ours})
            for column, figure in zip(self.columns, row.figures, strict=True)
        )


def load_layouts() -> tuple[Layout, ...]:
    """Return the tables of all papers, by name of their files."""
    folder = files("hyoid.benchmark.paper_tables") / "data"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return tuple(
        parse_layout(e.name.removesuffix(".yaml"), yaml.safe_load(e.read_text(encoding="utf-8"))) for e in found
    )


def parse_layout(key: str, values: Mapping[str, Any]) -> Layout:
    """Return the layout of plain values.

    Raises
    ------
    HyoidError
        If a key is unknown, a row has too many or too few figures, or a figure is no number.
    """
    try:
        return Layout.model_validate({"key": key, **values})
    except ValidationError as error:
        raise HyoidError(f"Table {key}: {describe_errors(error)}") from error
