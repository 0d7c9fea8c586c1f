"""The report is built from a real run on the smallest cohort, and read back as HTML."""

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import read_cohort
from hyoid.evaluation import evaluate_segmentation, suv_floor
from hyoid.evaluation.report import figures, page, segmentation
from hyoid.evaluation.report.projection import project
from hyoid.evaluation.report.segmentation import Pictured
from hyoid.evaluation.result import SegmentationResult
from hyoid.imaging import FullView
from hyoid.recipe import Recipe, load_recipe
from support.balls import ball_case, ball_cohort


class _Reader(HTMLParser):
    """Collects text, images without a description, and tags left open."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.nameless: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        named = dict(attrs)
        if (tag == "img" and not named.get("alt")) or (tag == "svg" and not named.get("aria-label")):
            self.nameless.append(tag)
        if tag in {"table", "tr", "td", "section", "figure", "body", "svg"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"table", "tr", "td", "section", "figure", "body", "svg"}:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def cohort_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ball_cohort(tmp_path_factory.mktemp("report") / "cohort", 4)


@pytest.fixture(scope="module")
def result(cohort_folder: Path) -> SegmentationResult:
    cohort = read_cohort(cohort_folder)
    masks = {case.id: case.mask for case in cohort.cases}
    shifted = {**masks, "BCEN-001": masks["ACEN-000"]}
    return evaluate_segmentation(shifted, masks)


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    recipe = load_recipe("baseline-unet")
    frame = FullView(spacing_mm=(4.0, 4.0, 4.0))
    return recipe.model_copy(update={"preprocess": recipe.preprocess.model_copy(update={"frame": frame})})


def test_page_is_well_formed_self_contained_and_described(
    cohort_folder: Path, result: SegmentationResult, recipe: Recipe
) -> None:
    cohort = read_cohort(cohort_folder)
    floor = suv_floor(cohort.cases, 2)
    drawn = segmentation.pictures(
        recipe,
        [Pictured(cohort.cases[0], cohort.cases[0].mask, "best")],  # type: ignore[arg-type]
    )
    history = [{"epoch": 0, "loss": 1.0, "select_value": 0.1}, {"epoch": 1, "loss": 0.5}]
    text = page.page(
        "A <title> & more",
        segmentation.result_section(result, floor, recipe),
        segmentation.center_table(result),
        segmentation.curve_section({"fold-0": history}, "challenge_score"),
        segmentation.picture_section("Pictures", drawn, "caption"),
    )
    reader = _Reader()
    reader.feed(text)
    assert reader.open == []
    assert reader.nameless == []
    assert "A <title> & more" in "".join(reader.text)
    assert "http" not in text.replace("http://www.w3.org", "").replace("https://matplotlib.org", "").replace(
        "http://purl.org", ""
    ).replace("http://creativecommons.org", "")


def test_table_holds_the_results_numbers_and_the_paired_difference(
    cohort_folder: Path, result: SegmentationResult
) -> None:
    floor = suv_floor(read_cohort(cohort_folder).cases, 2)
    table = segmentation.metric_table(result, floor)
    assert page.figure_text(result.cohort["gtvn_dsc_agg"].value) in table
    difference = result.cohort["gtvp_dsc_exclude"].value - floor.result.cohort["gtvp_dsc_exclude"].value
    assert f"{difference:.3f}" in table
    assert "difference" not in segmentation.metric_table(result, None)


def test_best_median_and_worst_are_by_gtvp_dice(result: SegmentationResult) -> None:
    chosen = segmentation.typical_cases(result)
    assert [title.split(":")[0] for title, _ in chosen] == ["best", "median", "worst"]
    assert chosen[2][1].id == "BCEN-001"


def test_projection_is_the_maximum_from_front_to_back() -> None:
    ct, pet, mask = ball_case(3)
    projection = project(pet, ct, FullView(spacing_mm=(2.0, 2.0, 2.0)), {"truth": mask})
    assert projection.image.max() == pytest.approx(pet.array.max(), rel=0.02)
    z, x = np.argwhere(projection.outlines["truth"][1]).mean(axis=0)
    truth_z, _, truth_x = np.argwhere(mask.array == 1).mean(axis=0)
    assert z == pytest.approx(truth_z * 2, abs=1.5)
    assert x == pytest.approx(truth_x * 2, abs=1.5)


def test_undefined_value_is_said_to_be_so() -> None:
    assert page.figure_text(float("nan"), [0.1, 0.2]) == "undefined"
    assert page.figure_text(0.5, [float("nan")] * 2) == "0.500"
    assert page.figure_text(0.5, [0.1, 0.9]) == "0.500 (0.100 to 0.900)"


def test_figures_repeat_byte_by_byte() -> None:
    points = ([0.1, 0.5], [0.2, 0.4], ("a", "b"))
    assert figures.paired_differences(*points) == figures.paired_differences(*points)
