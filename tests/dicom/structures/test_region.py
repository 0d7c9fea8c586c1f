import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Polygon

from hyoid.dicom.structures import Contour, Roi, region_mask
from hyoid.dicom.structures.planes import plane_gaps
from hyoid.errors import DicomError
from hyoid.geometry import Grid
from support.ct_series import GRID, oblique, on_slice, square


def roi(*contours: np.ndarray, kind: str = "CLOSED_PLANAR") -> Roi:
    return Roi(1, "GTVp", "1.2", tuple(Contour(np.asarray(points, float), kind) for points in contours))


def box(grid: Grid, slices: range, corners: list[tuple[float, float]]) -> Roi:
    return roi(*(on_slice(grid, k, corners) for k in slices))


def ellipses(grid: Grid, slices: list[float]) -> Roi:
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    shape = [(11 + 7.3 * np.cos(a), 9 + 5.1 * np.sin(a)) for a in angle]
    return roi(*(on_slice(grid, k, shape) for k in slices))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_on_its_own_slices_a_region_is_what_matplotlib_says(seed: int, turned: bool) -> None:
    grid, rng = (oblique() if turned else GRID), np.random.default_rng(seed)
    planes = {int(k): rng.uniform(-2, 24, (rng.integers(3, 9), 2)) for k in rng.choice(10, 4, replace=False)}
    found = region_mask(
        roi(*(on_slice(grid, k, p) for k, p in planes.items())), grid, gaps="leave", spacing_mm=3.0
    ).mask.array
    x, y = np.meshgrid(np.arange(24), np.arange(20))
    for k in range(10):
        if k not in planes:
            assert not found[k].any()
            continue
        points = np.c_[x.ravel(), y.ravel()]
        inside = Polygon(planes[k]).contains_points(points)
        near = np.zeros(len(points), bool)
        for one, two in zip(planes[k], np.roll(planes[k], -1, axis=0), strict=True):
            share = np.clip((points - one) @ (two - one) / ((two - one) @ (two - one)), 0, 1)
            near |= np.linalg.norm(points - one - share[:, None] * (two - one), axis=1) < 0.05
        assert (found[k].ravel() == inside)[~near].all()


def test_holes_islands_several_pieces_and_no_order() -> None:
    rings = [square(2, 2, 12), square(4, 4, 8), square(6, 6, 3), square(17, 3, 4)]
    found = region_mask(roi(*(on_slice(GRID, 3, ring) for ring in reversed(rings))), GRID)
    assert found.mask.array.sum() == 144 - 64 + 9 + 16
    assert found.mask.array[3].sum() == 144 - 64 + 9 + 16
    assert found.notes == ()
    closed = roi(*(on_slice(GRID, 3, ring) for ring in rings), kind="CLOSEDPLANAR_XOR")
    assert (region_mask(closed, GRID).mask.array == found.mask.array).all()


def test_copies_count_once_and_partial_overlaps_are_said() -> None:
    one = on_slice(GRID, 3, square(2, 2, 6))
    doubled = region_mask(roi(one, one[::-1]), GRID)
    assert doubled.mask.array.sum() == 36
    assert doubled.notes == ("GTVp: 1 contours are there twice and count once.",)
    crossed = region_mask(roi(one, on_slice(GRID, 3, square(5, 5, 6))), GRID)
    assert crossed.mask.array.sum() == 36 + 36 - 2 * 9
    assert "contours overlap in part" in crossed.notes[0]


def test_contours_a_little_off_their_slices_belong_to_them() -> None:
    found = region_mask(roi(*(on_slice(GRID, k + 0.08, square(3, 3, 4)) for k in (2, 3, 4))), GRID)
    assert found.mask.array.sum(axis=(1, 2)).tolist() == [0, 0, 16, 16, 16, 0, 0, 0, 0, 0]


def test_contours_between_slices_go_to_the_nearest() -> None:
    found = region_mask(roi(*(on_slice(GRID, k + 0.4, square(k, 3, 4)) for k in (2, 3, 4))), GRID)
    assert np.flatnonzero(found.mask.array.any(axis=(1, 2))).tolist() == [2, 3, 4]
    assert found.mask.array[3, 4, 3:7].all()
    assert not found.mask.array[3, 4, 2]


