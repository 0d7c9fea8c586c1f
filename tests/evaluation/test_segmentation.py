import json
import math
from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case, Cohort
from hyoid.errors import CohortError, HyoidError
from hyoid.evaluation import evaluate_segmentation, paired_difference
from hyoid.files import read_json, write_json
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume
from hyoid.metrics import MEASURES, Bootstrap, EmptyTruth, SegmentationOptions

GRID = Grid((24, 20, 12), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0))
QUICK = Bootstrap(replicates=200)


def _map(primary: tuple[int, int] | None, *nodes: tuple[int, int]) -> Volume:
    """Blocks of 4x4 voxels in z, y that run from start to stop in x: the primary at y 2, nodes at y 10."""
    labels = np.zeros(GRID.shape, np.uint8)
    if primary is not None:
        labels[2:6, 2:6, slice(*primary)] = 1
    for start, stop in nodes:
        labels[2:6, 10:14, start:stop] = 2
    return Volume(labels, GRID)


# By hand: DSC of GTVp 0.5, 1, excluded, 0.
TRUTH = {
    "CHUM-001": _map((0, 8), (0, 4), (10, 14)),
    "CHUM-002": _map((0, 8), (0, 8)),
    "MDA-001": _map(None, (0, 8)),
    "MDA-002": _map((0, 8)),
}
PREDICTION = {
    "CHUM-001": _map((4, 12), (0, 14)),  # both nodes merged: IoU 8/14, one TP
    "CHUM-002": _map((0, 8), (0, 2)),  # IoU 2/8: FP and FN
    "MDA-001": _map((0, 8), (0, 8)),  # a primary where there is none; the node exact
    "MDA-002": _map(None, (20, 24)),  # primary missed, node invented
}


def _write(folder: Path, maps: dict[str, Volume], suffix: str = ".nii.gz", nested: bool = False) -> Path:
    for identifier, volume in maps.items():
        write_volume((folder / identifier if nested else folder) / f"{identifier}{suffix}", volume)
    return folder


def test_worked_cohort() -> None:
    result = evaluate_segmentation(PREDICTION, TRUTH, bootstrap=QUICK)
    value = {name: interval.value for name, interval in result.cohort.items()}
    assert value["gtvp_dsc_exclude"] == pytest.approx(1.5 / 3)
    assert value["gtvp_dsc_one_if_both_empty"] == value["gtvp_dsc_zero"] == pytest.approx(1.5 / 4)
    assert result.cohort["gtvp_dsc_exclude"].n == 3
    shared, truths, predicted = 8 + 2 + 8 + 0, 8 + 8 + 8 + 0, 14 + 2 + 8 + 4
    assert value["gtvn_dsc_agg"] == pytest.approx(2 * shared / (truths + predicted))
    assert value["gtvn_f1_agg"] == pytest.approx(2 * 2 / (2 * 2 + 2 + 1))  # TP 2, FP 2, FN 1
    assert value["merged_dsc_exclude"] == pytest.approx(
        np.mean([2 * 12 / (16 + 22), 2 * 10 / (16 + 10), 2 * 8 / (8 + 16), 0])
    )
    assert result.counts["gtvp"]["empty_truth"] == 1
    assert result.counts["gtvp"]["empty_truth_with_prediction"] == 1
    assert result.counts["gtvp"]["truth_with_empty_prediction"] == 1
    assert result.counts["gtvn"]["truth_lesions"] == 4
    assert set(result.cohort) == set(MEASURES)
    assert set(result.centers) == {"CHUM", "MDA"}
    assert result.centers["CHUM"]["gtvp_dsc_exclude"].value == pytest.approx(0.75)
    assert result.centers["MDA"]["gtvp_dsc_exclude"].n == 1
    assert math.isnan(result.centers["MDA"]["gtvp_dsc_exclude"].low)
    assert result.headline()["GTVn_DSC_agg"]["value"] == value["gtvn_dsc_agg"]


def test_a_merged_label_has_measures_of_the_whole_tumour_alone() -> None:
    whole = {i: volume.with_array((volume.array > 0).astype(np.uint8)) for i, volume in TRUTH.items()}
    result = evaluate_segmentation(whole, TRUTH, SegmentationOptions(merged=True), bootstrap=QUICK)
    assert {name.split("_")[0] for name in result.cohort} == {"merged"}
    assert {name: found["value"] for name, found in result.headline().items()} == {
        "GTV_mean_dice": 1.0,
        "GTV_DSC_agg": 1.0,
        "GTV_F1_agg": 1.0,
    }
    assert set(result.counts) == {"merged"}
    assert not any(name.startswith(("gtvp", "gtvn")) for name in result.to_dict()["cases"][0])


