"""The centre's name of each patient: a label of splits and tables, never an input of a model."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hyoid.cohort.problem import Problem
from hyoid.cohort.values import Value

_CHALLENGE_ID = re.compile(r"([A-Z]{2,6})-\d+")
"""Ids of HECKTOR: the centre's abbreviation in two to six capitals, a hyphen, the patient's number. Nothing else
is guessed from: in `A_ok_1` or `HN_MDA_001` any word could be the study, the series or the centre."""

GENERIC_PREFIXES = frozenset(
    {"PAT", "PT", "CASE", "SUBJ", "SUB", "ID", "STUDY", "SCAN", "LABEL", "TEST", "TRAIN", "HN", "HNC", "ANON"}
)
"""Prefixes of ids of the challenge's form that name no hospital."""


def prefix_of(identifier: str) -> str | None:
    """Return the centre's abbreviation in an id of the challenge's form, None for any other id.

    >>> prefix_of("CHUM-012"), prefix_of("HN-CHUM-012"), prefix_of("D-label3"), prefix_of("CASE-7")
    ('CHUM', None, None, None)
    """
    match = _CHALLENGE_ID.fullmatch(identifier)
    return match[1] if match and match[1] not in GENERIC_PREFIXES else None


def name_centers(
    declared: Mapping[str, Value | None], pattern: str | None, problems: list[Problem]
) -> dict[str, str | None]:
    """Return the centre's name by patient id.

    Parameters
    ----------
    declared
        By patient id: the value of the table's centre column, None where there is none.
    pattern
        Regular expression whose first group in the id is the centre's name; given by a column map.
    problems
        Receives `center-conflict` where a numeric id stands for two prefixes, or a prefix for two ids.

    Notes
    -----
    A word in the table is the name. A number is only a code: the abbreviation in an id of the challenge's
    form is the name (`CHUM-012` is of CHUM), and where the id has none, `center-<number>`.
    """
    if pattern is not None:
        return {i: match[1] if (match := re.search(pattern, i)) else None for i in declared}
    names: dict[str, str | None] = {}
    prefixes: dict[Value, set[str]] = {}
    for identifier, value in declared.items():
        prefix = prefix_of(identifier)
        if isinstance(value, str):
            names[identifier] = value
        elif prefix is not None:
            names[identifier] = prefix
            if value is not None:
                prefixes.setdefault(value, set()).add(prefix)
        else:
            names[identifier] = None if value is None else f"center-{value}"
    problems += _conflicts(prefixes)
    return names


def _conflicts(prefixes: Mapping[Value, set[str]]) -> list[Problem]:
    numbers: dict[str, list[str]] = {}
    for number, found in prefixes.items():
        for prefix in found:
            numbers.setdefault(prefix, []).append(str(number))
    clashes = [
        f"the CenterID {number} for ids that begin with {' and '.join(sorted(found))}"
        for number, found in sorted(prefixes.items(), key=str)
        if len(found) > 1
    ] + [
        f"the CenterIDs {' and '.join(sorted(listed))} for ids that begin with {prefix}"
        for prefix, listed in sorted(numbers.items())
        if len(listed) > 1
    ]
    advice = "The ids' prefixes were used as centers; correct the CenterID or the ids."
    return [Problem("center-conflict", clash, "one CenterID for each hospital", advice) for clash in clashes]
