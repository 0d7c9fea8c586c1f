"""Operations as the page asks for them: in boxes and slices of its own order, whatever the order of the file."""

import json
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hyoid.app.annotation import AnnotationError, NotFoundError
from hyoid.app.cases.canonical import Canonical
from hyoid.app.operations import OPERATIONS, Drawing, list_operations, run_operation
from hyoid.errors import HyoidError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import contouring, editing, resample, resample_labels
from hyoid.imaging.blocks import Block

RIGHT, FRONT, UP = (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)
LEFT, BACK = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)


def axes(*columns: tuple[float, float, float]) -> tuple[float, ...]:
    return tuple(np.array(columns).T.ravel())


ORDERS = {
    "as the page": axes(RIGHT, FRONT, UP),
    "as most files": axes(LEFT, BACK, UP),
    "coronal": axes(RIGHT, UP, BACK),
}
"""Directions of the index axes (x, y, z) of a file."""

SIZE, SPACING = (26, 22, 18), (2.0, 2.5, 3.0)
"""Of the page's order: to the right, to the front, to the head."""


@cache
def study(order: str) -> tuple[Volume, Volume, Canonical]:
    """CT and PET of two hot balls in a warm box, the CT in one order of voxels, the PET always in another."""
    matrix = np.array(ORDERS[order]).reshape(3, 3)
    along = [int(np.abs(column).argmax()) for column in matrix.T]
    grid = Grid(
        tuple(SIZE[axis] for axis in along), tuple(SPACING[axis] for axis in along), (0.0, 0.0, 0.0), ORDERS[order]
    )
    middle = grid.centre
    pet_grid = Grid((24, 24, 24), (3.0, 3.0, 3.0), tuple(middle - 34.5))
    suv = (
        1.0 + 9.0 * ball(pet_grid, np.add(middle, (8, 0, 0)), 8) + 5.0 * ball(pet_grid, np.add(middle, (-14, 4, 6)), 6)
    )
    hu = np.where(ball(grid, middle, 200), 40, 0).astype(np.int16)
    hu[ball(grid, np.add(middle, (14, 0, 0)), 5)] = -900
    return Volume(hu, grid), Volume(suv.astype(np.float32), pet_grid), Canonical.of(grid)


def ball(grid: Grid, centre: NDArray[np.float64], radius: float) -> NDArray[np.bool_]:
    z, y, x = np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")
    return np.linalg.norm(grid.to_world(np.stack([x, y, z], axis=-1)) - centre, axis=-1) < radius


def drawing(order: str = "as most files", labels: NDArray[np.uint8] | None = None, **given: object) -> Drawing:
    """Return the study with what is drawn (canonical order)."""
    ct, pet, canonical = study(order)
    array = np.zeros(ct.grid.shape, np.uint8) if labels is None else np.ascontiguousarray(canonical.back(labels))
    images: dict[str, Callable[..., Volume | None]] = {"pet": lambda: pet, "ct": lambda: ct, "layer": lambda _: None}
    return Drawing(Volume(array, ct.grid), canonical, **{**images, **given})


def run(name: str, scene: Drawing, **parameters: object) -> NDArray[np.uint8]:
    """Return the new labels in canonical order."""
    return scene.canonical.forward(run_operation(name, json.dumps(parameters), scene).labels.array)


BOX = [[2, 2, 2], [24, 20, 16]]
PRIMARY = [[4, 5, 4], [14, 17, 14]]


def test_the_list_has_what_the_page_draws_forms_from() -> None:
    listed = json.loads(json.dumps(list_operations()))
    assert [one["name"] for one in listed] == list(OPERATIONS)
    for one in listed:
        properties = one["parameters"]["properties"]
        assert one["parameters"]["additionalProperties"] is False
        assert one["needs_box"] == ("box" in one["parameters"].get("required", []))
        assert all("description" in each for each in properties.values())
        assert one["group"] in {"semi-automatic", "edit"}
    assert {one["name"] for one in listed if one["needs_box"]} == {
        "fixed_threshold", "threshold_41", "threshold_50", "adaptive_threshold", "gradient_watershed", "flab",
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.needs_box])
def test_a_contour_is_the_same_in_every_order_of_voxels(name: str) -> None:
    found = {order: run(name, drawing(order), box=PRIMARY, label=2) for order in ORDERS}
    first = found["as the page"]
    assert 1.7 < np.count_nonzero(first) * 0.015 < 2.6  # the ball has 2.14 mL, voxels 0.015 mL
    assert set(np.unique(first)) == {0, 2}
    for other in found.values():
        assert np.array_equal(other, first)


