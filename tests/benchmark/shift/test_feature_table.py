import numpy as np
import pytest

from hyoid.benchmark.shift import FeatureTable
from hyoid.errors import HyoidError


def test_a_table_is_checked() -> None:
    found = FeatureTable.of(["x", 1], ["age", "site"], [[60, np.nan], [50, 2]], ["site"])
    assert (list(found.centers), found.values.shape, found.categorical) == (["x", "1"], (2, 2), {"site"})
    for arguments, words in (
        ((["x"], ["a"], [[1.0, 2.0]]), "a column for each name"),
        ((["x"], ["a", "a"], [[1.0, 2.0]]), "1 of them different"),
        ((["x"], [], np.zeros((1, 0))), "0 names"),
        ((["x"], ["a"], [[np.inf]]), "an infinite value of 'a'"),
        ((["x"], ["a"], [[1.0]], ["b"]), "the categorical features b"),
        ((["x", "y"], ["a"], [[1.0]]), "2 times a center of 1"),
    ):
        with pytest.raises(HyoidError, match=words):
            FeatureTable.of(*arguments)
