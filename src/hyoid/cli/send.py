"""`hyoid send`: DICOM files to a peer by C-STORE."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hyoid.cli.network_options import CallingOption, CaOption, CertificateOption, KeyOption, TlsOption
from hyoid.cli.options import JsonOption


def send(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="DICOM files, or folders of them.")],
    to: Annotated[str, typer.Option("--to", metavar="AET@HOST:PORT", help="Whom to send them to.")],
    calling: CallingOption = "HYOID",
    tls: TlsOption = False,
    certificate: CertificateOption = None,
    key: KeyOption = None,
    ca: CaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send DICOM objects to a PACS or any other peer by C-STORE; each one that fails is named with the reason.

    Leaves with 2 where one failed; what was taken is not sent again by itself when the same command is run again: a
    peer knows its copies by their UIDs.
    """
    from hyoid.dicom.network import Caller, Peer, Tls, check_title, send_files
    from hyoid.dicom.source import printable

    peer = Peer.parse(to)
    caller = Caller(check_title(calling), Tls.of(certificate, key, ca, wanted=tls))
    outcomes = send_files(_files(files), peer, caller)
    taken = sum(one.ok for one in outcomes)
    if as_json:
        found = [{"file": str(one.path), "ok": one.ok, "said": one.said, "again": one.again} for one in outcomes]
        typer.echo(json.dumps({"to": str(peer), "taken": taken, "files": found}))
    else:
        for sentence in dict.fromkeys(printable(one.said) for one in outcomes if one.said):
            typer.echo(sentence, err=True)
        typer.echo(f"{peer} took {taken} of {len(outcomes)} files.")
    if taken < len(outcomes) or not outcomes:
        raise typer.Exit(2)


def _files(given: list[Path]) -> list[Path]:
    """Return the files, and of folders all DICOM files below."""
    from hyoid.dicom.structures.objects import is_dicom
    from hyoid.errors import DicomError

    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.is_file() and is_dicom(one))
        elif path.exists():
            found.append(path)
        else:
            raise DicomError.of(f"nothing at {path}", "a DICOM file or a folder", "Check the path.")
    if not found:
        raise DicomError.of("no DICOM file", "one or more", "Check the folders.")
    return found
