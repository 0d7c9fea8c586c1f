from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.editing import (
    Edited,
    copy_slice,
    exclude_ct_range,
    expand,
    fill_holes,
    interpolate_slices,
    remove_small,
    separate,
    shrink,
    swap_labels,
)
from support.label_maps import on_grid, random_labels


def density(labels: Volume) -> Volume:
    return labels.with_array(np.random.default_rng(1).normal(60, 80, labels.array.shape).astype(np.float32))


EDITS: dict[str, Callable[[Volume], Edited]] = {
    "interpolate": interpolate_slices,
    "interpolate one along x": lambda labels: interpolate_slices(labels, 1, "x"),
    "expand": lambda labels: expand(labels, 2, 2.5),
    "shrink": lambda labels: shrink(labels, 1, 1.0),
    "small": lambda labels: remove_small(labels, 0.01),
    "holes": fill_holes,
    "holes by slice": lambda labels: fill_holes(labels, 1, "z"),
    "separate": separate,
    "separate by 2 mm": lambda labels: separate(labels, 2.0, "larger"),
    "density": lambda labels: exclude_ct_range(labels, density(labels)),
    "swap": swap_labels,
    "copy": lambda labels: copy_slice(labels, 2, 3),
}

ONCE_IS_ENOUGH = sorted(set(EDITS) - {"expand", "shrink", "swap"})
ONLY_ADD = {"interpolate", "interpolate one along x", "expand", "holes", "holes by slice", "copy"}
ONLY_REMOVE = {"shrink", "small", "separate", "separate by 2 mm", "density"}


@pytest.mark.parametrize("name", EDITS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_input_stays_changes_are_told_and_no_voxel_changes_from_label_to_label(name: str, seed: int) -> None:
    labels = random_labels(seed)
    before = labels.array.copy()
    edited = EDITS[name](labels)
    after = edited.labels.array
    np.testing.assert_array_equal(labels.array, before)
    assert edited.labels.grid == labels.grid
    assert after.dtype == np.uint8
    for label, change in edited.change_ml.items():
        assert change == pytest.approx(edited.labels.volume_ml(label) - labels.volume_ml(label), abs=1e-9)
        assert (change == 0) or any(f"{abs(change):.2f} mL" in note for note in edited.notes)
    if name in ONLY_ADD:
        np.testing.assert_array_equal(after[before > 0], before[before > 0])
    if name in ONLY_REMOVE:
        changed = after != before
        assert not after[changed].any()


@pytest.mark.parametrize("name", ONCE_IS_ENOUGH)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_twice_is_once(name: str, seed: int) -> None:
    once = EDITS[name](random_labels(seed)).labels
    np.testing.assert_array_equal(EDITS[name](once).labels.array, once.array)


@pytest.mark.parametrize("name", EDITS)
def test_an_empty_map_stays_empty(name: str) -> None:
    empty = on_grid(np.zeros((5, 6, 7)))
    edited = EDITS[name](empty)
    assert not edited.labels.array.any()
    assert edited.change_ml == {}


@pytest.mark.parametrize("name", EDITS)
def test_other_types_are_refused(name: str) -> None:
    with pytest.raises(ImageError, match="of type float32; expected uint8"):
        EDITS[name](Volume(np.ones((5, 6, 7), np.float32), Grid((7, 6, 5), (1, 1, 1))))


def test_wrong_labels_and_numbers_are_refused() -> None:
    labels = random_labels(1)
    for label in (0, 256, -1):
        edits: tuple[Callable[[], Edited], ...] = (
            partial(expand, labels, label, 1.0),
            partial(shrink, labels, label, 1.0),
            partial(fill_holes, labels, label),
        )
        for edit in edits:
            with pytest.raises(ImageError, match=f"Found label {label};"):
                edit()
    for number in (-1.0, float("nan")):
        refused: tuple[Callable[[], Edited], ...] = (
            partial(expand, labels, 1, number),
            partial(shrink, labels, 1, number),
            partial(remove_small, labels, number),
            partial(separate, labels, number),
        )
        for refuse in refused:
            with pytest.raises(ImageError, match="a number of at least 0"):
                refuse()


def test_what_is_lost_is_told() -> None:
    labels = on_grid([[[1, 1, 2, 0]]], (10.0, 10.0, 10.0))
    edited = separate(labels)
    assert edited.labels.array.tolist() == [[[1, 1, 0, 0]]]
    assert edited.change_ml == {1: 0.0, 2: -1.0}
    assert edited.notes == ("Nothing is left of GTVn, which lost 1.00 mL.",)
