import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.ndimage import affine_transform
from scipy.spatial.transform import Rotation

from hyoid.augment import Rotate, Samples

SHAPE = (9, 12, 14)


def _samples(count: int = 2) -> Samples:
    rng = np.random.default_rng(0)
    images = torch.from_numpy(rng.normal(size=(count, 2, *SHAPE)).astype(np.float32))
    labels = torch.from_numpy(rng.integers(0, 5, (count, *SHAPE)).astype(np.int64))
    return Samples(images, labels, ("ct", "pet"))


def _by_scipy(image: np.ndarray, degrees: np.ndarray, order: int) -> np.ndarray:
    # About z moves (y, x), about y (z, x), about x (z, y): in an axis order of (z, y, x) that is the left-handed
    # sense for y alone, and extrinsic turns about the first axis first.
    matrix = Rotation.from_euler("xyz", degrees * (1, -1, 1), degrees=True).as_matrix()
    middle = (np.asarray(image.shape) - 1) / 2
    return affine_transform(image, matrix, middle - matrix @ middle, order=order, mode="nearest")


@settings(max_examples=30, deadline=None)
@given(st.tuples(*[st.floats(-40, 40)] * 3))
def test_rotation_equals_scipy(angles: tuple) -> None:
    samples = _samples(1)
    rotated = Rotate().apply(samples, {"degrees": np.array([angles])})
    for channel in range(2):
        expected = _by_scipy(samples.images[0, channel].numpy().astype(float), np.array(angles), order=1)
        np.testing.assert_allclose(rotated.images[0, channel], expected, atol=5e-5)


def test_labels_are_the_nearest_voxel_of_scipy() -> None:
    samples = _samples(1)
    angles = np.array([7.3, -4.1, 9.7])
    rotated = Rotate().apply(samples, {"degrees": angles[None]})
    assert rotated.labels is not None
    assert rotated.labels.dtype == torch.int64
    np.testing.assert_array_equal(rotated.labels[0], _by_scipy(samples.labels[0].numpy(), angles, order=0))


def test_labels_follow_the_images() -> None:
    labels = torch.zeros(1, 24, 30, 28, dtype=torch.uint8)
    labels[0, 5:15, 6:20, 10:25] = 1
    samples = Samples(labels[:, None].float(), labels, ("ct",))
    rotated = Rotate(degrees=30, probability=1).apply(samples, {"degrees": np.array([[20.0, -13.0, 9.0]])})
    assert rotated.labels is not None
    assert rotated.labels.dtype == torch.uint8
    image = rotated.images[0, 0]
    assert not torch.equal(rotated.labels, labels)
    # The nearest voxel holds an eighth of the linear weight or more.
    assert (rotated.labels[0][image > 1 - 0.124] == 1).all()
    assert (rotated.labels[0][image < 0.124] == 0).all()


def test_right_angle_is_exact() -> None:
    cube = torch.arange(7**3, dtype=torch.float32).reshape(1, 1, 7, 7, 7)
    samples = Samples(cube, cube[:, 0].long(), ("ct",))
    for axis, plane in enumerate([(1, 2), (0, 2), (0, 1)]):
        degrees = np.zeros((1, 3))
        degrees[0, axis] = 90
        rotated = Rotate().apply(samples, {"degrees": degrees})
        # A target that reads from where a turn by +90 degrees leads has itself been turned by -90.
        expected = np.rot90(cube[0, 0].numpy(), -1, plane)
        np.testing.assert_allclose(rotated.images[0, 0], expected, atol=1e-3)
        np.testing.assert_array_equal(rotated.labels[0], expected.astype(int))


def test_no_angle_changes_no_bit() -> None:
    samples = _samples()
    same = Rotate(degrees=0, probability=1)
    rotated = same.apply(samples, same.draw(np.random.default_rng(0), 2))
    assert torch.equal(rotated.images, samples.images)
    assert torch.equal(rotated.labels, samples.labels)
    tiny = Rotate().apply(samples, {"degrees": np.full((2, 3), 1e-9)})
    np.testing.assert_allclose(tiny.images, samples.images, atol=1e-5)


def test_draw_is_independent_within_bounds_and_as_often_as_asked() -> None:
    drawn = Rotate(degrees=10, probability=0.5).draw(np.random.default_rng(0), 2000)["degrees"]
    on = drawn.any(axis=1)
    assert 0.45 < on.mean() < 0.55
    assert (drawn[on] != 0).all()
    assert -10 <= drawn.min() < -9.9 < 9.9 < drawn.max() <= 10
    assert np.abs(np.corrcoef(drawn[on].T) - np.eye(3)).max() < 0.1


def test_impossible_angles_are_refused() -> None:
    with pytest.raises(ValidationError):
        Rotate(degrees=-1)
