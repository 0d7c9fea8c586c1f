import json

import numpy as np
import pytest
from hypothesis import given, settings
from pydantic import TypeAdapter, ValidationError

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import FullView, MinMax, NeckBox, Preprocess, WayBack, Window, ZScore, resample
from imaging.manikin import field, manikin
from imaging.worlds import SEEDS

FULL = FullView(spacing_mm=(4, 4, 4))
CHAINS = {"ct": (Window(lower=-250, upper=250),), "pet": (ZScore(),)}


@pytest.fixture(scope="module")
def study() -> dict[str, Volume]:
    ct, _ = manikin(field(450, 830, (3.0, 3.0, 4.0)))
    _, pet = manikin(field(420, 860, (5.0, 5.0, 5.0), half_width=260))
    return {"ct": ct.with_array(ct.array.astype(np.int16)), "pet": pet}


def test_channels_are_interpolated_then_changed(study: dict[str, Volume]) -> None:
    framed = Preprocess(frame=FULL, intensity=CHAINS).apply(study)
    assert framed.channels == ("ct", "pet")
    assert framed.present == (True, True)
    assert framed.images.dtype == np.float32
    assert framed.images.shape == (2, *framed.grid.shape)
    ct = resample(study["ct"], framed.grid, "linear", -1024)
    pet = resample(study["pet"], framed.grid, "bspline", 0)
    np.testing.assert_allclose(framed.images[0], np.clip((ct.array + 250) / 500, 0, 1), atol=1e-5)
    np.testing.assert_allclose(framed.images[1], ZScore().apply(np.maximum(pet.array, 0)), atol=1e-5)
    assert framed.native == study["ct"].grid
    assert framed.mask is None


def test_order_of_channels_is_the_callers(study: dict[str, Volume]) -> None:
    preprocess = Preprocess(frame=FULL, intensity=CHAINS)
    both = preprocess.apply(study)
    swapped = preprocess.apply(study, ("pet", "ct"))
    np.testing.assert_array_equal(swapped.images, both.images[::-1])
    only = preprocess.apply(study, ("pet",))
    np.testing.assert_array_equal(only.images, both.images[1:])
    # The body still is the CT's, and so is the native grid.
    np.testing.assert_array_equal(only.body, both.body)
    assert only.native == both.native


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_outside_values_and_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ct_grid, pet_grid = Grid((20, 20, 10), (2, 2, 4)), Grid((9, 9, 9), (5, 5, 5), tuple(rng.uniform(-20, 0, 3)))
    images = {
        "ct": Volume(rng.integers(-3024, 3000, ct_grid.shape).astype(np.int16), ct_grid),
        "pet": Volume(rng.choice([-0.5, 0.0, 30.0], pet_grid.shape).astype(np.float32), pet_grid),
    }
    box = NeckBox(size_mm=(40, 40, 40), spacing_mm=(3, 3, 3))  # no head in view: falls back to the full view
    framed = Preprocess(frame=box, interpolation={"ct": "bspline"}).apply(images)
    assert framed.images[0].min() >= -1024
    assert framed.images[1].min() >= 0
    assert any("No head" in note for note in framed.notes)


def test_frame_larger_than_the_images_is_filled_with_air(study: dict[str, Volume]) -> None:
    framed = Preprocess(frame=NeckBox(size_mm=(600, 600, 600), spacing_mm=(10, 10, 10))).apply(study)
    assert (framed.images[0][:, 0, 0] == -1024).all()
    assert (framed.images[1][:, 0, 0] == 0).all()
    assert not framed.body[:, 0].any()


@pytest.mark.parametrize(("missing", "constant"), [("pet", 0.0), ("ct", 0.0)])
def test_absent_image_becomes_a_constant_and_a_flag(study: dict[str, Volume], missing: str, constant: float) -> None:
    there = {name: volume for name, volume in study.items() if name != missing}
    framed = Preprocess(frame=FULL, intensity=CHAINS).apply(there)
    at = framed.channels.index(missing)
    assert framed.present[at] is False
    assert (framed.images[at] == constant).all()
    assert framed.present[1 - at] is True
    assert framed.native == next(iter(there.values())).grid
    assert framed.body.any()
    assert any(f"No {missing.upper()}" in note for note in framed.notes)


def test_absent_image_without_a_chain_is_its_outside_value(study: dict[str, Volume]) -> None:
    framed = Preprocess(frame=FULL).apply({"pet": study["pet"]})
    assert (framed.images[0] == -1024).all()


def test_outside_is_what_an_absent_image_becomes(study: dict[str, Volume]) -> None:
    chains = {"ct": (Window(lower=-250, upper=250, to=(-6, 6)),), "pet": (ZScore(),)}
    for preprocess in (Preprocess(frame=FULL), Preprocess(frame=FULL, intensity=chains)):
        for there, absent in (("ct", "pet"), ("pet", "ct")):
            framed = preprocess.apply({there: study[there]})
            assert (framed.images[framed.channels.index(absent)] == preprocess.outside(absent)).all()
    assert Preprocess().outside("ct") == -1024
    assert Preprocess(intensity=chains).outside("ct") == -6
    with pytest.raises(ImageError, match="channels"):
        Preprocess().outside("dose_rate")


