import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Polygon
from scipy import ndimage

from hyoid.dicom.structures.polygons import area, fill
from hyoid.dicom.structures.trace import trace


@st.composite
def sections(draw: st.DrawFn) -> np.ndarray:
    shape = (draw(st.integers(1, 14)), draw(st.integers(1, 14)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.random(shape) < draw(st.sampled_from([0.1, 0.4, 0.6, 0.9, 1.0]))


@settings(max_examples=200, deadline=None)
@given(sections())
def test_outlines_give_the_very_mask_back_and_have_its_area(mask: np.ndarray) -> None:
    loops = trace(mask)
    assert (fill(loops, (1.0, 1.0), mask.shape) == mask).all()
    assert sum(area(loop) for loop in loops) == pytest.approx(mask.sum())
    assert len(loops) == ndimage.label(mask)[1]  # a piece, a contour: holes are joined to theirs


@settings(max_examples=50, deadline=None)
@given(sections())
def test_readers_that_unite_contours_get_it_back_too(mask: np.ndarray) -> None:
    y, x = np.nonzero(np.ones_like(mask))
    united = np.zeros(mask.size, bool)
    for loop in trace(mask):
        united |= Polygon(loop).contains_points(np.c_[x, y])
    assert (united.reshape(mask.shape) == mask).all()


def test_one_pixel_by_hand() -> None:
    mask = np.zeros((5, 6), bool)
    mask[3, 2] = True
    (loop,) = trace(mask)
    assert sorted(map(tuple, loop.tolist())) == [(1.5, 2.5), (1.5, 3.5), (2.5, 2.5), (2.5, 3.5)]


def test_only_corners_are_kept() -> None:
    mask = np.zeros((9, 9), bool)
    mask[1:8, 2:7] = True
    assert len(trace(mask)[0]) == 4


def test_an_empty_slice_has_no_outline() -> None:
    assert trace(np.zeros((4, 4), bool)) == []
