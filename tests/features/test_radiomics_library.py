import math

import numpy as np

from hyoid.features.radiomics_library import grey_levels
from hyoid.features.radiomics_settings import FixedBinNumber, FixedBinWidth, ImageSettings


def test_grey_levels_by_hand() -> None:
    values = np.array([-1024.0, -1000.0, -975.1, -975.0, 0.0, math.nan])
    wide = ImageSettings(discretisation=FixedBinWidth(width=25, start=-1000))
    np.testing.assert_array_equal(grey_levels(values, wide), [1, 1, 1, 2, 41, math.nan])
    four = ImageSettings(discretisation=FixedBinNumber(number=4))
    np.testing.assert_array_equal(
        grey_levels(np.array([0.0, 1.9, 2.0, 5.9, 8.0, math.nan]), four), [1, 1, 2, 3, 4, math.nan]
    )
    np.testing.assert_array_equal(grey_levels(np.array([3.0, 3.0, math.nan]), four), [1, 1, math.nan])