def test_perfect_and_empty_cohorts() -> None:
    perfect = evaluate_segmentation(TRUTH, TRUTH, bootstrap=QUICK)
    for name, interval in perfect.cohort.items():
        expected = 0.0 if name.endswith("hd95_mm") else 0.75 if name == "gtvp_dsc_zero" else 1.0
        assert interval.value == expected, name
    nothing = dict.fromkeys(TRUTH, _map(None))
    empty = evaluate_segmentation(nothing, nothing, bootstrap=QUICK)
    assert math.isnan(empty.cohort["gtvn_dsc_agg"].value)
    assert math.isnan(empty.cohort["gtvn_f1_agg"].value)
    assert empty.cohort["gtvp_dsc_one_if_both_empty"].value == 1.0
    assert empty.to_dict()["cohort"]["gtvn_dsc_agg"]["value"] is None


@pytest.mark.parametrize(("suffix", "nested"), [(".nii.gz", False), (".mha", True), (".nrrd", False)])
def test_folders_equal_mappings(tmp_path: Path, suffix: str, nested: bool) -> None:
    predictions = _write(tmp_path / "p", PREDICTION, suffix, nested)
    truth = _write(tmp_path / "t", TRUTH)
    from_folders = evaluate_segmentation(predictions, truth, bootstrap=QUICK)
    assert from_folders.to_dict() == evaluate_segmentation(PREDICTION, TRUTH, bootstrap=QUICK).to_dict()


def test_the_challenges_tree_as_truth(tmp_path: Path) -> None:
    for identifier, volume in TRUTH.items():
        folder = tmp_path / "Task 1" / identifier
        write_volume(folder / f"{identifier}.nii.gz", volume)
        for image in ("CT", "PT"):
            write_volume(folder / f"{identifier}__{image}.nii.gz", volume)
    (tmp_path / "Task 1" / "clinical.csv").write_text(
        "PatientID,CenterID\n" + "".join(f"{identifier},Lyon\n" for identifier in TRUTH)
    )
    result = evaluate_segmentation(PREDICTION, tmp_path, bootstrap=QUICK)
    assert {case.center for case in result.cases} == {"Lyon"}
    assert result.cohort["gtvp_dsc_exclude"].value == pytest.approx(0.5)


def test_result_is_json_and_names_its_choices(tmp_path: Path) -> None:
    options = SegmentationOptions(connectivity=6, empty_truth=EmptyTruth.ZERO, minimum_iou=0.5)
    result = evaluate_segmentation(PREDICTION, TRUTH, options, Bootstrap(replicates=10, seed=4), stratify=True)
    write_json(tmp_path / "r.json", result.to_dict())
    found = read_json(tmp_path / "r.json")
    assert found["options"]["connectivity"] == 6
    assert found["options"]["empty_truth"] == "zero"
    assert found["options"]["bootstrap"] == {"replicates": 10, "level": 0.95, "seed": 4}
    assert found["options"]["stratified_by_center"] is True
    assert found["n"] == len(found["cases"]) == 4
    assert found["headline"]["GTVp_mean_dice"]["value"] == pytest.approx(1.5 / 4)
    assert found["cases"][0]["gtvp_truth_ml"] == pytest.approx(4 * 4 * 8 * 2 / 1000)
    json.dumps(found, allow_nan=False)


def test_a_mean_that_every_resample_shares_has_no_bounds() -> None:
    missed = evaluate_segmentation({i: _map((12, 20)) for i in "ABC"}, dict.fromkeys("ABC", _map((0, 8))))
    dice = missed.cohort["gtvp_dsc_exclude"]
    assert (dice.value, dice.n) == (0.0, 3)
    assert math.isnan(dice.low)
    assert math.isnan(dice.high)


def test_stratified_resampling_keeps_the_centers() -> None:
    truth = {f"{center}-{i}": _map((0, 8)) for center in ("CHUM", "MDA") for i in range(4)}
    prediction = {i: _map((0, 8)) if i.startswith("CHUM") else _map((12, 20)) for i in truth}
    prediction["MDA-0"] = _map((4, 12))  # Dice 0.5: of eight values four are 1 and three are 0
    free, kept = (
        evaluate_segmentation(prediction, truth, bootstrap=QUICK, stratify=s).cohort["gtvp_dsc_exclude"]
        for s in (False, True)
    )
    assert kept.value == free.value == pytest.approx(4.5 / 8)
    assert free.low < 0.5 <= kept.low < kept.high <= 0.75 < free.high
    with pytest.raises(CohortError, match="--centers"):
        evaluate_segmentation({"D-label3": _map((0, 8))}, {"D-label3": _map((0, 8))}, stratify=True)


def test_missing_and_extra_predictions() -> None:
    some = {identifier: PREDICTION[identifier] for identifier in ("CHUM-001", "CHUM-002")} | {"X-1": _map(None)}
    with pytest.raises(CohortError, match="MDA-001, MDA-002"):
        evaluate_segmentation(some, TRUTH)
    result = evaluate_segmentation(some, TRUTH, bootstrap=QUICK, allow_missing=True)
    assert result.missing == ("MDA-001", "MDA-002")
    assert result.extra == ("X-1",)
    assert len(result.cases) == 4
    assert result.cohort["gtvp_dsc_exclude"].value == pytest.approx((0.5 + 1 + 0) / 3)
    assert "scored as empty" in result.cases[3].notes[0]
    with pytest.raises(CohortError, match="agree"):
        evaluate_segmentation({"Y": _map(None)}, TRUTH, allow_missing=True)