@pytest.mark.parametrize("factor", [2, 3])
def test_coarse_contours_fill_finer_slices_with_their_own_volume(factor: int) -> None:
    fine = Grid((24, 20, 10 * factor), (0.977, 0.977, 3.0 / factor), GRID.origin)
    coarse = box(GRID, range(3, 7), square(3, 3, 4))
    found = region_mask(coarse, fine)
    assert found.mask.volume_ml() == pytest.approx(region_mask(coarse, GRID).mask.volume_ml())
    assert found.notes == ()


def test_a_grid_of_coarser_slices_samples_the_region() -> None:
    grid = Grid((24, 20, 6), (0.977, 0.977, 5.0), GRID.origin)
    found = region_mask(box(GRID, range(1, 9), square(3, 3, 4)), grid).mask.array
    # planes at 3 to 24 mm speak for 1.5 to 25.5 mm; slices lie at 0, 5 ... 25 mm
    assert np.flatnonzero(found.any(axis=(1, 2))).tolist() == [1, 2, 3, 4, 5]


def test_missing_slices_are_interpolated_left_or_refused_and_said() -> None:
    wide, narrow = square(2, 2, 12), square(5, 5, 6)
    region = roi(*(on_slice(GRID, k, wide) for k in (1, 2)), *(on_slice(GRID, k, narrow) for k in (6, 7)))
    made = region_mask(region, GRID)
    assert made.notes == ("GTVp: 3 slices without a contour within it were interpolated.",)
    areas = made.mask.array.sum(axis=(1, 2)).tolist()
    assert areas[:2] == [0, 144]
    assert areas[2] > areas[3] > areas[4] > areas[5] > areas[6] == 36
    left = region_mask(region, GRID, gaps="leave")
    assert left.mask.array.sum(axis=(1, 2)).tolist() == [0, 144, 144, 0, 0, 0, 36, 36, 0, 0]
    assert "were left empty" in left.notes[0]
    with pytest.raises(DicomError, match="3 slices without a contour within 'GTVp'"):
        region_mask(region, GRID, gaps="refuse")


def test_two_nodes_at_two_levels_are_no_gap() -> None:
    nodes = roi(
        *(on_slice(GRID, k, square(2, 2, 4)) for k in (1, 2)), *(on_slice(GRID, k, square(15, 12, 4)) for k in (6, 7))
    )
    made = region_mask(nodes, GRID, gaps="refuse")
    assert made.mask.array.sum(axis=(1, 2)).tolist() == [0, 16, 16, 0, 0, 0, 16, 16, 0, 0]
    assert made.notes == ()


def test_a_wide_gap_is_no_omission() -> None:
    made = region_mask(roi(*(on_slice(GRID, k, square(2, 2, 6)) for k in (0, 1, 8, 9))), GRID)
    assert not made.mask.array[2:8].any()
    assert "6 slices between parts that lie over one another were left empty" in made.notes[0]


def test_contours_on_every_other_slice() -> None:
    region = box(GRID, range(1, 9, 2), square(3, 3, 4))
    known = region_mask(region, GRID, spacing_mm=3.0)  # the structure set says that it was drawn on this series
    assert np.flatnonzero(known.mask.array.any(axis=(1, 2))).tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert "3 slices without a contour" in known.notes[0]
    unknown = region_mask(region, GRID)  # of slices of 6 mm, for all that can be known
    assert unknown.mask.volume_ml() == pytest.approx(4 * 16 * 0.977**2 * 6 / 1000)


ACROSS = oblique((25.0, 35.0, -20.0), Grid((36, 34, 40), (0.8, 0.8, 0.8), tuple(GRID.centre - (14.0, 13.2, 15.6))))


def test_a_grid_across_the_contours_has_the_same_region() -> None:
    region = ellipses(GRID, [2, 3, 4, 5, 6])
    found = region_mask(region, ACROSS).mask.array
    # each voxel asked by itself: its nearest slice, then matplotlib
    index = GRID.to_index(ACROSS.to_world(np.stack(np.meshgrid(*map(np.arange, ACROSS.size), indexing="ij"), -1)))
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    shape = Polygon(np.c_[11 + 7.3 * np.cos(angle), 9 + 5.1 * np.sin(angle)])
    inside = shape.contains_points(index[..., :2].reshape(-1, 2)).reshape(ACROSS.size)
    inside &= (index[..., 2] >= 1.5) & (index[..., 2] < 6.5)
    expected = inside.transpose(2, 1, 0)
    assert not (expected & ~found).any()
    assert (found & ~expected).sum() < 0.01 * expected.sum()  # centres within 0.01 mm of a contour are on it
    assert found.sum() * 0.8**3 == pytest.approx(np.pi * 7.3 * 5.1 * 0.977**2 * 15, rel=0.02)


