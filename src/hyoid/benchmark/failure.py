"""A recipe that could not be finished: told beside the others, which it does not stop."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from hyoid.errors import HyoidError, LeakageError
from hyoid.files import write_text

FAILED = "failed"
"""Folder of what is known of faults that no sentence was written for."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipe under one split, or on external patients, and in a sentence why there is nothing of it."""

    recipe: str
    split: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return the fields."""
        return asdict(self)

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.recipe} under {self.split}: {self.reason}"


@contextmanager
def told(failures: list[Failure], recipe: str, split: str, out: Path) -> Iterator[None]:
    """Add whatever goes wrong within to `failures`, so that hours of other recipes' work are not lost.

    A leak is no such thing: it makes the whole comparison worthless, and ends it. Of a fault that is no `HyoidError`
    the traceback is kept in `out/failed`.
    """
    try:
        yield
    except LeakageError:
        raise
    except HyoidError as error:
        failures.append(Failure(recipe, split, str(error)))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other recipes go on
        name = f"{recipe}--{split}.txt".replace("/", "-").replace(":", "-").replace(" ", "-")
        write_text(out / FAILED / name, traceback.format_exc())
        reason = f"{type(error).__name__}: {error}. Where it arose stands in {FAILED}/{name}."
        failures.append(Failure(recipe, split, reason))
