import gzip
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cohort.check.dummy import CT_GRID, PET_GRID, Dummy
from hyoid.cohort import Case
from hyoid.cohort.check.rules.geometry import overlap_share
from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging import write_volume

Codes = Callable[[Case], list[str]]

SROW_Y = 296  # byte of srow_y[0] in a NIfTI-1 header; srow_x[0] stands at 280
QOFFSET_X = 268


def _patch(path: Path, at: int, value: float) -> None:
    content = bytearray(gzip.decompress(path.read_bytes()))
    struct.pack_into("<f", content, at, value)
    path.write_bytes(gzip.compress(content))


def _codes_of_headers(content: bytes) -> tuple[int, int]:
    return struct.unpack_from("<2h", content, 252)


@pytest.mark.parametrize("role", ["ct", "pet"])
def test_sheared_sform_beside_a_good_qform(dummy: Dummy, tmp_path: Path, codes: Codes, role: str) -> None:
    case = dummy.write(tmp_path)
    path = case.images[role]
    assert min(_codes_of_headers(gzip.decompress(path.read_bytes()))) > 0
    _patch(path, SROW_Y, 0.6)  # y now grows with the x index: a shear of 6 degrees
    assert codes(case) == ["non-orthonormal-direction"]


def test_sheared_sform_alone(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    _patch(case.images["ct"], SROW_Y, 0.6)
    content = bytearray(gzip.decompress(case.images["ct"].read_bytes()))
    struct.pack_into("<h", content, 252, 0)  # no qform
    case.images["ct"].write_bytes(gzip.compress(content))
    assert codes(case) == ["non-orthonormal-direction"]


def test_sheared_metaimage(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    path = tmp_path / "ct.mha"
    write_volume(path, dummy.ct)
    content = path.read_bytes()
    assert b"TransformMatrix = 1 0 0 0 1 0" in content
    path.write_bytes(content.replace(b"TransformMatrix = 1 0 0 0 1 0", b"TransformMatrix = 1 .1 0 0 1 0"))
    assert codes(replace(case, images={**case.images, "ct": path})) == ["non-orthonormal-direction"]


def test_oblique_and_left_handed_is_no_fault(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    grid = CT_GRID
    turned = Grid(grid.size, grid.spacing, tuple(grid.to_world((0, 0, grid.size[2] - 1))), (1, 0, 0, 0, 1, 0, 0, 0, -1))
    write_volume(case.images["ct"], Volume(dummy.ct.array[::-1].copy(), turned))
    assert codes(replace(case, mask=None)) == []


def test_headers_disagree(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.write(tmp_path)
    _patch(case.images["pet"], QOFFSET_X, 0.0)
    assert codes(case) == ["headers-disagree"]


def test_no_overlap(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    assert codes(dummy.with_pet_at(z=2500).write(tmp_path)) == ["no-overlap"]


def test_little_overlap(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    """The PET shows the head, and a stretch of air above it."""
    grid = PET_GRID
    array = np.abs(np.random.default_rng(0).normal(0, 0.02, grid.shape)).astype(np.float32)
    array[:28] = dummy.pet.array[-28:]
    x, y, z = grid.origin
    upper = Grid(grid.size, grid.spacing, (x, y, z + 33 * grid.spacing[2]))
    found = codes(replace(dummy, pet=Volume(array, upper)).write(tmp_path))
    assert [code for code in found if code != "ct-shorter-than-pet"] == ["little-overlap"]


def test_share_of_boxes() -> None:
    small, large = Box((0, 0, 0), (10, 10, 10)), Box((5, -5, -5), (30, 30, 30))
    assert overlap_share(small, large) == overlap_share(large, small) == pytest.approx(0.5)
    assert overlap_share(small, Box((-1, -1, -1), (11, 11, 11))) == 1


@pytest.mark.parametrize(("dropped", "expected"), [(1, []), (3, ["ct-shorter-than-pet"])])
def test_ct_shorter_than_pet(dummy: Dummy, tmp_path: Path, codes: Codes, dropped: int, expected: list[str]) -> None:
    """One slice of 6 mm is within the slice thickness, three are not."""
    x, y, z = CT_GRID.size
    grid = CT_GRID.cropped((0, 0, dropped), (x, y, z - dropped))
    assert dummy.mask is not None
    short = replace(
        dummy, ct=Volume(dummy.ct.array[dropped:].copy(), grid), mask=Volume(dummy.mask.array[dropped:].copy(), grid)
    )
    assert codes(short.write(tmp_path)) == expected


def test_whole_body_scan(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    """The lowest slice goes on for 400 mm."""
    added = 70

    def longer(volume: Volume) -> Volume:
        rng = np.random.default_rng(1)
        below = np.repeat(volume.array[:1], added, axis=0)
        below = (below + rng.normal(0, 0.02 if volume.array.dtype == np.float32 else 10, below.shape)).astype(
            volume.array.dtype
        )
        x, y, z = volume.grid.size
        return Volume(np.concatenate([below, volume.array]), volume.grid.cropped((0, 0, -added), (x, y, z + added)))

    body = replace(dummy, ct=longer(dummy.ct), pet=longer(dummy.pet), mask=None)
    assert codes(body.write(tmp_path)) == ["whole-body-scan"]
