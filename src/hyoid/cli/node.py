"""`hyoid node`: a node of the hospital's network that answers studies with predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hyoid.cli.network_options import CaOption, CertificateOption, KeyOption
from hyoid.cli.options import DeviceOption, QuietOption


def node(
    bundles: Annotated[
        list[Path], typer.Option("--bundles", metavar="BUNDLE", help="A trained bundle or run; of one task averaged.")
    ],
    work: Annotated[Path, typer.Option("--work", metavar="DIR", help="Folder of studies, results and the log.")],
    title: Annotated[str, typer.Option("--title", metavar="AET", help="Own application entity title.")] = "HYOID",
    host: Annotated[str, typer.Option("--host", help="Address to listen on; others than loopback need --allow.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0: a free one.")] = 11112,
    allow: Annotated[
        list[str] | None, typer.Option("--allow", metavar="AET", help="A calling title that may send.")
    ] = None,
    send_to: Annotated[
        str, typer.Option("--send-to", metavar="AET@HOST:PORT", help="Where results go (default: they stay in DIR).")
    ] = "",
    send_tls: Annotated[bool, typer.Option("--send-tls", help="Send results over TLS.")] = False,
    settle: Annotated[
        float, typer.Option("--settle", metavar="SECONDS", help="How long a study must be quiet to be worked on.")
    ] = 60.0,
    max_gb: Annotated[float, typer.Option("--max-gb", help="Most that received instances may take, in GiB.")] = 100.0,
    max_instances: Annotated[int, typer.Option("--max-instances", min=1, help="Most instances that are held.")] = (
        200_000
    ),
    keep_days: Annotated[
        float | None,
        typer.Option("--keep-days", min=0, help="Remove studies so many days after their end (default: they stay)."),
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Take up again what failed before.")] = False,
    certificate: CertificateOption = None,
    key: KeyOption = None,
    ca: CaOption = None,
    device: DeviceOption = "auto",
    quiet: QuietOption = False,
) -> None:
    """Listen for studies (C-STORE of CT and PET), predict each, and send segmentation, contours and report back.

    Works until it is interrupted (Ctrl-C, SIGTERM), and goes on where it was when it is started again. Research use
    only, not a medical device.
    """
    import signal

    from hyoid.dicom.network import Limits, Listening, Peer, Tls, check_title
    from hyoid.node import Node, NodeSettings, open_log
    from hyoid.progress import set_quiet

    set_quiet(True)
    settings = NodeSettings(
        bundles=tuple(bundles),
        work=work,
        listening=Listening(
            check_title(title),
            host,
            port,
            tuple(check_title(one) for one in allow or ()),
            Tls.of(certificate, key, ca, wanted=False) if certificate is not None else None,
        ),
        send_to=Peer.parse(send_to) if send_to else None,
        send_tls=Tls.of(certificate, key, ca, wanted=True) if send_tls else None,
        settle_seconds=settle,
        limits=Limits(total_bytes=int(max_gb * 2**30), instances=max_instances),
        device=device,
        keep_days=keep_days,
        retry_failed=retry_failed,
    )
    settings.check()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with open_log(work, quiet=quiet) as log:
        try:
            Node(settings, log).run()
        except KeyboardInterrupt:
            raise typer.Exit(0) from None
