"""Writing a synthetic cohort in the challenge's layout, with its truth in separate files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from hyoid.errors import CohortError
from hyoid.files import write_json, write_text
from hyoid.imaging import write_volume
from hyoid.phantom.centers import CenterSet
from hyoid.phantom.faults import Fault, break_files, break_images, draw_fault
from hyoid.phantom.patient import render_patient
from hyoid.phantom.record import Patient, draw_patients
from hyoid.phantom.scanner import Size
from hyoid.phantom.tables import image_row, lesion_rows, task_table, truth_row
from hyoid.progress import track

TRUTH_FILE = "phantom_truth.csv"
LESIONS_FILE = "phantom_truth_lesions.csv"
SETTINGS_FILE = "phantom_settings.json"


def write_cohort(  # noqa: PLR0913 - the settings of a cohort
    out: Path,
    patients: int,
    seed: int = 0,
    size: Size = "tiny",
    centers: CenterSet = "train",
    prevalence: float | None = None,
    event_rate: float = 0.20,
    jobs: int = 1,
    broken: bool = True,
    keep: Collection[str] | None = None,
    masks: bool = False,
) -> None:
    """Write a synthetic cohort: `OUT/Task 1`, `Task 2`, `Task 3` with images and tables, and the truth.

    The folder appears under its name only when it is complete. The same settings give the same bytes, whatever the
    number of jobs; patient i does not depend on how many patients there are.

    Parameters
    ----------
    out
        Folder to make; it must not exist, or be empty.
    patients, seed
        How many, and the number that decides everything random.
    size
        `tiny` (voxels of about 4 mm), `small` (2 mm) or `full` (the native matrices of each centre).
    centers
        `train`: CHUM, CHUP, CHUS, HGJ, HMR, MDA, USZ; `unseen`: CHB, CHUN, CHUB (without masks).
    prevalence
        Share of HPV-positive patients at the unseen centres, 0 to 1 (default 0.58); training centres have their own.
    event_rate
        Expected share of patients whose recurrence is seen, 0.01 to 0.9.
    jobs
        Processes to share the work.
    broken
        Whether one case in a hundred is broken in one of the ways of `FAULTS`.
    keep
        Ids of those of the drawn patients that are written, where it should not be all (`draw_patients` tells who they
        are): a cohort with a class ratio of its own, say.
    masks
        Draw contours at CHUB too, which has none otherwise; images stay the same.

    Raises
    ------
    CohortError
        If `out` holds anything already, or a setting is out of its range.
    """
    out = Path(out)
    _check(out, size)
    drawn = draw_patients(patients, seed, centers, prevalence, event_rate)
    indices = _kept(drawn, keep)
    drawn = [_with_masks(drawn[i]) if masks else drawn[i] for i in indices]
    faults = [draw_fault(seed, i, p.center.has_masks) if broken else None for i, p in zip(indices, drawn, strict=True)]
    settings = {"patients": patients, "seed": seed, "size": size, "centers": centers, "prevalence": prevalence}
    settings |= {"event_rate": event_rate, "broken": broken, "written": len(drawn)} | ({"masks": True} if masks else {})
    with _appearing_whole(out) as partial:
        rows = _write_images(partial, list(zip(indices, drawn, faults, strict=True)), seed, size, jobs)
        _write_tables(partial, drawn, faults, rows)
        write_json(partial / SETTINGS_FILE, settings)


def _check(out: Path, size: str) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CohortError.of(f"{out} with something in it", "a new or empty folder", "Choose another, or empty it.")
    if size not in ("tiny", "small", "full"):
        raise CohortError.of(f"size={size!r}", "'tiny', 'small' or 'full'", "Choose one of the three.")


def _kept(drawn: Sequence[Patient], keep: Collection[str] | None) -> list[int]:
    """Return the places of the patients to write."""
    indices = [i for i, patient in enumerate(drawn) if keep is None or patient.id in keep]
    if not indices:
        raise CohortError.of(f"none of {len(drawn)} patients to keep", "one or more of their ids", "Check the ids.")
    return indices


@contextmanager
def _appearing_whole(out: Path) -> Iterator[Path]:
    """Yield a folder beside `out` that takes its name once all is written; it is gone where that fails."""
    partial = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        yield partial
        if out.exists():
            out.rmdir()
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _with_masks(patient: Patient) -> Patient:
    return replace(patient, center=replace(patient.center, has_masks=True))


def _write_images(
    out: Path, patients: list[tuple[int, Patient, Fault | None]], seed: int, size: Size, jobs: int
) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    from joblib import Parallel, delayed

    work = (delayed(_write_case)(out, patient, fault, seed, i, size) for i, patient, fault in patients)
    results = Parallel(n_jobs=jobs, return_as="generator")(work)
    return list(track(results, "Phantoms", total=len(patients)))


def _write_case(
    out: Path, patient: Patient, fault: Fault | None, seed: int, index: int, size: Size
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    made = render_patient(patient, seed, index, size, extravasation=fault == "extravasation")
    rows = image_row(made), lesion_rows(made)
    made = break_images(made, fault)
    first = out / "Task 1" / patient.id
    write_volume(first / f"{patient.id}__CT.nii.gz", made.ct)
    write_volume(first / f"{patient.id}__PT.nii.gz", made.pet)
    if made.mask is not None:
        write_volume(first / f"{patient.id}.nii.gz", made.mask)
    break_files(first, patient.id, fault)
    for task in (2, 3):
        other = out / f"Task {task}" / patient.id
        other.mkdir(parents=True)
        for modality in ("CT", "PT"):
            _share(first / f"{patient.id}__{modality}.nii.gz", other)
    return rows


def _share(source: Path, folder: Path) -> None:
    """Link a file into another folder, or copy it where the file system has no links."""
    if not source.exists():
        return
    try:
        os.link(source, folder / source.name)
    except OSError:
        shutil.copyfile(source, folder / source.name)


def _write_tables(
    out: Path,
    patients: list[Patient],
    faults: list[Fault | None],
    rows: list[tuple[dict[str, Any], list[dict[str, Any]]]],
) -> None:
    for task in (1, 2, 3):
        path = out / f"Task {task}" / f"HECKTOR_2025_Training_Task_{task}.csv"
        write_text(path, task_table(task, patients, faults).to_csv(index=False))
    truth = [
        {**truth_row(patient, fault), **image}
        for patient, fault, (image, _) in zip(patients, faults, rows, strict=True)
    ]
    write_text(out / TRUTH_FILE, pd.DataFrame(truth).to_csv(index=False, float_format="%.6g"))
    lesions = [row for _, of_patient in rows for row in of_patient]
    write_text(out / LESIONS_FILE, pd.DataFrame(lesions).to_csv(index=False, float_format="%.6g"))
