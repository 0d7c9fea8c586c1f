import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.imaging.morphology import dilate, erode


@given(st.integers(0, 10_000), st.floats(0.1, 0.9), st.sampled_from([1, 2, 3]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_equal_scipy(seed: int, density: float, rank: int, outside: bool) -> None:
    mask = np.random.default_rng(seed).random((6, 9, 7)) < density
    structure = ndimage.iterate_structure(ndimage.generate_binary_structure(3, rank), 2)
    np.testing.assert_array_equal(
        erode(mask, structure, outside=outside), ndimage.binary_erosion(mask, structure, border_value=int(outside))
    )
    np.testing.assert_array_equal(dilate(mask, structure), ndimage.binary_dilation(mask, structure))
