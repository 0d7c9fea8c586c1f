"""`hyoid import structures`: an RT Structure Set or DICOM Segmentation as a label map on the CT's grid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hyoid.cli.options import JsonOption

if TYPE_CHECKING:
    from hyoid.dicom.structures import NameMatch, StructureLabels


def structures(
    source: Annotated[
        Path, typer.Argument(metavar="FILE.dcm", dir_okay=False, help="An RT Structure Set or DICOM Segmentation.")
    ],
    ct: Annotated[
        Path | None, typer.Option("--ct", metavar="FOLDER", help="DICOM images of the CT series that it is wanted on.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.nii.gz", dir_okay=False, help="Label map to write.")
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option("--names", metavar="RULES.yaml", dir_okay=False, help="What names mean (default: hyoid's rules)."),
    ] = None,
    transform: Annotated[
        Path | None,
        typer.Option(
            "--transform",
            metavar="FILE.tfm",
            dir_okay=False,
            help="ITK transform from the CT's points to those of the image that was drawn on, a planning CT's.",
        ),
    ] = None,
    gaps: Annotated[
        Literal["interpolate", "leave", "refuse"],
        typer.Option("--gaps", help="What to do with slices without a contour within a region."),
    ] = "interpolate",
    slice_spacing: Annotated[
        float | None,
        typer.Option("--slice-spacing", metavar="MM", help="Distance of the slices that contours were drawn on."),
    ] = None,
    series: Annotated[str | None, typer.Option("--series", metavar="UID", help="Which series of FOLDER is it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list every name and what it is taken for.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write GTVp (1) and GTVn (2) of a structure set or segmentation as a label map on the CT's grid.

    What each region's name means is decided by rules; --dry-run lists it. All that was not plain is said.
    """
    from hyoid.dicom import structures as parts
    from hyoid.errors import DicomError
    from hyoid.imaging import write_volume

    if slice_spacing is not None and not slice_spacing > 0:
        raise DicomError.of(f"--slice-spacing {slice_spacing:g}", "a distance above 0 mm", "Correct it.")
    rules, found = parts.read_name_rules(names), parts.read_regions(source)
    if dry_run:
        _print_matches(rules.match_all(parts.region_names(found)), as_json)
        return
    if ct is None or out is None:
        raise DicomError.of("no --ct or no --out", "both, or --dry-run", "The label map lies on the CT's grid.")
    reference, moved = (
        parts.read_reference_series(ct, series),
        None if transform is None else parts.read_transform(transform),
    )
    made = parts.structure_labels(found, reference, rules=rules, transform=moved, gaps=gaps, spacing_mm=slice_spacing)
    write_volume(out, made.labels)
    _tell(out, made, as_json)


def _tell(out: Path, made: StructureLabels, as_json: bool) -> None:
    volumes = {"gtvp": round(made.labels.volume_ml(1), 3), "gtvn": round(made.labels.volume_ml(2), 3)}
    if as_json:
        regions = [_described(match) for match in made.matches]
        told = {"out": str(out), "volume_ml": volumes, "regions": regions, "notes": list(made.notes)}
        typer.echo(json.dumps(told))
        return
    for note in made.notes:
        typer.echo(note, err=True)
    typer.echo(f"gtvp {volumes['gtvp']:.2f} mL, gtvn {volumes['gtvn']:.2f} mL. Written to {out}.")


def _print_matches(matches: list[NameMatch], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"regions": [_described(match) for match in matches]}))
        return
    for match in matches:
        typer.echo(match.sentence())


def _described(match: NameMatch) -> dict[str, object]:
    return {"name": match.name, "meaning": match.meaning, "pattern": match.pattern, "also": list(match.also)}