def test_gaps_are_interpolated_across_too() -> None:
    whole, gap = (region_mask(ellipses(GRID, planes), ACROSS) for planes in ([2, 3, 4, 5, 6], [2, 3, 5, 6]))
    assert gap.notes == ("GTVp: 1 slices without a contour within it were interpolated.",)
    both = (whole.mask.array & gap.mask.array).sum()
    assert 2 * both / (whole.mask.array.sum() + gap.mask.array.sum()) > 0.999


def test_oblique_contours_on_their_oblique_ct() -> None:
    grid = oblique()
    assert region_mask(box(grid, range(2, 5), square(3, 3, 4)), grid).mask.array.sum() == 48


def test_what_lies_beyond_the_grid_is_said_and_what_lies_beside_it_refused() -> None:
    cut = region_mask(box(GRID, range(8, 13), square(20, 3, 8)), GRID)
    assert cut.mask.array.sum() == 2 * 4 * 8
    assert "5 of 5 contours reach beyond the grid" in cut.notes[0]
    with pytest.raises(DicomError, match="different examinations"):
        region_mask(box(GRID, range(40, 43), square(3, 3, 4)), GRID)


def test_a_region_smaller_than_a_voxel_is_said() -> None:
    tiny = region_mask(roi(on_slice(GRID, 3, [(4.2, 4.2), (4.8, 4.2), (4.8, 4.8)])), GRID)
    assert not tiny.mask.array.any()
    assert "smaller than a voxel" in tiny.notes[0]


def test_points_and_curves_are_left_out_or_refused() -> None:
    marker = Contour(on_slice(GRID, 3, [(4, 4)]), "POINT")
    area = Contour(on_slice(GRID, 3, square(3, 3, 4)), "CLOSED_PLANAR")
    made = region_mask(Roi(1, "GTVp", "1.2", (marker, area)), GRID)
    assert made.mask.array.sum() == 16
    assert made.notes == ("GTVp: 1 of 2 contours enclose no area (POINT) and were left out.",)
    with pytest.raises(DicomError, match="no closed contour in 'GTVp'"):
        region_mask(Roi(1, "GTVp", "1.2", (marker,)), GRID)


def test_contours_that_are_not_planar_are_refused() -> None:
    bent = on_slice(GRID, 3, square(3, 3, 9))
    bent[0, 2] += 4.0
    with pytest.raises(DicomError, match="off their common plane"):
        region_mask(roi(bent), GRID)


def test_one_plane_off_the_slices_needs_to_be_told_its_thickness() -> None:
    one = box(GRID, range(3, 4), square(3, 3, 4))
    shifted = Grid(GRID.size, GRID.spacing, tuple(np.add(GRID.origin, (0, 0, 1.0))))
    with pytest.raises(DicomError, match="one plane alone in 'GTVp'"):
        region_mask(one, shifted)
    assert region_mask(one, shifted, spacing_mm=3.0).mask.array.sum() == 16
    others = plane_gaps([box(GRID, range(2, 9), square(1, 1, 9)), Roi(2, "empty", "", ())])
    assert others == pytest.approx([3.0] * 6)
    assert region_mask(one, shifted, other_gaps_mm=others).mask.array.sum() == 16
    far = roi(*(on_slice(GRID, k, square(3, 3, 4)) for k in (1, 8)))
    with pytest.raises(DicomError, match="planes 21 mm apart"):
        region_mask(far, shifted)
    assert region_mask(far, GRID).mask.array.sum() == 32  # on the grid's own slices each is one slice thick


def test_contours_that_state_their_thickness_fill_that_and_no_gap() -> None:
    rings = [on_slice(GRID, k, square(3, 3, 4)) for k in (2, 4)]
    slabs = Roi(1, "GTVp", "1.2", tuple(Contour(points, "CLOSED_PLANAR", 3.0) for points in rings))
    made = region_mask(slabs, GRID)
    assert np.flatnonzero(made.mask.array.any(axis=(1, 2))).tolist() == [2, 4]
    thick = Roi(1, "GTVp", "1.2", tuple(Contour(points, "CLOSED_PLANAR", 6.0) for points in rings))
    assert region_mask(thick, GRID).mask.volume_ml() == pytest.approx(2 * 16 * 0.977**2 * 6 / 1000)
    assert region_mask(slabs, GRID, spacing_mm=3.0).mask.array[3].any()  # who states the spacing asks for the gap
