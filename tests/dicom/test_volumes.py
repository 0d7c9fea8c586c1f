"""Stored values become HU and SUV: signs, bits, slopes, padding and transfer syntaxes, against what was written."""

import re
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import MPEG2MPML, ExplicitVRLittleEndian, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from hyoid.dicom.read import read_slices
from hyoid.dicom.series import group_series
from hyoid.dicom.source import Reader, Source
from hyoid.dicom.stack import stack_of
from hyoid.dicom.survey import survey
from hyoid.dicom.volumes import Measured, ct_volume, pet_volume
from hyoid.errors import DicomError
from support.dicom_series import NATIVE, SUV_FACTOR, ct_slices, edited, pet_slices, set_pixels, stored, write_series


def measured(slices: list[Dataset], folder: Path, fill_gaps: int = 0, **options) -> Measured:
    write_series(slices, folder, **options)
    with Reader() as reader:
        (series,) = group_series(one for path in sorted(folder.iterdir()) for one in read_slices(Source(path), reader))
        stack = stack_of(series, lambda *_: False, fill_gaps)
        return ct_volume(stack, reader) if series.modality == "CT" else pet_volume(stack, reader)


@pytest.mark.parametrize("compressed", [None, RLELossless, JPEGLSLossless])
@pytest.mark.parametrize("kind", [np.int16, np.uint16])
def test_compressed_pixels_are_the_written_ones(tmp_path, compressed, kind):
    values = stored((3, 8, 10)).astype(kind) - (1000 if kind is np.int16 else 0)
    found = measured(ct_slices(values, intercept=0), tmp_path, compressed=compressed)
    np.testing.assert_array_equal(found.volume.array, values)
    assert found.volume.array.dtype == np.int16


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda uid: uid.name)
def test_native_transfer_syntaxes_are_read(tmp_path, syntax):
    values = stored((3, 8, 10))
    np.testing.assert_array_equal(measured(ct_slices(values), tmp_path, syntax=syntax).volume.array, values - 1000)


@pytest.mark.parametrize("syntax", NATIVE[:2], ids=lambda uid: uid.name)
def test_files_without_preamble_are_read(tmp_path, syntax):
    values = stored((3, 8, 10))
    found = measured(ct_slices(values), tmp_path, syntax=syntax, preamble=False)
    np.testing.assert_array_equal(found.volume.array, values - 1000)


def test_twelve_bits_stored_with_a_sign_are_extended_from_their_own_sign_bit(tmp_path):
    values = stored((2, 4, 4), low=-1000, high=1000)
    slices = ct_slices(values, intercept=0)
    for one, plane in zip(slices, values, strict=True):
        set_pixels(one, (plane & 0x0FFF).astype(np.uint16), bits_stored=12)
        one.PixelRepresentation = 1
        one.add_new(0x60000102, "US", 12)  # an overlay in the unused bits explains that they are not the sign's
    np.testing.assert_array_equal(measured(slices, tmp_path).volume.array, values)


def test_values_beyond_the_stored_bits_are_refused_unless_they_are_padding(tmp_path):
    values = stored((2, 4, 4), high=1000)
    values[:, 0, 0] = -3024
    slices = ct_slices(values, intercept=0)
    for one, plane in zip(slices, values, strict=True):
        set_pixels(one, plane, bits_stored=12)
    with pytest.raises(DicomError, match="1 values beyond the 12 bits stored"):
        measured(slices, tmp_path / "refused")
    found = measured(edited(slices, PixelPaddingValue=-3024), tmp_path / "padding")
    np.testing.assert_array_equal(found.volume.array, np.maximum(values, -1024))


def test_outside_of_the_field_of_view_is_minus_1024(tmp_path):
    values = stored((2, 4, 4), high=1000)
    values[:, 0, :] = (-3024, -2000, -1024, -1000)
    found = measured(ct_slices(values, intercept=0), tmp_path / "below")
    np.testing.assert_array_equal(found.volume.array[:, 0, :], [(-1024, -1024, -1024, -1000)] * 2)
    assert "4 voxels below -1024 HU" in found.notes[0]
    found = measured(edited(ct_slices(values, intercept=0), PixelPaddingValue=-1000), tmp_path / "padding")
    np.testing.assert_array_equal(found.volume.array[:, 0, :], -1024)


