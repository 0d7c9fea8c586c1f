"""The clinical table and the folders: what the reader met and got past, each with how grave it is."""

from __future__ import annotations

from hyoid.cohort.check.finding import Finding, Rule, Severity
from hyoid.cohort.problem import PROBLEM_CODES, Problem

ADVICE: dict[str, tuple[Severity, str]] = {
    "no-table": ("warning", "Add a CSV where clinical values or outcomes are needed."),
    "table-without-id": ("warning", "Add a PatientID column, or name it by `id` in the --columns file."),
    "overlong-row": (
        "error",
        "Quote texts that hold the separator; the rows were left out, and their patients with them.",
    ),
    "missing-column": (
        "warning",
        "It counts as missing everywhere; name it in a --columns file if it is called otherwise.",
    ),
    "ambiguous-column": ("warning", "Say in a --columns file which one is meant."),
    "duplicate-id": ("error", "Keep one row for each patient."),
    "conflicting-values": ("error", "Correct the wrong table; the first value was used."),
    "id-without-images": ("warning", "Add the images, or correct the id if it is unknown because of a slip."),
    "images-without-row": ("warning", "Add the row, or correct the id if it is unknown because of a slip."),
    "row-without-id": ("error", "Complete the ids; the rows are left out until then."),
    "table-alone": ("info", "Nothing to do for work on the table; to check images, give the folder that holds them."),
    "no-images": ("warning", "Remove the folder, or name its files as the layout asks."),
    "duplicate-image": ("error", "Remove one of the two; the first by name was used."),
    "copies-differ": ("error", "Find out which copy is right and remove the other."),
    "unrecognised-file": ("info", "Rename it if it should be read; it was left out."),
    "misplaced-file": ("error", "Move it to its own patient's folder."),
    "bad-value": ("warning", "Correct the cell, or explain the coding in a --columns file."),
    "out-of-range": ("warning", "Correct the cell, or the unit."),
    "rfs-unit-told": ("info", "Nothing to do; a column named `RFS (days)` says it to every reader."),
    "rfs-unit-guessed": (
        "warning",
        "Name the column `RFS (days)` or `RFS (months)`, or set `rfs_unit` in a --columns file.",
    ),
    "rfs-unit-in-doubt": ("warning", "Declare the unit by the column's name or `rfs_unit`, and check the times."),
    "event-without-time": ("warning", "Complete the record, or leave the patient out of survival."),
    "time-without-event": ("warning", "Complete the record, or leave the patient out of survival."),
    "status-without-time": ("warning", "Complete the record, or leave the patient out of survival."),
    "follow-up-before-event": ("warning", "Check both dates; the follow-up was raised to the event."),
    "center-conflict": ("warning", "Correct the CenterID or the ids."),
}
"""Severity and advice by code. Errors are contradictions, where the reader had to pick one of two truths, and patients
lost; what it could read as missing, or told by a rule that it states, is a warning."""


def _rule(code: str, finds: str) -> Rule:
    severity, advice = ADVICE.get(code, ("warning", "The finding says what was done and how to correct it."))
    return Rule(code, severity, "table", finds, "what the layout and the clinical schema ask", advice)


RULES = tuple(_rule(code, finds) for code, finds in PROBLEM_CODES.items())

_BY_CODE = {rule.code: rule for rule in RULES}


def finding_of(problem: Problem) -> Finding:
    """Return the finding that a reader's problem becomes; its own words are kept."""
    rule = _BY_CODE[problem.code]
    return Finding(rule.code, rule.severity, problem.case, problem.found, problem.expected, problem.advice)
