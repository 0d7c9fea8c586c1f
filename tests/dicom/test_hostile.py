"""Objects made to fill memory: refused by a sentence before they do."""

from __future__ import annotations

import copy
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless

from dicom.test_enhanced_pet import enhanced
from hyoid.dicom import source
from hyoid.dicom.coded_size import coded_size
from hyoid.dicom.cohort import import_dicom
from hyoid.dicom.deidentify import Secret, deidentify
from hyoid.dicom.dose import read_dose
from hyoid.dicom.registration import registration_frames
from hyoid.dicom.structures import read_regions, read_structure_set, structure_labels, write_seg
from hyoid.errors import DicomError, HyoidError
from hyoid.geometry import Volume
from support.ct_series import FRAME, GRID, on_slice, square, structure_set, write_ct
from support.ct_series import save as save_object
from support.dicom_dose import file_bytes, rtdose
from support.dicom_registration import deformable_reg
from support.dicom_series import ct_slices, write_file, write_series

MEBIBYTES = 1024
"""What a reader may take beyond its libraries. The objects ask for 4 GB to exabytes."""

MOST = 2**31 - 1


def changed(dataset: Dataset, **elements: object) -> bytes:
    one = copy.deepcopy(dataset)
    for keyword, value in elements.items():
        setattr(one, keyword, value)
    return file_bytes(one)


def far(vectors: np.ndarray) -> np.ndarray:
    vectors[1, 1, 1] = 9e5
    return vectors


def with_grid(size: list[int]) -> bytes:
    dataset = deformable_reg("1.2.1", "1.2.2", np.zeros((3, 3, 3, 3)))
    dataset.DeformableRegistrationSequence[0].DeformableRegistrationGridSequence[0].GridDimensions = size
    return file_bytes(dataset)


def far_frame(path: Path) -> bytes:
    """A segmentation whose last frame lies a thousand kilometres from the others."""
    dataset = dcmread(path)
    last = dataset.PerFrameFunctionalGroupsSequence[-1].PlanePositionSequence[0]
    last.ImagePositionPatient = [*last.ImagePositionPatient[:2], float(last.ImagePositionPatient[2]) + 3e8]
    return file_bytes(dataset)


