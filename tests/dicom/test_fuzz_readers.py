"""Every reader of foreign objects, on damaged and hostile ones: a sound result or a sentence, nothing elsewhere."""

from __future__ import annotations

import random
import secrets
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from dicom.test_enhanced_pet import enhanced
from hyoid.dicom.cohort import import_dicom
from hyoid.dicom.deidentify import Secret, deidentify
from hyoid.dicom.dose import read_dose, total_dose
from hyoid.dicom.registration import read_registration, registration_frames
from hyoid.dicom.registration.planning_ct import read_planning_ct
from hyoid.dicom.structures import ReferenceSeries, read_reference_series, read_regions, structure_labels, write_seg
from hyoid.errors import HyoidError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_volume
from support.ct_series import FRAME, GRID, on_slice, square, structure_set, write_ct
from support.damage import damaged, spoiled
from support.dicom_ct import write_ct as write_planning_ct
from support.dicom_dose import file_bytes, rtdose
from support.dicom_registration import deformable_reg, reg
from support.dicom_study import save, study

BYTES, ELEMENTS = range(24), range(30)
SECRET = Secret(b"a secret that nobody knows......")
SMALL = Grid((6, 5, 4), (2.0, 2.0, 3.0), (-10.0, 20.0, -30.0))


@dataclass(frozen=True)
class Kind:
    """An object to damage, and what reads it: it returns without more ado, or raises HyoidError."""

    whole: bytes
    read: Callable[[Path], None]

    @property
    def dataset(self) -> Dataset:
        from io import BytesIO

        return dcmread(BytesIO(self.whole))


def _labels(reference: ReferenceSeries) -> Callable[[Path], None]:
    def read(path: Path) -> None:
        found = structure_labels(read_regions(path), reference).labels
        assert found.grid == reference.grid
        assert set(np.unique(found.array)) <= {0, 1, 2}

    return read


def _dose(path: Path) -> None:
    dose = total_dose([read_dose(path)]).volume
    assert np.isfinite(dose.array).all()
    assert dose.array.min() >= 0


def _registration(path: Path) -> None:
    frames = registration_frames(path)
    for source, target in ((frames[0], frames[-1]), (frames[-1], frames[0])):
        read_registration(path, source, target).TransformPoint((1.0, 2.0, 3.0))


def _beside(slices: list[bytes], read: Callable[[Path], object]) -> Callable[[Path], None]:
    """Read a folder in which one slice of a series is the damaged one."""

    def one(path: Path) -> None:
        folder = path.parent / "series"
        folder.mkdir(exist_ok=True)
        for index, content in enumerate([path.read_bytes(), *slices[1:]]):
            (folder / f"{index}.dcm").write_bytes(content)
        read(folder)

    return one


def _planning(folder: Path) -> None:
    array = read_planning_ct(folder).volume.array
    assert array.min() >= -1024


def _reference(folder: Path) -> None:
    assert np.isfinite(read_reference_series(folder).grid.affine).all()


def _imported(path: Path) -> None:
    out = path.parent / "imported"
    result = import_dicom(path, out)
    assert not any("Please report" in image.error for case in result.cases for image in case.images.values())
    said = [
        *result.survey.damaged,
        *(f"left out as {reason}" for reason in result.survey.left_out),
        *(verdict.reason for case in result.cases for verdict in case.plan.verdicts),
    ]
    written = list(out.rglob("*.nii.gz"))
    for image in written:
        assert np.isfinite(read_volume(image).array).all()
        image.unlink()
    if not written:
        raise HyoidError(" ".join([*said, *(i.error for case in result.cases for i in case.images.values())]))


def _deidentified(path: Path) -> None:
    source, out = path.parent / "in", path.parent / "out"
    source.mkdir(exist_ok=True)
    (source / "x.dcm").write_bytes(path.read_bytes())
    done = deidentify(source, out, SECRET)
    written = list(out.rglob("*.dcm"))
    for file in written:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert dcmread(file).PatientIdentityRemoved == "YES"
        file.unlink()
    if not written:
        raise HyoidError(f"Nothing was written: {done.to_dict()}")


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Kind]]:
    """Whole objects, with the same UIDs each time: else each run would spoil other bytes."""
    drawn = random.Random(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=drawn.getrandbits(128) | 1 << 127, version=4))
        patch.setattr(secrets, "randbelow", drawn.randrange)
        yield _whole_objects(tmp_path_factory.mktemp("whole"))


