from html import unescape

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.cohort import Cohort, read_cohort
from hyoid.evaluation import evaluate_segmentation
from hyoid.evaluation.report import failures
from hyoid.evaluation.report.failure_picture import DRAWN_LESIONS, MOST_VOXELS, project_failure
from hyoid.evaluation.report.projection import CT, NOTHING, PET
from hyoid.evaluation.report.two_folders import segmentation_page
from hyoid.evaluation.result import SegmentationResult
from hyoid.geometry import Grid, Volume
from hyoid.metrics import Bootstrap, FailureType, SegmentationOptions, find_failures
from support.balls import GRID, ball_case, ball_cohort

QUICK = Bootstrap(replicates=20)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return read_cohort(ball_cohort(tmp_path_factory.mktemp("failures") / "cohort", 2))


def _maps() -> tuple[dict[str, Volume], dict[str, Volume]]:
    """The primary is called a node in one patient and is missing in the other's truth, whose node is cut in two."""
    truth = {f"{'AB'[i]}CEN-00{i}": ball_case(i)[2] for i in range(2)}
    first, second = truth.values()
    prediction = {"ACEN-000": first.with_array(np.where(first.array == 1, 2, 0).astype(np.uint8))}
    prediction["BCEN-001"] = second.with_array(_cut(second.array))
    truth["BCEN-001"] = second.with_array(np.where(second.array == 2, 2, 0).astype(np.uint8))
    return truth, prediction


def _cut(labels: np.ndarray, axis: int = 1) -> np.ndarray:
    middle = round(float(np.argwhere(labels == 2)[:, axis].mean()))
    found = labels.copy()
    gap = tuple(slice(middle, middle + 1) if i == axis else slice(None) for i in range(3))
    found[gap] = np.where(found[gap] == 2, 0, found[gap])
    return found


@pytest.fixture(scope="module")
def result() -> SegmentationResult:
    truth, prediction = _maps()
    return evaluate_segmentation(prediction, truth, bootstrap=QUICK)


def test_the_section_names_type_patient_and_volumes(result: SegmentationResult, cohort: Cohort) -> None:
    truth, prediction = _maps()
    text = unescape(failures.failure_section(result, prediction, truth, cohort))
    hallucinated = ball_case(1)[2].volume_ml(1)
    assert f"GTVp hallucinated, BCEN-001: predicted GTVp {hallucinated:.1f} mL" in text
    assert f"GTVp called node, ACEN-000: true GTVp {ball_case(0)[2].volume_ml(1):.1f} mL" in text
    assert "<td>GTVp hallucinated</td>" in text
    assert "1 patients without GTVp" in text
    assert "filled where predicted" in text
    assert "data:image/png;base64," in text
    assert text == unescape(failures.failure_section(result, prediction, truth, cohort))


def test_a_perfect_cohort_has_no_picture() -> None:
    truth, _ = _maps()
    perfect = evaluate_segmentation(truth, truth, bootstrap=QUICK)
    text = failures.failure_section(perfect, truth, truth)
    assert "No failure of any type was found." in text
    assert "<img" not in text


def test_the_image_is_pet_else_ct_else_none(result: SegmentationResult, cohort: Cohort) -> None:
    truth, prediction = _maps()
    without_pet = tuple(
        type(case)(case.id, images={"ct": case.images["ct"]}) if case.id == "ACEN-000" else case
        for case in cohort.cases
    )
    drawn = failures.draw_failures(result, prediction, truth, Cohort(cohort.root, without_pet, cohort.layout))
    shown = {caption.split(":")[0]: projection for _, caption, projection in drawn}
    assert shown["GTVp hallucinated, BCEN-001"].background is PET
    assert shown["GTVp hallucinated, BCEN-001"].image.max() == pytest.approx(ball_case(1)[1].array.max(), rel=0.02)
    assert shown["GTVp called node, ACEN-000"].background is CT
    assert shown["GTVp called node, ACEN-000"].image.max() > 40
    alone = failures.draw_failures(result, prediction, truth)
    assert all(projection.background is NOTHING and not projection.image.any() for _, _, projection in alone)