METHODS = {
    "fixed_threshold": (lambda pet, box: contouring.fixed_threshold(pet, box, 4.0), {"suv": 4.0}),
    "threshold_41": (lambda pet, box: contouring.relative_threshold(pet, box, 0.41), {}),
    "threshold_50": (lambda pet, box: contouring.relative_threshold(pet, box, 0.5, "peak"), {"of": "peak"}),
    "adaptive_threshold": (lambda pet, box: contouring.adaptive_threshold(pet, box, 0.4), {"fraction": 0.4}),
    "gradient_watershed": (lambda pet, box: contouring.gradient_watershed(pet, box, 3.0), {"smoothing_mm": 3.0}),
    "flab": (lambda pet, box: contouring.flab(pet, box, 7), {"seed": 7}),
}


@pytest.mark.parametrize("name", METHODS)
def test_a_contour_is_the_function_s_with_the_parameters_that_were_sent(name: str) -> None:
    """By hand: the box's corners in the world, the PET's voxels between them, and the mask on the CT's grid."""
    method, parameters = METHODS[name]
    _, pet, canonical = study("as the page")
    corners = canonical.canonical_grid.to_world(np.array(PRIMARY) - 0.5)
    index = pet.grid.to_index(corners)
    first, last = np.floor(index.min(axis=0)).astype(int), np.ceil(index.max(axis=0)).astype(int)
    block = Block(tuple(map(int, first)), tuple(map(int, last - first + 1)))
    expected = resample_labels(method(pet, block).mask, canonical.canonical_grid).array
    inside = np.zeros_like(expected)
    (i, j, k), (i_end, j_end, k_end) = PRIMARY
    inside[k:k_end, j:j_end, i:i_end] = expected[k:k_end, j:j_end, i:i_end]
    assert np.array_equal(run(name, drawing(), box=PRIMARY, **parameters), inside)


def test_growing_stops_where_the_uptake_differs() -> None:
    _, pet, canonical = study("as most files")
    hottest = np.unravel_index(canonical.forward(resample(pet, canonical.grid).array).argmax(), SIZE[::-1])
    found = run("region_grow", drawing(), seed=[int(v) for v in hottest[::-1]], tolerance=3.0)
    volume = np.count_nonzero(found) * 0.015
    assert 1.7 < volume < 2.6
    in_ct = run("region_grow", drawing(), seed=[1, 1, 1], image="ct", tolerance=1.0)
    ct, _, canonical = study("as most files")
    assert np.array_equal(in_ct == 1, canonical.forward(ct.array) == 40)


def test_a_region_that_runs_out_is_refused_and_one_in_the_box_is_not() -> None:
    grid = Grid((20, 20, 20), (5.0, 5.0, 5.0))  # 1000 mL
    flat = Volume(np.ones(grid.shape, np.float32), grid)
    labels = Volume(np.zeros(grid.shape, np.uint8), grid)
    scene = Drawing(labels, Canonical.of(grid), pet=lambda: flat, ct=lambda: None, layer=lambda _: None)
    with pytest.raises(HyoidError, match=r"a region of 1000 mL; expected .* at most 500 mL.*inside the box"):
        run("region_grow", scene, seed=[5, 5, 5])
    half = [[0, 0, 0], [20, 20, 10]]  # 500 mL
    boxed = run_operation(
        "region_grow", json.dumps({"seed": [5, 5, 5], "tolerance": 2.0, "box": half}), study_in(scene)
    )
    assert np.count_nonzero(boxed.labels.array) == 20 * 20 * 10
    assert any("of the box's 6 sides" in note for note in boxed.notes)


def study_in(scene: Drawing) -> Drawing:
    """The same with a PET that is not flat: a box without any difference is refused."""
    pet = scene.needed_pet()
    array = pet.array.copy()
    array[::2] = 1.5
    return Drawing(scene.labels, scene.canonical, lambda: pet.with_array(array), scene.ct, scene.layer)


def test_the_other_label_keeps_its_voxels_and_it_is_said() -> None:
    first = run("threshold_41", drawing(), box=PRIMARY, label=1)
    taken = np.where(first == 1, np.uint8(2), np.uint8(0))
    taken[:, :, :8] = 0
    outcome = run_operation("threshold_41", json.dumps({"box": PRIMARY, "label": 1}), drawing(labels=taken))
    after = outcome.labels.array
    assert np.array_equal(after == 2, drawing(labels=taken).labels.array == 2)
    assert any("belong to the other label" in note for note in outcome.notes)
    with pytest.raises(HyoidError, match="other label"):
        run("threshold_41", drawing(labels=np.full(SIZE[::-1], 2, np.uint8)), box=PRIMARY, label=1)


