"""Multi-frame images: those that highdicom converts from classic ones become the same volumes again."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from hyoid.dicom.frames import unfold
from hyoid.dicom.source import Reader
from hyoid.dicom.stack import stack_of
from hyoid.dicom.survey import survey
from hyoid.dicom.volumes import ct_volume, pet_volume
from hyoid.errors import DicomError
from support.dicom_series import SUV_FACTOR, ct_slices, edited, pet_slices, stored, uid, write_file, write_series

legacy = pytest.importorskip("highdicom.legacy", reason="highdicom, which writes legacy-converted images, is missing")


def converted(slices: list[Dataset], folder: Path) -> Path:
    """Write a series as one file by highdicom, an independent implementation of the conversion."""
    files = [dcmread(path) for path in write_series(edited(slices, AccessionNumber="1"), folder / "classic")]
    for one in files:  # the conversion copies these, and DICOM wants them
        for name in ("PatientBirthDate", "ReferringPhysicianName", "StudyID", "PositionReferenceIndicator"):
            setattr(one, name, "")
        one.PatientPosition, one.LossyImageCompression, one.BurnedInAnnotation = "HFS", "00", "NO"
    of_ct = slices[0].Modality == "CT"
    convert = legacy.LegacyConvertedEnhancedCTImage if of_ct else legacy.LegacyConvertedEnhancedPETImage
    image = convert(files, uid("converted"), 9, uid("converted", 1), 1)
    path = folder / "converted.dcm"
    image.save_as(path)
    return path


def test_a_legacy_converted_ct_is_the_classic_one(tmp_path):
    values = stored((5, 8, 10))
    path = converted(ct_slices(values), tmp_path)
    with Reader() as reader:
        (series,) = survey([path], reader).series
        assert len(series.slices) == 5
        stack = stack_of(series, lambda *_: False)
        found = ct_volume(stack, reader)
    np.testing.assert_array_equal(found.volume.array, values - 1000)
    assert found.volume.grid.spacing == pytest.approx((1.25, 1.5, 2.0))
    assert found.volume.grid.origin == pytest.approx((-10, -20, -30))


def test_a_legacy_converted_pet_keeps_slopes_and_suv(tmp_path):
    values, slopes = stored((4, 5, 6), seed=1), (0.5, 1.0, 2.0, 4.0)
    path = converted(pet_slices(values, slopes=slopes), tmp_path)
    with Reader() as reader:
        (series,) = survey([path], reader).series
        assert series.first.units == "BQML"
        assert series.first.corrections == ("DECY", "ATTN", "SCAT", "NORM")
        found = pet_volume(stack_of(series, lambda *_: False), reader)
    expected = values * np.reshape(slopes, (4, 1, 1)) * SUV_FACTOR
    np.testing.assert_allclose(found.volume.array, expected, rtol=1e-6)


def test_an_enhanced_ct_is_read_by_its_functional_groups(tmp_path):
    values = stored((3, 4, 5))
    (dataset,) = ct_slices(values[:1])
    for name in ("PixelSpacing", "ImagePositionPatient", "ImageOrientationPatient", "RescaleSlope", "RescaleIntercept"):
        delattr(dataset, name)
    dataset.SOPClassUID, dataset.NumberOfFrames = "1.2.840.10008.5.1.4.1.1.2.1", 3
    dataset.PixelData = values[[2, 0, 1]].astype("<i2").tobytes()  # frames in no order
    measures, orientation, transformation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [1.5, 1.25], 2
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    transformation.RescaleSlope, transformation.RescaleIntercept, transformation.RescaleType = 2, -1000, "HU"
    shared = Dataset()
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    shared.PixelValueTransformationSequence = [transformation]
    frames = []
    for place in (2, 0, 1):
        position, content, group = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [0, 0, 2.0 * place]
        content.FrameAcquisitionDateTime = f"2020013111000{place}.5+0100"
        group.PlanePositionSequence, group.FrameContentSequence = [position], [content]
        frames.append(group)
    dataset.SharedFunctionalGroupsSequence, dataset.PerFrameFunctionalGroupsSequence = [shared], frames
    del dataset.AcquisitionTime
    path = write_file(dataset, tmp_path / "enhanced")
    with Reader() as reader:
        (series,) = survey([path], reader).series
        stack = stack_of(series, lambda *_: False)
        found = ct_volume(stack, reader)
    np.testing.assert_array_equal(found.volume.array, values * 2 - 1000)
    assert found.volume.grid.spacing == (1.25, 1.5, 2.0)
    assert series.starts == ("20200131110000.5", "20200131110001.5", "20200131110002.5")


def test_each_frame_has_the_uid_of_the_image_that_it_was_converted_from(tmp_path):
    slices = ct_slices(stored((3, 4, 4)))
    frames = list(unfold(dcmread(converted(slices, tmp_path))))
    assert sorted(frame.SOPInstanceUID for frame in frames) == sorted(one.SOPInstanceUID for one in slices)
    assert {frame.SOPClassUID for frame in frames} == {"1.2.840.10008.5.1.4.1.1.2"}


def test_frames_and_groups_must_agree(tmp_path):
    dataset = dcmread(converted(ct_slices(stored((3, 4, 4))), tmp_path))
    dataset.NumberOfFrames = 2
    with pytest.raises(DicomError, match="3 functional groups for 2 frames"):
        list(unfold(dataset))
