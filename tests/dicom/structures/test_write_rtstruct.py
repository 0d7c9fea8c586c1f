from pathlib import Path

import numpy as np
import pydicom
import pytest
from matplotlib.path import Path as Polygon

from hyoid.dicom.structures import Algorithm, write_rtstruct
from hyoid.errors import DicomError, GeometryError
from hyoid.geometry import Volume
from support.ct_series import FRAME, GRID, STUDY, oblique, write_ct
from support.independent import run

NAMES = {1: "gtvp", 2: "gtvn"}
MODEL = Algorithm("baseline-segresnet", "hyoid 1 recipe abc", {"preset": "full", "odd": "a=b,c\\d"})


def lesions() -> np.ndarray:
    labels = np.zeros(GRID.shape, np.uint8)
    labels[3:6, 4:12, 4:14] = 1
    labels[4, 6:9, 7:10] = 0  # a hole
    labels[4, 7, 8] = 1  # with an island
    labels[8, 2, 20] = 2  # one voxel
    return labels


@pytest.fixture(scope="module", params=["axial", "oblique"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp(request.param)
    series = write_ct(folder / "ct", GRID if request.param == "axial" else oblique())
    write_rtstruct(folder / "rs.dcm", Volume(lesions(), series.grid), NAMES, series, MODEL)
    return series, folder / "rs.dcm", pydicom.dcmread(folder / "rs.dcm")


def test_patient_study_and_frame_are_the_images(written) -> None:
    series, _, dataset = written
    assert (dataset.PatientName, dataset.PatientID, dataset.StudyInstanceUID) == ("Doe^Jane", "P1", STUDY)
    assert dataset.Modality == "RTSTRUCT"
    assert dataset.SeriesInstanceUID != series.series_instance_uid
    frame = dataset.ReferencedFrameOfReferenceSequence[0]
    assert frame.FrameOfReferenceUID == FRAME == dataset.FrameOfReferenceUID
    referred = frame.RTReferencedStudySequence[0].RTReferencedSeriesSequence[0]
    assert referred.SeriesInstanceUID == series.series_instance_uid
    assert [item.ReferencedSOPInstanceUID for item in referred.ContourImageSequence] == [
        header.SOPInstanceUID for header in series.headers
    ]
    assert dataset.ApprovalStatus == "UNAPPROVED"
    assert "Research use only" in dataset.StructureSetDescription


def test_names_codes_colours_and_model(written) -> None:
    _, _, dataset = written
    assert [roi.ROIName for roi in dataset.StructureSetROISequence] == ["GTVp", "GTVn"]
    codes = [item.RTROIIdentificationCodeSequence[0] for item in dataset.RTROIObservationsSequence]
    assert [(code.CodeValue, code.CodingSchemeDesignator) for code in codes] == [("130052", "DCM"), ("130051", "DCM")]
    assert {item.RTROIInterpretedType for item in dataset.RTROIObservationsSequence} == {"GTV"}
    assert list(dataset.ROIContourSequence[0].ROIDisplayColor) == [220, 40, 40]
    roi = dataset.StructureSetROISequence[0]
    model = roi.ROIDerivationAlgorithmIdentificationSequence[0]
    assert (roi.ROIGenerationAlgorithm, model.AlgorithmName) == ("AUTOMATIC", "baseline-segresnet")
    assert model.AlgorithmParameters == "preset=full,odd=a:b;c/d"


def test_each_contour_lies_on_the_slice_that_it_names(written) -> None:
    series, _, dataset = written
    headers = {header.SOPInstanceUID: header for header in series.headers}
    contours = [c for item in dataset.ROIContourSequence for c in item.get("ContourSequence", [])]
    assert len(contours) == 3 + 1 + 1
    normal = series.grid.matrix[:, 2]
    for contour in contours:
        header = headers[contour.ContourImageSequence[0].ReferencedSOPInstanceUID]
        points = np.array(contour.ContourData, float).reshape(-1, 3)
        assert len(points) == contour.NumberOfContourPoints
        np.testing.assert_allclose((points - np.array(header.ImagePositionPatient, float)) @ normal, 0, atol=1e-3)


def test_an_independent_reader_fills_the_same_voxels(written) -> None:
    """Read by pydicom and filled by matplotlib in pixel coordinates of the header: no code of hyoid takes part."""
    series, _, dataset = written
    expected = lesions()
    found = np.zeros_like(expected)
    headers = {header.SOPInstanceUID: (k, header) for k, header in enumerate(series.headers)}
    x, y = np.meshgrid(np.arange(24), np.arange(20))
    for label, item in enumerate(dataset.ROIContourSequence, start=1):
        for contour in item.ContourSequence:
            k, header = headers[contour.ContourImageSequence[0].ReferencedSOPInstanceUID]
            points = np.array(contour.ContourData, float).reshape(-1, 3) - np.array(header.ImagePositionPatient, float)
            row, column = np.array(header.ImageOrientationPatient, float).reshape(2, 3)
            pixels = np.c_[points @ row / header.PixelSpacing[1], points @ column / header.PixelSpacing[0]]
            inside = Polygon(pixels).contains_points(np.c_[x.ravel(), y.ravel()]).reshape(20, 24)
            found[k][inside] = label
    assert (found == expected).all()


def test_dcmtk_reads_it(written) -> None:
    _, path, _ = written
    printed = run("dcmdump", "-q", path)
    assert printed.count("ContourGeometricType") == 5
    assert "[GTVp]" in printed


def test_a_label_without_a_voxel_is_a_region_without_contours(tmp_path: Path) -> None:
    series = write_ct(tmp_path / "ct")
    write_rtstruct(tmp_path / "rs.dcm", Volume(np.zeros(GRID.shape, np.uint8), GRID), NAMES, series, None)
    dataset = pydicom.dcmread(tmp_path / "rs.dcm")
    assert [roi.ROIGenerationAlgorithm for roi in dataset.StructureSetROISequence] == ["MANUAL", "MANUAL"]
    assert all("ContourSequence" not in item for item in dataset.ROIContourSequence)


def test_wrong_labels_and_grids_leave_no_file(tmp_path: Path) -> None:
    series = write_ct(tmp_path / "ct")
    with pytest.raises(DicomError, match=r"labels \[2\]"):
        write_rtstruct(tmp_path / "rs.dcm", Volume(lesions(), GRID), {1: "gtvp"}, series, None)
    with pytest.raises(DicomError, match="the label 'cord'"):
        write_rtstruct(tmp_path / "rs.dcm", Volume(lesions(), GRID), {1: "gtvp", 2: "cord"}, series, None)
    with pytest.raises(GeometryError):
        write_rtstruct(tmp_path / "rs.dcm", Volume(lesions(), oblique()), NAMES, series, None)
    assert [path.name for path in tmp_path.iterdir()] == ["ct"]


def test_long_contours_survive(tmp_path: Path) -> None:
    """A comb has so many corners that its contour is longer than an explicit decimal string may be."""
    from hyoid.dicom.structures import read_regions, structure_labels
    from hyoid.geometry import Grid

    grid = Grid((200, 160, 2), (0.5, 0.5, 2.0), (-50.0, -40.0, 0.0))
    series = write_ct(tmp_path / "ct", grid)
    labels = np.zeros(grid.shape, np.uint8)
    labels[0, ::4, :] = labels[0, :, 0] = labels[0, 1::4, 1::2] = 1
    write_rtstruct(tmp_path / "rs.dcm", Volume(labels, grid), NAMES, series, MODEL)
    longest = max(
        len(c.ContourData) for c in pydicom.dcmread(tmp_path / "rs.dcm").ROIContourSequence[0].ContourSequence
    )
    assert 8 * longest > 2 * 65_534
    assert (structure_labels(read_regions(tmp_path / "rs.dcm"), series).labels.array == labels).all()
