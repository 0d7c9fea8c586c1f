from pathlib import Path

from hyoid.cohort import PROBLEM_CODES, Problem, read_cohort
from hyoid.cohort.sentences import sentences


def fault(code: str, found: str, case: str | None = None, column: str | None = None) -> Problem:
    return Problem(code, found, "another", "Correct it.", case, column)


def test_one_sentence_a_code_and_column_with_the_count_and_the_first() -> None:
    ages = [fault("bad-value", f"age = '{60 + k} years'", f"p{k}", "age") for k in range(7)]
    own = fault("bad-value", "relapse = 'Recurred'", "p3", "relapse")
    words = PROBLEM_CODES["bad-value"]
    assert sentences([*ages, own, ages[0]]) == [
        f"7 patient(s) with {words} (p0, p1, p2, p3, p4, ...; first: age = '60 years').",
        f"1 patient(s) with {words} (p3; first: relapse = 'Recurred').",
    ]


def test_faults_of_the_whole_cohort_come_first_in_their_own_words_or_are_counted() -> None:
    one, two = fault("missing-column", "no column tobacco"), fault("missing-column", "no column alcohol")
    unit = fault("rfs-unit-guessed", "RFS without a unit")
    assert sentences([fault("duplicate-id", "two rows", "p0"), one, unit, two])[:2] == [
        f"no column tobacco, no column alcohol: 2 such faults ({PROBLEM_CODES['missing-column']}).",
        "Found RFS without a unit; expected another. Correct it.",
    ]


def test_a_case_knows_what_of_it_could_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("id,Age,Relapse,RFS (days)\na,61 years,1,500\nb,62,Recurred,600\nc,63,1,\nd,64,0,-5\ne,,,\n")
    cohort = read_cohort(path)
    assert {case.id: case.unread for case in cohort.cases} == {
        "a": {"age": "age = '61 years'"},
        "b": {"rfs": "relapse = 'Recurred'"},
        "c": {"rfs": "a recurrence without its time"},
        "d": {"rfs": "rfs = -5"},
        "e": {},
    }
    assert any("first: age = '61 years'" in note for note in cohort.notes)