@pytest.mark.parametrize(("axis", "view"), [(0, "from the front"), (1, "from the side"), (2, "from the front")])
def test_pieces_are_seen_apart(axis: int, view: str) -> None:
    truth = ball_case(1)[2]
    prediction = truth.with_array(_cut(truth.array, axis))
    (failure,) = find_failures(truth.array, prediction.array, truth.grid.spacing).of(FailureType.SPLIT_NODE)
    projection, said = project_failure(failure, truth, prediction)
    assert said == view
    assert [lesion.source for lesion in projection.bold] == ["truth", "prediction", "prediction"]
    whole, first, second = (lesion.covered for lesion in projection.bold)
    assert not (first & second).any()
    assert (first | second).sum() / whole.sum() == pytest.approx(0.75, abs=0.12)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 1000))
@example(seed=55)
def test_what_is_drawn_bold_lies_where_the_lesion_is(seed: int) -> None:
    truth = ball_case(seed)[2]
    nothing = truth.with_array(np.zeros(GRID.shape, np.uint8))
    (failure,) = find_failures(truth.array, nothing.array, GRID.spacing).of(FailureType.MISSED_NODE)
    projection, _ = project_failure(failure, truth, nothing)
    (lesion,) = projection.bold
    # where node and primary touch, the map's own outline may leave a pixel to either or to neither
    assert ndimage.binary_dilation(projection.outlines["truth"][2])[lesion.covered].all()
    shadow = (truth.array == 2).any(axis=1).sum() * GRID.spacing[0] * GRID.spacing[2]
    assert lesion.covered.sum() == pytest.approx(shadow, rel=0.12)  # voxels of 1 mm


def test_fragments_all_over_the_body_are_drawn_in_bounds() -> None:
    grid = Grid((60, 60, 200), (8.0, 8.0, 8.0))
    truth = Volume(np.zeros(grid.shape, np.uint8), grid)
    scattered = np.zeros(grid.shape, np.uint8)
    scattered[::10, ::20, ::20] = 1
    scattered[100:103, 30:33, 30:33] = 1
    (failure,) = find_failures(truth.array, scattered, grid.spacing).failures
    projection, _ = project_failure(failure, truth, truth.with_array(scattered))
    assert len(failure.prediction) > DRAWN_LESIONS == len(projection.bold)
    assert max(projection.image.shape) <= MOST_VOXELS


def test_the_page_of_two_folders(result: SegmentationResult, cohort: Cohort) -> None:
    truth, prediction = _maps()
    text = segmentation_page("A <title>", result, prediction, truth, cohort)
    assert "A &lt;title&gt;" in text
    for heading in ("What it is worth", "By centre", "How it fails"):
        assert f"<h2>{heading}</h2>" in text
    assert f"{result.cohort['gtvn_dsc_agg'].value:.3f}" in text
    some = {"ACEN-000": prediction["ACEN-000"]}
    missing = evaluate_segmentation(some, truth, bootstrap=QUICK, allow_missing=True)
    assert "scored as empty: BCEN-001" in segmentation_page("Missing", missing, some, truth)
    merged = evaluate_segmentation(prediction, truth, SegmentationOptions(merged=True), QUICK)
    assert "How it fails" not in segmentation_page("Merged", merged, prediction, truth)


def test_label_maps_of_other_types_are_drawn() -> None:
    truth, prediction = _maps()
    floats = {i: volume.with_array(volume.array.astype(np.float32)) for i, volume in prediction.items()}
    found = evaluate_segmentation(floats, truth, bootstrap=QUICK)
    assert len(failures.draw_failures(found, floats, truth)) == sum(c.failures > 0 for c in found.failures.values())
