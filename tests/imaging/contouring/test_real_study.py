"""A real tumour with its contour: the sarcoma of IBSI's validation set, whose uptake is uneven."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pydicom
import pytest

from hyoid.dicom.structures import read_reference_series, read_structure_set, region_mask
from hyoid.geometry import Volume
from hyoid.imaging.blocks import Block, block_of_slices
from hyoid.imaging.components import content_block
from hyoid.imaging.contouring import (
    Contour,
    adaptive_threshold,
    fixed_threshold,
    flab,
    gradient_watershed,
    relative_threshold,
)
from support.hot_balls import overlap

DATA = os.environ.get("HYOID_TEST_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="HYOID_TEST_DATA is not set: the real study is not there")
PET = Path(DATA or ".") / "sts-petct-rtstruct" / "PET"

METHODS: dict[str, Callable[[Volume, Block], Contour]] = {
    "fixed": fixed_threshold,
    "41 %": relative_threshold,
    "50 %": partial(relative_threshold, fraction=0.5),
    "41 % of the peak": partial(relative_threshold, of="peak"),
    "adaptive": adaptive_threshold,
    "gradient": gradient_watershed,
    "flab": flab,
}


@pytest.fixture(scope="module")
def study() -> tuple[Volume, Volume, Block]:
    """PET in SUV, the expert's contour, and a box three voxels around it."""
    grid = read_reference_series(PET / "image").grid
    (roi,) = read_structure_set(PET / "mask" / "RS.dcm").rois
    expert = region_mask(roi, grid).mask
    slices = [pydicom.dcmread(path) for path in (PET / "image").iterdir()]
    slices.sort(key=lambda s: float(grid.to_index([float(v) for v in s.ImagePositionPatient])[2]))
    assert slices[0].Units == "GML"
    suv = np.stack([s.pixel_array * float(s.RescaleSlope) + float(s.RescaleIntercept) for s in slices])
    z, y, x = content_block(expert.array)
    return Volume(suv.astype(np.float32), grid), expert, block_of_slices((z, y, x), expert.array.shape, 3)


@pytest.mark.parametrize("name", METHODS)
def test_a_real_tumour_is_found(name: str, study: tuple[Volume, Volume, Block]) -> None:
    """The expert included pale parts and the rim: no threshold does, so the overlap is moderate, but no speck."""
    pet, expert, box = study
    contour = METHODS[name](pet, box)
    assert overlap(contour.mask.array, expert.array) > 0.5
    assert 0.3 < contour.mask.volume_ml() / expert.volume_ml() < 1.2
    inside = (contour.mask.array > 0) & (expert.array > 0)
    assert inside.sum() > 0.8 * (contour.mask.array > 0).sum()
