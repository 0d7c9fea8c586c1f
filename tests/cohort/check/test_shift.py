import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.check.dummy import Dummy, make_dummy
from hyoid.cohort.check.shift import _dice_over_shifts, outline_shift
from hyoid.imaging import body_mask


def test_dice_against_brute_force() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.random((6, 7, 8)) > 0.6 for _ in range(2))
    reach = [2, 1, 2]
    found = _dice_over_shifts(a.astype(np.float32), b.astype(np.float32), reach)
    assert found.shape == (5, 3, 5)
    for place in np.ndindex(found.shape):
        shift = np.subtract(place, reach)
        own = tuple(slice(max(0, -s), n - max(0, s)) for s, n in zip(shift, a.shape, strict=True))
        other = tuple(slice(max(0, s), n - max(0, -s)) for s, n in zip(shift, a.shape, strict=True))
        p, q = a[own], b[other]
        assert found[place] == pytest.approx(2 * (p & q).sum() / (p.sum() + q.sum()), abs=1e-5)


@settings(max_examples=8, deadline=None)
@given(st.tuples(*[st.floats(-30, 30) for _ in range(3)]))
def test_shift_is_found_within_4_mm(move: tuple[float, float, float]) -> None:
    dummy = _DUMMY
    pet = dummy.with_pet_at(*move).pet
    shift = outline_shift(dummy.ct, _BODY, pet)
    assert shift is not None
    if np.linalg.norm(move) >= 12:
        assert np.linalg.norm(np.subtract(shift.mm, move)) <= 4
        assert shift.dice_there > shift.dice_here


def test_too_little_in_common(dummy: Dummy) -> None:
    assert outline_shift(dummy.ct, _BODY, dummy.with_pet_at(z=330.0).pet) is None


def test_no_body(dummy: Dummy) -> None:
    empty = dummy.pet.with_array(np.zeros_like(dummy.pet.array))
    assert outline_shift(dummy.ct, _BODY, empty) is None
    assert outline_shift(dummy.ct, np.zeros_like(_BODY), dummy.pet) is None


def test_something_else_than_a_body_is_not_compared(dummy: Dummy) -> None:
    ball = np.zeros_like(dummy.pet.array)
    ball[30:34, 20:24, 20:24] = 5
    assert outline_shift(dummy.ct, _BODY, dummy.pet.with_array(ball)) is None


_DUMMY = make_dummy(1)
_BODY = body_mask(_DUMMY.ct)