def _whole_objects(folder: Path) -> dict[str, Kind]:
    reference = write_ct(folder / "ct")
    drawn = {"GTVp": [on_slice(GRID, k, square(4, 4, 6)) for k in (3, 4, 6)]}
    mask = np.zeros(GRID.shape, np.uint8)
    mask[3:6, 4:9, 4:9] = 1
    write_seg(folder / "seg.dcm", Volume(mask, GRID), {1: "gtvp"}, reference, None)
    labels = _labels(reference)
    rng = np.random.default_rng(0)
    ct = Volume(rng.integers(-1000, 2000, SMALL.shape).astype(np.float32), SMALL)
    slices = [path.read_bytes() for path in write_planning_ct(folder / "planning", ct)]
    images = [path.read_bytes() for path in sorted((folder / "ct").iterdir())]
    dose = rtdose(np.arange(60, dtype=np.uint16).reshape(4, 3, 5))
    matrix = reg("1.2.1", {"1.2.2": [("RIGID", np.eye(4))]})
    field = deformable_reg("1.2.1", "1.2.2", rng.normal(0, 0.1, (5, 5, 5, 3)), before=np.eye(4))
    pet = enhanced()
    pet.file_meta = dcmread(folder / "planning" / "0000.dcm").file_meta
    pet.file_meta.MediaStorageSOPClassUID = pet.SOPClassUID
    struct = structure_set(drawn, frame=FRAME)
    struct.file_meta = dcmread(folder / "planning" / "0000.dcm").file_meta
    for name in ("struct", "sr"):
        save(study()[name], folder / f"{name}.dcm")
    return {
        "structure set": Kind(file_bytes(struct), labels),
        "segmentation": Kind((folder / "seg.dcm").read_bytes(), labels),
        "dose": Kind(file_bytes(dose), _dose),
        "registration": Kind(file_bytes(matrix), _registration),
        "deformation": Kind(file_bytes(field), _registration),
        "planning CT": Kind(slices[0], _beside(slices, _planning)),
        "reference series": Kind(images[0], _beside(images, _reference)),
        "enhanced PET": Kind(file_bytes(pet), _imported),
        "CT to de-identify": Kind(slices[0], _deidentified),
        "structures to de-identify": Kind((folder / "struct.dcm").read_bytes(), _deidentified),
        "report to de-identify": Kind((folder / "sr.dcm").read_bytes(), _deidentified),
        "segmentation to de-identify": Kind((folder / "seg.dcm").read_bytes(), _deidentified),
    }


KINDS = (
    *("structure set", "segmentation", "dose", "registration", "deformation", "planning CT", "reference series"),
    *("enhanced PET", "CT to de-identify", "structures to de-identify", "segmentation to de-identify"),
    "report to de-identify",
)


def tried(kind: Kind, content: bytes, folder: Path, what: str) -> bool:
    """Read a damaged file; return whether there was a result. Anything but a result or a sentence fails the test."""
    path = folder / "object.dcm"
    path.write_bytes(content)
    try:
        kind.read(path)
    except HyoidError as error:
        told = str(error)
        assert 10 < len(told) < 1500, what
        assert told.replace("\n", " ").isprintable(), what
        return False
    except AssertionError:
        raise
    except BaseException as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    return True


def assert_nothing_elsewhere(folder: Path) -> None:
    """Only what was read, and the folders that were named for output."""
    assert {path.name for path in folder.iterdir()} <= {"object.dcm", "series", "in", "imported", "out"}
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.filterwarnings("ignore")
def test_damaged_bytes_are_a_result_or_a_sentence(name: str, kinds: dict[str, Kind], tmp_path: Path) -> None:
    kind, folder = kinds[name], tmp_path / "pile"
    folder.mkdir()
    assert tried(kind, kind.whole, folder, "whole")
    read = [tried(kind, damaged(kind.whole, seed), folder, f"bytes, seed {seed}") for seed in BYTES]
    assert not all(read)
    assert_nothing_elsewhere(folder)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.filterwarnings("ignore")
def test_spoiled_elements_are_a_result_or_a_sentence(name: str, kinds: dict[str, Kind], tmp_path: Path) -> None:
    kind, folder = kinds[name], tmp_path / "pile"
    folder.mkdir()
    for seed in ELEMENTS:
        content, what = spoiled(kind.dataset, seed)
        tried(kind, content, folder, f"{what} (seed {seed})")
    assert_nothing_elsewhere(folder)
