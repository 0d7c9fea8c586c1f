from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from hyoid.dicom.structures import Algorithm, read_regions, read_segmentation, structure_labels, write_seg
from hyoid.dicom.structures.segments import grid_of_affine
from hyoid.errors import DicomError, HyoidError
from hyoid.geometry import Volume
from support.ct_series import FRAME, GRID, STUDY, oblique, write_ct
from support.independent import run

NAMES = {1: "gtvp", 2: "gtvn"}
MODEL = Algorithm("baseline-segresnet", "hyoid 1 recipe abc", {"preset": "full"})


def lesions() -> np.ndarray:
    labels = np.zeros(GRID.shape, np.uint8)
    labels[3:6, 4:12, 4:14] = 1
    labels[4, 6:9, 7:10] = 0
    labels[8, 2, 20] = 2
    return labels


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("seg")
    series = write_ct(folder / "ct", oblique())
    write_seg(folder / "seg.dcm", Volume(lesions(), series.grid), NAMES, series, MODEL)
    return series, folder / "seg.dcm"


def test_highdicom_finds_the_same_voxels_in_the_same_place(written) -> None:
    series, path = written
    seg = highdicom.seg.segread(path)
    assert (seg.StudyInstanceUID, seg.FrameOfReferenceUID) == (STUDY, FRAME)
    for number in (1, 2):
        part = seg.get_volume(segment_numbers=[number], allow_missing_positions=True)
        index = np.argwhere(np.asarray(part.array)[..., 0])
        world = np.c_[index, np.ones(len(index))] @ np.asarray(part.affine).T
        z, y, x = np.nonzero(lesions() == number)
        expected = series.grid.to_world(np.c_[x, y, z])
        order = [np.lexsort(np.round(points, 2).T) for points in (world[:, :3], expected)]
        np.testing.assert_allclose(world[order[0], :3], expected[order[1]], atol=1e-3)


def test_codes_regions_and_model(written) -> None:
    _, path = written
    seg = highdicom.seg.segread(path)
    one, two = (seg.get_segment_description(number) for number in (1, 2))
    assert (one.segment_label, two.segment_label) == ("GTVp", "GTVn")
    assert one.segmented_property_category.value == "49755003"
    assert [s.segmented_property_type.value for s in (one, two)] == ["372087000", "14799000"]
    assert [s.anatomic_regions[0].value for s in (one, two)] == ["774007", "312501005"]
    assert {s.segmented_property_type.scheme_designator for s in (one, two)} == {"SCT"}
    assert one.algorithm_type.value == "AUTOMATIC"
    model = one.algorithm_identification
    assert (model.name, model.version, model.parameters) == (MODEL.name, MODEL.version, {"preset": "full"})
    assert "Research use only" in seg.ContentDescription


def test_each_frame_refers_to_its_slice(written) -> None:
    series, path = written
    headers = {header.SOPInstanceUID: header for header in series.headers}
    for frame in pydicom.dcmread(path).PerFrameFunctionalGroupsSequence:
        source = frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        np.testing.assert_allclose(
            np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float),
            np.array(headers[source].ImagePositionPatient, float),
            atol=1e-4,
        )


def test_simpleitk_sees_as_many_voxels(written) -> None:
    _, path = written
    frames = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    assert np.count_nonzero(frames) == np.count_nonzero(lesions())


def test_dcmtk_reads_it(written) -> None:
    _, path = written
    printed = run("dcmdump", "-q", path)
    assert "=SegmentationStorage" in printed
    assert "[Research use only, not for diagnosis or treatment]" in printed


def test_dcm2niix_places_it_on_the_ct(tmp_path: Path) -> None:
    series = write_ct(tmp_path / "ct")
    labels = np.zeros(GRID.shape, np.uint8)
    labels[2:8, 4:12, 4:14] = 1
    labels[3, 5, 6] = 0
    write_seg(tmp_path / "seg.dcm", Volume(labels, GRID), {1: "tumour"}, series, MODEL)
    (tmp_path / "out").mkdir()
    run("dcm2niix", "-f", "seg", "-z", "n", "-o", tmp_path / "out", tmp_path / "seg.dcm")
    image = sitk.ReadImage(str(tmp_path / "out" / "seg.nii"))
    z, y, x = np.nonzero(sitk.GetArrayFromImage(image))
    found = GRID.to_index([image.TransformIndexToPhysicalPoint(p) for p in np.c_[x, y, z].tolist()])
    np.testing.assert_allclose(found, np.rint(found), atol=0.01)
    back = np.zeros_like(labels)
    back[tuple(np.rint(found).astype(int)[:, ::-1].T)] = 1
    assert (back == labels).all()


