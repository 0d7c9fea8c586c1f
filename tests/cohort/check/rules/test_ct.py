from collections.abc import Callable
from pathlib import Path

import numpy as np

from cohort.check.dummy import Dummy
from hyoid.cohort import Case


def test_ct_in_stored_values(dummy: Dummy, tmp_path: Path, codes: Callable[[Case], list[str]]) -> None:
    """HU + 1024: the rules that read HU keep silent."""
    assert codes(dummy.with_ct(lambda a: np.add(a, 1024, out=a)).write(tmp_path)) == ["ct-not-in-hu"]
