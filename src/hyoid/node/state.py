"""How far a study has come: `state.json` in its folder, written before and after each step."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from hyoid.files import read_json, sha256_of_json, write_json, write_text

FILE_NAME = "state.json"
PROBLEM = "problem.txt"
FORMAT = 1

Phase = Literal["arriving", "making", "made", "done", "failed"]


@dataclass(frozen=True, slots=True)
class State:
    """How far a study has come.

    Attributes
    ----------
    phase
        "arriving": instances come in. "making": it is imported, predicted, made into objects. "made": these are there
        and not all sent. "done", "failed": nothing is left to do.
    inputs
        A hash that stands for the instances it was made of.
    attempts
        How often it was begun on these inputs and not ended.
    step, problem
        Where and why it failed or could not be sent.
    results, sent
        Files below the study's folder, and those of them that the peer has taken.
    tries, next_try
        How often sending failed, and when it is tried next (seconds since 1970).
    finished
        When it came to its end (seconds since 1970).
    """

    phase: Phase = "arriving"
    inputs: str = ""
    attempts: int = 0
    step: str = ""
    problem: str = ""
    results: tuple[str, ...] = ()
    sent: tuple[str, ...] = field(default=())
    tries: int = 0
    next_try: float = 0.0
    finished: float = 0.0

    def but(self, **changed: Any) -> State:
        """Return it with some values changed."""
        return replace(self, **changed)

    def anew(self) -> State:
        """Return the state of a failed study that is taken up again: sent where only that failed, else made."""
        phase: Phase = "made" if self.step == "send" else "arriving"
        return replace(self, phase=phase, step="", problem="", attempts=0, tries=0, next_try=0.0, finished=0.0)


def inputs_of(folder: Path) -> tuple[str, int]:
    """Return a hash that stands for the instances of a study's folder, and how many there are."""
    names = sorted(path.name for path in (folder / "received").glob("*.dcm"))
    return sha256_of_json(names), len(names)


def read_state(folder: Path) -> State:
    """Return the state of a study's folder; one that cannot be read counts as none, so that it is made anew."""
    try:
        found = read_json(folder / FILE_NAME)
        if found.pop("format") != FORMAT:
            return State()
        return State(**found | {"results": tuple(found["results"]), "sent": tuple(found["sent"])})
    except (OSError, json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        return State()


def write_state(folder: Path, state: State) -> None:
    """Write the state, and the problem beside it for people to read; a problem that is over goes."""
    if state.problem:
        write_text(folder / PROBLEM, f"{state.step}: {state.problem}\n")
    else:
        (folder / PROBLEM).unlink(missing_ok=True)
    write_json(folder / FILE_NAME, {"format": FORMAT} | asdict(state))
