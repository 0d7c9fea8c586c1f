from pathlib import Path

import numpy as np
import pytest

from hyoid.dicom.structures import read_regions, read_structure_set
from hyoid.dicom.structures.structure_set import structure_set_of
from hyoid.errors import DicomError, HyoidError
from support.ct_series import FRAME, GRID, on_slice, save, save_structure_set, slice_header, square, structure_set

RING = on_slice(GRID, 3, square(3, 3, 4))


def test_regions_are_read_as_written(tmp_path: Path) -> None:
    path = save_structure_set(tmp_path / "rs.dcm", {"GTVp": [RING, ("POINT", RING[:1])], "Body": []}, series="1.2.9")
    found = read_structure_set(path)
    assert [(roi.number, roi.name, len(roi.contours), len(roi.areas)) for roi in found.rois] == [
        (5, "GTVp", 2, 1),
        (6, "Body", 0, 0),
    ]
    np.testing.assert_allclose(found.rois[0].areas[0], RING, atol=5e-4)
    assert found.rois[0].frame_of_reference_uid == FRAME
    assert found.referenced_series == ("1.2.9",)


def test_a_frame_said_once_for_all_is_enough() -> None:
    dataset = structure_set({"GTVp": [RING]})
    del dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID
    assert structure_set_of(dataset).rois[0].frame_of_reference_uid == FRAME


def test_a_contour_closed_twice_has_no_double_point() -> None:
    found = structure_set_of(structure_set({"GTVp": [np.concatenate([RING, RING[:1]])]}))
    assert len(found.rois[0].areas[0]) == 4


def _two_coordinates(contour) -> None:
    contour.ContourData = contour.ContourData[:-1]


def _too_few(contour) -> None:
    contour.ContourData = contour.ContourData[:-3]


def _not_a_number(contour) -> None:
    contour.ContourData = []


def _offset(contour) -> None:
    contour.ContourOffsetVector = [0, 0, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_two_coordinates, "11 numbers"),
        (_too_few, "3 points in .* expected the 4"),
        (_not_a_number, "0 numbers"),
        (_offset, "retired Contour Offset Vector"),
    ],
)
def test_half_a_contour_is_refused(change, message: str) -> None:
    dataset = structure_set({"GTVp": [RING]})
    change(dataset.ROIContourSequence[0].ContourSequence[0])
    with pytest.raises(DicomError, match=message):
        structure_set_of(dataset)


def test_a_number_twice_is_refused() -> None:
    dataset = structure_set({"GTVp": [RING], "GTVn": [RING]})
    dataset.StructureSetROISequence[1].ROINumber = 5
    with pytest.raises(DicomError, match="two regions with number 5"):
        structure_set_of(dataset)


def test_other_objects_are_refused_by_name(tmp_path: Path) -> None:
    save(slice_header(GRID, 0, "1.2.3"), tmp_path / "ct.dcm")
    (tmp_path / "text.dcm").write_text("no DICOM at all")
    for name, message in (("ct", "modality CT"), ("text", "no DICOM file"), ("none", "no file at")):
        with pytest.raises(DicomError, match=message):
            read_regions(tmp_path / f"{name}.dcm")
    with pytest.raises(DicomError, match="modality CT"):
        read_structure_set(tmp_path / "ct.dcm")


def test_a_file_cut_off_anywhere_never_gives_a_smaller_region(tmp_path: Path) -> None:
    rings = [on_slice(GRID, k, square(3, 3, 4)) for k in range(2, 6)]
    whole = save_structure_set(tmp_path / "rs.dcm", {"GTVp": rings, "GTVn": rings[:2]}).read_bytes()
    expected = {roi.name: len(roi.areas) for roi in read_structure_set(tmp_path / "rs.dcm").rois}
    path, refused = tmp_path / "cut.dcm", 0
    for end in range(0, len(whole), 11):
        path.write_bytes(whole[:end])
        try:
            found = {roi.name: len(roi.areas) for roi in read_structure_set(path).rois}
        except HyoidError as error:
            refused += bool(str(error))
        else:
            assert found == expected, end
    assert refused > len(whole) // 15


def test_flipped_bits_end_in_a_sentence(tmp_path: Path) -> None:
    whole = save_structure_set(tmp_path / "rs.dcm", {"GTVp": [RING, RING + 1.0], "GTVn": [RING]}).read_bytes()
    rng, path, said = np.random.default_rng(5), tmp_path / "bad.dcm", []
    for _ in range(150):
        damaged = bytearray(whole)
        for place in rng.integers(128, len(whole), rng.integers(1, 4)):
            damaged[place] ^= 1 << rng.integers(8)
        path.write_bytes(damaged)
        try:
            read_regions(path)
        except HyoidError as error:
            said.append(str(error))
    assert said
    assert all("xpected" in sentence for sentence in said)
