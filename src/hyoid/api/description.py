"""The verb `describe`: what a cohort is, as numbers, tables, figures and a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hyoid.api.common import PathLike, resolve_cohort
from hyoid.cohort import Cohort
from hyoid.evaluation.description import Description, describe_cohort, description_tables, find_examples
from hyoid.evaluation.report.description import description_page, draw_pictures
from hyoid.evaluation.report.description_pictures import PICTURE_NAMES
from hyoid.evaluation.report.picture import Picture
from hyoid.files import atomic_path, write_json, write_text


@dataclass(frozen=True)
class DescribeResult:
    """What `describe` found, and the folder that it lies in."""

    description: Description
    folder: Path

    @property
    def report(self) -> Path:
        """The page."""
        return self.folder / "report.html"


def describe(cohort: PathLike | Cohort, out: PathLike, *, columns: PathLike | None = None) -> DescribeResult:
    """Describe a cohort: `description.json`, CSV tables in `tables`, `figures`, and the self-contained `report.html`.

    Parameters
    ----------
    cohort
        Folder, CSV, or what `read_cohort` returned. Images may be missing, and those that cannot be read are named.
    out
        Folder to write into; an earlier description there is replaced.
    columns
        YAML that maps a foreign clinical table.

    Raises
    ------
    CohortError
        If the cohort, or the `acquisition.csv` in its folder, cannot be used.
    """
    found = describe_cohort(resolve_cohort(cohort, columns))
    examples = find_examples(found.cases, found.unreadable)
    found = replace(found, unreadable=(*found.unreadable, *examples.unreadable))
    drawn = draw_pictures(found, examples)
    folder = Path(out)
    _write_tables(folder / "tables", found)
    _write_figures(folder / "figures", drawn)
    figures = {picture.file_name: {"alt": picture.description, "caption": picture.caption} for picture in drawn}
    write_json(folder / "description.json", found.to_dict() | {"figures": figures})
    result = DescribeResult(found, folder)
    write_text(result.report, description_page(found, drawn))
    return result


def _write_tables(folder: Path, found: Description) -> None:
    """Write the tables; one that the cohort has nothing for must not be left there from an earlier description."""
    for name, table in description_tables(found).items():
        path = folder / f"{name}.csv"
        path.unlink(missing_ok=True)
        if len(table):
            write_text(path, table.to_csv(index=False))


def _write_figures(folder: Path, drawn: Sequence[Picture]) -> None:
    for name in PICTURE_NAMES:
        for ending in ("png", "svg"):
            (folder / f"{name}.{ending}").unlink(missing_ok=True)
    for picture in drawn:
        with atomic_path(folder / picture.file_name) as temporary:
            temporary.write_bytes(picture.content())
