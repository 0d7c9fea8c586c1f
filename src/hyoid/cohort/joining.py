"""Several rows of one patient: filling gaps and reporting contradictions."""

from __future__ import annotations

from dataclasses import fields

from hyoid.cohort.clinical import Record
from hyoid.cohort.problem import Problem


def report_repeated(first: Record, again: Record, problems: list[Problem]) -> None:
    """Report a second row of one patient in one table, which is not used."""
    same = first == again
    problems.append(
        Problem(
            "duplicate-id",
            "two equal rows of one patient" if same else "two rows of one patient that differ",
            "one row a patient",
            "The first row was used; remove the other.",
            first.id,
        )
    )


def join(known: Record, more: Record, problems: list[Problem]) -> None:
    """Fill what `known` misses from `more`, and report contradictions."""
    different = []
    for name, value in more.clinical.items():
        if known.clinical.setdefault(name, value) != value:
            different.append(f"{name} ({known.clinical[name]!r} and {value!r})")
    for entry in fields(Record):
        if entry.name in ("id", "clinical"):
            continue
        old, new = getattr(known, entry.name), getattr(more, entry.name)
        if old is None:
            setattr(known, entry.name, new)
        elif new is not None and old != new:
            different.append(f"{entry.name} ({old!r} and {new!r})")
    if different:
        problems.append(
            Problem(
                "conflicting-values",
                f"contradicting values of {', '.join(different)} in two tables",
                "the same value in every table",
                "The first table's value was used; correct the tables.",
                known.id,
            )
        )
