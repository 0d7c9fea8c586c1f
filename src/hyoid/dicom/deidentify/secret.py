"""The secret that pseudonyms, UIDs and date shifts are made from."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from hyoid.errors import DicomError

KEY_BYTES = 32
"""Length of a key that hyoid makes, and the least that it takes: as long as what SHA-256 yields."""

SHIFT_DAYS = (-3652, -31)
"""Dates go back by one month to ten years. Always back: no date lies in the future, where readers refuse it."""

_PSEUDONYM_CHARACTERS = 12
_ROOT = "2.25."


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret key; everything that replaces an identifier is an HMAC-SHA256 under it.

    The same key gives the same pseudonym, UID and shift for the same original, in any run and on any machine. Without
    the key neither can be computed from the other. It never shows in `repr`.
    """

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < KEY_BYTES:
            raise DicomError.of(
                f"a key of {len(self.key)} bytes", f"at least {KEY_BYTES} secret bytes", "Make one with --new-key."
            )

    def uid(self, original: str) -> str:
        """Return the UID that replaces `original`: 2.25 and a version-8 UUID as a number (PS3.5 B.2, RFC 9562)."""
        digest = bytearray(self._digest("uid", original)[:16])
        digest[6] = digest[6] & 0x0F | 0x80
        digest[8] = digest[8] & 0x3F | 0x80
        return _ROOT + str(uuid.UUID(bytes=bytes(digest)).int)

    def pseudonym(self, patient: str) -> str:
        """Return what stands for a patient: HY and 12 letters and digits, 60 bits."""
        return "HY" + base64.b32encode(self._digest("patient", patient))[:_PSEUDONYM_CHARACTERS].decode()

    def shift_days(self, patient: str) -> int:
        """Return by how many days all dates of a patient are moved; within `SHIFT_DAYS`, never 0."""
        least, most = SHIFT_DAYS
        return least + int.from_bytes(self._digest("dates", patient)[:8]) % (most - least + 1)

    def fingerprint(self) -> str:
        """Return 16 hexadecimal digits that tell two keys apart and say nothing about either."""
        return self._digest("fingerprint", "").hex()[:16]

    def _digest(self, purpose: str, text: str) -> bytes:
        return hmac.new(self.key, f"hyoid deidentify {purpose}\0{text}".encode(), hashlib.sha256).digest()


def new_secret() -> Secret:
    """Return a fresh random secret, kept nowhere."""
    return Secret(secrets.token_bytes(KEY_BYTES))


def read_secret(path: Path) -> Secret:
    """Read a key file: any file of 32 bytes or more that only its owner knows; line ends at its end do not count.

    Raises
    ------
    DicomError
        If there is no such file, it is too short, or others than its owner may read it.
    """
    if not path.is_file():
        raise DicomError.of(f"no key file at {path}", "a file with a secret key", "Make one with --new-key.")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise DicomError.of(
            f"the key file {path}, which others than its owner may read or write",
            "a secret: who has the key can undo the pseudonyms of known patients",
            f"Run `chmod 600 {path}`.",
        )
    return Secret(path.read_bytes().rstrip(b"\r\n"))


def write_secret(path: Path) -> Secret:
    """Make a key file that only its owner may read; an existing file is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise DicomError.of(
            f"a file at {path} already", "a new name for a new key", "Leave --new-key out to use it."
        ) from error
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secrets.token_hex(KEY_BYTES).encode() + b"\n")
    return read_secret(path)
