"""How each patient was scanned: `acquisition.csv` in a cohort's folder.

Its columns are those of Tables 1 and 2 of the dataset descriptor (Saeed et al., arXiv 2509.00367).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hyoid.cohort.schema import ID_ALIASES
from hyoid.cohort.table import ACQUISITION_FILE, Table, read_table
from hyoid.cohort.values import column_key, is_missing, typed
from hyoid.errors import CohortError


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the acquisition: its column, other names of it (as `column_key`), what it is, its range.

    Beyond the range (`low`, `high`) a number is in another unit, or mistyped. `low` is None of a text.
    """

    name: str
    aliases: tuple[str, ...]
    words: str
    low: float | None = None
    high: float = 0.0


PARAMETERS = (
    Parameter("scanner", ("pet_system", "pet_ct_scanner", "model"), "scanner"),
    Parameter("injected_dose_mbq", ("pet_dose_mbq", "dose_mbq"), "injected dose, MBq", 20, 5000),
    Parameter("uptake_min", ("uptake_time_min",), "uptake time, min", 10, 400),
    Parameter("seconds_per_bed", ("pet_time_pos_s", "pet_time_per_bed_s"), "time per bed position, s", 10, 3600),
    Parameter("pet_slice_mm", (), "PET slice, mm", 0.2, 20),
    Parameter("pet_in_plane_mm", ("pet_in_plane_mm_2",), "PET voxel in plane, mm", 0.2, 20),
    Parameter("ct_kvp", ("kvp",), "CT tube voltage, kVp", 50, 200),
    Parameter("ct_slice_mm", (), "CT slice, mm", 0.2, 20),
)
"""What is read of `acquisition.csv`, beside the patient's id; every column may be absent."""


@dataclass(frozen=True, slots=True)
class Acquisitions:
    """What is known of how patients were scanned.

    Parameters
    ----------
    by_id
        By patient and name of the parameter: a text (scanner) or a number; what is missing has no key.
    columns
        Parameters that the table has a column of.
    notes
        Sentences on what could not be understood, patients named.
    """

    by_id: Mapping[str, Mapping[str, str | float]]
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_acquisition(folder: Path) -> Acquisitions | None:
    """Read `acquisition.csv` in a cohort's folder; None where there is none.

    A number that is none, or out of its parameter's range, is missing and noted. Of two rows of one patient the first
    counts. Other columns are not read.

    Raises
    ------
    CohortError
        If the table has no column of ids, two columns of one parameter, or cannot be read.
    """
    path = Path(folder) / ACQUISITION_FILE
    if not path.is_file():
        return None
    table = read_table(path)
    identity = next((name for name in table.header if column_key(name) in ID_ALIASES), None)
    if identity is None:
        raise CohortError.of(
            f"the columns {list(table.header)[:8]} in {path}", "a column PatientID, one row a patient", "Add it."
        )
    sources = _sources(table)
    by_id: dict[str, dict[str, str | float]] = {}
    notes = []
    for row in table.rows:
        identifier = row[identity]
        if not identifier or identifier in by_id:
            notes.append(f"{ACQUISITION_FILE}: a further row of {identifier or 'no patient'} was left out.")
            continue
        by_id[identifier] = {}
        for parameter, source in sources.items():
            value = _value(parameter, row[source])
            if value is not None:
                by_id[identifier][parameter.name] = value
            elif not is_missing(row[source]):
                notes.append(f"{ACQUISITION_FILE}: {source} = {row[source]!r} of {identifier} was read as missing.")
    return Acquisitions(by_id, tuple(parameter.name for parameter in sources), tuple(notes))


def _sources(table: Table) -> dict[Parameter, str]:
    """Return the table's column of each parameter that it has."""
    found = {}
    for parameter in PARAMETERS:
        own = [name for name in table.header if column_key(name) in (parameter.name, *parameter.aliases)]
        if len(own) > 1:
            raise CohortError.of(f"the columns {own} in {table.path}", f"one of {parameter.words}", "Remove one.")
        if own:
            found[parameter] = own[0]
    return found


def _value(parameter: Parameter, cell: str) -> str | float | None:
    if is_missing(cell):
        return None
    if parameter.low is None:
        return cell
    value = typed(cell)
    if isinstance(value, str) or value is None or not parameter.low <= value <= parameter.high:
        return None
    return float(value)
