"""`hyoid deface`: a CT and PET without the face."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.options import JsonOption

if TYPE_CHECKING:
    from hyoid.geometry import Volume


def deface(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the images, under their names.")],
    ct: Annotated[Path | None, typer.Option("--ct", metavar="FILE", dir_okay=False, help="CT in HU.")] = None,
    pet: Annotated[Path | None, typer.Option("--pet", metavar="FILE", dir_okay=False, help="PET.")] = None,
    labels: Annotated[
        list[Path] | None,
        typer.Option("--labels", metavar="FILE", dir_okay=False, help="A label map that is never touched; repeat it."),
    ] = None,
    margin: Annotated[float, typer.Option("--margin-mm", min=0, help="How far around labels nothing changes.")] = 10.0,
    as_json: JsonOption = False,
) -> None:
    """Cut off what lies in front of the brain, from the forehead to the chin, in a CT, a PET or both.

    Voxels at and near labels stay, also in the face; behind the plane nothing changes. DIR/deface.json says what was
    changed. The ears stay, and so does what a label protects: this hides a face, it does not make a person unknown.
    """
    from hyoid.dicom.deidentify.deface import deface as run
    from hyoid.errors import ImageError
    from hyoid.files import write_json
    from hyoid.imaging import read_volume, write_volume

    places = {name: path for name, path in (("ct", ct), ("pet", pet)) if path is not None}
    _check_places(out, [*places.values(), *(labels or [])])
    images: dict[str, Volume] = {name: read_volume(path) for name, path in places.items()}
    done = run(images.get("ct"), images.get("pet"), [read_volume(path) for path in labels or []], margin_mm=margin)
    if not any(cut.voxels for cut in done.cuts.values()):
        raise ImageError.of("no voxel to cut off", "a face in view", "Nothing was written: look at the images.")
    for name, image in (("ct", done.ct), ("pet", done.pet)):
        if image is not None:
            write_volume(out / places[name].name, image)
    report = done.to_dict()
    write_json(out / "deface.json", report)
    for place in done.empty_labels:
        typer.echo(f"{(labels or [])[place].name}: no voxel is labelled, so that it protects nothing.", err=True)
    if as_json:
        typer.echo(json.dumps({"out": str(out), **report}))
        return
    for name, cut in done.cuts.items():
        tissue = "" if cut.body_voxels is None else f", {cut.body_voxels} of tissue"
        typer.echo(f"{name}: {cut.voxels} voxels cut off ({cut.volume_mm3 / 1000:.1f} mL){tissue}.")
        if cut.limited_by_labels:
            typer.echo(f"{name}: {cut.protected_voxels} voxels of the face stay, near labels.", err=True)
    typer.echo(f"Written to {out}.")


def _check_places(out: Path, inputs: list[Path]) -> None:
    """Refuse to overwrite an input, and two inputs of one name."""
    from hyoid.errors import ImageError

    for path in inputs:
        if path.resolve().parent == out.resolve():
            raise ImageError.of(f"--out {out}, where {path.name} lies", "another folder", "Inputs are not overwritten.")
    names = [path.name for path in inputs]
    if len(set(names)) < len(names):
        raise ImageError.of(f"inputs named {names}", "different names", "Rename one: both go to --out.")
