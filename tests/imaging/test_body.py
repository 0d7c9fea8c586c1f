import numpy as np
import pytest

from hyoid.geometry import Volume
from hyoid.imaging import body_mask
from imaging.manikin import field, manikin
from imaging.worlds import voxel_centres


@pytest.mark.parametrize("spacing", [(5.0, 5.0, 5.0), (2.5, 2.5, 5.0)])
def test_body_is_found_with_its_lungs_and_without_the_table(spacing: tuple[float, float, float]) -> None:
    grid = field(350, 720, spacing)
    ct, pet = manikin(grid)
    x, y, _ = np.moveaxis(voxel_centres(grid), -1, 0)
    truth = pet.array > 0
    # A hollow couch of carbon fibre, shells one voxel or 4 mm thick, that lies against the back of the trunk.
    shell = max(2.0, spacing[1] / 2)
    top, bottom = np.abs(y - 120 - shell + 0.0008 * x**2) < shell, np.abs(y - 170) < shell
    sides = (np.abs(np.abs(x) - 200) < shell) & (y > 85) & (y < 170)
    table = ((top | bottom) & (np.abs(x) < 200)) | sides
    with_table = Volume(np.where(table & ~truth, -50, ct.array).astype(np.int16), grid)
    found = body_mask(with_table)
    # The opening rounds off edges as sharp as those of the shoulders of this manikin.
    assert np.count_nonzero(found & truth) >= 0.98 * np.count_nonzero(truth)
    # Only the strip where the table lies against the back may remain.
    assert np.count_nonzero(found & ~truth) <= 0.02 * np.count_nonzero(truth)


def test_empty_ct_has_no_body() -> None:
    grid = field(0, 50)
    assert not body_mask(Volume(np.full(grid.shape, -1024, np.int16), grid)).any()


def test_field_full_of_tissue_is_all_body() -> None:
    grid = field(0, 50)
    assert body_mask(Volume(np.zeros(grid.shape, np.int16), grid)).all()
