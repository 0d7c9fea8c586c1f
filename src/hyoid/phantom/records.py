"""Synthetic patients without images: a table of records, which is all that a model of the clinical record reads."""

from __future__ import annotations

from pathlib import Path

from hyoid.files import write_text
from hyoid.phantom.centers import CenterSet
from hyoid.phantom.record import draw_patients
from hyoid.phantom.tables import task_table


def write_records(path: Path, patients: int, seed: int = 0, centers: CenterSet = "train") -> None:
    """Write the table of task 3 (record and HPV status) of the patients that `write_cohort` would draw for this seed.

    Raises
    ------
    CohortError
        If `centers` is neither `train` nor `unseen`.
    """
    drawn = draw_patients(patients, seed, centers)
    write_text(path, task_table(3, drawn, [None] * patients).to_csv(index=False))
