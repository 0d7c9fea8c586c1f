"""Agreement of observers against SimpleITK's overlap filter, and a table by hand."""

import itertools

import numpy as np
import pytest
import SimpleITK as sitk

from hyoid.app.annotation import Actor, AnnotationError, AnnotationStore
from hyoid.app.annotation.agreement import agreement, consensus_of, observers, ready_versions
from hyoid.geometry import Volume
from support.annotations import GRID, label_map, numbered


def test_dice_of_each_pair_is_simpleitk_s(store: AnnotationStore) -> None:
    drawn = np.random.default_rng(3)
    maps = {name: drawn.integers(0, 3, GRID.shape).astype(np.uint8) for name in ("anna", "ben", "carl")}
    for name, array in maps.items():
        store.save("A", name, Volume(array, GRID), 0)
    told = agreement(observers(store, "A", GRID))
    assert [one["author"] for one in told["observers"]] == ["anna", "ben", "carl"]
    for (label, lesion), one, other in itertools.product(((1, "gtvp"), (2, "gtvn")), maps, maps):
        measure = sitk.LabelOverlapMeasuresImageFilter()
        measure.Execute(*(sitk.GetImageFromArray((maps[name] == label).astype(np.uint8)) for name in (one, other)))
        assert told["dsc"][lesion][one][other] == pytest.approx(measure.GetDiceCoefficient(1))


def test_by_hand(store: AnnotationStore) -> None:
    store.save("A", "anna", label_map((0, 0, 0), (0, 0, 1)), 0)
    store.save("A", "ben", label_map((0, 0, 1), (0, 0, 2)), 0)
    store.save("A", "carl", label_map(), 0)
    dsc = agreement(observers(store, "A", GRID))["dsc"]
    assert dsc["gtvp"] == {
        "anna": {"anna": 1.0, "ben": 0.5, "carl": 0.0},
        "ben": {"anna": 0.5, "ben": 1.0, "carl": 0.0},
        "carl": {"anna": 0.0, "ben": 0.0, "carl": None},
    }
    assert all(value is None for row in dsc["gtvn"].values() for value in row.values())


def test_a_majority_of_three(store: AnnotationStore) -> None:
    for name, voxels in (("anna", [0, 1]), ("ben", [1, 2]), ("carl", [1, 2, 3])):
        store.save("A", name, label_map(*((0, 0, x) for x in voxels)), 0)
    agreed = consensus_of(observers(store, "A", GRID), "majority").labels.array
    assert np.flatnonzero(agreed).tolist() == [1, 2]
    assert consensus_of(observers(store, "A", GRID), "staple").labels.array[0, 0, 1] == 1


def test_a_consensus_needs_two_and_a_method(store: AnnotationStore) -> None:
    store.save("A", "anna", numbered(5), 0)
    with pytest.raises(AnnotationError, match="by anna; expected two"):
        consensus_of(observers(store, "A", GRID), "staple")
    with pytest.raises(AnnotationError, match="by nobody"):
        consensus_of([], "majority")
    with pytest.raises(AnnotationError, match="'mean'"):
        consensus_of([], "mean")


def test_a_later_draft_does_not_hide_what_was_accepted(store: AnnotationStore) -> None:
    version = store.change_state(store.save("A", "anna", numbered(1), 0), "submitted", Actor("anna"), "annotator")
    for to in ("reviewed", "accepted"):
        version = store.change_state(version, to, Actor("ben"), "admin")
    store.save("A", "anna", numbered(2), 1)
    store.save("A", "ben", numbered(3), 0)
    assert [(v.author, v.version) for v in ready_versions(store, "A", "accepted")] == [("anna", 1)]
    assert [(v.author, v.version) for v in ready_versions(store, "A", "draft")] == [("anna", 2), ("ben", 1)]
    with pytest.raises(AnnotationError, match="'done'"):
        ready_versions(store, "A", "done")