def test_only_the_predicted_cases() -> None:
    some = {identifier: PREDICTION[identifier] for identifier in ("CHUM-001", "CHUM-002")}
    result = evaluate_segmentation(some, TRUTH, bootstrap=QUICK, only_predicted=True)
    alone = evaluate_segmentation(some, {i: TRUTH[i] for i in some}, bootstrap=QUICK)
    assert (result.cohort, result.centers, result.cases) == (alone.cohort, alone.centers, alone.cases)
    assert (result.left_out, result.missing) == (("MDA-001", "MDA-002"), ())
    written = result.to_dict()
    assert (written["n"], written["n_left_out"], written["missing_left_out"]) == (2, 2, ["MDA-001", "MDA-002"])
    assert evaluate_segmentation(PREDICTION, TRUTH, bootstrap=QUICK, only_predicted=True).left_out == ()
    with pytest.raises(CohortError, match="agree"):
        evaluate_segmentation({"Y": _map(None)}, TRUTH, only_predicted=True)
    with pytest.raises(CohortError, match="one of them"):
        evaluate_segmentation(some, TRUTH, only_predicted=True, allow_missing=True)


def test_errors_name_the_case() -> None:
    wrong = PREDICTION | {"MDA-001": Volume(np.full(GRID.shape, 3, np.uint8), GRID)}
    with pytest.raises(HyoidError, match=r"^MDA-001: .*label values 3"):
        evaluate_segmentation(wrong, TRUTH)
    coarse = PREDICTION | {"MDA-001": Volume(np.zeros((6, 10, 12), np.uint8), Grid((12, 10, 6), (2.0, 2.0, 4.0)))}
    with pytest.raises(HyoidError, match=r"^MDA-001: .*grid"):
        evaluate_segmentation(coarse, TRUTH)


def test_a_cropped_prediction_is_scored_and_noted() -> None:
    whole = PREDICTION["CHUM-001"]
    crop = Volume(whole.array[1:8, 1:16, 0:16], GRID.cropped((0, 1, 1), (16, 15, 7)))
    result = evaluate_segmentation(PREDICTION | {"CHUM-001": crop}, TRUTH, bootstrap=QUICK)
    plain = evaluate_segmentation(PREDICTION, TRUTH, bootstrap=QUICK)
    assert result.cohort == plain.cohort
    assert "nearest voxels" in result.cases[0].notes[0]


def test_centers_are_the_cohorts(tmp_path: Path) -> None:
    folder = _write(tmp_path, TRUTH)
    cases = tuple(Case(i, "Nantes", mask=folder / f"{i}.nii.gz") for i in TRUTH)
    result = evaluate_segmentation(PREDICTION, Cohort(tmp_path, cases, "flat"), bootstrap=QUICK)
    assert set(result.centers) == {"Nantes"}
    given = evaluate_segmentation(PREDICTION, TRUTH, bootstrap=QUICK, centers=dict.fromkeys(TRUTH, "here"))
    assert set(given.centers) == {"here"}


def test_paired_difference() -> None:
    truth = {f"A-{i}": _map((0, 8), (0, 8)) for i in range(12)}
    offsets = [0, 4, 2, 6, 1, 3, 5, 2, 7, 0, 4, 3]
    worse = {i: _map((o + 1, o + 9), (2, 8)) for i, o in zip(truth, offsets, strict=True)}
    better = {i: _map((o, o + 8), (0, 8)) for i, o in zip(truth, offsets, strict=True)}
    first, second = (evaluate_segmentation(p, truth, bootstrap=QUICK) for p in (better, worse))
    found = paired_difference(first, second)
    assert found.value == pytest.approx(
        first.cohort["gtvp_dsc_exclude"].value - second.cohort["gtvp_dsc_exclude"].value
    )
    assert 0 < found.low <= found.value <= found.high
    assert first.cohort["gtvp_dsc_exclude"].low < second.cohort["gtvp_dsc_exclude"].high
    assert paired_difference(first, second, "gtvn_f1_agg").value == 0
    with pytest.raises(HyoidError, match="measure 'dice'"):
        paired_difference(first, second, "dice")
    fewer = evaluate_segmentation(better, {i: truth[i] for i in list(truth)[1:]}, bootstrap=QUICK)
    with pytest.raises(HyoidError, match="A-0"):
        paired_difference(first, fewer)


@pytest.mark.slow
def test_processes_give_the_same_result(tmp_path: Path) -> None:
    truth, predictions = _write(tmp_path / "t", TRUTH), _write(tmp_path / "p", PREDICTION)
    one, two = (evaluate_segmentation(predictions, truth, bootstrap=QUICK, jobs=jobs) for jobs in (1, 2))
    assert one.to_dict() == two.to_dict()
