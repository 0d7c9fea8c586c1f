"""`hyoid export results`: the predictions of an imported cohort as DICOM objects, and what is told of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.options import JsonOption, QuietOption

if TYPE_CHECKING:
    from hyoid.api import DicomResults


def results(
    cohort: Annotated[Path, typer.Argument(metavar="COHORT", help="Cohort that `hyoid import dicom` wrote.")],
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="Folder of `hyoid predict --cohort`.")],
    source: Annotated[
        list[Path] | None,
        typer.Option("--source", metavar="SRC", help="Where the DICOM images are now, if they were moved."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Where to write (default: beside the label maps).")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write each prediction as Segmentation, RT Structure Set and structured report in its CT's frame of reference.

    The DICOM images are looked for where they lay when they were imported.
    """
    from hyoid import api
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    found = api.dicom_results(cohort, predictions, sources=tuple(source or ()), out=out)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2))
    else:
        tell_results(found)
    if not found.written:
        raise typer.Exit(2)


def tell_results(found: DicomResults) -> None:
    """Print which objects were written, and why others were not."""
    for case, files in found.written.items():
        typer.echo(f"{case}: {', '.join(file.name for file in files.values())} in {next(iter(files.values())).parent}")
    for case, reason in found.failed.items():
        typer.echo(f"{case}: no DICOM results: {reason}", err=True)
