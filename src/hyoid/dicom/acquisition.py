"""How a patient was scanned: a row of `acquisition.csv`, from the headers of the chosen series.

The columns are those of Tables 1 and 2 of the dataset descriptor (Saeed et al., arXiv 2509.00367); `hyoid describe`
draws them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from hyoid.dicom.datetimes import at, last_before, parse_date, parse_datetime, parse_time
from hyoid.dicom.elements import items, number, text
from hyoid.dicom.suv import Suv
from hyoid.errors import DicomError
from hyoid.files import write_text
from hyoid.geometry import Grid

COLUMNS = (
    "PatientID",
    "manufacturer",
    "scanner",
    "injected_dose_mbq",
    "uptake_min",
    "seconds_per_bed",
    "pet_slice_mm",
    "pet_in_plane_mm",
    "ct_kvp",
    "ct_slice_mm",
)
"""Columns of `acquisition.csv`, in order."""

FILE_NAME = "acquisition.csv"

_DIGITS = 6
_SQUARE = 0.01  # in-plane spacings that differ by more are not one number


def pet_row(headers: Sequence[Dataset], grid: Grid, suv: Suv) -> dict[str, Any]:
    """Return what a PET tells: scanner, dose, uptake time, time per bed position, slice distance, pixel spacing."""
    first = headers[0]
    injected, started = _injection(first, suv), _start(headers)
    uptake = None if injected is None or started is None else (started - injected).total_seconds() / 60
    durations = sorted({ms for header in headers if (ms := number(header, "ActualFrameDuration")) is not None})
    x, y, z = grid.spacing
    return {
        **_scanner(first),
        "injected_dose_mbq": _dose_mbq(first, suv),
        "uptake_min": uptake if uptake is not None and uptake > 0 else None,
        "seconds_per_bed": float(np.median(durations)) / 1000 if durations else None,
        "pet_slice_mm": z,
        "pet_in_plane_mm": (x + y) / 2 if abs(x - y) <= _SQUARE * x else None,
    }


def ct_row(header: Dataset, grid: Grid) -> dict[str, Any]:
    """Return what a CT tells: scanner, tube voltage, slice distance."""
    return {**_scanner(header), "ct_kvp": number(header, "KVP"), "ct_slice_mm": grid.spacing[2]}


def write_acquisition(folder: Path, rows: Mapping[str, Mapping[str, Any]], fresh: set[str]) -> None:
    """Write `acquisition.csv`; rows and columns that are in it already stay, but for the cases in `fresh`."""
    path = folder / FILE_NAME
    known, others = _read(path) if path.is_file() else ({}, [])
    merged = {**{case: dict(row) for case, row in rows.items()}, **{c: r for c, r in known.items() if c not in fresh}}
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, [*COLUMNS, *others], restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for case in sorted(merged):
        cells = {name: _cell(value) for name, value in merged[case].items()}
        writer.writerow({**cells, "PatientID": case})
    text_of_table = stream.getvalue()
    if not path.is_file() or path.read_text(encoding="utf-8") != text_of_table:
        write_text(path, text_of_table)


def _read(path: Path) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return the rows of the table by id, and its columns that are not ours."""
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), restkey="_")
        rows = {row.get("PatientID") or "": {k: v for k, v in row.items() if k != "_"} for row in reader}
        names = list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DicomError.of(f"the table {path}, which cannot be read ({error})", "a CSV", "Move it away.") from error
    if rows and "PatientID" not in names:
        raise DicomError.of(f"the columns {names} in {path}", "a column PatientID", "Move the table away.")
    return {case: row for case, row in rows.items() if case}, [name for name in names if name not in COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else str(value)


def _scanner(header: Dataset) -> dict[str, Any]:
    return {
        "manufacturer": text(header, "Manufacturer") or None,
        "scanner": text(header, "ManufacturerModelName") or None,
    }


def _tracer(header: Dataset) -> Dataset:
    return next(iter(items(header, "RadiopharmaceuticalInformationSequence")), Dataset())


def _dose_mbq(header: Dataset, suv: Suv) -> float | None:
    """Return the injected dose: the one that the SUV was made with, else the header's, which must be in Bq."""
    dose = suv.inputs.dose_bq
    if dose is None:
        dose = number(_tracer(header), "RadionuclideTotalDose")
    return None if dose is None else dose / 1e6


def _injection(header: Dataset, suv: Suv) -> datetime | None:
    """Return when the tracer was injected: as the SUV took it, else as the header says (PS3.3 C.8.9.2)."""
    if suv.inputs.injection_time is not None:
        return suv.inputs.injection_time.replace(tzinfo=None)
    tracer, started = _tracer(header), _start([header])
    try:
        if whole := text(tracer, "RadiopharmaceuticalStartDateTime"):
            return parse_datetime(whole).replace(tzinfo=None)
        clock = text(tracer, "RadiopharmaceuticalStartTime")
        return last_before(parse_time(clock), started) if clock and started is not None else None
    except DicomError:
        return None


def _start(headers: Sequence[Dataset]) -> datetime | None:
    """Return when the scan began: the earliest acquisition of a slice."""
    moments = []
    for header in headers:
        day, clock = text(header, "AcquisitionDate") or text(header, "SeriesDate"), text(header, "AcquisitionTime")
        try:
            moments.append(at(parse_date(day), parse_time(clock)))
        except DicomError:
            continue
    return min(moments, default=None)
