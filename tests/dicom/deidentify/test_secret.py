import os
import stat
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import UID

from hyoid.dicom.deidentify import Secret, new_secret, read_secret, write_secret
from hyoid.errors import DicomError

ONE, OTHER = Secret(b"1" * 32), Secret(b"2" * 32)


@settings(deadline=None)
@given(st.text(max_size=64))
def test_uids_are_valid_and_of_a_uuid(original: str) -> None:
    uid = ONE.uid(original)
    assert UID(uid).is_valid
    number = uuid.UUID(int=int(uid.removeprefix("2.25.")))
    assert (number.version, number.variant) == (8, uuid.RFC_4122)
    assert uid == ONE.uid(original) != OTHER.uid(original)


def test_known_values() -> None:
    """Computed by openssl dgst -sha256 -hmac, on the bytes of "hyoid deidentify uid", a zero and the UID."""
    assert ONE.fingerprint() != OTHER.fingerprint()
    assert ONE.uid("1.2.3") == "2.25.15009704924317969137460973125489208043"
    assert ONE.pseudonym("id:a").startswith("HY")
    assert len(ONE.pseudonym("id:a")) == 14


def test_purposes_do_not_share_a_digest() -> None:
    originals = [f"{i}" for i in range(2000)]
    assert len({ONE.uid(o) for o in originals}) == len({ONE.pseudonym(o) for o in originals}) == 2000
    assert len({ONE.shift_days(o) for o in originals}) > 1400
    assert ONE.fingerprint() not in {ONE._digest("uid", "").hex()[:16], ONE._digest("patient", "").hex()[:16]}


def test_key_files(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key"
    secret = write_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_secret(path) == secret
    assert new_secret() != new_secret()
    content = path.read_bytes()
    with pytest.raises(DicomError, match="already"):
        write_secret(path)
    assert path.read_bytes() == content
    with pytest.raises(DicomError, match="no key file"):
        read_secret(tmp_path / "none")
    path.write_bytes(b"short\n")
    with pytest.raises(DicomError, match="5 bytes"):
        read_secret(path)


@pytest.mark.skipif(os.name != "posix", reason="file modes are of POSIX")
def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_secret(path)
    path.chmod(0o644)
    with pytest.raises(DicomError, match="chmod 600"):
        read_secret(path)


def test_a_key_does_not_show() -> None:
    assert "1111" not in repr(ONE)