def bomb(path: Path, syntax: str = JPEGLSLossless) -> bytes:
    """A CT slice whose compressed pixels announce 65,535 x 65,535."""
    dataset = dcmread(path)
    code = bytearray(get_frame(dataset.PixelData, 0, number_of_frames=1))
    at = code.index(b"\xff\xf7")
    code[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    dataset.PixelData = encapsulate([bytes(code)])
    return file_bytes(dataset)


def series_of(folder: Path, content: bytes, others: list[bytes]) -> Path:
    folder.mkdir()
    for index, one in enumerate([content, *others]):
        (folder / f"{index}").write_bytes(one)
    return folder


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, Path]]:
    """What reads each object, and where it lies."""
    folder = tmp_path_factory.mktemp("hostile")
    reference = write_ct(folder / "whole" / "ct")
    mask = np.zeros(GRID.shape, np.uint8)
    mask[3:6, 4:9, 4:9] = 1
    write_seg(folder / "whole" / "seg", Volume(mask, GRID), {1: "gtvp"}, reference, None)
    seg, dose = dcmread(folder / "whole" / "seg"), rtdose(np.ones((4, 3, 5), np.uint16))
    pile = write_series(ct_slices(), folder / "whole" / "coded", compressed=JPEGLSLossless)
    others = [path.read_bytes() for path in pile[1:]]
    slices = [path.read_bytes() for path in sorted((folder / "whole" / "ct").iterdir())]
    ct, pet = dcmread(sorted((folder / "whole" / "ct").iterdir())[0]), enhanced()
    pet.file_meta = copy.deepcopy(ct.file_meta)
    pet.file_meta.MediaStorageSOPClassUID = pet.SOPClassUID
    objects = {
        "segmentation, frames": ("regions", changed(seg, NumberOfFrames=MOST)),
        "segmentation, edges": ("regions", changed(seg, Rows=65535, Columns=65535)),
        "segmentation, place": ("regions", far_frame(folder / "whole" / "seg")),
        "dose, frames": ("dose", changed(dose, NumberOfFrames=MOST)),
        "dose, edges": ("dose", changed(dose, Rows=65535, Columns=65535)),
        "dose, planes": ("dose", changed(dose, GridFrameOffsetVector=[0, 0.1, 1e6, 2e6])),
        "deformation, nodes": ("registration", with_grid([MOST, MOST, MOST])),
        "deformation, vector": (
            "registration", file_bytes(deformable_reg("1.2.1", "1.2.2", far(np.zeros((3, 3, 3, 3)))))
        ),
        "enhanced PET, frames": ("import", changed(pet, NumberOfFrames=MOST)),
        "enhanced PET, edges": ("import", changed(pet, Rows=65535, Columns=65535)),
        "CT, announced in the code": ("import", bomb(pile[0])),
        "CT, edges": ("import", changed(ct, Rows=65535, Columns=65535)),
    }  # fmt: skip
    made = {}
    for index, (name, (kind, content)) in enumerate(objects.items()):
        path = folder / f"{index}"
        path.write_bytes(content)
        made[name] = (kind, path)
    code = series_of(folder / "coded", bomb(pile[0]), others)
    edges = series_of(folder / "edges", changed(ct, Rows=65535, Columns=65535), slices[1:])
    place = series_of(folder / "place", changed(ct, ImagePositionPatient=[0, 0, 1e9]), slices[1:])
    for name, path in (("code", code), ("edges", edges), ("place", place)):
        made |= {f"planning CT, {name}": ("planning", path), f"reference, {name}": ("reference", path)}
    made |= {"series, code": ("import", code), "series, place": ("import", place)}
    return made


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the limit on memory is set as Linux does it")
@pytest.mark.filterwarnings("ignore")
def test_in_little_memory_each_is_a_sentence(hostile: dict[str, tuple[str, Path]]) -> None:
    script = Path(__file__).parents[1] / "support" / "limited.py"
    arguments = [str(part) for pair in hostile.values() for part in pair]
    done = subprocess.run(
        [sys.executable, script, str(MEBIBYTES), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = dict(zip(hostile, json.loads(done.stdout), strict=True))
    said.pop("reference, code")  # headers alone are read: the pixels do not matter
    assert [name for name, sentence in said.items() if len(sentence) < 30] == []
    too_late = ("please report", "memory", "unable to")  # an attempt was made, and the limit ended it
    assert [name for name, sentence in said.items() if any(word in sentence.lower() for word in too_late)] == []


def test_a_far_contour_makes_no_grid(tmp_path: Path) -> None:
    reference = write_ct(tmp_path / "ct")
    far_off = on_slice(GRID, 5, square(4, 4, 6)) + np.array([1e6, 1e6, 0])
    drawn = {"GTVp": [on_slice(GRID, 3, square(4, 4, 6)), on_slice(GRID, 4, square(4, 4, 6)), far_off]}
    save_object(structure_set(drawn, frame="1.2.3"), tmp_path / "rs.dcm")
    import SimpleITK as sitk

    with pytest.raises(DicomError, match="A coordinate is damaged"):
        structure_labels(
            read_structure_set(tmp_path / "rs.dcm"), reference, transform=sitk.Transform(3, sitk.sitkIdentity)
        )


def deflated(dataset: Dataset, path: Path) -> Path:
    """Write an object in the deflated transfer syntax, with 32 MiB of zeros in 32 KiB behind its last element."""
    dataset = copy.deepcopy(dataset)
    dataset.add_new(0x7FD10010, "LO", "HOSTILE")
    dataset.add_new(0x7FD11001, "OB", bytes(2**25))
    write_file(dataset, path, syntax=DeflatedExplicitVRLittleEndian)
    assert path.stat().st_size < 2**17
    return path


READS: dict[str, tuple[Callable[[], Dataset], Callable[[Path], object]]] = {
    "structure set": (lambda: structure_set({"GTVp": [on_slice(GRID, 3, square(4, 4, 6))]}, frame=FRAME), read_regions),
    "dose": (lambda: rtdose(np.ones((4, 3, 5), np.uint16)), read_dose),
    "registration": (lambda: deformable_reg("1.2.1", "1.2.2", np.zeros((3, 3, 3, 3))), registration_frames),
}


@pytest.mark.parametrize("name", READS)
def test_a_deflated_bomb_is_not_inflated(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, read = READS[name]
    path = deflated(make(), tmp_path / "bomb.dcm")
    monkeypatch.setattr(source, "MAX_INFLATED_BYTES", 2**23)
    with pytest.raises(HyoidError, match="grows beyond 8 MiB"):
        read(path)


def test_a_deflated_bomb_is_not_de_identified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slices = ct_slices()
    write_series(slices[1:], tmp_path / "in")
    deflated(slices[0], tmp_path / "in" / "bomb.dcm")
    monkeypatch.setattr(source, "MAX_INFLATED_BYTES", 2**23)
    deidentify(tmp_path / "in", tmp_path / "out", Secret(bytes(32)))
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == len(slices) - 1


def test_the_size_that_a_code_stream_announces(tmp_path: Path) -> None:
    for syntax in (JPEGLSLossless, JPEG2000Lossless):
        try:
            (path,) = write_series(ct_slices()[:1], tmp_path / str(syntax), compressed=syntax)
        except (RuntimeError, NotImplementedError):
            continue  # no encoder is installed
        code = get_frame(dcmread(path).PixelData, 0, number_of_frames=1)
        assert coded_size(code) == (8, 10, 1)
        assert coded_size(code[:8]) is None
    siz = (
        b"\xff\x4f\xff\x51\x00\x29\x00\x00" + struct.pack(">4L", 522, 600, 10, 88) + bytes(16) + b"\x00\x03\x07\x01\x01"
    )
    assert coded_size(siz) == (512, 512, 3)
    assert coded_size(bytes(12) + siz) == (512, 512, 3)
    assert coded_size(b"\xff\xd8\xff\xff\xe0\x00\x04ab\xff\xc2\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00") == (
        16,
        32,
        1,
    )
    for other in (b"", b"\xff\xd8", zlib.compress(b"RLE"), bytes(64)):
        assert coded_size(other) is None


def test_the_others_of_a_pile_with_a_bomb_are_imported(hostile: dict[str, tuple[str, Path]], tmp_path: Path) -> None:
    write_series(ct_slices(patient="good", frame="G"), tmp_path / "pile" / "good")
    (tmp_path / "pile" / "bomb").write_bytes(hostile["CT, announced in the code"][1].read_bytes())
    assert import_dicom(tmp_path / "pile", tmp_path / "out").imported == 1
