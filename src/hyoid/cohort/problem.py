"""What a reader found wrong and went on without: the raw material of `hyoid check`."""

from __future__ import annotations

from dataclasses import dataclass

PROBLEM_CODES = {
    "no-table": "images without any clinical table",
    "table-without-id": "a table that has no column of patient ids and was left out",
    "overlong-row": "rows of a table with more cells than its header, which are left out",
    "missing-column": "a column of the clinical schema that no table has",
    "ambiguous-column": "two columns of one table that mean the same",
    "duplicate-id": "more than one row in one table, the first is used",
    "conflicting-values": "values that differ between tables, the first is used",
    "id-without-images": "a row in a table but no image",
    "images-without-row": "images but no row in any table",
    "row-without-id": "rows without a patient id, left out",
    "table-alone": "a table without any image",
    "no-images": "a folder without any image that is recognised",
    "duplicate-image": "two files for one modality in one folder, the first is used",
    "copies-differ": "copies of a file in several task folders that differ in size",
    "unrecognised-file": "an image whose name follows no known scheme",
    "misplaced-file": "an image of another patient in their folder",
    "bad-value": "a value that cannot be understood, read as missing",
    "out-of-range": "a value outside the possible range, read as missing",
    "rfs-unit-told": "survival times without a unit that can only be days: one is longer than any follow-up in months",
    "rfs-unit-guessed": "the unit of the survival times was told by their magnitude, which allows another",
    "rfs-unit-in-doubt": "the unit of the survival times does not agree with their magnitude, or both would fit",
    "event-without-time": "a recurrence without its time, the outcome is read as missing",
    "time-without-event": "a survival time without the event status, the outcome is read as missing",
    "status-without-time": "no recurrence but no follow-up time either, the outcome is read as missing",
    "follow-up-before-event": "an event after the last follow-up, which is raised to the event",
    "center-conflict": "center ids of the table and name prefixes of the ids that contradict each other",
}
"""Every code a `Problem` of the reader can have, with its meaning."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one patient or of the whole cohort that the reader met and got past.

    Parameters
    ----------
    code
        One of `PROBLEM_CODES`.
    found, expected, advice
        The three parts of the project's error sentences.
    case
        The patient's id; None where the fault is of the whole cohort.
    column
        The canonical column that it is a fault of, `rfs` for the outcome; None where it is of none alone.
    """

    code: str
    found: str
    expected: str
    advice: str
    case: str | None = None
    column: str | None = None

    @property
    def detail(self) -> str:
        """The fault as a sentence."""
        return f"Found {self.found}; expected {self.expected}. {self.advice}"


def unique(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems without repetitions (one patient's row may stand in three tables), in order of appearance."""
    return tuple(dict.fromkeys(problems))
