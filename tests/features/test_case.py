import math
from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case
from hyoid.errors import ImageError
from hyoid.features import LESIONS, MEASURES, measure_case
from hyoid.features.names import image_of
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

GRID = Grid((12, 12, 12), (2.0, 2.0, 2.0))
DOSE_GRID = Grid((6, 6, 4), (4.0, 4.0, 4.0), (1.0, 1.0, 1.0))


@pytest.fixture
def mask() -> Volume:
    array = np.zeros(GRID.shape, np.uint8)
    array[4:8, 4:8, 4:8] = 1
    return Volume(array, GRID)


@pytest.fixture
def case(tmp_path: Path, mask: Volume) -> Case:
    images = {
        "pet": Volume(np.full(GRID.shape, 4.0, np.float32), GRID),
        "ct": Volume(np.where(mask.array, 40, -1000).astype(np.int16), GRID),
        "dose": Volume(np.full(DOSE_GRID.shape, 65.0, np.float32), DOSE_GRID),
    }
    for name, volume in images.items():
        write_volume(tmp_path / f"{name}.nii.gz", volume)
    return Case("A-1", images={name: tmp_path / f"{name}.nii.gz" for name in images})


def test_every_image_is_measured(case: Case, mask: Volume) -> None:
    measures, notes = measure_case(case, mask)
    assert set(measures) == {f"{lesion}_{measure}" for lesion in LESIONS for measure in MEASURES}
    assert notes == []
    expected = {"suv_mean": 4.0, "ct_mean_hu": 40.0, "dose_d95_gy": 65.0, "dose_v60": 1.0, "dose_v66": 0.0}
    assert {name: measures[f"gtvp_{name}"] for name in expected} == expected


def test_a_dose_grid_that_ends_within_the_lesion_is_told(case: Case, mask: Volume, tmp_path: Path) -> None:
    short = Grid((6, 6, 2), DOSE_GRID.spacing, DOSE_GRID.origin)  # its last voxel ends at z = 7 mm
    write_volume(tmp_path / "short.nii.gz", Volume(np.full(short.shape, 65.0, np.float32), short))
    measures, notes = measure_case(Case("A-1", images={**case.images, "dose": tmp_path / "short.nii.gz"}), mask)
    assert notes == [f"gtvp: {measures['gtvp_dose_coverage']:.0%} of the contour lies in the dose grid"]
    assert 0 <= measures["gtvp_dose_coverage"] < 1


def test_images_that_are_not_asked_for_are_not_read(case: Case, mask: Volume, tmp_path: Path) -> None:
    (tmp_path / "ct.nii.gz").write_bytes(b"")
    measures, notes = measure_case(case, mask, images=("pet",))
    assert notes == []
    known = {name for name in MEASURES if not math.isnan(measures[f"gtvp_{name}"])}
    assert known == {name for name in MEASURES if image_of(name) in {None, "pet"}}


def test_what_is_missing_or_cannot_be_used_is_told(case: Case, mask: Volume, tmp_path: Path) -> None:
    measures, notes = measure_case(Case("A-1"), mask)
    assert notes == ["no PET", "no CT"]
    assert measures["gtvp_volume_ml"] == pytest.approx(0.512)
    (tmp_path / "ct.nii.gz").write_bytes(b"")
    write_volume(tmp_path / "dose.nii.gz", Volume(np.full(DOSE_GRID.shape, 6500.0, np.float32), DOSE_GRID))
    measures, notes = measure_case(case, mask)
    assert [note.split(":")[0] for note in notes] == ["CT left out", "dose left out"]
    assert measures["gtvp_suv_mean"] == 4.0
    assert all(math.isnan(measures[f"gtvp_{name}"]) for name in ("ct_mean_hu", "dose_mean_gy"))


def test_a_pet_that_cannot_be_used_is_refused(case: Case, mask: Volume, tmp_path: Path) -> None:
    write_volume(tmp_path / "pet.nii.gz", Volume(np.full(GRID.shape, 25_000.0, np.float32), GRID))
    with pytest.raises(ImageError, match="Bq/mL"):
        measure_case(case, mask)
