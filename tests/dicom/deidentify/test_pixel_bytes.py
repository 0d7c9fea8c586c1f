"""Bytes that are no pixels, behind the pixels."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import DataElement, Dataset, dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEGLSLossless, RLELossless

from hyoid.dicom.deidentify import DeidentifyOptions, Secret, deidentify_file
from hyoid.dicom.deidentify.compressed import blank_after_images, without_tail
from hyoid.dicom.deidentify.one_file import Outcome
from hyoid.dicom.deidentify.pixel_bytes import EXCESS
from support.dicom_study import CT_CLASS, image, save, study

KEY = Secret(b"k" * 32)
HIDDEN = b"Quistgaard!!"


def store(ds: Dataset, path: Path) -> None:
    """Write an object in the transfer syntax that it has."""
    if "file_meta" in ds.__dict__ and ds.file_meta.TransferSyntaxUID.is_encapsulated:
        ds.save_as(path, enforce_file_format=True)
    else:
        save(ds, path)


def sent(ds: Dataset, folder: Path) -> tuple[Outcome, Dataset]:
    store(ds, folder / "in.dcm")
    assert HIDDEN in (folder / "in.dcm").read_bytes()
    done = deidentify_file(folder / "in.dcm", folder / "out.dcm", KEY, DeidentifyOptions())
    assert HIDDEN not in (folder / "out.dcm").read_bytes()
    return done, dcmread(folder / "out.dcm")


@pytest.mark.parametrize("name", ["ct0", "pt1", "dose", "seg"])
def test_bytes_behind_the_pixels_are_cut(name: str, tmp_path: Path) -> None:
    ds = study()[name]
    before = ds.PixelData
    ds.PixelData = before + HIDDEN
    done, new = sent(ds, tmp_path)
    assert new.PixelData == before
    assert done.warnings[EXCESS] == 1


def test_an_odd_number_of_bytes_keeps_its_padding(tmp_path: Path) -> None:
    ds = image(CT_CLASS, "CT", 10, 1)
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.Rows, ds.Columns = 7, 3, 3
    ds.PixelData = b"123456789" + b"\0"
    save(ds, tmp_path / "plain.dcm")
    done = deidentify_file(tmp_path / "plain.dcm", tmp_path / "plain_out.dcm", KEY, DeidentifyOptions())
    assert EXCESS not in done.warnings
    ds.PixelData = b"123456789" + HIDDEN + b"\0"
    done, new = sent(ds, tmp_path)
    assert new.PixelData == b"123456789\0"
    assert done.warnings[EXCESS] == 1


def test_bytes_behind_pixels_of_floats_are_cut(tmp_path: Path) -> None:
    ds = image(CT_CLASS, "CT", 10, 1)
    del ds.PixelData
    ds.BitsAllocated = 32
    before = np.arange(16, dtype=np.float32).tobytes()
    ds[0x7FE0, 0x0008] = DataElement(0x7FE00008, "OF", before + HIDDEN)
    done, new = sent(ds, tmp_path)
    assert new.FloatPixelData == before
    assert done.warnings[EXCESS] == 1


def test_trailing_padding_of_the_object_goes(tmp_path: Path) -> None:
    ds = image(CT_CLASS, "CT", 10, 1)
    ds[0xFFFC, 0xFFFC] = DataElement(0xFFFCFFFC, "OB", HIDDEN)
    _, new = sent(ds, tmp_path)
    assert "DataSetTrailingPadding" not in new


def frame_of(kind: str) -> bytes:
    """Return noise, compressed by a library that is not the project's."""
    noise = np.random.default_rng(1).integers(0, 256, (64, 64)).astype(np.uint8)
    if kind == "jpeg-ls":
        pytest.importorskip("jpeg_ls", reason="pyjpegls, which compresses the test's image, is not there")
        ds = image(CT_CLASS, "CT", 10, 1)
        save(ds, BytesIO())
        ds.Rows = ds.Columns = 64
        ds.PixelData = (noise.astype(np.uint16) * 16).tobytes()
        ds.compress(JPEGLSLossless, encoding_plugin="pyjpegls")
        return next(iter(generate_frames(ds.PixelData, number_of_frames=1))).rstrip(b"\0")
    pillow = pytest.importorskip("PIL.Image", reason="pillow, which compresses the test's image, is not there")
    options = {
        "jpeg": {"format": "JPEG"},
        "jpeg progressive": {"format": "JPEG", "progressive": True},
        "jpeg 2000": {"format": "JPEG2000", "no_jp2": True},
        "jpeg 2000 tiles": {"format": "JPEG2000", "no_jp2": True, "tile_size": (16, 16)},
    }[kind]
    stream = BytesIO()
    pillow.fromarray(noise).save(stream, **options)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["jpeg", "jpeg progressive", "jpeg 2000", "jpeg 2000 tiles", "jpeg-ls"])
def test_bytes_behind_a_compressed_image_are_zeroed(kind: str) -> None:
    frame = frame_of(kind)
    clean = encapsulate([frame, frame])
    assert blank_after_images(clean, 2) == (clean, 0)
    for hidden in (HIDDEN, HIDDEN + b"\xff\xd9", b"\xff\xd8" + HIDDEN):
        new, count = blank_after_images(encapsulate([frame + hidden, frame]), 2)
        assert count == 1
        assert [one.rstrip(b"\0") for one in generate_frames(new, number_of_frames=2)] == [frame, frame]
    new, count = blank_after_images(encapsulate([frame, frame, HIDDEN], has_bot=False), 2)
    assert count == 1
    assert HIDDEN not in new
    assert new.startswith(encapsulate([frame, frame], has_bot=False))


@pytest.mark.parametrize("kind", ["jpeg", "jpeg 2000", "jpeg-ls"])
def test_frames_in_several_fragments_stay(kind: str) -> None:
    pixels = encapsulate([frame_of(kind)], fragments_per_frame=3)
    assert blank_after_images(pixels, 1) == (pixels, 0)


def test_a_compressed_file_keeps_its_image(tmp_path: Path) -> None:
    frame = frame_of("jpeg-ls")
    ds = image(CT_CLASS, "CT", 10, 1)
    save(ds, BytesIO())
    ds.Rows = ds.Columns = 64
    ds.file_meta.TransferSyntaxUID = JPEGLSLossless
    ds.PixelData = encapsulate([frame])
    before = ds.pixel_array.copy()
    ds.PixelData = encapsulate([frame + HIDDEN])
    done, new = sent(ds, tmp_path)
    assert done.warnings[EXCESS] == 1
    np.testing.assert_array_equal(new.pixel_array, before)


def test_bytes_behind_the_delimiter_are_cut() -> None:
    clean = encapsulate([b"\1\0" * 40])
    delimiter = b"\xfe\xff\xdd\xe0\0\0\0\0"
    assert without_tail(clean) == (clean, False)
    assert without_tail(clean + delimiter) == (clean + delimiter, False)
    assert without_tail(clean + delimiter + HIDDEN) == (clean, True)


def test_run_length_encoded_pixels_stay(tmp_path: Path) -> None:
    ds = image(CT_CLASS, "CT", 10, 1)
    save(ds, BytesIO())
    before = ds.pixel_array.copy()
    ds.compress(RLELossless)
    stored = ds.PixelData
    store(ds, tmp_path / "in.dcm")
    deidentify_file(tmp_path / "in.dcm", tmp_path / "out.dcm", KEY, DeidentifyOptions())
    new = dcmread(tmp_path / "out.dcm")
    assert new.PixelData == stored
    np.testing.assert_array_equal(new.pixel_array, before)
