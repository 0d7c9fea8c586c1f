from pathlib import Path

import pytest

from hyoid.cohort.table import is_table, read_table
from hyoid.errors import CohortError


def _write(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_told_from_the_header(tmp_path, separator) -> None:
    path = _write(tmp_path, f"PatientID{separator}Age{separator}Note\r\nA-1{separator} 60 {separator}x\r\n\r\n")
    table = read_table(path)
    assert table.header == ("PatientID", "Age", "Note")
    assert table.rows == ({"PatientID": "A-1", "Age": "60", "Note": "x"},)


def test_quotes_short_rows_byte_order_mark_and_latin_letters(tmp_path) -> None:
    table = read_table(_write(tmp_path, '\ufeffid,a,b\n1,"x, y"\n2,,"say ""hi"""\n'))
    assert table.rows == ({"id": "1", "a": "x, y", "b": ""}, {"id": "2", "a": "", "b": 'say "hi"'})
    latin = read_table(_write(tmp_path, "id;Hôpital\n1;Sherbrooke é\n".encode("cp1252")))
    assert latin.rows[0]["Hôpital"] == "Sherbrooke é"


def test_rows_with_too_many_cells_are_left_out(tmp_path) -> None:
    table = read_table(_write(tmp_path, "id,a\n1,x,\n2,x,y\n3,z\n"))
    assert [row["id"] for row in table.rows] == ["1", "3"]
    assert table.overlong == (3,)


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "empty first line"), ("a,b,a\n1,2,3\n", "'a' twice"), (b"PK\x03\x04\x00", "binary")],
)
def test_unusable_tables(tmp_path, content, message) -> None:
    with pytest.raises(CohortError, match=message):
        read_table(_write(tmp_path, content))
    with pytest.raises(CohortError, match="no file at"):
        read_table(tmp_path / "none.csv")


def test_which_files_are_tables(tmp_path) -> None:
    for name, expected in [("T.CSV", True), ("x.tsv", True), (".x.csv", False), ("Truth.csv", False), ("x.txt", False)]:
        assert is_table(_write(tmp_path, "id\n", name)) is expected
