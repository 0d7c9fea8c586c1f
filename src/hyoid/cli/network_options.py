"""Options that the verbs of the network share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CallingOption = Annotated[str, typer.Option("--calling", metavar="AET", help="Our own application entity title.")]
TlsOption = Annotated[
    bool, typer.Option("--tls", help="Encrypt, and check the peer's certificate by the system's authorities or --ca.")
]
CertificateOption = Annotated[
    Path | None, typer.Option("--certificate", metavar="FILE.pem", help="Our certificate, which turns TLS on.")
]
KeyOption = Annotated[Path | None, typer.Option("--key", metavar="FILE.pem", help="Its key, without a password.")]
CaOption = Annotated[
    Path | None,
    typer.Option("--ca", metavar="FILE.pem", help="Certificates of the authorities that peers are trusted by."),
]
