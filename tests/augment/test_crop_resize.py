import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy.ndimage import affine_transform

from hyoid.augment import Augmentation, CropResize, Rotate, Samples

SHAPE = (9, 12, 14)


def _samples(count: int = 2) -> Samples:
    rng = np.random.default_rng(0)
    images = torch.from_numpy(rng.normal(size=(count, 2, *SHAPE)).astype(np.float32))
    labels = torch.from_numpy(rng.integers(0, 5, (count, *SHAPE)).astype(np.int64))
    return Samples(images, labels, ("ct", "pet"))


def _by_scipy(image: np.ndarray, fraction: float, position: np.ndarray, order: int) -> np.ndarray:
    # The box's outer edge lies at index `start` - 0.5, and its first voxel's centre half a new voxel further.
    start = (1 - fraction) * position * np.asarray(image.shape)
    offset = start - 0.5 + fraction / 2
    return affine_transform(image, np.full(3, fraction), offset, order=order, mode="nearest")


@settings(max_examples=30, deadline=None)
@given(st.floats(0.3, 0.99), st.tuples(*[st.floats(0, 1)] * 3))
def test_crop_equals_scipy(fraction: float, position: tuple) -> None:
    samples = _samples(1)
    drawn = {"fraction": np.array([fraction]), "position": np.array([position])}
    cropped = CropResize().apply(samples, drawn)
    for channel in range(2):
        expected = _by_scipy(samples.images[0, channel].numpy().astype(float), fraction, np.array(position), 1)
        np.testing.assert_allclose(cropped.images[0, channel], expected, atol=5e-5)


def test_labels_are_the_nearest_voxel_of_scipy() -> None:
    samples = _samples(1)
    position = np.array([0.31, 0.77, 0.05])
    cropped = CropResize().apply(samples, {"fraction": np.array([0.83]), "position": position[None]})
    assert cropped.labels is not None
    np.testing.assert_array_equal(cropped.labels[0], _by_scipy(samples.labels[0].numpy(), 0.83, position, 0))


def test_half_at_a_corner_repeats_every_label() -> None:
    labels = torch.from_numpy(np.random.default_rng(0).integers(0, 9, (1, 8, 8, 8)))
    samples = Samples(labels[:, None].float(), labels, ("ct",))
    drawn = {"fraction": np.array([0.5]), "position": np.array([[0.0, 1.0, 0.0]])}
    cropped = CropResize().apply(samples, drawn)
    corner = labels[0].numpy()[:4, 4:, :4]
    np.testing.assert_array_equal(cropped.labels[0], corner.repeat(2, 0).repeat(2, 1).repeat(2, 2))


def test_whole_volume_changes_no_bit() -> None:
    samples = _samples()
    for part in (CropResize(lower=1, upper=1, probability=1), CropResize(probability=0)):
        cropped = part.apply(samples, part.draw(np.random.default_rng(0), 2))
        assert torch.equal(cropped.images, samples.images)
        assert torch.equal(cropped.labels, samples.labels)


def test_draw_is_within_bounds_and_as_often_as_asked() -> None:
    drawn = CropResize(lower=0.7, upper=0.9, probability=0.5).draw(np.random.default_rng(0), 2000)
    fraction = drawn["fraction"]
    on = fraction != 1
    assert 0.45 < on.mean() < 0.55
    assert 0.7 <= fraction.min() < 0.701
    assert 0.899 < fraction[on].max() <= 0.9
    assert drawn["position"].shape == (2000, 3)
    assert 0 <= drawn["position"].min() < 0.01 < 0.99 < drawn["position"].max() <= 1


def test_impossible_boxes_are_refused() -> None:
    with pytest.raises(ValidationError, match="exchange them"):
        CropResize(lower=0.9, upper=0.8)
    with pytest.raises(ValidationError):
        CropResize(lower=0)


@pytest.mark.parametrize("part", [Rotate(degrees=5), CropResize(lower=0.5)])
def test_parts_are_told_apart_by_name(part: Rotate | CropResize) -> None:
    assert TypeAdapter(Augmentation).validate_json(part.model_dump_json()) == part
