"""`hyoid import pacs`: studies from an archive as a cohort."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hyoid.cli.network_options import CallingOption, CaOption, CertificateOption, KeyOption, TlsOption
from hyoid.cli.options import JsonOption, QuietOption

if TYPE_CHECKING:
    from hyoid.dicom.network import FoundStudy


def pacs(
    address: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Where the archive listens.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The cohort's folder; it may hold an earlier import.")],
    called: Annotated[str, typer.Option("--called", metavar="AET", help="The archive's application entity title.")],
    calling: CallingOption = "HYOID",
    patient: Annotated[str, typer.Option("--patient", metavar="ID", help="All studies of this patient id.")] = "",
    study: Annotated[str, typer.Option("--study", metavar="UID", help="This study alone.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what the archive has, and fetch nothing.")] = False,
    how: Annotated[
        Literal["get", "move"],
        typer.Option("--retrieve", help="get: over our own connection. move: the archive opens one to --listen."),
    ] = "get",
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="With move: the address that the archive knows us by.")
    ] = "",
    modality: Annotated[
        list[str] | None,
        typer.Option("--modality", metavar="NAME", help="Series to fetch (default: CT and PT), e.g. RTSTRUCT."),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FOLDER", help="Keep the DICOM files there; else they go after the import."),
    ] = None,
    max_gb: Annotated[float, typer.Option("--max-gb", help="Most that is fetched, in GiB.")] = 20.0,
    given: Annotated[
        Path | None,
        typer.Option("--given", metavar="FILE.csv", help="Weight, dose and times, as `hyoid import dicom` takes them."),
    ] = None,
    tls: TlsOption = False,
    certificate: CertificateOption = None,
    key: KeyOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ask an archive for a patient's studies, fetch their CT and PET, and import them as `hyoid import dicom` does.

    What comes short of what the archive announced is said, and leaves with 2; what came is imported.
    """
    from hyoid.cli.import_ import nothing, tell
    from hyoid.dicom.cohort import ImportSettings, import_dicom
    from hyoid.dicom.network import Caller, Limits, Listening, Peer, Tls, check_title, find_studies, parse_address
    from hyoid.dicom.network import retrieve as fetch
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    peer = Peer(check_title(called), *parse_address(address))
    certificates = Tls.of(certificate, key, ca, wanted=tls)
    caller = Caller(check_title(calling), certificates)
    modalities = _modalities(modality)
    found = find_studies(peer, caller, patient_id=patient, study_uid=study)
    if dry_run or not found:
        _list(found, peer, modalities, as_json=as_json)
        if not found:
            raise typer.Exit(2)
        return
    listening = None
    if listen:
        inbound = certificates if certificate is not None else None
        listening = Listening(caller.title, *parse_address(listen), allowed=(peer.title,), tls=inbound)
    limits = Limits(total_bytes=int(max_gb * 2**30))
    with ExitStack() as stack:
        spool = keep or _temporary(stack, out)
        came = fetch(found, peer, caller, spool, how=how, listening=listening, modalities=modalities, limits=limits)
        problems = [sentence for one in came for sentence in one.problems]
        folders = [one.folder for one in came if one.instances and not one.problems]  # a part would look like a whole
        result = import_dicom(folders, out, ImportSettings(given=given)) if folders else None
    if as_json:
        fetched = [{"study_uid": one.study.uid, "instances": one.instances} for one in came]
        told = {"fetched": fetched, "problems": problems}
        typer.echo(json.dumps(told | {"import": None if result is None else result.to_dict()}, allow_nan=False))
    else:
        for one in came:
            kept_out = " The study is not complete and was not imported." if one.problems else ""
            typer.echo(f"{one.instances} instances of study {one.study.uid} came from {peer}.{kept_out}")
        if result is not None:
            tell(result, dry_run=False)
    for sentence in problems:
        typer.echo(sentence, err=True)
    if result is not None and not result.imported:
        typer.echo(nothing(result), err=True)
    if problems or result is None or not result.imported:
        raise typer.Exit(2)


def _modalities(given: list[str] | None) -> tuple[str, ...]:
    from hyoid.dicom.network import IMAGES, STORAGE
    from hyoid.errors import NetworkError

    asked = tuple(dict.fromkeys(name.upper() for name in given)) if given else tuple(IMAGES)
    unknown = [name for name in asked if name not in STORAGE]
    if unknown:
        raise NetworkError.of(f"--modality {', '.join(unknown)}", f"of {', '.join(STORAGE)}", "Correct it.")
    return asked


def _temporary(stack: ExitStack, out: Path) -> Path:
    """Return a folder beside the cohort, on the same disk, that goes with the stack."""
    from tempfile import TemporaryDirectory

    out.parent.mkdir(parents=True, exist_ok=True)
    return Path(stack.enter_context(TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent)))


def _list(found: list[FoundStudy], peer: object, modalities: tuple[str, ...], *, as_json: bool) -> None:
    """Print what the archive has, and what of it would be fetched."""
    if as_json:
        typer.echo(json.dumps({"studies": [one.to_dict() for one in found], "modalities": modalities}))
        return
    for one in found:
        typer.echo(f"patient {one.patient_id!r}, study of {one.date or 'no date'} ({one.uid}) {one.description!r}")
        for series in one.series:
            count = "instances not counted" if series.instances is None else f"{series.instances} instances"
            would = "would be fetched" if series.modality in modalities else "not fetched"
            typer.echo(f"  {series.modality} {series.description!r}, {count}: {would} ({series.uid})")
    typer.echo(f"{peer} has {len(found)} studies that match.", err=not found)
