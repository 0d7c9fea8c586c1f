"""The layouts in which a cohort may lie, and telling them apart."""

from __future__ import annotations

from pathlib import Path

from hyoid.cohort.layouts.found import Files, Found
from hyoid.cohort.layouts.hecktor import (
    has_flat_names,
    no_images,
    patient_folders,
    read_flat,
    read_task,
    read_tree,
    tables_of,
)
from hyoid.cohort.layouts.hecktor import task_folders as _task_folders
from hyoid.cohort.layouts.nnunet import is_nnunet, read_nnunet
from hyoid.cohort.problem import Problem
from hyoid.errors import CohortError

__all__ = ["Files", "Found", "find_files"]


def find_files(root: Path) -> Found:
    """Find the images and tables of a folder, or take a table alone.

    Raises
    ------
    CohortError
        If there is nothing at `root`, or nothing in it that any layout knows.
    """
    if root.is_file():
        return Found("table", tables=[root], problems=[_table_alone(root)])
    if not root.is_dir():
        raise CohortError.of(f"nothing at {root}", "a cohort's folder or CSV file", "Check the path.")
    if is_nnunet(root):
        found = read_nnunet(root)
    elif _task_folders(root):
        found = read_tree(root)
    elif patient_folders(root):
        found = read_task(root)
    elif has_flat_names(root):
        found = read_flat(root)
    else:
        found = Found("table", tables=tables_of(root), problems=[no_images(root, "<ID>")])
    if not found.tables and all(files.empty() for files in found.files.values()):
        raise CohortError.of(
            f"no image and no table that hyoid knows in {root}",
            "Task 1/2/3 or patient folders with <ID>__CT.nii.gz and <ID>__PT.nii.gz, a flat folder of such files, "
            "nnU-Net's imagesTr, or a CSV",
            "Rename the files, or convert DICOM to NIfTI first.",
        )
    return found


def _table_alone(table: Path) -> Problem:
    return Problem(
        "table-alone",
        f"the table {table.name} and no images",
        "images beside the table, where images are to be used",
        "To check images, give the folder that holds them.",
    )