def test_replacing_takes_away_what_was_in_the_box_of_this_label_alone() -> None:
    labels = np.zeros(SIZE[::-1], np.uint8)
    labels[5, 6, 5], labels[5, 6, 13], labels[0, 0, 0] = 1, 2, 1
    kept = run("threshold_50", drawing(labels=labels), box=PRIMARY, label=1, replace=False)
    replaced = run("threshold_50", drawing(labels=labels), box=PRIMARY, label=1)
    assert (kept[5, 6, 5], replaced[5, 6, 5]) == (1, 0)
    assert (replaced[5, 6, 13], replaced[0, 0, 0]) == (2, 1)


def test_edits_are_the_same_in_every_order_of_voxels() -> None:
    labels = np.zeros(SIZE[::-1], np.uint8)
    labels[4, 5:12, 6:14], labels[8, 6:13, 7:15], labels[4:9, 14:18, 14:20] = 1, 1, 2
    labels[0, 0, 0], labels[6, 15, 16] = 2, 0
    asked: list[tuple[str, dict[str, object]]] = [
        ("interpolate_slices", {"plane": "axial"}),
        ("interpolate_slices", {"plane": "coronal", "label": 2}),
        ("fill_holes", {"across": "axial"}),
        ("fill_holes", {"across": "sagittal"}),
        ("expand", {"label": 1, "margin_mm": 4.0}),
        ("shrink", {"label": 2, "margin_mm": 2.5}),
        ("remove_small", {"minimum_ml": 0.1}),
        ("copy_slice", {"source": 4, "target": 5}),
        ("copy_slice", {"source": 6, "target": 2, "plane": "sagittal"}),
        ("swap_labels", {"voxel": [0, 0, 0]}),
        ("swap_labels", {}),
        ("separate", {"gap_mm": 5.0, "take_from": "larger"}),
        ("exclude_ct_range", {}),
    ]
    for name, parameters in asked:
        found = [run(name, drawing(order, labels), **parameters) for order in ORDERS]
        assert np.array_equal(found[0], found[1]), name
        assert np.array_equal(found[0], found[2]), name
        assert not np.array_equal(found[0], labels), name


def test_slices_are_the_page_s() -> None:
    labels = np.zeros(SIZE[::-1], np.uint8)
    labels[4, 5:12, 6:14] = 1
    copied = run("copy_slice", drawing(labels=labels), source=4, target=9)
    assert np.array_equal(copied[9], labels[4])
    labels[8, 5:12, 6:14] = 1
    filled = run("interpolate_slices", drawing(labels=labels))
    assert np.array_equal(np.flatnonzero(filled.any(axis=(1, 2))), [4, 5, 6, 7, 8])
    assert np.array_equal(filled[6], labels[4])


def test_the_edits_are_the_functions_of_imaging() -> None:
    labels = np.random.default_rng(0).integers(0, 3, SIZE[::-1]).astype(np.uint8)
    scene = drawing("as the page", labels)
    assert np.array_equal(run("separate", scene, gap_mm=2.0), editing.separate(scene.labels, 2.0).labels.array)
    assert np.array_equal(run("remove_small", scene), editing.remove_small(scene.labels, 0.1).labels.array)
    assert not editing.touching(run("separate", scene))


NEEDED: dict[str, dict[str, object]] = {"region_grow": {"seed": [9, 10, 9]}, "copy_slice": {"source": 8, "target": 9}}


