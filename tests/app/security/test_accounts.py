"""The file of accounts."""

import stat
from pathlib import Path

import pytest

from hyoid.app.security.accounts import Accounts
from hyoid.app.security.passwords import Scrypt
from hyoid.errors import HyoidError

CHEAP = Scrypt(2**4, 8, 1)
WORDS = "correct horse battery"


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    opened = Accounts(tmp_path / "annotations" / "accounts.json", CHEAP)
    opened.add("ann", "admin", WORDS)
    opened.add("ben", "annotator", WORDS + "2")
    return opened


def test_who_may_log_in(accounts: Accounts) -> None:
    found = accounts.verify("ann", WORDS)
    assert found is not None
    assert (found.name, found.role, found.cases) == ("ann", "admin", None)
    for name, password in (("ann", WORDS + "2"), ("ben", WORDS), ("eve", WORDS), ("", ""), ("ann", "")):
        assert accounts.verify(name, password) is None


def test_nobody_has_the_stand_in_password(accounts: Accounts) -> None:
    assert accounts.verify("eve", "nobody has this password") is None


def test_the_file_is_its_owners(accounts: Accounts) -> None:
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    assert WORDS not in accounts.path.read_text(encoding="utf-8")
    assert [path.name for path in accounts.path.parent.iterdir()] == ["accounts.json"]


def test_a_change_by_another_process_acts_at_once(accounts: Accounts) -> None:
    other = Accounts(accounts.path, CHEAP)
    stamp = accounts.stamp("ben")
    other.assign("ben", ["B", "A", "A"])
    user = accounts.find("ben")
    assert user is not None
    assert user.cases == {"A", "B"}
    assert accounts.stamp("ben") == stamp
    other.set_password("ben", "another good password")
    assert accounts.verify("ben", WORDS + "2") is None
    assert accounts.stamp("ben") != stamp
    other.remove("ben")
    assert accounts.find("ben") is None
    assert accounts.verify("ben", "another good password") is None


def test_cases(accounts: Accounts) -> None:
    accounts.assign("ben", ["A"])
    user = accounts.find("ben")
    assert user is not None
    assert user.may_see("A")
    assert not user.may_see("B")
    accounts.assign("ben", None)
    user = accounts.find("ben")
    assert user is not None
    assert user.may_see("B")


@pytest.mark.parametrize("name", ["", "../x", "a b", "ann\n", "-a", "ä", "a" * 65, "ann"])
def test_names_that_are_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(HyoidError):
        accounts.add(name, "reader", WORDS)


def test_roles_and_strangers(accounts: Accounts) -> None:
    with pytest.raises(HyoidError, match="reader, annotator, admin"):
        accounts.add("eve", "root", WORDS)
    for change in (accounts.remove, lambda name: accounts.assign(name, None)):
        with pytest.raises(HyoidError, match="ann, ben"):
            change("eve")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"accounts": [{"name": "a"}]}', '{"accounts": [], "more": 1}'])
def test_a_damaged_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "accounts.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(HyoidError, match="no file of accounts"):
        Accounts(path, CHEAP)


def test_a_server_needs_one(tmp_path: Path) -> None:
    for path in (None, tmp_path / "accounts.json"):
        with pytest.raises(HyoidError, match="hyoid accounts add"):
            Accounts.existing(path)
