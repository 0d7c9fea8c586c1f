"""Which labels a map has, told without looking at each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hyoid.cohort.expert_mask import other_labels
from hyoid.geometry import Grid, Volume

GRID = Grid((3, 2, 2), (1, 1, 1))

arrays = st.one_of(
    hnp.arrays(np.uint8, GRID.shape, elements=st.integers(0, 3)),
    hnp.arrays(np.int16, GRID.shape, elements=st.integers(-1, 3)),
    hnp.arrays(np.float32, GRID.shape, elements=st.sampled_from([0.0, 1.0, 2.0, 0.5, 3.0, -1.0])),
)


@given(arrays)
def test_as_looking_at_each(array: np.ndarray) -> None:
    values = sorted(set(array.ravel().tolist()))
    assert other_labels(Volume(array, GRID)) == (None if set(values) <= {0, 1, 2} else values)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
def test_the_labels_of_the_challenge(kind: type) -> None:
    array = np.zeros(GRID.shape, kind)
    array[0, 0] = (0, 1, 2)
    assert other_labels(Volume(array, GRID)) is None
