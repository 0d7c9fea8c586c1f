"""The clinical table and the folders: what the reader met and got past, each with how grave it is."""

from __future__ import annotations

from hyoid.cohort.check.finding import Finding, Rule, Severity
from hyoid.cohort.problem import PROBLEM_CODES, Problem

SEVERITY: dict[str, Severity] = {
    "no-table": "warning",
    "table-without-id": "warning",
    "missing-column": "warning",
    "ambiguous-column": "warning",
    "duplicate-id": "error",
    "conflicting-values": "error",
    "id-without-images": "warning",
    "images-without-row": "warning",
    "no-images": "warning",
    "duplicate-image": "error",
    "copies-differ": "error",
    "unrecognised-file": "info",
    "misplaced-file": "error",
    "bad-value": "warning",
    "out-of-range": "warning",
    "rfs-unit-guessed": "warning",
    "rfs-unit-in-doubt": "warning",
    "event-without-time": "warning",
    "time-without-event": "warning",
    "status-without-time": "warning",
    "follow-up-before-event": "warning",
    "center-conflict": "warning",
}
"""Errors are contradictions, where the reader had to pick one of two truths. What it could read as missing, or told
by a rule that it states, is a warning."""

_WORDS = ("what the layout and the clinical schema ask", "The finding says what was done and how to correct it.")


def _rule(code: str) -> Rule:
    severity = SEVERITY.get(code, "warning")
    return Rule(code, severity, "table", PROBLEM_CODES[code], *_WORDS)


RULES = tuple(_rule(code) for code in PROBLEM_CODES)

_BY_CODE = {rule.code: rule for rule in RULES}


def finding_of(problem: Problem) -> Finding:
    """Return the finding that a reader's problem becomes; its own words are kept."""
    rule = _BY_CODE[problem.code]
    return Finding(rule.code, rule.severity, problem.case, problem.found, problem.expected, problem.advice)
