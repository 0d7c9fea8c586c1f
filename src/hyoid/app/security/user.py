"""Who asks."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import Literal

Role = Literal["reader", "annotator", "admin"]
ROLES: tuple[Role, ...] = ("reader", "annotator", "admin")
"""Reader: looks. Annotator: draws and submits. Admin: reviews others' work, exports, sees the audit log."""


@dataclass(frozen=True, slots=True)
class User:
    """A person with a role; `cases` are those that this person may see, None for all of them."""

    name: str
    role: Role
    cases: frozenset[str] | None = None

    def may_see(self, case_id: str) -> bool:
        """Whether the case is one of this user's."""
        return self.cases is None or case_id in self.cases


def local_user() -> User:
    """Return the one user of a server on loopback: who is logged in at this computer, as admin."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container whose user has no name
        name = "local"
    return User(name, "admin")
