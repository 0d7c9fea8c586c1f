"""The table of originals and replacements: written only if asked for, outside the output, for its owner's eyes."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from hyoid.dicom.deidentify.one_file import Outcome
from hyoid.dicom.deidentify.secret import Secret
from hyoid.dicom.deidentify.survey import Survey
from hyoid.errors import DicomError

COLUMNS = ("file", "outcome", "patient_id", "pseudonym", "shift_days", "study", "new_study", "series", "new_series",
           "instance", "new_instance")  # fmt: skip
"""One row a file. `patient_id` is empty where the object has none; `outcome` says why a file was not written."""


def check_mapping_place(mapping: Path | None, source: Path, out: Path) -> None:
    """Refuse a mapping inside the output, which is passed on, or inside the source, which is read only.

    Raises
    ------
    DicomError
        If it would lie there, or an existing file at its place is no mapping.
    """
    if mapping is None:
        return
    place = mapping.resolve()
    for folder in (source.resolve(), out.resolve()):
        if folder in place.parents or folder == place:
            raise DicomError.of(
                f"the mapping {mapping} within {folder}", "a place outside both folders", "It names the patients."
            )
    if mapping.exists():
        _read(mapping)


def write_mapping(
    mapping: Path, found: Survey, targets: list[Path], outcomes: list[Outcome | None], secret: Secret
) -> None:
    """Write or extend the table atomically, with mode 600. Rows of files that this run did not see stay."""
    rows = {row["file"]: row for row in _read(mapping)} if mapping.exists() else {}
    for source, target, outcome in zip(found.sources, targets, outcomes, strict=True):
        kind, _, identifier = source.patient.partition(":")
        rows[str(source.path)] = {
            "file": str(source.path),
            "outcome": "written" if outcome is None or outcome.status == "written" else outcome.reason,
            "patient_id": identifier if kind == "id" else "",
            "pseudonym": secret.pseudonym(source.patient),
            "shift_days": str(secret.shift_days(source.patient)),
            "study": source.study,
            "new_study": target.parts[-3],
            "series": source.series,
            "new_series": target.parts[-2],
            "instance": source.instance,
            "new_instance": target.stem,
        }
    for path, reason in found.left_out.items():
        rows[str(path)] = dict.fromkeys(COLUMNS, "") | {"file": str(path), "outcome": reason}
    _write(mapping, [rows[key] for key in sorted(rows)])


def _write(mapping: Path, rows: list[dict[str, str]]) -> None:
    mapping.parent.mkdir(parents=True, exist_ok=True)
    temporary = mapping.with_name(f".{os.getpid()}.{mapping.name}")
    # made for its owner alone before a word is in it
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        temporary.replace(mapping)
    finally:
        temporary.unlink(missing_ok=True)


def _read(mapping: Path) -> list[dict[str, str]]:
    try:
        with mapping.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream)
            if tuple(reader.fieldnames or ()) == COLUMNS:
                return list(reader)
    except (UnicodeDecodeError, csv.Error):
        pass
    raise DicomError.of(f"another file at {mapping}", "a mapping of hyoid, or nothing", "Choose another name.")
