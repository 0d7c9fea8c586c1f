"""What a reader met, in few sentences: one for each kind of fault."""

from __future__ import annotations

from collections.abc import Iterable

from hyoid.cohort.problem import PROBLEM_CODES, Problem

NAMED = 5
"""How many ids, or faults of the whole cohort, a sentence lists before it only counts."""


def sentences(problems: Iterable[Problem]) -> list[str]:
    """Return one sentence for each code, and column where it is of one: how many patients, and the first fault.

    Faults of the whole cohort come first, in their own words where there is one of a code.
    """
    whole: dict[str, list[Problem]] = {}
    patients: dict[tuple[str, str | None], dict[str, Problem]] = {}
    for problem in problems:
        if problem.case is None:
            whole.setdefault(problem.code, []).append(problem)
        else:
            patients.setdefault((problem.code, problem.column), {}).setdefault(problem.case, problem)
    return [
        *(own[0].detail if len(own) == 1 else _several(code, own) for code, own in whole.items()),
        *(patients_sentence(code, own) for (code, _), own in patients.items()),
    ]


def patients_sentence(code: str, first: dict[str, Problem]) -> str:
    """Return how many patients have faults of one code, the first ids, and what the first one's fault is."""
    ids = ", ".join(list(first)[:NAMED]) + (", ..." if len(first) > NAMED else "")
    example = next(iter(first.values())).found
    return f"{len(first)} patient(s) with {PROBLEM_CODES[code]} ({ids}; first: {example})."


def _several(code: str, problems: list[Problem]) -> str:
    found = ", ".join(problem.found for problem in problems[:NAMED]) + (", ..." if len(problems) > NAMED else "")
    return f"{found}: {len(problems)} such faults ({PROBLEM_CODES[code]})."
