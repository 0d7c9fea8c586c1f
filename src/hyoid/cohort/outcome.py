"""Recurrence-free survival: one event and one time from a table's columns, in days."""

from __future__ import annotations

from statistics import median

from hyoid.cohort.clinical import CellReader, Record
from hyoid.cohort.columns import Endpoint
from hyoid.cohort.problem import Problem
from hyoid.cohort.schema import DAYS_PER_MONTH, DAYS_PER_YEAR, MAX_RFS_DAYS, RfsUnit
from hyoid.errors import CohortError

DAYS_PER_UNIT: dict[RfsUnit, float] = {
    "days": 1.0,
    "weeks": 7.0,
    "months": DAYS_PER_MONTH,
    "years": DAYS_PER_YEAR,
}

DAYS_ABOVE_MEDIAN = 100.0
"""Times whose median lies above this are days, else months: a median follow-up of 100 months is eight years, of 100
days three months, and a usable cohort has neither."""

DOUBTFUL_MEDIANS = (50.0, 200.0)
"""Medians between which both units are believable, so that the guess is reported as doubtful."""

LONGEST_MONTHS = 300.0
"""Follow-up in months that no patient of a PET/CT has: the scanners entered the clinic in 2001, 25 years ago."""

LONGEST_YEARS = 25.0
"""The same in years."""

LEAST_MONTHS = 12.0
"""Longest time without a unit up to which nothing is guessed: years of any cohort, or months of one just begun."""

SHORTEST_FOLLOW_UP_DAYS = 90.0
"""Longest time, in days, below which no cohort was followed: treatment alone takes seven weeks."""

LEAST_PATIENTS_TO_REFUSE = 20
"""Patients of known time from which a declared unit that cannot be is refused, and not only reported."""

PLAUSIBLE_MEDIANS: dict[RfsUnit, tuple[float, float]] = {
    "days": (DAYS_ABOVE_MEDIAN, LONGEST_YEARS * DAYS_PER_YEAR),
    "weeks": (13.0, 780.0),
    "months": (3.0, 150.0),
    "years": (0.25, 15.0),
}
"""Medians that a declared unit is believed with; outside them it is reported as doubtful."""

_DECLARE = (
    "Name the column 'RFS (days)', 'RFS (weeks)', 'RFS (months)' or 'RFS (years)', or set rfs_unit in the "
    "--columns file, as the times are meant."
)
_DROPPED = "The outcome is read as missing; complete the record."


def first_event(row: dict[str, str], endpoint: Endpoint, reader: CellReader, record: Record) -> None:
    """Set `record.relapse` and `record.rfs` from several events: the first of them, else the last follow-up.

    An event whose time is missing makes the whole outcome missing, even when another event has a time: the first
    time is then unknown. An event after the last follow-up counts at its own time, and is reported.
    """
    status = [reader.read("relapse", row.get(kind.event, ""), record.id) for kind in endpoint.first_of]
    times = [reader.read("rfs", row.get(kind.time, ""), record.id) for kind in endpoint.first_of]
    follow_up = reader.read("rfs", row.get(endpoint.follow_up, ""), record.id)
    happened = [time for known, time in zip(status, times, strict=True) if known == 1]
    if happened:
        record.relapse = True
        record.rfs = None if None in happened else min(float(time) for time in happened if time is not None)
        if record.rfs is not None and follow_up is not None and record.rfs > float(follow_up):
            reader.problems.append(
                Problem(
                    "follow-up-before-event",
                    f"an event at {record.rfs:g} after the last follow-up at {float(follow_up):g}",
                    "a follow-up that reaches the event",
                    "The follow-up is raised to the event; check both dates.",
                    record.id,
                    "rfs",
                )
            )
    elif None not in status:
        record.relapse = False
        record.rfs = None if follow_up is None else float(follow_up)


def check_outcome(record: Record, problems: list[Problem]) -> None:
    """Read an outcome of which one half is missing as missing, and report it."""
    if (record.relapse is None) == (record.rfs is None):
        return
    if record.relapse is None:
        found, code = f"a survival time of {record.rfs:g} without the event's status", "time-without-event"
    elif record.relapse:
        found, code = "a recurrence without its time", "event-without-time"
    else:
        found, code = "no recurrence, but no follow-up time", "status-without-time"
    problems.append(Problem(code, found, "both the event's status and its time", _DROPPED, record.id, "rfs"))
    record.relapse = record.rfs = None