def test_an_unsigned_padding_value_of_signed_pixels_is_understood(tmp_path):
    values = stored((2, 4, 4), high=1000)
    values[:, 0, :] = -1000
    slices = ct_slices(values, intercept=0)
    for one in slices:
        one.add_new("PixelPaddingValue", "US", 65536 - 1000)
    np.testing.assert_array_equal(measured(slices, tmp_path).volume.array[:, 0, :], -1024)


def test_a_padding_value_among_tissue_is_not_applied(tmp_path):
    values = stored((2, 4, 4), high=100)
    values[0, 0, 0] = 0
    found = measured(edited(ct_slices(values, intercept=0), PixelPaddingValue=0), tmp_path)
    np.testing.assert_array_equal(found.volume.array, values)
    assert "stands for 0 was not applied" in found.notes[0]


def test_fractional_rescaling_is_rounded_and_said(tmp_path):
    values = stored((2, 4, 4))
    found = measured(ct_slices(values, slope=0.3, intercept=-50.25), tmp_path)
    np.testing.assert_array_equal(found.volume.array, np.rint(values * 0.3 - 50.25))
    assert "rounded to whole numbers in 2 slices" in found.notes[0]


def test_each_slice_of_a_pet_has_its_own_slope(tmp_path):
    values, slopes = stored((4, 5, 6), seed=1), (0.5, 1.0, 2.0, 4.0)
    found = measured(pet_slices(values, slopes=slopes), tmp_path)
    expected = values * np.reshape(slopes, (4, 1, 1)) * SUV_FACTOR
    np.testing.assert_allclose(found.volume.array, expected, rtol=1e-6)
    assert found.volume.array.dtype == np.float32
    assert found.slopes == (0.5, 4.0)
    assert any("slope differs between slices (0.5 to 4)" in note for note in found.notes)


def test_a_missing_pet_slice_is_interpolated_in_suv(tmp_path):
    values = stored((4, 5, 6), seed=1)
    slices = [one for index, one in enumerate(pet_slices(values)) if index != 1]
    found = measured(slices, tmp_path, fill_gaps=1)
    np.testing.assert_allclose(found.volume.array[1], (values[0] + values[2]) / 2 * 1.5 * SUV_FACTOR, rtol=1e-5)


@pytest.mark.parametrize(
    ("elements", "sentence"),
    [
        ({"RescaleSlope": None}, "rescale slope None"),
        ({"RescaleSlope": 0}, "rescale slope 0"),
        ({"RescaleIntercept": None}, "intercept None"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "PALETTE COLOR"),
        ({"HighBit": 14}, "bit 14"),
        ({"ModalityLUTSequence": [Dataset()]}, "modality look-up table"),
    ],
)
def test_what_is_no_measurement_is_refused(tmp_path, elements, sentence):
    with pytest.raises(DicomError, match=sentence):
        measured(edited(ct_slices(), **elements), tmp_path)


def test_lossy_compression_is_said(tmp_path):
    found = measured(edited(ct_slices(), LossyImageCompression="01"), tmp_path)
    assert any("compressed with loss" in note for note in found.notes)


@pytest.mark.parametrize(
    ("syntax", "sentence"),
    [
        (JPEGLosslessSV1, r"JPEG Lossless, Non-Hierarchical.*no decoder is installed. .*pip install python-gdcm"),
        (MPEG2MPML, "MPEG2 Main Profile / Main Level, which holds no images that can be read here"),
    ],
)
def test_a_transfer_syntax_without_decoder_is_named_with_what_to_install(tmp_path, monkeypatch, syntax, sentence):
    if syntax == JPEGLosslessSV1:  # whatever is installed where this runs
        monkeypatch.setattr(type(get_decoder(syntax)), "is_available", property(lambda _: False))
    slices = ct_slices()
    for one in slices:
        one.PixelData = encapsulate([b"no picture at all "])
        one["PixelData"].VR, one["PixelData"].is_undefined_length = "OB", True
    paths = write_series(slices, tmp_path, syntax=ExplicitVRLittleEndian)
    with Reader() as reader:
        for path in paths:
            dataset = dcmread(path)
            dataset.file_meta.TransferSyntaxUID = syntax
            dataset.save_as(path, implicit_vr=False, little_endian=True)
            assert re.search(sentence, read_slices(Source(path), reader)[0].damage)