def test_a_dose_is_a_third_channel_interpolated_from_its_own_grid_and_takes_no_part_in_the_frame(
    study: dict[str, Volume],
) -> None:
    dose = Volume(np.full(study["pet"].array.shape, 30.0, np.float32), study["pet"].grid)
    preprocess = Preprocess(frame=FULL)
    framed = preprocess.apply(study | {"dose": dose}, ("ct", "pet", "dose"))
    assert framed.present == (True, True, True)
    assert framed.grid == preprocess.apply(study).grid
    inside = framed.images[2][framed.images[2] > 0]
    np.testing.assert_allclose(inside, 30.0, rtol=1e-6)
    without = preprocess.apply(study, ("ct", "pet", "dose"))
    assert without.present == (True, True, False)
    assert (without.images[2] == 0).all()


def test_mask_takes_no_part_in_the_frame_and_comes_back(study: dict[str, Volume]) -> None:
    labels = np.zeros(study["ct"].array.shape, np.uint8)
    labels[30:42, 60:72, 70:84] = 1
    labels[50:58, 50:62, 60:70] = 2
    mask = Volume(labels, study["ct"].grid)
    preprocess = Preprocess(frame=NeckBox(spacing_mm=(2, 2, 2)))
    framed = preprocess.apply(study, mask=mask)
    assert framed.grid == preprocess.apply(study).grid
    assert framed.mask is not None
    assert framed.mask.dtype == np.uint8
    back = framed.restore(framed.mask)
    assert back.grid == study["ct"].grid
    for label in (1, 2):
        found, truth = back.array == label, labels == label
        assert 2 * np.count_nonzero(found & truth) / (found.sum() + truth.sum()) > 0.97
    again = WayBack.from_dict(json.loads(json.dumps(framed.geometry())))
    np.testing.assert_array_equal(again.restore(framed.mask).array, back.array)


@pytest.mark.parametrize("name", ["z_score", "min_max", "divide_by_mean"])
def test_the_pet_becomes_suv_again(study: dict[str, Volume], name: str) -> None:
    preprocess = Preprocess.model_validate({"frame": FULL, "intensity": {"pet": [{"name": name}]}})
    framed = preprocess.apply(study)
    suv = framed.suv(told_apart_at=2.5)
    assert suv is not None
    np.testing.assert_allclose(suv, Preprocess(frame=FULL).apply(study).images[1], atol=1e-3)
    assert WayBack.from_dict(json.loads(json.dumps(framed.geometry()))) == framed.way_back
    assert preprocess.apply({"ct": study["ct"]}).suv() is None


def test_body_covers_the_patient(study: dict[str, Volume]) -> None:
    framed = Preprocess(frame=FULL).apply(study)
    truth = resample(study["ct"], framed.grid, outside=-1024).array > 0
    assert framed.body.dtype == bool
    assert np.count_nonzero(framed.body & truth) > 0.97 * np.count_nonzero(truth)
    assert framed.body.mean() < 0.7


def test_image_that_shows_no_patient_leaves_nothing_out() -> None:
    grid = Grid((20, 20, 20), (5, 5, 5))
    framed = Preprocess(frame=FULL).apply({"ct": Volume(np.full(grid.shape, -1024, np.int16), grid)})
    assert framed.body.all()


def test_inputs_are_left_alone(study: dict[str, Volume]) -> None:
    before = {name: volume.array.copy() for name, volume in study.items()}
    Preprocess(frame=FULL, intensity={"ct": (MinMax(),), "pet": (MinMax(),)}).apply(study)
    for name, array in before.items():
        np.testing.assert_array_equal(study[name].array, array)


def test_reads_what_recipes_write_and_writes_it_back() -> None:
    text = {
        "frame": {"name": "neck_box", "size_mm": [200, 200, 310], "spacing_mm": [1, 1, 1]},
        "interpolation": {"ct": "bspline"},
        "intensity": {"ct": [{"name": "window", "lower": -250, "upper": 250, "to": [-6, 6]}], "pet": []},
    }
    preprocess = TypeAdapter(Preprocess).validate_python(text)
    assert preprocess.interpolation == {"ct": "bspline", "pet": "bspline", "dose": "linear"}
    assert Preprocess.model_validate_json(preprocess.model_dump_json()) == preprocess


@pytest.mark.parametrize(
    "wrong",
    [{"frame": {"name": "neckbox"}}, {"interpolation": {"pt": "linear"}}, {"intensity": {"ct": [{"name": "zscore"}]}}],
)
def test_unknown_parts_are_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        Preprocess.model_validate(wrong)


@pytest.mark.parametrize("channels", [("ct", "mri"), ()])
def test_unknown_channels_are_refused(study: dict[str, Volume], channels: tuple[str, ...]) -> None:
    with pytest.raises(ImageError, match="channels"):
        Preprocess(frame=FULL).apply(study, channels)