@given(st.sampled_from(sorted(OPERATIONS)), st.data())
def test_nothing_outside_the_box_is_changed_and_the_other_label_only_where_it_is_said(name: str, data) -> None:
    corner = [data.draw(st.integers(0, n - 7)) for n in SIZE]
    box = [corner, [at + data.draw(st.integers(6, 30)) for at in corner]]  # it may reach beyond the image
    labels = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, 3, (3, 3, 3)).astype(np.uint8)
    labels = np.kron(labels, np.ones((6, 8, 9), np.uint8))[: SIZE[2], : SIZE[1], : SIZE[0]]
    order = data.draw(st.sampled_from(sorted(ORDERS)))
    layer = Volume(np.full(study(order)[0].grid.shape, 2, np.uint8), study(order)[0].grid)
    parameters: dict[str, object] = {"box": box, **NEEDED.get(name, {})}
    if "label" in OPERATIONS[name].parameters.model_fields:
        parameters["label"] = data.draw(st.sampled_from([1, 2]))
    scene = drawing(order, labels, layer=lambda _: layer)
    sent = scene.labels.array.copy()
    try:
        outcome = run_operation(name, json.dumps(parameters), scene)
    except HyoidError:
        return  # no lesion in this box
    finally:
        assert np.array_equal(scene.labels.array, sent)  # what was sent is left as it was
    after = scene.canonical.forward(outcome.labels.array)
    outside = np.ones(labels.shape, bool)
    (i, j, k), (i_end, j_end, k_end) = box
    outside[k:k_end, j:j_end, i:i_end] = False
    assert np.array_equal(after[outside], labels[outside])
    assert after.dtype == np.uint8
    assert set(np.unique(after)) <= {0, 1, 2}
    for label, word in ((1, "GTVp"), (2, "GTVn")):
        if (after == label).sum() != (labels == label).sum():
            assert any(word in note for note in outcome.notes)
        if "label" in parameters and parameters["label"] != label:
            assert np.array_equal(after == label, labels == label)


def test_an_annotation_starts_from_the_prediction() -> None:
    ct, _, canonical = study("as most files")
    predicted = np.zeros(SIZE[::-1], np.uint8)
    predicted[3:7, 4:9, 5:11], predicted[10:13, 4:9, 5:11] = 1, 2
    native = Volume(np.ascontiguousarray(canonical.back(predicted)), ct.grid)
    asked: list[str] = []

    def layer(name: str) -> Volume:
        asked.append(name)
        return native

    assert np.array_equal(run("start_from_layer", drawing(layer=layer)), predicted)
    assert asked == ["predicted"]
    one = run("start_from_layer", drawing(layer=layer), label=2, layer="expert")
    assert np.array_equal(one, np.where(predicted == 2, predicted, 0))
    boxed = run("start_from_layer", drawing(layer=layer), box=[[0, 0, 0], [8, 22, 6]])
    assert np.count_nonzero(boxed) == 3 * 5 * 3
    mine = np.zeros_like(predicted)
    mine[3, 4, 5], mine[0, 0, 0] = 2, 1
    assert run("start_from_layer", drawing(labels=mine, layer=layer))[3, 4, 5] == 2
    replaced = run("start_from_layer", drawing(labels=mine, layer=layer), replace=True)
    assert np.array_equal(replaced, predicted)
    with pytest.raises(AnnotationError, match="no predicted label map"):
        run("start_from_layer", drawing())


@pytest.mark.parametrize(
    ("name", "parameters", "word"),
    [
        ("threshold_41", "{}", "box"),
        ("threshold_41", '{"box": [[0,0,0],[0,5,5]]}', "holds no voxel"),
        ("threshold_41", '{"box": [[100,0,0],[120,5,5]]}', "Draw it on the image"),
        ("threshold_41", '{"box": [[0,0,0],[9,9,9]], "fraction": 1.5}', "fraction"),
        ("threshold_41", '{"box": [[0,0,0],[9,9,9]], "fractoin": 0.5}', "did you mean 'fraction'"),
        ("threshold_41", '{"box": [[0,0,0],[9,9,9]], "label": 3}', "label"),
        ("threshold_41", "[]", "dictionary"),
        ("threshold_41", "{", "no JSON"),
        ("expand", '{"margin_mm": NaN}', "margin_mm"),
        ("expand", '{"margin_mm": 1e9}', "margin_mm"),
        ("swap_labels", '{"voxel": [99, 0, 0]}', "Point into the image"),
        ("copy_slice", '{"source": 3, "target": 500}', "slice"),
        ("region_grow", '{"seed": [1, 2]}', "seed"),
    ],
)
def test_other_parameters_are_refused_with_a_sentence(name: str, parameters: str, word: str) -> None:
    with pytest.raises(HyoidError, match=word):
        run_operation(name, parameters, drawing(labels=np.ones(SIZE[::-1], np.uint8)))


def test_an_operation_that_there_is_none_of_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="threshold_41"):
        run_operation("treshold_41", "{}", drawing())


def test_what_needs_an_image_says_so_without_it() -> None:
    with pytest.raises(AnnotationError, match="no PET"):
        run("threshold_41", drawing(pet=lambda: None), box=PRIMARY)
    with pytest.raises(AnnotationError, match="no CT"):
        run("exclude_ct_range", drawing(ct=lambda: None))