def test_an_unknown_transfer_syntax_is_named(tmp_path):
    (path,) = write_series(ct_slices()[:1], tmp_path)
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.77"))
    with Reader() as reader:
        assert read_slices(Source(path), reader)[0].damage == "the unknown transfer syntax 1.2.840.10008.1.2.77"


def test_more_than_one_transfer_syntax_in_a_series_is_no_matter(tmp_path):
    values = stored((4, 8, 10))
    slices = ct_slices(values)
    write_series(slices[:2], tmp_path / "a", compressed=RLELossless)
    write_series(slices[2:], tmp_path / "b", compressed=JPEGLSLossless)
    with Reader() as reader:
        (series,) = survey([tmp_path], reader).series
        found = ct_volume(stack_of(series, lambda *_: False), reader)
    np.testing.assert_array_equal(found.volume.array, values - 1000)


@pytest.mark.parametrize(("place", "value"), [(0, -1024), (3, 500), (5, -1024)])
def test_a_ct_of_several_intercepts_is_refused(tmp_path, place, value):
    slices = ct_slices(intercept=0)
    slices[place].RescaleIntercept = value
    with pytest.raises(DicomError, match=rf"intercept .*{value}.*expected one slope and one intercept"):
        measured(slices, tmp_path)


def test_a_ct_of_several_slopes_is_refused_and_one_written_with_fewer_digits_is_not(tmp_path):
    slices = ct_slices(intercept=-1024)
    slices[2].RescaleSlope = 2
    with pytest.raises(DicomError, match=r"rescale slope 2 and intercept -1024 in CT.*expected one slope"):
        measured(slices, tmp_path / "refused")
    slices[2].RescaleSlope, slices[4].RescaleIntercept = 1.00001, -1024.0001
    assert measured(slices, tmp_path / "taken").volume.grid.size[2] == 6


def test_a_pet_of_several_intercepts_is_refused_and_one_that_is_not_0_is_said(tmp_path):
    values = stored((4, 5, 6), seed=1)
    slices = pet_slices(values)
    slices[2].RescaleIntercept = 500
    with pytest.raises(DicomError, match=r"a rescale intercept of .*500.*expected 0 in every slice of a PET"):
        measured(slices, tmp_path / "refused")
    found = measured(edited(slices, RescaleIntercept=500), tmp_path / "said")
    np.testing.assert_allclose(found.volume.array, (values * 1.5 + 500) * SUV_FACTOR, rtol=1e-6)
    assert any("rescale intercept is 500, where a PET's is 0" in note for note in found.notes)
    assert not any("intercept" in note for note in measured(pet_slices(values), tmp_path / "plain").notes)


@pytest.mark.parametrize(
    ("units", "slope", "said"),
    [
        ("GML", 1.0, "99.9th percentile is 1998, and 1 to 100 is expected"),  # activity under the name of SUV
        ("GML", 0.01, ""),
        ("BQML", 1.5, "99.9th percentile is 0.8"),
        ("BQML", 15.0, ""),
    ],
)
def test_a_pet_whose_values_are_hardly_suv_is_written_with_a_warning(tmp_path, units, slope, said):
    values = stored((12, 20, 20), seed=1)
    found = measured(pet_slices(values, units=units, slopes=[slope] * 12), tmp_path)
    np.testing.assert_allclose(found.volume.array, values * slope * (SUV_FACTOR if units == "BQML" else 1), rtol=1e-6)
    warnings = [note for note in found.notes if note.startswith("WARNING: this PET is hardly SUV")]
    assert len(warnings) == bool(said)
    assert said in "".join(warnings)
