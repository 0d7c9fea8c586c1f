"""Values that the user supplies by patient, for headers that lack them: `--given FILE.csv`."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hyoid.dicom.suv import GivenValues
from hyoid.dicom.suv.limits import DOSE_BQ, HALF_LIFE_S, HEIGHT_M, WEIGHT_KG, within
from hyoid.errors import DicomError

COLUMNS = ("PatientID", "weight_kg", "height_m", "sex", "dose_mbq", "injected_at", "half_life_s", "override")
"""Columns of the table: the first is needed, the others may be absent, and no other is read."""

OF_ONE_STUDY = ("dose_bq", "injection_time")
"""Values that belong to an injection and not to a person."""

BQ_PER_MBQ = 1e6

_EMPTY = ("", "na", "n/a", "nan", "none")
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")
_SEX = {"m": "M", "male": "M", "f": "F", "female": "F", "o": "O", "other": "O"}
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Given:
    """Supplied values by patient id, case id or Study Instance UID, and the table that they come from."""

    rows: Mapping[str, GivenValues]
    path: Path | None = None

    def of(self, case: str, patient_id: str, study_uid: str, studies: int) -> GivenValues | None:
        """Return the values for a case; None where there are none.

        A row under the study's UID counts before one under the case's id, and that before one under the patient's.

        Parameters
        ----------
        case, patient_id, study_uid
            The case's id, and Patient ID and Study Instance UID in its headers.
        studies
            How many PET studies that patient has in this import.

        Raises
        ------
        DicomError
            If a dose or injection is given for a patient with several studies: it belongs to one of them.
        """
        own = self.rows.get(study_uid)
        if own is None and case != patient_id:
            own = self.rows.get(case)
        if own is not None:
            return own
        own = self.rows.get(patient_id)
        if own is not None and studies > 1 and any(getattr(own, name) is not None for name in OF_ONE_STUDY):
            raise DicomError.of(
                f"a dose or injection time for the patient {patient_id}, who has {studies} PET studies",
                "one injection a row",
                "Write the Study Instance UID in place of the patient's id, a row a study.",
            )
        return own

    def unused(self, ids: set[str]) -> list[str]:
        """Return the ids in the table that are no patient's, case's or study's."""
        return sorted(set(self.rows) - ids)


def read_given(path: Path) -> Given:
    """Read the table of supplied values; see `COLUMNS`.

    Raises
    ------
    DicomError
        If it cannot be read, has an unknown column, an id twice, or a cell that is no such value.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DicomError.of(
            f"the table {path}, which cannot be read ({error})", "a CSV in UTF-8", "Check it."
        ) from error
    header = text.splitlines()[0] if text.strip() else ""
    separator = max(_SEPARATORS, key=header.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=separator, restkey="")
    names = [name.strip() for name in rows.fieldnames or ()]
    unknown = [name for name in names if name not in COLUMNS]
    if "PatientID" not in names or unknown or len(set(names)) < len(names):
        raise DicomError.of(f"the columns {names} in {path}", f"PatientID and some of {COLUMNS[1:]}", "Rename them.")
    rows.fieldnames = names
    found: dict[str, GivenValues] = {}
    for line, row in enumerate(rows, start=2):
        identifier = (row["PatientID"] or "").strip()
        if "" in row or not identifier or identifier in found:
            raise DicomError.of(
                f"line {line} of {path}, with the id {identifier!r}",
                "a row a patient or case, each once, with as many cells as columns",
                "Correct it.",
            )
        found[identifier] = _values(
            {name: (cell or "").strip() for name, cell in row.items()}, f"line {line} of {path}"
        )
    return Given(found, Path(path))


def _values(cells: Mapping[str, str], where: str) -> GivenValues:
    given = {name: cell for name, cell in cells.items() if cell.lower() not in _EMPTY}
    dose = _number(given, "dose_mbq", where)
    for name, number, limits, unit in (
        ("dose_mbq", dose, (DOSE_BQ[0] / BQ_PER_MBQ, DOSE_BQ[1] / BQ_PER_MBQ), "MBq"),
        ("weight_kg", _number(given, "weight_kg", where), WEIGHT_KG, "kg"),
        ("height_m", _number(given, "height_m", where), HEIGHT_M, "m"),
        ("half_life_s", _number(given, "half_life_s", where), HALF_LIFE_S, "s"),
    ):
        if number is not None and not within(number, limits):
            raise DicomError.of(
                f"{name} = {given[name]} in {where}",
                f"{limits[0]:g} to {limits[1]:g} {unit}",
                f"The column {name} is in {unit}: give it so.",
            )
    try:
        return GivenValues(
            weight_kg=_number(given, "weight_kg", where),
            height_m=_number(given, "height_m", where),
            sex=_one_of(given, "sex", _SEX, where),
            dose_bq=None if dose is None else dose * BQ_PER_MBQ,
            injection_time=_moment(given, where),
            half_life_s=_number(given, "half_life_s", where),
            override=_one_of(given, "override", dict.fromkeys(_YES, "yes") | dict.fromkeys(_NO, "no"), where) == "yes",
        )
    except DicomError as error:
        raise DicomError(str(error) if where in str(error) else f"In {where}: {error}") from error


def _number(given: Mapping[str, str], name: str, where: str) -> float | None:
    if name not in given:
        return None
    try:
        value = float(given[name])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value <= 0:
        raise DicomError.of(f"{name} = {given[name]!r} in {where}", "a positive number with a point", "Correct it.")
    return value


def _one_of(given: Mapping[str, str], name: str, words: Mapping[str, str], where: str) -> str | None:
    if name not in given:
        return None
    if given[name].lower() not in words:
        raise DicomError.of(f"{name} = {given[name]!r} in {where}", f"one of {sorted(words)}", "Correct it.")
    return words[given[name].lower()]


def _moment(given: Mapping[str, str], where: str) -> datetime | None:
    if "injected_at" not in given:
        return None
    try:
        moment = datetime.fromisoformat(given["injected_at"])
    except ValueError:
        moment = None
    if moment is None or len(given["injected_at"]) < len("2020-01-31T10:15"):
        raise DicomError.of(
            f"injected_at = {given['injected_at']!r} in {where}",
            "date and time on the scanner's clock, as 2020-01-31T10:15:00",
            "Correct it.",
        )
    return moment
