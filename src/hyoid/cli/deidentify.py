"""`hyoid deidentify`: a folder of DICOM without who the patients are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.options import FileJobsOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from hyoid.dicom.deidentify import Deidentified, Secret


def deidentify(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="A folder of DICOM files, nested in any way.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder, or that of an earlier run.")],
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="The secret key: same key, same pseudonyms, UIDs and dates."),
    ] = None,
    new_key: Annotated[
        Path | None, typer.Option("--new-key", metavar="FILE", help="Make a key, keep it in FILE and use it.")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE.csv", help="Write who is who, outside OUT, readable by you alone."),
    ] = None,
    keep_device: Annotated[
        bool, typer.Option("--keep-device", help="Keep serial numbers and names of scanners and stations.")
    ] = False,
    clean_descriptors: Annotated[
        bool,
        typer.Option("--clean-descriptors", help="Keep known words of descriptions; without it they are removed."),
    ] = False,
    jobs: FileJobsOption = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """De-identify DICOM by the profile of PS3.15 Annex E, in a way that keeps SUV, contours and dose true.

    Dates move by one secret number of days a patient, times stay; weight, height, sex, age, dose and half-life stay.
    Without --key or --new-key a key is made and forgotten: nothing can be added to OUT later. OUT/deidentification.json
    says what was done. This is no promise that nobody can be recognised: read the page on de-identification.
    """
    from hyoid.dicom.deidentify import DeidentifyOptions
    from hyoid.dicom.deidentify import deidentify as run
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    options = DeidentifyOptions(keep_device=keep_device, clean_descriptors=clean_descriptors)
    done = run(source, out, _secret(key, new_key, (source, out)), options, mapping=mapping, jobs=jobs)
    if as_json:
        typer.echo(json.dumps({"out": str(out), **done.to_dict()}))
        return
    _print(done)


def _secret(key: Path | None, new_key: Path | None, folders: tuple[Path, Path]) -> Secret:
    """Return the key to work with; one that lies among the images would be passed on with them."""
    from hyoid.dicom.deidentify import new_secret, read_secret, write_secret
    from hyoid.errors import DicomError

    if key is not None and new_key is not None:
        raise DicomError.of("both --key and --new-key", "one of them", "Leave --new-key out to use the key you have.")
    place = (key or new_key or Path()).resolve()
    if (key or new_key) and any(folder.resolve() in place.parents for folder in folders):
        raise DicomError.of(f"the key {place.name} within {folders[0]} or {folders[1]}", "another place", "Move it.")
    if key is not None:
        return read_secret(key)
    return new_secret() if new_key is None else write_secret(new_key)


def _print(done: Deidentified) -> None:
    for reason, count in sorted(done.left_out.items()):
        typer.echo(f"{count} files not written: {reason}", err=True)
    for warning, count in sorted(done.warnings.items()):
        typer.echo(f"{count} x {warning}", err=True)
    for finding, count in sorted(done.suv.items()):
        typer.echo(f"{count} {finding}.")
    there = f", {done.already_there} already there" if done.already_there else ""
    typer.echo(
        f"{done.written} files of {done.patients} patients, {done.studies} studies and {done.series} series{there}. "
        f"Written to {done.out}."
    )
