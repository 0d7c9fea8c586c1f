from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import generate_uid

from hyoid.dicom.structures import (
    Algorithm,
    ReferenceSeries,
    read_name_rules,
    read_regions,
    read_transform,
    region_names,
    structure_labels,
    write_rtstruct,
    write_seg,
)
from hyoid.dicom.structures.structure_set import structure_set_of
from hyoid.errors import DicomError
from hyoid.geometry import Grid, Volume
from support.ct_series import FRAME, GRID, oblique, on_slice, save_structure_set, square, structure_set, write_ct

NAMES = {1: "gtvp", 2: "gtvn"}
MODEL = Algorithm("baseline-segresnet", "hyoid 1 recipe abc")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> ReferenceSeries:
    return write_ct(tmp_path_factory.mktemp("ct"))


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> ReferenceSeries:
    return write_ct(tmp_path_factory.mktemp("turned"), oblique())


@st.composite
def label_maps(draw: st.DrawFn) -> np.ndarray:
    """Noise, single voxels, blocks with holes and whole slices, up to the image's edges."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    labels = np.zeros(GRID.shape, np.uint8)
    for label in (1, 2):
        for _ in range(draw(st.integers(0, 3))):
            z, y, x = (sorted(rng.integers(0, n + 1, 2)) for n in GRID.shape)
            labels[z[0] : z[1], y[0] : y[1], x[0] : x[1]] = label
    labels[rng.random(GRID.shape) < draw(st.sampled_from([0.0, 0.01, 0.3]))] = draw(st.integers(0, 2))
    return labels


@settings(max_examples=15, deadline=None)
@given(label_maps(), st.booleans())
def test_label_map_to_rtstruct_and_back_is_the_same(
    reference: ReferenceSeries, turned: ReferenceSeries, tmp_path_factory, labels: np.ndarray, oblique_too: bool
) -> None:
    series = turned if oblique_too else reference
    path = tmp_path_factory.mktemp("rs") / "rs.dcm"
    write_rtstruct(path, Volume(labels, series.grid), NAMES, series, MODEL)
    assert (structure_labels(read_regions(path), series).labels.array == labels).all()


@settings(max_examples=8, deadline=None)
@given(label_maps(), st.booleans())
def test_label_map_to_seg_and_back_is_the_same(
    reference: ReferenceSeries, turned: ReferenceSeries, tmp_path_factory, labels: np.ndarray, oblique_too: bool
) -> None:
    series = turned if oblique_too else reference
    path = tmp_path_factory.mktemp("seg") / "seg.dcm"
    write_seg(path, Volume(labels, series.grid), NAMES, series, MODEL)
    made = structure_labels(read_regions(path), series)
    assert (made.labels.array == labels).all()
    assert made.labels.grid == series.grid


def test_empty_slices_between_parts_stay_empty_in_a_round_trip(reference: ReferenceSeries, tmp_path: Path) -> None:
    """Contours that say how thick they are leave nothing to guess; others on the same slices are interpolated."""
    labels = np.zeros(GRID.shape, np.uint8)
    labels[[2, 3, 5, 6], 4:12, 4:12] = 1
    write_rtstruct(tmp_path / "rs.dcm", Volume(labels, GRID), NAMES, reference, MODEL)
    made = structure_labels(read_regions(tmp_path / "rs.dcm"), reference)
    assert (made.labels.array == labels).all()
    assert made.notes == (
        "GTVp: 1 slices without a contour within it were left empty.",
        "GTVn: named and not drawn; it has no contour.",
    )
    dataset = pydicom.dcmread(tmp_path / "rs.dcm")
    for contour in dataset.ROIContourSequence[0].ContourSequence:
        del contour.ContourSlabThickness
    made = structure_labels(structure_set_of(dataset), reference)
    assert made.notes[0] == "GTVp: 1 slices without a contour within it were interpolated."
    assert (made.labels.array[4] == labels[3]).all()


def labels_of(rois: dict, reference: ReferenceSeries, **settings):
    return structure_labels(structure_set_of(structure_set(rois)), reference, **settings)


def test_regions_of_one_meaning_are_united_and_others_left_out(reference: ReferenceSeries) -> None:
    one, two, three = (on_slice(GRID, k, square(x, 4, 3)) for k, x in ((2, 3), (5, 10), (7, 15)))
    made = labels_of({"GTVn_L": [one], "GTVn_R": [two], "GTVp": [three], "PTV70": [one], "Cord": [two]}, reference)
    assert [(made.labels.array == label).sum() for label in (1, 2)] == [9, 18]
    assert [match.meaning for match in made.matches] == ["gtvn", "gtvn", "gtvp", "ignore", None]


def test_what_both_claim_is_gtvp_and_said(reference: ReferenceSeries) -> None:
    primary, node = on_slice(GRID, 4, square(3, 3, 6)), on_slice(GRID, 4, square(8, 3, 6))
    made = labels_of({"GTVp": [primary], "GTVn": [node]}, reference)
    assert [(made.labels.array == label).sum() for label in (1, 2)] == [36, 30]
    shared = 6 * 0.977**2 * 3.0 / 1000
    assert made.notes == (f"{shared:.3f} mL are in both GTVp and GTVn, and count as GTVp.",)


def test_a_sum_of_both_is_not_taken_for_one(reference: ReferenceSeries) -> None:
    node = on_slice(GRID, 4, square(3, 3, 3))
    with pytest.raises(DicomError, match="share 100% of the smaller one"):
        labels_of({"GTVp": [node, on_slice(GRID, 5, square(10, 3, 6))], "GTVn": [node]}, reference)


def test_names_that_mean_nothing_are_refused_with_all_of_them(reference: ReferenceSeries) -> None:
    with pytest.raises(DicomError, match=r"the regions 'GTV', 'Cord'.*--dry-run"):
        labels_of({"GTV": [on_slice(GRID, 4, square(3, 3, 3))], "Cord": []}, reference)


def test_own_rules_decide_and_double_matches_are_said(reference: ReferenceSeries, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("rules:\n  - {to: gtvp, pattern: 'GTV'}\n  - {to: gtvn, pattern: 'G.*'}\n")
    rules = read_name_rules(tmp_path / "r.yaml")
    made = labels_of({"GTV": [on_slice(GRID, 4, square(3, 3, 3))]}, reference, rules=rules)
    assert (made.labels.array == 1).sum() == 9
    assert "two rules match" in made.notes[0]


def test_contours_of_every_other_slice_of_this_series_are_interpolated(reference: ReferenceSeries) -> None:
    rings = {"GTVp": [on_slice(GRID, k, square(3, 3, 5)) for k in (2, 4, 6)]}
    dataset = structure_set(rings, series=reference.series_instance_uid)
    made = structure_labels(structure_set_of(dataset), reference)
    assert np.flatnonzero(made.labels.array.any(axis=(1, 2))).tolist() == [2, 3, 4, 5, 6]
    assert "2 slices without a contour" in made.notes[0]


# ---------------------------------------------------------------- other frames of reference


PLANNING = generate_uid(prefix=None)
RINGS = [on_slice(GRID, k, square(5, 5, 8, 6)) for k in range(3, 8)]


def planning(rings: list = RINGS):
    return structure_set_of(structure_set({"GTVp": rings}, frame=PLANNING))


def test_another_frame_of_reference_is_refused_without_a_transform(reference: ReferenceSeries) -> None:
    with pytest.raises(DicomError, match=r"planning CT\. Register those with this CT"):
        structure_labels(planning(), reference)


def test_a_frame_that_is_not_said_counts_only_with_the_series(reference: ReferenceSeries) -> None:
    known, unknown = (
        structure_set({"GTVp": RINGS}, frame="", series=uid) for uid in (reference.series_instance_uid, "1.2")
    )
    assert structure_labels(structure_set_of(known), reference).labels.array.sum() == 5 * 48
    with pytest.raises(DicomError, match=r"\(not said\)"):
        structure_labels(structure_set_of(unknown), reference)


def test_a_transform_for_contours_of_the_own_frame_is_refused(reference: ReferenceSeries) -> None:
    with pytest.raises(DicomError, match="Leave the transform out"):
        labels_of({"GTVp": RINGS}, reference, transform=sitk.TranslationTransform(3))


def test_a_translation_moves_the_region_the_way_simpleitk_means_it(reference: ReferenceSeries) -> None:
    # points of the CT + (2 * 0.977, 0, 3) mm are points of the planning CT: the region moves by the opposite
    transform = sitk.TranslationTransform(3, (2 * 0.977, 0.0, 3.0))
    made = structure_labels(planning(), reference, transform=transform)
    expected = structure_labels(
        structure_set_of(structure_set({"GTVp": [ring - [2 * 0.977, 0, 3.0] for ring in RINGS]})), reference
    )
    assert (made.labels.array == expected.labels.array).all()
    assert "carried by the transform" in made.notes[0]


def test_a_rotation_keeps_volume_and_place(reference: ReferenceSeries) -> None:
    transform = sitk.Euler3DTransform(tuple(GRID.centre), 0.05, -0.04, 0.3, (1.0, -2.0, 1.5))
    made = structure_labels(planning(), reference, transform=transform)
    z, y, x = np.nonzero(np.ones(GRID.shape))
    there = GRID.to_index([transform.TransformPoint(point) for point in GRID.to_world(np.c_[x, y, z]).tolist()])
    inside = (there >= [4.5, 4.5, 2.5]).all(axis=1) & (there <= [12.5, 10.5, 7.5]).all(axis=1)
    expected = inside.reshape(GRID.shape)
    both = (made.labels.array.astype(bool) & expected).sum()
    assert 2 * both / (made.labels.array.sum() + expected.sum()) > 0.97


def test_a_transform_that_leads_away_is_refused(reference: ReferenceSeries) -> None:
    with pytest.raises(DicomError, match="takes wholly out of the CT"):
        structure_labels(planning(), reference, transform=sitk.TranslationTransform(3, (500.0, 0.0, 0.0)))


def test_a_segmentation_of_another_frame_is_carried_too(reference: ReferenceSeries, tmp_path: Path) -> None:
    other = write_ct(tmp_path / "planning", frame=PLANNING)
    labels = np.zeros(GRID.shape, np.uint8)
    labels[3:6, 4:9, 5:12] = 1
    write_seg(tmp_path / "seg.dcm", Volume(labels, GRID), NAMES, other, None)
    found = read_regions(tmp_path / "seg.dcm")
    with pytest.raises(DicomError, match="planning CT"):
        structure_labels(found, reference)
    made = structure_labels(found, reference, transform=sitk.TranslationTransform(3, (0.0, 0.0, 3.0)))
    assert (made.labels.array[2:5] == labels[3:6]).all()


def test_a_segmentation_on_other_voxels_is_interpolated_and_said(reference: ReferenceSeries, tmp_path: Path) -> None:
    fine = Grid((48, 40, 20), (0.4885, 0.4885, 1.5), tuple(GRID.to_world((-0.25, -0.25, -0.25))))
    other = write_ct(tmp_path / "fine", fine)
    labels = np.zeros(fine.shape, np.uint8)
    labels[6:12, 8:18, 10:24] = 2
    write_seg(tmp_path / "seg.dcm", Volume(labels, fine), NAMES, other, None)
    made = structure_labels(read_regions(tmp_path / "seg.dcm"), reference)
    expected = np.zeros(GRID.shape, np.uint8)
    expected[3:6, 4:9, 5:12] = 2
    assert (made.labels.array == expected).mean() > 0.995
    assert "drawn on other voxels than the CT's" in " ".join(made.notes)


def test_transforms_are_read_or_refused(tmp_path: Path) -> None:
    sitk.WriteTransform(sitk.TranslationTransform(3, (1.0, 2.0, 3.0)), str(tmp_path / "t.tfm"))
    assert read_transform(tmp_path / "t.tfm").TransformPoint((0.0, 0.0, 0.0)) == (1.0, 2.0, 3.0)
    sitk.WriteTransform(sitk.TranslationTransform(2), str(tmp_path / "flat.tfm"))
    (tmp_path / "bad.tfm").write_text("nothing")
    for name, message in (("flat", "2 dimensions"), ("bad", "cannot read"), ("none", "no file at")):
        with pytest.raises(DicomError, match=message):
            read_transform(tmp_path / f"{name}.tfm")


def test_names_are_listed_in_order(tmp_path: Path) -> None:
    path = save_structure_set(tmp_path / "rs.dcm", {"b": [], "a": RINGS}, frame=FRAME)
    assert region_names(read_regions(path)) == ["b", "a"]
