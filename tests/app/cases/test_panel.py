"""The case panel, and the cohort's table."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hyoid.app.cases.library import CaseLibrary, UnknownCaseError
from hyoid.app.cases.panel import Panels
from hyoid.app.cases.reviews import Reviews
from hyoid.app.cases.rows import case_rows
from hyoid.app.cases.worker import HereWorker
from hyoid.cohort import read_cohort
from hyoid.files import jsonable, write_json
from support.viewed import write_cohort, write_prediction
from support.waiting import wait_until


@pytest.fixture(scope="module")
def panels(viewed: Path) -> Iterator[Panels]:
    library = CaseLibrary(read_cohort(viewed / "cohort"), viewed / "predictions")
    reviews = Reviews(library, HereWorker())
    reviews.start()
    wait_until(lambda: reviews.waiting == 0)
    yield Panels(library, reviews)
    reviews.stop()


def test_a_whole_case(panels: Panels) -> None:
    panel = panels.of("MDA-001")
    assert json.loads(json.dumps(jsonable(panel), allow_nan=False))
    assert (panel["id"], panel["center"], panel["reference"]) == ("MDA-001", "MDA", "ct")
    assert panel["grid"]["size"] == [20, 18, 12]
    assert panel["grid"]["direction"] == [-1, 0, 0, 0, -1, 0, 0, 0, 1]
    assert panel["layers"] == ["expert", "predicted"]
    assert {name: len(rows) for name, rows in panel["lesions"].items()} == {"expert": 2, "predicted": 2}
    assert [(image["name"], image["unit"]) for image in panel["images"]] == [
        ("ct", "HU"), ("pet", "SUV"), ("dose", "Gy"),
    ]  # fmt: skip
    assert panel["images"][2]["high"] == 70
    assert {jump["flag"] for jump in panel["jumps"]} == {"missed_node", "hallucinated_node"}
    assert panel["hpv"]["probability"] == 0.62
    assert panel["rfs"]["risk"] == 0.9
    assert panel["checking"] is False
    record = {entry["name"]: entry for entry in panel["clinical"]}
    assert (record["age"]["value"], record["hpv"]["value"], record["rfs_days"]["value"]) == (61, True, 400)
    assert record["alcohol"]["missing"] is True
    assert "The prediction was made without pet." in panel["missing"]
    assert "The prediction was made without tobacco." in panel["missing"]
    assert "Prediction: A note." in panel["missing"]


@pytest.mark.parametrize(
    ("case_id", "sentence"),
    [
        ("MDA-002", "This case has no CT."),
        ("MDA-003", "neither CT nor PET"),
        ("MDA-004", "MDA-004__CT.nii.gz"),
        ("MDA-005", "Resample the mask."),
    ],
)
def test_a_broken_case_says_its_sentence(panels: Panels, viewed: Path, case_id: str, sentence: str) -> None:
    panel = panels.of(case_id)
    assert any(sentence in said for said in panel["missing"]), panel["missing"]
    assert str(viewed) not in json.dumps(jsonable(panel))


def test_a_value_that_could_not_be_read_has_its_reason(tmp_path: Path) -> None:
    cohort = write_cohort(tmp_path)
    table = cohort / "table.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("MDA-001,5,61", "MDA-001,5,old"), encoding="utf-8")
    library = CaseLibrary(read_cohort(cohort))
    record = {e["name"]: e for e in Panels(library, Reviews(library, HereWorker())).of("MDA-001")["clinical"]}
    assert record["age"]["missing"] is True
    assert "old" in record["age"]["reason"]


def test_before_the_review_is_there(viewed: Path) -> None:
    library = CaseLibrary(read_cohort(viewed / "cohort"), viewed / "predictions")
    panel = Panels(library, Reviews(library, HereWorker())).of("MDA-001")
    assert panel["checking"] is True
    assert len(panel["jumps"]) == 2  # computed for this case alone


def test_a_long_comparison_is_left_to_the_background(viewed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyoid.app.cases.panel.COMPARED_HERE", 100)
    library = CaseLibrary(read_cohort(viewed / "cohort"), viewed / "predictions")
    reviews = Reviews(library, HereWorker())
    panels = Panels(library, reviews)
    before = panels.of("MDA-001")
    assert (before["checking"], before["jumps"]) == (True, [])
    reviews.start()
    wait_until(lambda: reviews.waiting == 0)
    after = panels.of("MDA-001")
    reviews.stop()
    assert (after["checking"], len(after["jumps"])) == (False, 2)


def test_a_merged_tumour_is_called_so(tmp_path: Path) -> None:
    cohort, predictions = write_cohort(tmp_path), write_prediction(tmp_path)
    write_json(predictions / "MDA-001" / "MDA-001.json", {"id": "MDA-001", "lesions": {"tumour": {}}})
    library = CaseLibrary(read_cohort(cohort), predictions)
    said = Panels(library, Reviews(library, HereWorker())).of("MDA-001")["missing"]
    assert "The prediction tells no GTVp from GTVn: its label 1 is tumour." in said


def test_an_unknown_case(panels: Panels) -> None:
    with pytest.raises(UnknownCaseError):
        panels.of("../cohort")


def test_rows(panels: Panels) -> None:
    rows = {row["id"]: row for row in case_rows(panels.library, panels.reviews, panels.library.ids)}
    whole = rows["MDA-001"]
    assert whole["has"] == {"ct": True, "pet": True, "dose": True, "expert": True, "predicted": True}
    assert (whole["hpv_probability"], whole["rfs_risk"], whole["lesions"]) == (0.62, 0.9, 2)
    assert whole["flags"] == ["missed_node", "hallucinated_node"]
    assert rows["MDA-004"]["findings"]["error"] >= 1
    assert rows["MDA-003"]["has"]["ct"] is False
    assert all(row["checked"] for row in rows.values())
