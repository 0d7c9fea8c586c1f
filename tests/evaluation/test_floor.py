from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case
from hyoid.errors import CohortError, HyoidError
from hyoid.evaluation import CANDIDATES, evaluate_segmentation, suv_floor
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume
from hyoid.imaging.suv_threshold import PrimaryRule, SuvThreshold, ThresholdKind
from hyoid.metrics import Bootstrap

GRID = Grid((40, 40, 20), (4.0, 4.0, 5.0), (-80.0, -80.0, 0.0))
QUICK = Bootstrap(replicates=50)
LOW, HIGH = SuvThreshold(value=2.5, primary=PrimaryRule.LARGEST), SuvThreshold(value=8.0, primary=PrimaryRule.LARGEST)


def _case(folder: Path, identifier: str, contour_suv: float) -> Case:
    """A chest without head: a cone of uptake (20 in the middle) whose contour was drawn at `contour_suv`."""
    index = np.meshgrid(*(np.arange(n) for n in GRID.shape), indexing="ij")
    away = np.linalg.norm(GRID.to_world(np.stack(index[::-1], axis=-1)) - (0, 0, 50), axis=-1)
    suv = np.maximum(0.5, 20 - 0.5 * away).astype(np.float32)
    ct = np.full(GRID.shape, 40, np.int16)
    mask = (suv >= contour_suv).astype(np.uint8)
    paths = {"ct": folder / f"{identifier}__CT.nii.gz", "pet": folder / f"{identifier}__PT.nii.gz"}
    for path, array in ((paths["ct"], ct), (paths["pet"], suv), (folder / f"{identifier}.nii.gz", mask)):
        write_volume(path, Volume(array, GRID))
    return Case(identifier, "A", paths, folder / f"{identifier}.nii.gz")


def test_the_threshold_comes_from_the_other_cases(tmp_path: Path) -> None:
    """Four were drawn at 2.5, two at 8. Who is alone with a contour gets the others' threshold, not his own."""
    cases = [_case(tmp_path, f"C-{i}", 8.0 if i < 2 else 2.5) for i in range(6)]
    ids = [case.id for case in cases]
    floor = suv_floor(cases, [ids[:2], ids[2:4], ids[4:]], candidates=[LOW, HIGH], bootstrap=QUICK)
    assert floor.chosen["C-0"] == floor.chosen["C-1"] == LOW
    own = {case.id: case.scores.overlaps["gtvp"].dice() for case in floor.result.cases}
    assert own["C-0"] < 0.6  # its own contour is at 8
    assert floor.in_sample[0] == LOW
    # With only the two others of the same style left in the choice, they get theirs.
    pair = suv_floor(cases[:4], [ids[2:4], ids[:2]], candidates=[LOW, HIGH], bootstrap=QUICK)
    assert pair.chosen == {"C-0": LOW, "C-1": LOW, "C-2": HIGH, "C-3": HIGH}


def test_predictions_are_those_that_were_scored(tmp_path: Path) -> None:
    cases = [_case(tmp_path, f"C-{i}", 2.5) for i in range(4)]
    kept = suv_floor(cases, 2, candidates=[LOW, HIGH], bootstrap=QUICK)
    written = suv_floor(cases, 2, candidates=[LOW, HIGH], bootstrap=QUICK, out=tmp_path / "out")
    for predictions in (kept.predictions, tmp_path / "out"):
        again = evaluate_segmentation(predictions, {case.id: case.mask for case in cases}, bootstrap=QUICK)
        assert again.to_dict()["cohort"] == kept.to_dict()["cohort"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"C-{i}.nii.gz" for i in range(4)]
    assert written.result.cohort["gtvp_dsc_exclude"].value == pytest.approx(1.0)
    assert any("No head" in note for note in kept.result.cases[0].notes)
    assert kept.to_dict()["chosen"]["C-0"]["value"] == 2.5


def test_incomplete_cases_are_listed(tmp_path: Path) -> None:
    cases = [_case(tmp_path, f"C-{i}", 2.5) for i in range(2)]
    cases += [Case("D-1", images=cases[0].images), Case("D-2", images={"ct": Path("x")}, mask=cases[0].mask)]
    floor = suv_floor(cases, 2, candidates=[LOW], bootstrap=QUICK)
    assert floor.excluded == {"D-1": "no mask", "D-2": "no pet"}
    assert [case.id for case in floor.result.cases] == ["C-0", "C-1"]


def test_cases_in_no_fold_form_one_more(tmp_path: Path) -> None:
    cases = [_case(tmp_path, f"C-{i}", 8.0 if i == 0 else 2.5) for i in range(3)]
    floor = suv_floor(cases, [["C-0"]], candidates=[LOW, HIGH], bootstrap=QUICK)
    assert floor.chosen == {"C-0": LOW, "C-1": HIGH, "C-2": HIGH}


def test_what_cannot_be_cross_fitted_is_refused(tmp_path: Path) -> None:
    cases = [_case(tmp_path, f"C-{i}", 2.5) for i in range(2)]
    with pytest.raises(CohortError, match="two folds"):
        suv_floor(cases[:1], 5)
    with pytest.raises(CohortError, match="in two folds"):
        suv_floor(cases, [["C-0"], ["C-0", "C-1"]])
    with pytest.raises(HyoidError, match="criterion"):
        suv_floor(cases, criterion=["gtvp_hd95_mm"])


def test_candidates_hold_the_clinics_thresholds_with_every_rule() -> None:
    thresholds = {(c.kind, c.value) for c in CANDIDATES}
    assert {(ThresholdKind.FIXED, value) for value in (2.5, 3.0, 4.0)} < thresholds
    assert (ThresholdKind.FRACTION_OF_NECK, 0.41) in thresholds
    for threshold in thresholds:
        assert {c.primary for c in CANDIDATES if (c.kind, c.value) == threshold} == set(PrimaryRule)
    assert len(set(CANDIDATES)) == len(CANDIDATES)