def test_labels_that_are_not_one_two_three_are_numbered(tmp_path: Path) -> None:
    series = write_ct(tmp_path / "ct")
    labels = np.zeros(GRID.shape, np.uint8)
    labels[3, 3, 3], labels[4, 4, 4] = 2, 5
    write_seg(tmp_path / "seg.dcm", Volume(labels, GRID), {5: "gtvn", 2: "gtvp"}, series, None)
    made = structure_labels(read_regions(tmp_path / "seg.dcm"), series)
    assert (made.labels.array[3, 3, 3], made.labels.array[4, 4, 4]) == (1, 2)
    assert highdicom.seg.segread(tmp_path / "seg.dcm").get_segment_description(1).algorithm_type.value == "MANUAL"


def test_nothing_found_is_written_and_read_as_nothing(tmp_path: Path) -> None:
    series = write_ct(tmp_path / "ct")
    write_seg(tmp_path / "seg.dcm", Volume(np.zeros(GRID.shape, np.uint8), GRID), NAMES, series, MODEL)
    made = structure_labels(read_regions(tmp_path / "seg.dcm"), series)
    assert not made.labels.array.any()
    assert made.notes == ("GTVp: it has no voxel.", "GTVn: it has no voxel.")


def test_a_fractional_segmentation_of_another_system_is_cut_at_half(tmp_path: Path) -> None:
    series = write_ct(tmp_path / "ct")
    share = np.zeros(GRID.shape, np.float32)
    share[3, 3, 3:7] = [0.2, 0.49, 0.51, 1.0]
    concept = highdicom.sr.CodedConcept("108369006", "SCT", "Neoplasm")
    described = highdicom.seg.SegmentDescription(1, "GTVp", concept, concept, "MANUAL")
    highdicom.seg.Segmentation(
        list(series.headers),
        share,
        "FRACTIONAL",
        [described],
        *(highdicom.UID(), 1, highdicom.UID(), 1, "Other", "Other", "1", "1"),
    ).save_as(tmp_path / "seg.dcm")
    made = structure_labels(read_regions(tmp_path / "seg.dcm"), series)
    assert np.flatnonzero(made.labels.array[3, 3]).tolist() == [5, 6]
    assert "fractional" in made.notes[0]


def test_damaged_segmentations_end_in_a_sentence(written, tmp_path: Path) -> None:
    _, path = written
    whole, bad = path.read_bytes(), tmp_path / "bad.dcm"
    rng, said = np.random.default_rng(3), []
    for trial in range(24):
        damaged = bytearray(whole) if trial % 2 else bytearray(whole[: rng.integers(len(whole))])
        for place in rng.integers(132, max(len(damaged), 133), 3 if trial % 2 else 0):
            damaged[place] ^= 1 << rng.integers(8)
        bad.write_bytes(damaged)
        try:
            read_regions(bad)
        except HyoidError as error:
            said.append(str(error))
    assert said
    assert all("xpected" in sentence for sentence in said)


def test_only_a_segmentation_is_one(written, tmp_path: Path) -> None:
    _, path = written
    assert read_segmentation(path).Modality == "SEG"
    with pytest.raises(DicomError, match="no segmentation"):
        read_segmentation(next((path.parent / "ct").iterdir()))


def test_without_highdicom_it_says_what_to_install(written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series, path = written
    monkeypatch.setitem(__import__("sys").modules, "highdicom", None)
    for call in (
        lambda: write_seg(tmp_path / "s.dcm", Volume(lesions(), series.grid), NAMES, series, None),
        lambda: read_regions(path),
    ):
        with pytest.raises(HyoidError, match=r"hyoid\[dicom\]"):
            call()


def test_grid_of_an_affine_is_the_grid() -> None:
    grid = oblique()
    affine = grid.affine[:, [2, 1, 0, 3]]
    assert grid_of_affine(affine, grid.shape).same_as(grid)
