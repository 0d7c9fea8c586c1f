from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cohort.check.dummy import PET_GRID, Dummy, inside
from hyoid.cohort import Case

Codes = Callable[[Case], list[str]]


def test_pet_in_becquerel(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    """400 MBq in 77 kg: 5,200 Bq/mL for one SUV. Rules that read SUV keep silent."""
    assert codes(dummy.with_pet(lambda a: np.multiply(a, 5200, out=a)).write(tmp_path)) == ["pet-not-in-suv"]


def test_pet_scaled_to_one(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    case = dummy.with_pet(lambda a: np.divide(a, a.max(), out=a)).write(tmp_path)
    assert "pet-too-low" in codes(case)
    assert "pet-not-in-suv" not in codes(case)


def test_negative_suv(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    assert codes(dummy.with_pet(lambda a: np.subtract(a, 0.4, out=a)).write(tmp_path)) == ["negative-suv"]


def test_undershoot_at_an_edge_is_no_fault(dummy: Dummy, tmp_path: Path, codes: Codes) -> None:
    def undershoot(array: np.ndarray) -> None:
        array[30, 20, 20:40] = -0.6

    assert codes(dummy.with_pet(undershoot).write(tmp_path)) == []


def _hot_spot(place: tuple[float, float, float], suv: float, radius: float = 10.0) -> Callable[[np.ndarray], None]:
    def add(array: np.ndarray) -> None:
        array[inside(PET_GRID, place, (radius,) * 3)] = suv

    return add


@pytest.mark.parametrize("side", [-1, 1])
def test_extravasation(dummy: Dummy, tmp_path: Path, codes: Codes, side: int) -> None:
    assert codes(dummy.with_pet(_hot_spot((side * 165, 10, -140), 150)).write(tmp_path)) == ["extravasation"]


@pytest.mark.parametrize(
    ("place", "suv"),
    [((165, 10, -140), 8.0), ((60, 10, -140), 150.0)],
    ids=["an inflamed shoulder", "a hot spot in the midline field"],
)
def test_innocent_uptake(
    dummy: Dummy, tmp_path: Path, codes: Codes, place: tuple[float, float, float], suv: float
) -> None:
    assert codes(dummy.with_pet(_hot_spot(place, suv)).write(tmp_path)) == []
