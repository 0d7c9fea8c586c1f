"""The challenge's tree: task folders with a folder per patient, one such task folder, or a flat folder of the names."""

from __future__ import annotations

import re
from pathlib import Path

from hyoid.cohort.layouts.found import Files, Found
from hyoid.cohort.layouts.names import collect, folders_in, images_in, parse_name, stem_of
from hyoid.cohort.problem import Problem
from hyoid.cohort.table import is_table

_TASK = re.compile(r"task[ _-]?\d", re.IGNORECASE)


def task_folders(root: Path) -> list[Path]:
    """Return the folders `Task 1`, `Task 2`, `Task 3` of a root, by name."""
    return [folder for folder in folders_in(root) if _TASK.fullmatch(folder.name)]


def patient_folders(folder: Path) -> list[Path]:
    """Return the subfolders with an image of their own name: `CHUM-012/CHUM-012__CT.nii.gz`."""
    return [sub for sub in folders_in(folder) if any(parse_name(path)[0] == sub.name for path in images_in(sub))]


def has_flat_names(folder: Path) -> bool:
    """Whether a folder holds a CT or PET by the challenge's names."""
    return any(parse_name(path)[1] in ("ct", "pet") for path in images_in(folder))


def read_tree(root: Path) -> Found:
    """Read `Task 1/2/3`. A patient in several is one: the folder with the mask is preferred, then the first."""
    found = Found("hecktor", tables=tables_of(root))
    copies: dict[str, list[Files]] = {}
    for task in task_folders(root):
        one = read_task(task)
        found.problems += one.problems
        found.tables += one.tables
        for identifier, files in one.files.items():
            copies.setdefault(identifier, []).append(files)
    for identifier, versions in copies.items():
        ordered = sorted(versions, key=lambda files: files.mask is None)  # a stable sort: task order is kept
        found.files[identifier] = _merged(identifier, ordered, found.problems)
    return found


def read_task(folder: Path) -> Found:
    """Read a folder with a folder per patient; files of the challenge's names that lie beside them count too."""
    found = Found("hecktor-task", tables=tables_of(folder))
    for sub in folders_in(folder):
        found.files[sub.name] = _read_patient(sub, found.problems)
    for identifier, files in _read_names(folder, found.problems).items():
        if not found.files.setdefault(identifier, files).images:
            found.files[identifier] = files
    return found


def read_flat(folder: Path) -> Found:
    """Read a folder whose files carry the challenge's names, all patients in one place."""
    found = Found("flat", tables=tables_of(folder))
    found.files = _read_names(folder, found.problems)
    return found


def tables_of(folder: Path) -> list[Path]:
    """Return the tables that lie directly in a folder, by name."""
    return sorted(path for path in folder.iterdir() if is_table(path))


def _read_names(folder: Path, problems: list[Problem]) -> dict[str, Files]:
    by_id = collect(images_in(folder), problems)
    kept = {}
    for identifier, files in by_id.items():
        if files.images:
            kept[identifier] = files
        elif files.mask is not None:
            problems.append(_unrecognised(files.mask, None))
    return kept


def _read_patient(folder: Path, problems: list[Problem]) -> Files:
    own: list[Path] = []
    for path in images_in(folder):
        identifier, modality = parse_name(path)
        if identifier == folder.name:
            own.append(path)
        elif modality is None:
            problems.append(_unrecognised(path, folder.name))
        else:
            problems.append(
                Problem(
                    "misplaced-file",
                    f"{path.name} in the folder {folder.name}",
                    "files that begin with the folder's name",
                    "It was left out; move or rename it.",
                    folder.name,
                )
            )
    files = collect(own, problems).get(folder.name, Files())
    if files.empty():
        problems.append(no_images(folder, folder.name, case=folder.name))
    return files


def no_images(folder: Path, identifier: str, case: str | None = None) -> Problem:
    """Return the problem of a folder, a patient's or the whole cohort's, without any image that is recognised."""
    return Problem(
        "no-images",
        f"no image in the folder {folder.name or folder}",
        f"files such as {identifier}__CT.nii.gz",
        "Add the images, name them so, or remove the folder.",
        case,
    )


def _unrecognised(path: Path, case: str | None) -> Problem:
    return Problem(
        "unrecognised-file",
        f"the image {path.name}",
        "<ID>__CT, <ID>__PT, <ID>__CTPlanning, <ID>__RTDOSE or the mask <ID>",
        f"It was left out; rename or remove {stem_of(path)}.",
        case,
    )


def _merged(identifier: str, versions: list[Files], problems: list[Problem]) -> Files:
    """One patient's files of several task folders: the first version of each, copies of other size reported."""
    merged = Files(dict(versions[0].images), versions[0].mask)
    for files in versions[1:]:
        pairs = [(merged.images.setdefault(modality, path), path) for modality, path in files.images.items()]
        if files.mask is not None:
            merged.mask = merged.mask or files.mask
            pairs.append((merged.mask, files.mask))
        for used, other in pairs:
            if used != other and used.stat().st_size != other.stat().st_size:
                first, second = (path.relative_to(path.parents[2]) for path in (used, other))
                problems.append(
                    Problem(
                        "copies-differ",
                        f"{first} and {second} of different size",
                        "the same file in every task folder",
                        f"{first} was used; compare them.",
                        identifier,
                    )
                )
    return merged
