import math

import numpy as np
import pytest

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.editing import check_nodes
from hyoid.imaging.editing.short_axis import axes_mm
from support.label_maps import on_grid


def bar(width: int) -> np.ndarray:
    """A long bar across slices: 4 slices, 30 columns, so many rows."""
    array = np.zeros((8, 40, 40), np.uint8)
    array[2:6, 5 : 5 + width, 4:34] = 2
    return array


def pet_of(value: float, grid: Grid) -> Volume:
    return Volume(np.full(grid.shape, value, np.float32), grid)


def test_suv_must_be_above_and_the_short_axis_at_least() -> None:
    labels = on_grid(bar(4))
    for suv, ok in ((2.5, False), (2.51, True)):
        (node,) = check_nodes(labels, pet_of(suv, labels.grid))
        assert node.ok is ok
        assert node.suv_max == pytest.approx(suv)
        assert node.volume_ml == pytest.approx(4 * 4 * 30 / 1000)
    diamond = np.zeros((3, 30, 30), np.uint8)
    y, x = np.meshgrid(np.arange(30), np.arange(30), indexing="ij")
    diamond[1][np.abs(y - 14) + np.abs(x - 14) <= 5] = 2
    longest, short = axes_mm(diamond[1] > 0, (1.0, 1.0))
    assert 10.0 < short <= longest + 1e-9
    for scale, ok in ((10.0 / short, True), (9.999 / short, False)):
        (node,) = check_nodes(on_grid(diamond, (scale, scale, 2.0)), None)
        assert node.ok is ok
        assert math.isnan(node.suv_max)
        assert node.short_axis_mm == pytest.approx(short * scale)
        assert "no PET" in node.text


def test_each_component_for_itself_and_the_primary_not_at_all() -> None:
    array = bar(4)
    array[0, 39, 39] = 2
    array[7, 0:3, 0:3] = 1
    nodes = check_nodes(on_grid(array), None)
    assert [node.index for node in nodes] == [1, 2]
    assert [round(node.volume_ml, 3) for node in nodes] == [0.001, 0.48]
    assert check_nodes(on_grid(array), None, label=1)[0].volume_ml == pytest.approx(0.009)
    assert check_nodes(on_grid(np.zeros((3, 3, 3))), None) == []


def test_the_slice_of_the_greatest_short_axis_counts_and_parts_for_themselves() -> None:
    array = np.zeros((3, 20, 40), np.uint8)
    array[0, 4:10, 2:38] = 2  # long and thin
    array[1, 3:11, 2:4] = 2  # two parts in one slice, far apart
    array[1, 4:12, 28:38] = 2
    (node,) = check_nodes(on_grid(array), None)
    assert (node.long_axis_mm, node.short_axis_mm) == pytest.approx(axes_mm(array[1, :, 20:] > 0, (1.0, 1.0)))


def test_axial_slices_are_found_whatever_the_order_of_axes() -> None:
    array = bar(8)
    (axial,) = check_nodes(on_grid(array, (1.0, 1.5, 2.0)), None)
    turned = Volume(
        np.ascontiguousarray(array.transpose(1, 0, 2)),
        Grid((40, 8, 40), (1.0, 2.0, 1.5), direction=(1, 0, 0, 0, 0, 1, 0, 1, 0)),
    )
    (coronal,) = check_nodes(turned, None)
    assert (coronal.long_axis_mm, coronal.short_axis_mm) == pytest.approx((axial.long_axis_mm, axial.short_axis_mm))
    s = math.sqrt(0.5)
    tilted = Volume(array, Grid((40, 40, 8), (1, 1, 1), direction=(1, 0, 0, 0, s, -s, 0, s, s)))
    with pytest.raises(ImageError, match="tilted by 45 degrees"):
        check_nodes(tilted, None)


def test_a_pet_on_its_own_grid_or_elsewhere() -> None:
    labels = on_grid(bar(4))
    coarse = Grid((10, 10, 4), (4.0, 4.0, 4.0))
    warm = np.ones(coarse.shape, np.float32)
    warm[1, 2, 3] = 6.0  # at 12, 8, 4 mm: within the bar
    warm[1, 8, 3] = 60.0  # beside it
    (node,) = check_nodes(labels, Volume(warm, coarse))
    assert node.suv_max == pytest.approx(6.0)
    assert node.ok
    assert "SUVmax 6.00" in node.text
    (node,) = check_nodes(labels, Volume(warm, Grid((10, 10, 4), (4, 4, 4), (900, 0, 0))))
    assert math.isnan(node.suv_max)
    assert not node.ok
