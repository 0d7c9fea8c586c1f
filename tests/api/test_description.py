import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hyoid
from hyoid.api import DescribeResult
from hyoid.errors import CohortError
from hyoid.evaluation.report.description_pictures import PICTURE_NAMES
from hyoid.files import read_json
from support.balls import ball_cohort

TASK_2 = "HECKTOR_2025_Training_Task_2.csv"


class _Page(HTMLParser):
    """What a page refers to, and pictures that do not say what they show."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.nameless: list[str] = []
        self.figures = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        named = dict(attrs)
        self.figures += tag == "figure"
        if (tag == "img" and not named.get("alt")) or (tag == "svg" and not named.get("aria-label")):
            self.nameless.append(tag)
        self.outside += [
            value for name, value in attrs if name in ("src", "href") and value and not value.startswith(("data:", "#"))
        ]


def _table(path: Path, n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "PatientID": [f"{'AB'[k % 2]}CEN-{k:03d}" for k in range(n)],
            "Age": rng.integers(40, 80, n),
            "Gender": rng.integers(0, 2, n),
            "Tobacco Consumption": rng.choice([0, 1, np.nan], n),
            "Relapse": rng.choice([0, 1], n, p=[0.6, 0.4]),
            "RFS": rng.integers(100, 3000, n),
            "HPV Status": rng.choice([0, 1, np.nan], n),
        }
    )
    frame.to_csv(path, index=False)
    return frame


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = ball_cohort(tmp_path_factory.mktemp("describe") / "cohort", 4)
    _table(root / TASK_2, 40)
    (root / "acquisition.csv").write_text("PatientID,Scanner,uptake_min\nACEN-000,ST,60\nX-1,ST,90\n")
    (root / "BCEN-001__CT.nii.gz").write_bytes(b"nonsense")
    return root


@pytest.fixture(scope="module")
def result(folder: Path) -> DescribeResult:
    return hyoid.describe(folder, folder.parent / "out")


def test_numbers_against_pandas(folder: Path, result: DescribeResult) -> None:
    frame = pd.read_csv(folder / TASK_2)
    found = read_json(result.folder / "description.json")
    assert found["patients"] == 40
    assert found["centers"] == {"ACEN": 20, "BCEN": 20}
    assert found["age"]["median"] == frame["Age"].median()
    center = frame["PatientID"].str[:4]
    for name in ("ACEN", "BCEN"):
        own = frame[center == name]
        assert found["survival"]["by_center"]["groups"][name]["events"] == own["Relapse"].sum()
        assert found["hpv"][name]["positive"] == (own["HPV Status"] == 1).sum()
        assert found["hpv"][name]["unknown"] == own["HPV Status"].isna().sum()
    missing = {(one["item"], one["center"]): one["missing"] for one in found["missing"]}
    assert missing["tobacco", "all patients"] == frame["Tobacco Consumption"].isna().sum()
    assert missing["ct", "all patients"] == 36
    assert found["acquisition"]["ACEN"]["scanner"] == {"ST": 1}
    assert [(one["case"], one["image"]) for one in found["unreadable"]] == [("BCEN-001", "ct")]
    assert any("X-1 first" in note for note in found["notes"])


def test_tables_and_figures_lie_in_the_folder(result: DescribeResult) -> None:
    figures = read_json(result.folder / "description.json")["figures"]
    assert {path.name for path in (result.folder / "figures").iterdir()} == set(figures)
    assert {name.split(".")[0] for name in figures} == set(PICTURE_NAMES)
    assert all(words["alt"] and re.search("n = |n above", words["caption"]) for words in figures.values())
    assert (result.folder / "figures" / "example.png").read_bytes().startswith(b"\x89PNG")
    assert 'aria-label="Bars. ACEN: 20 of 40 (50 %)' in (result.folder / "figures" / "centers.svg").read_text()
    centers = pd.read_csv(result.folder / "tables" / "centers.csv").set_index("center")
    assert centers.loc["all patients", "patients"] == 40
    assert centers.loc["ACEN", "events"] + centers.loc["ACEN", "censored"] == centers.loc["ACEN", "known"]
    survival = pd.read_csv(result.folder / "tables" / "survival.csv")
    assert set(survival["by"]) == {"all", "center", "hpv"}
    assert len(pd.read_csv(result.folder / "tables" / "clinical-extract.csv")) == 10
    assert len(pd.read_csv(result.folder / "tables" / "grids-by-patient.csv")) == 11


def test_the_page_stands_alone_and_says_what_it_shows(result: DescribeResult) -> None:
    text = result.report.read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert (page.outside, page.nameless) == ([], [])
    assert page.figures == len(PICTURE_NAMES)
    assert "url(http" not in text
    for piece in (
        "1 image of 1 patient could not be read: BCEN-001",
        "Log-rank p",
        "40 patients of 2 centres",
    ):
        assert piece in text
    assert re.search(r"ACEN</td><td>20</td><td>ST \(n = 1\)", text)


def test_a_table_alone_replaces_an_earlier_description(tmp_path: Path, result: DescribeResult) -> None:
    _table(tmp_path / "alone.csv", 9)[["PatientID", "HPV Status"]].to_csv(tmp_path / "alone.csv", index=False)
    again = hyoid.describe(tmp_path / "alone.csv", result.folder)
    assert {path.stem for path in (again.folder / "figures").iterdir()} == {"centers", "hpv", "missing"}
    assert not (again.folder / "tables" / "grids.csv").exists()
    text = again.report.read_text(encoding="utf-8")
    for piece in ("No patient has a CT or a PET", "no acquisition.csv", "no image whose grid", "No outcome is known"):
        assert piece in text


def test_nothing_to_describe(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="nothing at"):
        hyoid.describe(tmp_path / "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()