def to_days(records: list[Record], unit: RfsUnit | None, problems: list[Problem]) -> list[str]:
    """Convert the survival times of one table to days, in place; returns the notes for the user.

    Without a declared `unit`, the median tells days from months, with a problem that says so: `rfs-unit-told` where
    only days are possible, `rfs-unit-guessed` or `rfs-unit-in-doubt` where they are not. A time above `MAX_RFS_DAYS`
    is impossible and makes the outcome missing.

    Raises
    ------
    CohortError
        If there is no unit and no time is longer than `LEAST_MONTHS`, or a declared one cannot be: no patient of
        `LEAST_PATIENTS_TO_REFUSE` or more was followed for `SHORTEST_FOLLOW_UP_DAYS`, or half of them for longer than
        `LONGEST_YEARS`.
    """
    times = [record.rfs for record in records if record.rfs is not None]
    if not times:
        return []
    middle = float(median(times))
    notes = []
    if unit is None:
        _refuse_short(max(times))
        unit, code = _unit_by_magnitude(middle, max(times))
        size = f"median {middle:g}, longest {max(times):g}"
        notes.append(f"RFS has no declared unit ({size}) and was read as {unit}.")
        problems.append(_unit_problem(code, f"RFS without a unit, {size}, read as {unit}"))
    elif len(times) >= LEAST_PATIENTS_TO_REFUSE and (impossible := _impossible(unit, middle, max(times))):
        raise CohortError.of(
            f"RFS declared in {unit} of {len(times)} patients, {impossible}",
            "a declared unit that fits the times",
            f"{_DECLARE} A table of the challenge's own name declares days.",
        )
    elif not PLAUSIBLE_MEDIANS[unit][0] <= middle <= PLAUSIBLE_MEDIANS[unit][1]:
        notes.append(f"RFS is declared in {unit}, but its median is {middle:g}: check the unit.")
        problems.append(_unit_problem("rfs-unit-in-doubt", f"RFS declared in {unit} with the median {middle:g}"))
    for record in records:
        if record.rfs is None:
            continue
        record.rfs *= DAYS_PER_UNIT[unit]
        if record.rfs > MAX_RFS_DAYS:
            found = f"rfs = {record.rfs:.0f} days"
            expected = f"at most {MAX_RFS_DAYS:.0f} days (80 years)"
            problems.append(Problem("out-of-range", found, expected, _DROPPED, record.id, "rfs"))
            record.relapse = record.rfs = None
    return notes


def _refuse_short(longest: float) -> None:
    if longest <= LEAST_MONTHS:
        raise CohortError.of(
            f"RFS without a unit, the longest {longest:g}: years and months cannot be told apart",
            "a declared unit",
            f"{_DECLARE} Where survival is not needed, list the column under `ignore` there.",
        )


def _impossible(unit: RfsUnit, middle: float, longest: float) -> str:
    """Return why times cannot be of a unit, empty where they can; one long time alone, a slip, is no reason."""
    days = DAYS_PER_UNIT[unit]
    if longest * days < SHORTEST_FOLLOW_UP_DAYS:
        return f"none of them followed for longer than {longest:g} {unit}"
    if middle * days > LONGEST_YEARS * DAYS_PER_YEAR:
        return f"half of them followed for {middle:g} {unit} or longer"
    return ""


def _unit_by_magnitude(middle: float, longest: float) -> tuple[RfsUnit, str]:
    """Tell the unit by the median, and how sure that is by the code; one long time alone, a slip, decides nothing."""
    days = middle > DAYS_ABOVE_MEDIAN
    if longest > LONGEST_MONTHS:
        return ("days", "rfs-unit-told") if days else ("months", "rfs-unit-in-doubt")
    may_be_years = longest <= LONGEST_YEARS and middle <= PLAUSIBLE_MEDIANS["years"][1]
    if may_be_years or middle < PLAUSIBLE_MEDIANS["months"][0]:
        return "months", "rfs-unit-in-doubt"
    low, high = DOUBTFUL_MEDIANS
    return "days" if days else "months", "rfs-unit-in-doubt" if low <= middle <= high else "rfs-unit-guessed"


def _unit_problem(code: str, found: str) -> Problem:
    return Problem(code, found, "a declared unit that fits the times", _DECLARE, column="rfs")
