"""Real objects: a structure set of a sarcoma (IBSI's validation set) and the CT of an FDG-PET/CT study (ACRIN)."""

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from hyoid.dicom.structures import (
    Algorithm,
    ReferenceSeries,
    read_name_rules,
    read_reference_series,
    read_regions,
    read_structure_set,
    region_mask,
    structure_labels,
    write_rtstruct,
    write_seg,
)
from hyoid.dicom.structures.polygons import area
from hyoid.errors import DicomError
from hyoid.geometry import Grid, Volume
from support.independent import run

DATA = os.environ.get("HYOID_TEST_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="HYOID_TEST_DATA is not set: the real objects are not there")
STS = Path(DATA or ".") / "sts-petct-rtstruct"
ACRIN = Path(DATA or ".") / "acrin-petct"
SLICE_MM = 3.27


def shoelace(points: np.ndarray) -> float:
    x, y = points[:, 0], points[:, 1]
    return 0.5 * abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))))


@pytest.mark.parametrize(("image", "tolerance"), [("CT", 0.005), ("PET", 0.015)])
def test_volume_of_a_real_region_is_that_of_its_contours(image: str, tolerance: float) -> None:
    reference = read_reference_series(STS / image / "image")
    (roi,) = read_structure_set(STS / image / "mask" / "RS.dcm").rois
    made = region_mask(roi, reference.grid)
    expected = sum(shoelace(points) for points in roi.areas) * SLICE_MM / 1000
    assert expected == pytest.approx(sum(area(points[:, :2]) for points in roi.areas) * SLICE_MM / 1000)
    assert made.mask.volume_ml() == pytest.approx(expected, rel=tolerance)
    assert made.notes == ()
    drawn = np.unique(np.round([points[0, 2] for points in roi.areas], 1))
    assert made.mask.array.any(axis=(1, 2)).sum() == len(drawn)


def test_contours_of_one_image_on_the_other_and_on_a_turned_grid() -> None:
    reference = read_reference_series(STS / "CT" / "image")
    (of_pet,) = read_structure_set(STS / "PET" / "mask" / "RS.dcm").rois
    (of_ct,) = read_structure_set(STS / "CT" / "mask" / "RS.dcm").rois
    one, two = (region_mask(roi, reference.grid).mask.array for roi in (of_ct, of_pet))
    assert 2 * (one & two).sum() / (one.sum() + two.sum()) > 0.98  # the same tumour, drawn on both
    turn = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]]) @ np.array(
        [[1, 0, 0], [0, 0.96, -0.28], [0, 0.28, 0.96]]
    )
    centre = np.concatenate(of_ct.areas).mean(axis=0)
    grid = Grid((60, 60, 60), (2.0, 2.0, 2.0), tuple(centre - turn @ np.full(3, 59.0)), tuple(turn.ravel()))
    assert region_mask(of_ct, grid).mask.volume_ml() == pytest.approx(
        one.sum() * reference.grid.voxel_volume_mm3 / 1000, rel=0.01
    )


def test_the_real_region_needs_a_rule_for_its_name_and_then_makes_the_round_trip(tmp_path: Path) -> None:
    reference, found = read_reference_series(STS / "CT" / "image"), read_regions(STS / "CT" / "mask" / "RS.dcm")
    with pytest.raises(DicomError, match="GTV_Mass_CT"):
        structure_labels(found, reference)
    (tmp_path / "names.yaml").write_text("rules: [{to: gtvp, pattern: 'GTV_Mass_.*'}]\n")
    labels = structure_labels(found, reference, rules=read_name_rules(tmp_path / "names.yaml")).labels
    for write in (write_rtstruct, write_seg):
        write(tmp_path / "out.dcm", labels, {1: "gtvp"}, reference, None)
        again = structure_labels(read_regions(tmp_path / "out.dcm"), reference).labels
        assert (again.array == labels.array).all()


@pytest.fixture(scope="module")
def ct() -> ReferenceSeries:
    return read_reference_series(ACRIN / "dicom" / "CT")


def test_the_grid_of_a_compressed_series_is_what_the_nifti_has(ct: ReferenceSeries) -> None:
    """The same study, converted by another tool, upside down in y and z or not: the same voxels."""
    from hyoid.dicom.structures.lattice import on_lattice
    from hyoid.imaging import read_grid

    grid = read_grid(next((ACRIN / "nifti").glob("*__CT.nii.gz")))
    marks = np.zeros(grid.shape, np.uint8)
    marks[0, 0, 0], marks[5, 7, 11] = 1, 2
    placed = on_lattice(Volume(marks, grid), ct.grid)
    for value, index in ((1, (0, 0, 0)), (2, (11, 7, 5))):
        (there,) = np.argwhere(placed.array == value)
        np.testing.assert_allclose(ct.grid.to_world(there[::-1]), grid.to_world(index), atol=0.02)


def test_a_label_map_of_the_real_study_goes_out_and_back_and_others_read_it(
    ct: ReferenceSeries, tmp_path: Path
) -> None:
    labels = np.zeros(ct.grid.shape, np.uint8)
    z, y, x = np.ogrid[tuple(slice(0, n) for n in ct.grid.shape)]
    labels[((z - 60) / 9) ** 2 + ((y - 240) / 31) ** 2 + ((x - 250) / 27) ** 2 < 1] = 1
    labels[((z - 60) / 3) ** 2 + ((y - 240) / 9) ** 2 + ((x - 250) / 8) ** 2 < 1] = 0
    labels[80:83, 200:205, 300:309] = 2
    names, model = {1: "gtvp", 2: "gtvn"}, Algorithm("baseline-segresnet", "hyoid 1")
    for write, name in ((write_rtstruct, "rs.dcm"), (write_seg, "seg.dcm")):
        write(tmp_path / name, Volume(labels, ct.grid), names, ct, model)
        made = structure_labels(read_regions(tmp_path / name), ct)
        assert (made.labels.array == labels).all()
        assert run("dcmdump", "-q", tmp_path / name)
    frames = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "seg.dcm")))
    assert np.count_nonzero(frames) == np.count_nonzero(labels)
