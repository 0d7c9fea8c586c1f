"""`hyoid predict`: one study or a cohort through a trained bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hyoid.cli.options import ColumnsOption, DeviceOption, JsonOption, QuietOption


def predict(
    bundles: Annotated[list[Path], typer.Argument(metavar="BUNDLE...", help="Folders of trained bundles or runs.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the label maps, their JSON and predictions.csv.")],
    ct: Annotated[Path | None, typer.Option("--ct", help="CT of one study, in HU.")] = None,
    pet: Annotated[Path | None, typer.Option("--pet", help="PET of one study, in SUVbw.")] = None,
    cohort: Annotated[Path | None, typer.Option("--cohort", help="A cohort instead of one study.")] = None,
    name: Annotated[
        str | None, typer.Option("--id", help="Identifier of the study (default: from the file name).")
    ] = None,
    device: DeviceOption = "auto",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Segment one study, or every case of a cohort, on the CT's own grid."""
    from hyoid import api
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    result = api.predict(bundles, out, ct=ct, pet=pet, cohort=cohort, case_id=name, device=device, columns=columns)
    if as_json:
        typer.echo(json.dumps({"out": str(out), "cases": result.cases, "failed": result.failed}, indent=2))
        return
    for case in result.cases:
        lesions = ", ".join(f"{k} {v['volume_ml']:.1f} mL ({v['count']})" for k, v in case["lesions"].items())
        typer.echo(f"{case['id']}: {lesions}")
        for note in case["notes"]:
            typer.echo(f"  note: {note}")
    for case_id, reason in result.failed.items():
        typer.echo(f"{case_id}: not predicted: {reason}", err=True)
    typer.echo(f"Written to {out}. Research use only.")
