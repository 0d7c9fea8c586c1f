from collections.abc import Callable
from pathlib import Path

import pytest

from cohort.check.dummy import Dummy
from hyoid.cohort import Case

Codes = Callable[[Case], list[str]]


@pytest.mark.parametrize(
    "move", [{"x": 15.0}, {"x": -15.0}, {"y": 16.0}, {"y": -15.0}, {"z": 18.0}, {"z": -18.0}, {"x": 30.0, "z": 20.0}]
)
def test_misregistration(dummy: Dummy, tmp_path: Path, codes: Codes, move: dict[str, float]) -> None:
    found = codes(dummy.with_pet_at(**move).write(tmp_path))
    # A PET that moved along the body also ends beyond the CT, and a node may lie beside its uptake.
    allowed = ("ct-shorter-than-pet", "node-not-suspicious")
    assert [code for code in found if code not in allowed] == ["misregistration"]


@pytest.mark.parametrize("move", [{"x": 3.0}, {"y": -3.0}, {"z": 3.0}, {"x": 2.0, "y": 2.0, "z": -1.0}])
def test_usual_offsets_are_no_fault(dummy: Dummy, tmp_path: Path, codes: Codes, move: dict[str, float]) -> None:
    assert codes(dummy.with_pet_at(**move).write(tmp_path)) == []
