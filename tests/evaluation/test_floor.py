from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case
from hyoid.errors import CohortError
from hyoid.evaluation import CANDIDATES, evaluate_segmentation, suv_floor
from hyoid.evaluation.floor import floor_elsewhere, floor_of_folds
from hyoid.evaluation.floor_choice import ThresholdPair
from hyoid.evaluation.floor_trial import try_thresholds
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume
from hyoid.imaging.suv_threshold import PrimaryRule, SuvThreshold, ThresholdKind
from hyoid.metrics import Bootstrap

GRID = Grid((40, 40, 20), (4.0, 4.0, 5.0), (-80.0, -80.0, 0.0))
QUICK = Bootstrap(replicates=50)
LOW, HIGH = SuvThreshold(value=2.5, primary=PrimaryRule.LARGEST), SuvThreshold(value=8.0, primary=PrimaryRule.LARGEST)


def _away(x_mm: float) -> np.ndarray:
    """Distance of each voxel from a point at the height of the middle, mm."""
    index = np.meshgrid(*(np.arange(n) for n in GRID.shape), indexing="ij")
    return np.linalg.norm(GRID.to_world(np.stack(index[::-1], axis=-1)) - (x_mm, 0, 50), axis=-1)


def _case(folder: Path, identifier: str, contour_suv: float) -> Case:
    """A chest without head: a cone of uptake (20 in the middle) whose contour was drawn at `contour_suv`."""
    suv = np.maximum(0.5, 20 - 0.5 * _away(0.0))
    return _written(folder, identifier, suv, suv >= contour_suv)


def _two_cones(folder: Path, identifier: str) -> Case:
    """A cone at the left with its contour at 8, and a smaller one at the right with its contour at 2.5."""
    left, right = 20 - 0.6 * _away(-30.0), 12 - 0.8 * _away(40.0)
    mask = np.where(left >= 8.0, 1, np.where(right >= 2.5, 2, 0))
    return _written(folder, identifier, np.maximum(0.5, np.maximum(left, right)), mask)


def _written(folder: Path, identifier: str, suv: np.ndarray, mask: np.ndarray) -> Case:
    ct, suv, mask = np.full(GRID.shape, 40, np.int16), suv.astype(np.float32), mask.astype(np.uint8)
    paths = {"ct": folder / f"{identifier}__CT.nii.gz", "pet": folder / f"{identifier}__PT.nii.gz"}
    for path, array in ((paths["ct"], ct), (paths["pet"], suv), (folder / f"{identifier}.nii.gz", mask)):
        write_volume(path, Volume(array, GRID))
    return Case(identifier, "A", paths, folder / f"{identifier}.nii.gz")


def test_the_threshold_comes_from_the_other_cases(tmp_path: Path) -> None:
    """Four were drawn at 2.5, two at 8. Who is alone with a contour gets the others' threshold, not his own."""
    cases = [_case(tmp_path, f"C-{i}", 8.0 if i < 2 else 2.5) for i in range(6)]
    ids = [case.id for case in cases]
    floor = suv_floor(cases, [ids[:2], ids[2:4], ids[4:]], candidates=[LOW, HIGH], bootstrap=QUICK)
    assert floor.chosen["C-0"].gtvp == floor.chosen["C-1"].gtvp == LOW
    own = {case.id: case.scores.overlaps["gtvp"].dice() for case in floor.result.cases}
    assert own["C-0"] < 0.6  # its own contour is at 8
    # With only the two others of the same style left in the choice, they get theirs.
    pair = suv_floor(cases[:4], [ids[2:4], ids[:2]], candidates=[LOW, HIGH], bootstrap=QUICK)
    assert [pair.chosen[f"C-{i}"].gtvp for i in range(4)] == [LOW, LOW, HIGH, HIGH]


