"""Passwords as scrypt keys (RFC 7914), with a salt of their own and the cost beside them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass

from hyoid.errors import HyoidError

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 256
"""Longer ones are refused before they are hashed."""

COST, BLOCK, PARALLEL = 2**17, 8, 1
"""N, r and p of scrypt: 128 MiB and some tenths of a second a guess, the OWASP password storage cheat sheet's first."""

_MOST_COST = 2**20
_SALT_BYTES, _KEY_BYTES = 16, 32
_ONE_AT_A_TIME = threading.Lock()  # many at once would take the memory that images need


@dataclass(frozen=True, slots=True)
class Scrypt:
    """The cost of a hash; tests take a low one."""

    n: int = COST
    r: int = BLOCK
    p: int = PARALLEL


def hash_password(password: str, cost: Scrypt | None = None) -> str:
    """Return `scrypt$n$r$p$salt$key`, from which the password cannot be told.

    Raises
    ------
    HyoidError
        If the password is shorter than `LEAST_CHARACTERS` or longer than `MOST_CHARACTERS`.
    """
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise HyoidError.of(
            f"a password of {len(password)} characters",
            f"{LEAST_CHARACTERS} to {MOST_CHARACTERS}",
            "A few unrelated words make a good one.",
        )
    cost = cost or Scrypt()
    salt = secrets.token_bytes(_SALT_BYTES)
    return "$".join(("scrypt", str(cost.n), str(cost.r), str(cost.p), _text(salt), _text(_key(password, salt, cost))))


def is_password(password: str, stored: str) -> bool:
    """Whether this is the password of a hash; False also where the hash is damaged."""
    try:
        name, n, r, p, salt, key = stored.split("$")
        cost = Scrypt(int(n), int(r), int(p))
        expected = base64.b64decode(key, validate=True)
        if name != "scrypt" or cost.n > _MOST_COST or len(password) > MOST_CHARACTERS or len(expected) != _KEY_BYTES:
            return False
        return hmac.compare_digest(_key(password, base64.b64decode(salt, validate=True), cost), expected)
    except (ValueError, MemoryError):
        return False


def _key(password: str, salt: bytes, cost: Scrypt) -> bytes:
    memory = 128 * cost.n * cost.r + 2**20
    with _ONE_AT_A_TIME:
        content = password.encode("utf-8", "surrogatepass")
        return hashlib.scrypt(
            content, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=memory + cost.p * 128 * cost.r, dklen=_KEY_BYTES
        )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
