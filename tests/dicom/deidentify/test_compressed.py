from importlib.util import find_spec
from io import BytesIO

import numpy as np
import pytest
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEGLSLossless

from hyoid.dicom.deidentify import DeidentifyOptions, Secret, deidentify_dataset
from hyoid.dicom.deidentify.compressed import blank_comments
from support.dicom_study import CT_CLASS, image, save


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content


SCAN = segment(0xDA, b"\1\2") + b"Meier in the scan \xff\xfeis data\xff\xd9"


@pytest.mark.parametrize("marker", [0xFE, 0xE1, 0xED])
def test_comments_and_foreign_segments_of_jpeg_are_blanked(marker: int) -> None:
    frame = b"\xff\xd8" + segment(0xE0, b"JFIF\0..") + segment(marker, b"Anna Meier") + segment(0xC0, b"Meier") + SCAN
    pixels = encapsulate([frame, frame])
    blanked, count = blank_comments(pixels)
    assert count == 2
    assert len(blanked) == len(pixels)
    for new in generate_frames(blanked, number_of_frames=2):
        assert new.rstrip(b"\0") == frame.replace(b"Anna Meier", b" " * 10).rstrip(b"\0")


def test_comments_of_jpeg_2000_keep_their_kind() -> None:
    frame = (
        b"\xff\x4f"
        + segment(0x51, b"size")
        + segment(0x64, b"\0\1Anna Meier")
        + segment(0x90, b"tile")
        + b"\xff\x64Meier"
    )
    blanked, count = blank_comments(encapsulate([frame]))
    assert count == 1
    assert next(iter(generate_frames(blanked, number_of_frames=1))).rstrip(b"\0") == frame.replace(
        b"Anna Meier", b" " * 10
    ).rstrip(b"\0")


@pytest.mark.parametrize(
    "pixels", [b"", b"raw pixels \xff\xd8\xff\xfe", encapsulate([b"\1\0" * 40]), encapsulate([b"\xff\xd8\xff"])]
)
def test_everything_else_stays(pixels: bytes) -> None:
    assert blank_comments(pixels) == (pixels, 0)


@pytest.mark.skipif(find_spec("jpeg_ls") is None, reason="pyjpegls, which compresses the test's image, is not there")
def test_a_comment_goes_and_the_pixels_stay() -> None:
    ds = image(CT_CLASS, "CT", 10, 1)
    before = np.frombuffer(ds.PixelData, np.uint16).reshape(4, 4)
    save(ds, BytesIO())
    ds.compress(JPEGLSLossless, encoding_plugin="pyjpegls")
    frame = next(iter(generate_frames(ds.PixelData, number_of_frames=1)))
    ds.PixelData = encapsulate([frame[:2] + segment(0xFE, b"Anna Meier") + frame[2:]])
    deidentify_dataset(ds, Secret(b"k" * 32), DeidentifyOptions())
    assert b"Meier" not in ds.PixelData
    np.testing.assert_array_equal(ds.pixel_array, before)
