from pathlib import Path

import pytest
from pydantic import ValidationError

from hyoid.cohort import ColumnMap, read_columns
from hyoid.errors import CohortError

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "head-neck-pet-ct-columns.yaml"


def _read(folder: Path, text: str) -> ColumnMap:
    path = folder / "columns.yaml"
    path.write_text(text)
    return read_columns(path)


def test_the_shipped_example_is_valid() -> None:
    columns = read_columns(EXAMPLE)
    assert columns.separator == ";"
    assert columns.chosen_endpoint() == columns.endpoints["recurrence"]
    assert len(columns.endpoints["recurrence_or_death"].first_of) == 3
    assert columns.codings["hpv"] == {"+": 1, "-": 0}


def test_an_empty_file_changes_nothing(tmp_path) -> None:
    assert _read(tmp_path, "") == ColumnMap()
    assert ColumnMap().chosen_endpoint() is None


def test_numbers_as_keys_and_missing_texts_become_text(tmp_path) -> None:
    columns = _read(tmp_path, "missing: [-9, 999]\ncodings: {gender: {1: 1, 2: 0}}")
    assert columns.missing == ("-9", "999")
    assert columns.codings == {"gender": {"1": 1, "2": 0}}


def test_one_endpoint_needs_no_choice() -> None:
    endpoint = {"first_of": [{"event": "e", "time": "t"}], "follow_up": "f"}
    columns = ColumnMap.model_validate({"endpoints": {"only": endpoint}})
    assert columns.chosen_endpoint() == columns.endpoints["only"]
    assert columns.source_columns() == ["e", "t", "f"]


_ENDPOINT = "{first_of: [{event: e, time: t}], follow_up: f}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colums: {sex: gender}", "unknown key 'colums'; did you mean 'columns'"),
        ("drop: [{reason: x, id: [a]}]", r"drop\.0: unknown key 'id'; did you mean 'ids'"),
        ("drop: [{reason: x}]", "either ids, or a column"),
        ("drop: [{reason: x, column: a}]", "one of is_in and not_in"),
        ("drop: [{reason: x, ids: [a], column: b, is_in: [c]}]", "either ids, or a column"),
        ("columns: {sex: Gender}", "'Gender' is no plain name; did you mean 'gender'"),
        ("columns: {patient: id}", "use the key 'id'"),
        ("columns: {a: age, b: age}", "two columns are named 'age'"),
        ("center: {column: a, pattern: b}", "either column or pattern"),
        ("center: {pattern: '[A-Z]+'}", "one group in parentheses"),
        ("center: {pattern: '([A-Z'}", "no regular expression"),
        ("rfs_unit: day", "rfs_unit"),
        ("separator: ';;'", "separator"),
        ("endpoint: rfs", "'rfs' is not in endpoints"),
        (f"endpoints: {{a: {_ENDPOINT}, b: {_ENDPOINT}}}", "choose one of"),
        (f"columns: {{x: rfs}}\nendpoints: {{a: {_ENDPOINT}}}", "not from both"),
        ("a: [", "no readable YAML"),
        ("- a", "columns.yaml"),
    ],
)
def test_wrong_files_are_one_clear_sentence(tmp_path, text, message) -> None:
    with pytest.raises(CohortError, match=message):
        _read(tmp_path, text)


def test_no_file(tmp_path) -> None:
    with pytest.raises(CohortError, match="no file at"):
        read_columns(tmp_path / "none.yaml")
    with pytest.raises(ValidationError):
        ColumnMap.model_validate({"sep": ","})
