"""Password hashes, against the vector of the RFC."""

import base64

import pytest

from hyoid.app.security.passwords import BLOCK, COST, PARALLEL, Scrypt, hash_password, is_password
from hyoid.errors import HyoidError

CHEAP = Scrypt(2**4, 8, 1)


def test_right_and_wrong() -> None:
    stored = hash_password("correct horse battery", CHEAP)
    assert is_password("correct horse battery", stored)
    for wrong in ("", "correct horse batter", "correct horse battery ", "Correct horse battery", "x" * 10_000):
        assert not is_password(wrong, stored)
    assert "horse" not in stored
    assert stored != hash_password("correct horse battery", CHEAP)


def test_the_vector_of_rfc_7914() -> None:
    key = bytes.fromhex(
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d"
        "8360cbdfa2cc0640"
    )[:32]
    stored = f"scrypt$1024$8$16${base64.b64encode(b'NaCl').decode()}${base64.b64encode(key).decode()}"
    assert is_password("password", stored)
    assert not is_password("passwork", stored)


def test_unicode_is_a_password() -> None:
    stored = hash_password("zwölf Kürbisse 🎃", CHEAP)
    assert is_password("zwölf Kürbisse 🎃", stored)


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 257])
def test_too_short_or_too_long(password: str) -> None:
    with pytest.raises(HyoidError, match="characters"):
        hash_password(password, CHEAP)


@pytest.mark.parametrize(
    "stored",
    ["", "plain", "scrypt$16$8$1$AA==$", "scrypt$16$8$1$AA==$AA==", "md5$16$8$1$AA==$AA==", "scrypt$x$8$1$AA==$AA==",
     f"scrypt${2**40}$8$1$AA==${base64.b64encode(bytes(32)).decode()}",
     f"scrypt$15$8$1$AA==${base64.b64encode(bytes(32)).decode()}"],
)  # fmt: skip
def test_a_damaged_hash_lets_nobody_in(stored: str) -> None:
    assert not is_password("", stored)
    assert not is_password("correct horse battery", stored)


def test_the_default_cost_is_high() -> None:
    assert 128 * COST * BLOCK * PARALLEL >= 2**27
    name, *numbers, salt, _ = hash_password("correct horse battery").split("$")
    assert (name, numbers) == ("scrypt", [str(COST), str(BLOCK), str(PARALLEL)])
    assert len(base64.b64decode(salt)) == 16
