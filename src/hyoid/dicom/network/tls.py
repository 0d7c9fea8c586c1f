"""TLS for associations (PS3.15 B.12, the BCP 195 profile): which certificates, and who must show one."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from hyoid.errors import NetworkError


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM form: the own certificate with its chain, its key, and the authorities whose peers are trusted.

    A server needs certificate and key; with `authorities` it takes only peers that show a certificate of theirs. A
    client trusts `authorities`, or those of the system without; it shows its certificate where it has one.
    """

    certificate: Path | None = None
    key: Path | None = None
    authorities: Path | None = None

    @classmethod
    def of(cls, certificate: Path | None, key: Path | None, authorities: Path | None, *, wanted: bool) -> Tls | None:
        """Return None where neither a file nor TLS itself is asked for."""
        if (certificate is None) != (key is None):
            raise NetworkError.of("one of certificate and key", "both or neither", "Give --certificate and --key.")
        if not wanted and certificate is None and authorities is None:
            return None
        return cls(certificate, key, authorities)

    def server(self) -> ssl.SSLContext:
        """Return what a listening socket is wrapped with.

        Raises
        ------
        NetworkError
            If there is no certificate, or a file cannot be used.
        """
        if self.certificate is None:
            raise NetworkError.of(
                "no certificate to listen with", "a certificate and its key", "Give --certificate and --key."
            )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._load(context)
        if self.authorities is not None:
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def client(self) -> ssl.SSLContext:
        """Return what a connecting socket is wrapped with; it checks the peer's certificate and host name.

        Raises
        ------
        NetworkError
            If a file cannot be used.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.authorities is None:
            context.load_default_certs()
        self._load(context)
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key, password=_no_password)
            if self.authorities is not None:
                context.load_verify_locations(self.authorities)
        except (OSError, ssl.SSLError) as error:
            raise NetworkError.of(
                f"certificate files that cannot be used ({error.strerror or error})",
                "PEM files: a certificate and its key without a password, and the authorities' certificates",
                "Check --certificate, --key and --ca.",
            ) from error


def _no_password() -> str:
    raise NetworkError.of("a key with a password", "a key without", "A node has nobody to ask: protect the file.")
