import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from hyoid.errors import GeometryError
from hyoid.files import jsonable
from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging import FullView, Preprocess, WayBack, resample
from imaging.worlds import CT_IN_PLANE_MM, CT_SLICE_MM, DIRECTIONS, PET_MM, SEEDS, grid_around, lesion


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def centroid(mask: np.ndarray, grid: Grid) -> np.ndarray:
    return grid.to_world(ndimage.center_of_mass(mask)[::-1])


def least_dice(in_plane_mm: float) -> float:
    return 0.97 if in_plane_mm >= 0.95 else 0.93


@settings(max_examples=20, deadline=None)
@given(
    seed=SEEDS,
    in_plane=st.sampled_from(CT_IN_PLANE_MM),
    thickness=st.sampled_from(CT_SLICE_MM),
    kind=DIRECTIONS,
    volume_ml=st.floats(1.0, 10.0),
)
def test_lesion_goes_to_the_frame_and_returns(
    seed: int, in_plane: float, thickness: float, kind: str, volume_ml: float
) -> None:
    rng = np.random.default_rng(seed)
    centre = rng.normal(0, 100, 3)
    reach = 4 * (volume_ml * 1000 * 3 / 4 / np.pi) ** (1 / 3) + 12
    native = grid_around(rng, centre, np.full(3, reach), (in_plane, in_plane, thickness), kind)
    mask = lesion(rng, native, centre, volume_ml)
    frame = Box.of_grid(native).grid((1.0, 1.0, 1.0))
    way_back = WayBack(frame, native)
    there = WayBack(native, frame).restore(mask).array
    back = way_back.restore(there)
    assert back.grid == native
    assert dice(back.array > 0, mask > 0) >= least_dice(in_plane)
    assert np.linalg.norm(centroid(back.array, native) - centroid(mask, native)) <= 0.2
    one_hot = np.stack([there == 0, there == 1]).astype(np.float32)
    by_probability = way_back.restore(one_hot, "probabilities")
    assert by_probability.grid == native
    assert dice(by_probability.array > 0, mask > 0) >= least_dice(in_plane) - 0.03


@settings(max_examples=12, deadline=None)
@given(
    seed=SEEDS,
    in_plane=st.sampled_from(CT_IN_PLANE_MM[1:]),
    thickness=st.sampled_from(CT_SLICE_MM),
    pet_mm=st.sampled_from(PET_MM),
    kind=DIRECTIONS,
    pet_kind=DIRECTIONS,
)
def test_case_of_two_different_fields_of_view(
    seed: int, in_plane: float, thickness: float, pet_mm: tuple[float, float], kind: str, pet_kind: str
) -> None:
    rng = np.random.default_rng(seed)
    centre = rng.normal(0, 200, 3)
    # CT shorter or longer than the PET, wider or narrower, and not concentric with it.
    native = grid_around(rng, centre, rng.uniform(48, 90, 3), (in_plane, in_plane, thickness), kind)
    pet_centre = centre + rng.uniform(-6, 6, 3)
    pet_grid = grid_around(rng, pet_centre, rng.uniform(60, 110, 3), (pet_mm[0], pet_mm[0], pet_mm[1]), pet_kind)
    mask = Volume(lesion(rng, native, centre, rng.uniform(1.0, 4.0)), native)
    images = {
        "ct": Volume(rng.integers(-1024, 1500, native.shape).astype(np.int16), native),
        "pet": Volume(rng.random(pet_grid.shape).astype(np.float32), pet_grid),
    }
    framed = Preprocess(frame=FullView(), interpolation={"ct": "linear", "pet": "linear"}).apply(images, mask=mask)
    back = framed.restore(framed.mask)
    for field in ("size", "spacing", "origin", "direction"):
        assert getattr(back.grid, field) == getattr(native, field)
    assert dice(back.array > 0, mask.array > 0) >= least_dice(in_plane)
    assert np.linalg.norm(centroid(back.array, native) - centroid(mask.array, native)) <= 0.2


@settings(max_examples=12, deadline=None)
@given(SEEDS, DIRECTIONS)
def test_probabilities_equal_whole_maps_by_itk(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    native = grid_around(rng, np.zeros(3), np.array([40, 50, 60]), (1.3, 1.3, 3.0), kind)
    frame = grid_around(rng, rng.normal(0, 8, 3), np.array([30, 24, 36]), (1.0, 1.0, 1.0), "axial")
    values = rng.dirichlet([1, 1, 1], size=frame.shape).transpose(3, 0, 1, 2).astype(np.float16)
    maps = np.stack([resample(Volume(v, frame), native, outside=float(k == 0)).array for k, v in enumerate(values)])
    ordered = np.sort(maps, axis=0)
    clear = ordered[-1] - ordered[-2] > 1e-4
    found = WayBack(frame, native).restore(values, "probabilities").array
    np.testing.assert_array_equal(found[clear], maps.argmax(0)[clear])


def test_frame_apart_from_the_native_grid_is_all_background() -> None:
    way_back = WayBack(Grid((4, 4, 4), (1, 1, 1), (500, 0, 0)), Grid((6, 5, 4), (1, 1, 1)))
    ones = np.ones((2, 4, 4, 4), np.float32)
    assert not way_back.restore(ones, "probabilities").array.any()
    assert not way_back.restore(ones[0].astype(np.uint8)).array.any()


def test_survives_json_bit_by_bit() -> None:
    way_back = WayBack(Grid((4, 5, 6), (1, 1, 1), (0.1, 1 / 3, -7)), Grid((7, 8, 9), (0.9765620231628418, 1, 3.27)))
    assert WayBack.from_dict(json.loads(json.dumps(jsonable(way_back.to_dict())))) == way_back


@pytest.mark.parametrize(("shape", "kind"), [((4, 4, 5), "labels"), ((4, 4, 4), "probabilities")])
def test_values_of_another_shape_are_refused(shape: tuple[int, ...], kind: str) -> None:
    way_back = WayBack(Grid((4, 4, 4), (1, 1, 1)), Grid((4, 4, 4), (1, 1, 1)))
    with pytest.raises(GeometryError, match="frame's own grid"):
        way_back.restore(np.zeros(shape, np.uint8), kind)  # type: ignore[arg-type]


def test_full_resolution_maps_of_all_classes_are_never_held() -> None:
    native = Grid((256, 256, 96), (0.5, 0.5, 1.0))
    frame = Box.of_grid(native).grid((4.0, 4.0, 4.0))
    values = np.random.default_rng(0).random((3, *frame.shape), np.float32)
    tracemalloc.start()
    WayBack(frame, native).restore(values, "probabilities")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    one_map_bytes = 4 * np.prod(native.shape)
    assert peak < 0.8 * one_map_bytes
