import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.ndimage import affine_transform
from scipy.spatial.transform import Rotation

from hyoid.augment import Affine, Samples

SHAPE = (9, 12, 14)


def _samples(count: int = 2) -> Samples:
    rng = np.random.default_rng(0)
    images = torch.from_numpy(rng.normal(size=(count, 2, *SHAPE)).astype(np.float32))
    labels = torch.from_numpy(rng.integers(0, 5, (count, *SHAPE)).astype(np.int64))
    return Samples(images, labels, ("ct", "pet"))


def _drawn(degrees: tuple[float, ...], scale: float) -> dict[str, np.ndarray]:
    return {"degrees": np.array([degrees]), "scale": np.array([scale])}


def _by_scipy(image: np.ndarray, degrees: tuple[float, ...], scale: float, order: int) -> np.ndarray:
    # As for `Rotate`: about y an axis order of (z, y, x) turns in the left-handed sense.
    matrix = Rotation.from_euler("xyz", np.array(degrees) * (1, -1, 1), degrees=True).as_matrix() / scale
    middle = (np.asarray(image.shape) - 1) / 2
    return affine_transform(image, matrix, middle - matrix @ middle, order=order, mode="nearest")


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.floats(-40, 40)] * 3), st.floats(0.5, 2))
def test_affine_equals_scipy(degrees: tuple, scale: float) -> None:
    samples = _samples(1)
    changed = Affine().apply(samples, _drawn(degrees, scale))
    for channel in range(2):
        expected = _by_scipy(samples.images[0, channel].numpy().astype(float), degrees, scale, order=1)
        np.testing.assert_allclose(changed.images[0, channel], expected, atol=5e-5)


def test_labels_are_the_nearest_voxel_of_scipy() -> None:
    samples = _samples(1)
    changed = Affine().apply(samples, _drawn((7.3, -4.1, 9.7), 1.13))
    assert changed.labels is not None
    assert changed.labels.dtype == torch.int64
    np.testing.assert_array_equal(changed.labels[0], _by_scipy(samples.labels[0].numpy(), (7.3, -4.1, 9.7), 1.13, 0))


def test_cube_turned_by_a_right_angle_takes_its_labels_along() -> None:
    cube = np.zeros((11, 11, 11), np.int64)
    cube[2:5, 1:4, 6:9] = 1
    cube[7, 8, 2] = 2
    samples = Samples(torch.from_numpy(cube)[None, None].float(), torch.from_numpy(cube)[None], ("ct",))
    for axis, plane in enumerate([(1, 2), (0, 2), (0, 1)]):
        degrees = [0.0, 0.0, 0.0]
        degrees[axis] = 90.0
        changed = Affine().apply(samples, _drawn(tuple(degrees), 1.0))
        expected = np.rot90(cube, -1, plane)
        assert not np.array_equal(expected, cube)
        np.testing.assert_array_equal(changed.labels[0], expected)
        np.testing.assert_allclose(changed.images[0, 0], expected, atol=1e-4)


@pytest.mark.parametrize("scale", [0.75, 1.0, 1.5, 2.0])
def test_volume_grows_by_the_cube_of_the_scale(scale: float) -> None:
    z, y, x = np.meshgrid(*[np.arange(40) - 19.5] * 3, indexing="ij")
    ball = torch.from_numpy((z**2 + y**2 + x**2 < 9**2).astype(np.int64))
    samples = Samples(ball[None, None].float(), ball[None], ("pet",))
    changed = Affine().apply(samples, _drawn((10.0, -5.0, 3.0), scale))
    assert changed.labels is not None
    ratio = scale**3 * float(ball.sum())
    assert float(changed.labels.sum()) == pytest.approx(ratio, rel=0.02)
    assert float(changed.images.sum()) == pytest.approx(ratio, rel=0.02)


def test_no_change_changes_no_bit() -> None:
    samples = _samples()
    same = Affine(degrees=0, scale=(1, 1), probability=1)
    changed = same.apply(samples, same.draw(np.random.default_rng(0), 2))
    assert torch.equal(changed.images, samples.images)
    assert torch.equal(changed.labels, samples.labels)


def test_draw_is_within_bounds_and_as_often_as_asked() -> None:
    drawn = Affine(probability=0.5).draw(np.random.default_rng(0), 4000)
    on = drawn["degrees"].any(axis=1)
    np.testing.assert_array_equal(on, drawn["scale"] != 1)
    assert 0.45 < on.mean() < 0.55
    assert -15 <= drawn["degrees"].min() < -14.9 < 14.9 < drawn["degrees"].max() <= 15
    assert 0.9 <= drawn["scale"].min() < 0.901 < 1.199 < drawn["scale"].max() <= 1.2
    columns = np.column_stack([drawn["degrees"], drawn["scale"]])[on]
    assert np.abs(np.corrcoef(columns.T) - np.eye(4)).max() < 0.1


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValidationError, match="exchange them"):
        Affine(scale=(1.2, 0.9))
    with pytest.raises(ValidationError, match="greater than 0"):
        Affine(scale=(0, 1))
    with pytest.raises(ValidationError):
        Affine(degrees=181)