def test_each_label_has_the_threshold_that_is_best_for_it(tmp_path: Path) -> None:
    """Two cones: the larger, GTVp, drawn at 8, the smaller, GTVn, at 2.5; no single threshold finds both."""
    cases = [_two_cones(tmp_path, f"C-{i}") for i in range(4)]
    floor = suv_floor(cases, 2, candidates=[LOW, HIGH], bootstrap=QUICK)
    assert set(floor.chosen.values()) == {ThresholdPair(gtvp=HIGH, gtvn=LOW)}
    for name in ("gtvp_dsc_exclude", "gtvn_dsc_agg"):
        assert floor.result.cohort[name].value == pytest.approx(1.0)
    for alone in (LOW, HIGH):
        single = suv_floor(cases, 2, candidates=[alone], bootstrap=QUICK).result.cohort
        assert min(single["gtvp_dsc_exclude"].value, single["gtvn_dsc_agg"].value) < 0.8


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
    assert kept.to_dict()["chosen"]["C-0"]["gtvp"]["value"] == 2.5


def test_incomplete_cases_are_listed(tmp_path: Path) -> None:
    cases = [_case(tmp_path, f"C-{i}", 2.5) for i in range(2)]
    cases += [Case("D-1", images=cases[0].images), Case("D-2", images={"ct": Path("x")}, mask=cases[0].mask)]
    floor = suv_floor(cases, 2, candidates=[LOW], bootstrap=QUICK)
    assert floor.excluded == {"D-1": "no mask", "D-2": "no pet"}
    assert [case.id for case in floor.result.cases] == ["C-0", "C-1"]


def test_cases_in_no_fold_form_one_more(tmp_path: Path) -> None:
    cases = [_case(tmp_path, f"C-{i}", 8.0 if i == 0 else 2.5) for i in range(3)]
    floor = suv_floor(cases, [["C-0"]], candidates=[LOW, HIGH], bootstrap=QUICK)
    assert [floor.chosen[f"C-{i}"].gtvp for i in range(3)] == [LOW, HIGH, HIGH]


def test_one_trial_serves_all_folds_and_other_cases(tmp_path: Path) -> None:
    """Two were drawn at 8 and one at 2.5: elsewhere what is best over all three is used."""
    cases = [_case(tmp_path, f"C-{i}", 2.5 if i == 0 else 8.0) for i in range(3)]
    elsewhere = [_case(tmp_path, "D-0", 8.0), Case("D-1", images=cases[0].images)]
    trial = try_thresholds(cases, [LOW, HIGH])
    for folds in (3, [["C-0", "C-1"], ["C-2"]]):
        alone = suv_floor(cases, folds, candidates=[LOW, HIGH], bootstrap=QUICK)
        assert floor_of_folds(trial, folds, bootstrap=QUICK).to_dict() == alone.to_dict()
    floor = floor_elsewhere(trial, elsewhere, bootstrap=QUICK)
    assert {i: pair.gtvp for i, pair in floor.chosen.items()} == {"D-0": HIGH}
    assert floor.excluded == {"D-1": "no mask"}
    assert floor.result.cohort["gtvp_dsc_exclude"].value == pytest.approx(1.0)
    with pytest.raises(CohortError, match="C-2 in the trial too"):
        floor_elsewhere(trial, cases[2:])


def test_what_cannot_be_cross_fitted_is_refused(tmp_path: Path) -> None:
    cases = [_case(tmp_path, f"C-{i}", 2.5) for i in range(2)]
    with pytest.raises(CohortError, match="two folds"):
        suv_floor(cases[:1], 5)
    with pytest.raises(CohortError, match="in two folds"):
        suv_floor(cases, [["C-0"], ["C-0", "C-1"]])


def test_candidates_hold_the_clinics_thresholds_with_every_rule() -> None:
    thresholds = {(c.kind, c.value) for c in CANDIDATES}
    assert {(ThresholdKind.FIXED, value) for value in (2.5, 3.0, 4.0)} < thresholds
    assert (ThresholdKind.FRACTION_OF_NECK, 0.41) in thresholds
    for threshold in thresholds:
        assert {c.primary for c in CANDIDATES if (c.kind, c.value) == threshold} == set(PrimaryRule)
    assert len(set(CANDIDATES)) == len(CANDIDATES)
