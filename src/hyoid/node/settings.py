"""What a node is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hyoid.dicom.network import Limits, Listening, Peer, Tls
from hyoid.errors import HyoidError


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """How a node works.

    Parameters
    ----------
    bundles
        Trained bundles or runs, as `hyoid predict` takes them.
    work
        Folder of the node: studies, their results, its log. It holds patients' data.
    listening
        Where it listens, under which title, and who may send.
    send_to
        Where results go; None: they stay in the folder.
    send_tls
        Certificates for sending; None: connections are not encrypted.
    settle_seconds
        For how long nothing more of a study must have come before it is worked on.
    limits
        Bounds of what is received.
    device
        "auto", "cpu" or "cuda".
    keep_days
        Studies that are done or have failed are removed after so many days; None: they stay.
    retry_failed
        Take up again at the start what has failed.
    """

    bundles: tuple[Path, ...]
    work: Path
    listening: Listening
    send_to: Peer | None = None
    send_tls: Tls | None = None
    settle_seconds: float = 60.0
    limits: Limits = field(default_factory=Limits)
    device: str = "auto"
    keep_days: float | None = None
    retry_failed: bool = False

    def check(self) -> None:
        """Raise HyoidError where something cannot be used, before anything is received."""
        from hyoid.bundle import load_bundle

        self.listening.check()
        if not self.bundles:
            raise HyoidError.of("no bundle", "one or more trained bundles", "Give --bundles FOLDER.")
        if self.settle_seconds <= 0:
            raise HyoidError.of(f"{self.settle_seconds:g} s to settle", "more than 0 s", "Correct --settle.")
        for folder in self.bundles:
            load_bundle(folder)
