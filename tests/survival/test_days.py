import numpy as np
import pytest

from hyoid.errors import CohortError
from hyoid.survival import checked_days


def test_days_are_a_list_of_numbers() -> None:
    assert checked_days([0, 1.5, np.inf]).tolist() == [0, 1.5, np.inf]
    assert checked_days([]).shape == (0,)
    for wrong in ([1, np.nan], [[1.0]], 365):
        with pytest.raises(CohortError, match="a list of days"):
            checked_days(wrong)
