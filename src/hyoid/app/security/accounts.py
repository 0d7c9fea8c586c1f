"""Accounts of people at other computers: name, role, password hash, and the cases that each may see."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from hyoid.app.security.passwords import Scrypt, hash_password, is_password
from hyoid.app.security.private import only_for_owner
from hyoid.app.security.user import ROLES, Role, User
from hyoid.errors import HyoidError
from hyoid.files import atomic_path

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a name may be: it stands in file names and in the audit log."""

_SIZE_LIMIT = 4 * 2**20


class Account(BaseModel):
    """One account as it is written; `cases` None is all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    role: Role
    password: str
    cases: tuple[str, ...] | None = None

    @property
    def user(self) -> User:
        """The person behind it."""
        return User(self.name, self.role, None if self.cases is None else frozenset(self.cases))


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    accounts: list[Account] = []


class Accounts:
    """The accounts in one JSON file that only its owner may read; a change there acts on the next request.

    Raises
    ------
    HyoidError
        If the file is there and is not what hyoid wrote.
    """

    def __init__(self, path: Path, cost: Scrypt | None = None) -> None:
        self.path = Path(path)
        self._cost = cost
        self._lock = threading.Lock()
        self._state: tuple[int, int] | None = None
        self._accounts: dict[str, Account] = {}
        self._read()

    @classmethod
    def existing(cls, path: Path | None) -> Self:
        """Return the accounts of a server that needs some.

        Raises
        ------
        HyoidError
            If there is none yet.
        """
        accounts = None if path is None else cls(path)
        if accounts is None or not accounts.all():
            raise HyoidError.of(
                f"no account in {path}",
                "one or more",
                "Make one first: hyoid accounts add NAME --role admin --annotations DIR.",
            )
        return accounts

    def all(self) -> list[Account]:
        """Return all accounts, by name."""
        self._read()
        return [self._accounts[name] for name in sorted(self._accounts)]

    def find(self, name: str) -> User | None:
        """Return the user of a name as the file has it now; None without such an account."""
        self._read()
        account = self._accounts.get(name)
        return None if account is None else account.user

    def stamp(self, name: str) -> str:
        """Return what changes with the account's password; sessions of another stamp are void."""
        self._read()
        account = self._accounts.get(name)
        return "" if account is None else hashlib.sha256(account.password.encode()).hexdigest()

    def verify(self, name: str, password: str) -> User | None:
        """Return the user if the password is right. A name that does not exist takes as long as one that does."""
        self._read()
        account = self._accounts.get(name)
        right = is_password(password, self._dummy if account is None else account.password)
        return account.user if right and account is not None else None

    def add(self, name: str, role: str, password: str) -> None:
        """Write a new account.

        Raises
        ------
        HyoidError
            If the name exists or is none, the role is none, or the password is too short.
        """
        if not NAME.fullmatch(name):
            raise HyoidError.of(
                f"the name {name!r}", "letters, digits, '.', '_' and '-', 64 at the most", "Choose another."
            )
        if self.find(name) is not None:
            raise HyoidError.of(f"an account {name} already", "a new name", "Remove the old one first.")
        if role not in ROLES:
            raise HyoidError.of(f"the role {role!r}", f"one of {', '.join(ROLES)}", "Choose one.")
        account = Account.model_validate({"name": name, "role": role, "password": hash_password(password, self._cost)})
        self._write([*self.all(), account])

    def remove(self, name: str) -> None:
        """Remove an account; its sessions end with it. Raises HyoidError where there is none."""
        self._existing(name)
        self._write([account for account in self.all() if account.name != name])

    def set_password(self, name: str, password: str) -> None:
        """Give an account another password. Raises HyoidError where there is none."""
        self._replace(self._existing(name).model_copy(update={"password": hash_password(password, self._cost)}))

    def assign(self, name: str, cases: Iterable[str] | None) -> None:
        """Let a user see these cases alone, or all of them (None). Raises HyoidError where there is no such account."""
        chosen = None if cases is None else tuple(sorted(set(cases)))
        self._replace(self._existing(name).model_copy(update={"cases": chosen}))

    @cached_property
    def _dummy(self) -> str:
        """A hash to compare with where there is no account."""
        return hash_password("nobody has this password", self._cost)

    def _existing(self, name: str) -> Account:
        self._read()
        if name not in self._accounts:
            known = ", ".join(sorted(self._accounts)) or "none"
            raise HyoidError.of(f"no account {name}", f"one of: {known}", "Check the name.")
        return self._accounts[name]

    def _replace(self, account: Account) -> None:
        self._write([account if one.name == account.name else one for one in self.all()])

    def _read(self) -> None:
        with self._lock:
            try:
                status = self.path.stat()
            except FileNotFoundError:
                self._accounts, self._state = {}, None
                return
            state = (status.st_size, status.st_mtime_ns)
            if state == self._state:
                return
            if status.st_size > _SIZE_LIMIT:
                raise _damaged(self.path)
            try:
                content = _File.model_validate_json(self.path.read_bytes())
            except (ValidationError, ValueError) as error:
                raise _damaged(self.path) from error
            self._accounts = {account.name: account for account in content.accounts}
            self._state = state

    def _write(self, accounts: list[Account]) -> None:
        text = _File(accounts=accounts).model_dump_json(indent=2) + "\n"
        with only_for_owner(), atomic_path(self.path) as temporary:  # the folder too, where there is none yet
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        self._read()


def _damaged(path: Path) -> HyoidError:
    return HyoidError.of(
        f"{path}, which is no file of accounts",
        "what `hyoid accounts` wrote",
        "Restore it, or remove it and start anew.",
    )
