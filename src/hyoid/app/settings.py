"""What `hyoid view` was asked for, checked before anything is opened."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from hyoid.errors import HyoidError

ACCOUNTS_FILE = "accounts.json"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
_EVERYWHERE = ("", "*", "0.0.0.0", "::", "[::]")  # noqa: S104 - to be told apart, not bound to


@dataclass(frozen=True, slots=True)
class Settings:
    """What is served, where, and to whom.

    Parameters
    ----------
    cohort
        Folder or CSV of the cases.
    columns
        YAML that maps a foreign clinical table's columns.
    predictions
        Folder that `hyoid predict --cohort` wrote, or a run's `out-of-fold`; None without.
    annotations
        Folder of annotations and accounts; None for looking alone.
    database
        URL of the annotations' database; None for SQLite in the folder.
    host, port
        Where the server listens. Port 0 takes a free one.
    names
        Other names under which browsers may ask for this server, for instance `petct.hospital.example`.
    certificate, key
        TLS files (PEM). Both or none.
    accounts
        Whether names and passwords are asked for; always where `host` is not this computer.
    """

    cohort: Path
    columns: Path | None = None
    predictions: Path | None = None
    annotations: Path | None = None
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    accounts: bool = False

    @property
    def on_loopback(self) -> bool:
        """Whether only this computer can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def with_accounts(self) -> bool:
        """Whether users log in by name and password."""
        return self.accounts or not self.on_loopback

    @property
    def with_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.certificate is not None

    @property
    def scheme(self) -> str:
        """The scheme of the server's address, `http` or `https`."""
        return "https" if self.with_tls else "http"

    @property
    def accounts_file(self) -> Path | None:
        """Where accounts are kept; None without a folder of annotations."""
        return None if self.annotations is None else self.annotations / ACCOUNTS_FILE

    def hosts(self) -> frozenset[str]:
        """Return what may stand in a request's Host header."""
        names = [*self.names, *(LOOPBACK_NAMES if self.on_loopback else ())]
        if self.host not in _EVERYWHERE:
            names.append(f"[{self.host}]" if ":" in self.host.strip("[]") and "[" not in self.host else self.host)
        standard = 443 if self.with_tls else 80
        with_port = {f"{name.lower()}:{self.port}" for name in names}
        return frozenset(with_port | {name.lower() for name in names if self.port == standard})

    def origins(self) -> frozenset[str]:
        """Return what may stand in a request's Origin header: pages that this server sent."""
        return frozenset(f"{self.scheme}://{host}" for host in self.hosts())

    def check(self) -> None:
        """Refuse what would be unsafe or cannot work.

        Raises
        ------
        HyoidError
            If another computer could reach the server without accounts and TLS, a file is missing, or a name would be
            needed to tell this server from another.
        """
        if (self.certificate is None) != (self.key is None):
            raise HyoidError.of("one of --certificate and --key", "both or none", "Give the other file too.")
        for option, path in (("--certificate", self.certificate), ("--key", self.key)):
            if path is not None and not path.is_file():
                raise HyoidError.of(f"no file at {path}", f"a PEM file for {option}", "Check the path.")
        if self.predictions is not None and not self.predictions.is_dir():
            raise HyoidError.of(
                f"no folder at {self.predictions}", "what `hyoid predict --cohort` wrote", "Check --predictions."
            )
        if self.database is not None and self.annotations is None:
            raise HyoidError.of("--database without --annotations", "both", "Voxels are files: say where they lie.")
        if self.with_accounts and self.annotations is None:
            raise HyoidError.of(
                f"no --annotations for --host {self.host}",
                "the folder that holds the accounts",
                "Give --annotations DIR, and make an account: hyoid accounts add NAME --annotations DIR.",
            )
        if not self.on_loopback:
            self._check_reachable()

    def _check_reachable(self) -> None:
        if not self.with_tls:
            raise HyoidError.of(
                f"--host {self.host} without TLS",
                "--certificate and --key, for passwords and images would cross the network in the clear",
                "Give both files, or stay on 127.0.0.1 and forward the port: ssh -L 8765:127.0.0.1:8765 COMPUTER.",
            )
        if self.host in _EVERYWHERE and not self.names:
            raise HyoidError.of(
                f"--host {self.host}, which has no name",
                "--name, the name that stands in users' address bars",
                "Give it, so that a foreign page cannot pass for this server, or give one address with --host.",
            )
