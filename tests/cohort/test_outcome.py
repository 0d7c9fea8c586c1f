import pytest

from hyoid.cohort.clinical import CellReader, Record
from hyoid.cohort.columns import Endpoint
from hyoid.cohort.outcome import check_outcome, first_event, to_days
from hyoid.errors import CohortError

ENDPOINT = Endpoint(first_of=[{"event": "lr", "time": "t_lr"}, {"event": "dm", "time": "t_dm"}], follow_up="fu")


def _outcome(**row: str):
    reader = CellReader()
    record = Record("p")
    first_event(row, ENDPOINT, reader, record)
    check_outcome(record, reader.problems)
    return record.relapse, record.rfs, [problem.code for problem in reader.problems]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"lr": "0", "dm": "0", "fu": "900"}, (False, 900, [])),
        ({"lr": "1", "t_lr": "300", "dm": "0", "fu": "900"}, (True, 300, [])),
        ({"lr": "1", "t_lr": "300", "dm": "1", "t_dm": "200", "fu": "900"}, (True, 200, [])),
        ({"lr": "0", "dm": "1", "t_dm": "950", "fu": "900"}, (True, 950, ["follow-up-before-event"])),
        ({"lr": "0", "dm": "1", "t_dm": "950", "fu": ""}, (True, 950, [])),
        ({"lr": "0", "dm": "1", "fu": "900"}, (None, None, ["event-without-time"])),
        ({"lr": "1", "t_lr": "300", "dm": "1", "fu": "900"}, (None, None, ["event-without-time"])),
        ({"lr": "0", "dm": "0"}, (None, None, ["status-without-time"])),
        ({"lr": "", "dm": "0", "fu": "900"}, (None, None, [])),
        ({"lr": "0", "dm": "0", "fu": "-3"}, (None, None, ["out-of-range", "status-without-time"])),
        ({"lr": "0", "t_lr": "100", "dm": "0", "fu": "900"}, (False, 900, [])),
    ],
)
def test_first_of_several_events(row, expected) -> None:
    assert _outcome(**row) == expected


def test_half_an_outcome_is_missing() -> None:
    problems = []
    for record in (Record("a", relapse=True), Record("b", rfs=3.0), Record("c", relapse=False)):
        check_outcome(record, problems)
        assert record.relapse is None
        assert record.rfs is None
    assert [p.code for p in problems] == ["event-without-time", "time-without-event", "status-without-time"]


def _converted(times, unit):
    records = [Record(f"p{k}", relapse=False, rfs=float(t)) for k, t in enumerate(times)]
    problems = []
    notes = to_days(records, unit, problems)
    return [record.rfs for record in records], notes, [problem.code for problem in problems]


def test_the_unit_is_told_by_magnitude_and_said() -> None:
    times, notes, codes = _converted([700, 900, 1500], None)
    assert (times, codes) == ([700, 900, 1500], ["rfs-unit-told"])
    assert "read as days" in notes[0]
    times, notes, codes = _converted([12, 24, 48], None)
    assert times == pytest.approx([365.25, 730.5, 1461])
    assert codes == ["rfs-unit-guessed"]
    assert "read as months" in notes[0]


def test_one_long_time_makes_a_guess_sure_and_never_turns_it() -> None:
    assert _converted([210, 250, 300], None)[2] == ["rfs-unit-guessed"]
    assert _converted([210, 250, 301], None)[2] == ["rfs-unit-told"]
    times, _, codes = _converted([12, 24, 480], None)
    assert times[0] == pytest.approx(365.25)
    assert codes == ["rfs-unit-in-doubt"]


@pytest.mark.parametrize(("times", "unit"), [([90], None), ([150], None), ([24, 30], "days"), ([800], "months")])
def test_a_doubtful_unit_is_reported(times, unit) -> None:
    assert "rfs-unit-in-doubt" in _converted(times, unit)[2]


@pytest.mark.parametrize("times", [[0.5, 1.98, 6], [12], [0]])
def test_years_and_months_without_a_unit_are_refused_until_declared(times) -> None:
    with pytest.raises(CohortError, match=r"without a unit, the longest .*RFS \(years\)"):
        _converted(times, None)
    assert _converted(times, "years")[0] == pytest.approx([365.25 * time for time in times])


def test_times_that_may_be_years_are_read_as_months_in_doubt() -> None:
    assert _converted([4, 13], None)[2] == ["rfs-unit-in-doubt"]
    assert _converted([4, 25], None)[2] == ["rfs-unit-in-doubt"]
    assert _converted([1, 2, 26], None)[2] == ["rfs-unit-in-doubt"]
    assert _converted([4, 26], None)[2] == ["rfs-unit-guessed"]
    assert _converted([16, 24], None)[2] == ["rfs-unit-guessed"]


@pytest.mark.parametrize(
    ("time", "unit", "said"),
    [
        (89, "days", "longer than 89 days"),
        (2.9, "months", "longer than 2.9 months"),
        (0.2, "years", "longer than 0.2 years"),
        (358, "months", "followed for 358 months"),
        (9200, "days", "followed for 9200 days"),
        (30, "years", "followed for 30 years"),
    ],
)
def test_a_declared_unit_that_cannot_be_is_refused(time, unit, said) -> None:
    with pytest.raises(CohortError, match=f"declared in {unit} of 20 patients, .*{said}.*set rfs_unit"):
        _converted([time] * 20, unit)
    assert "rfs-unit-in-doubt" in _converted([time] * 19, unit)[2]


def test_slips_alone_refuse_no_declared_unit() -> None:
    assert _converted([1] * 19 + [90], "days")[2] == ["rfs-unit-in-doubt"]
    assert _converted([30] * 19 + [900], "months")[2] == []


def test_a_declared_unit_that_fits_is_silent() -> None:
    assert _converted([800, 1200], "days") == ([800, 1200], [], [])
    assert _converted([2, 4], "years") == ([730.5, 1461], [], [])
    assert _converted([], None) == ([], [], [])


def test_an_impossible_time_makes_the_outcome_missing() -> None:
    records = [
        Record("a", relapse=True, rfs=99999.0),
        Record("b", relapse=False, rfs=800.0),
        Record("c", relapse=False, rfs=700.0),
    ]
    problems = []
    to_days(records, "days", problems)
    assert (records[0].relapse, records[0].rfs) == (None, None)
    assert [(p.code, p.case) for p in problems] == [("out-of-range", "a")]
