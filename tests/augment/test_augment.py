import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from hyoid.augment import (
    CropResize,
    Flip,
    GaussianNoise,
    GaussianSmooth,
    Rotate,
    Samples,
    ScaleIntensity,
    ShiftIntensity,
    apply_all,
    draw_all,
)

PARTS = (
    Flip(),
    Rotate(),
    CropResize(),
    ScaleIntensity(),
    ShiftIntensity(),
    GaussianNoise(),
    GaussianSmooth(),
)


def _samples(count: int = 6) -> Samples:
    rng = np.random.default_rng(0)
    images = torch.from_numpy(rng.normal(size=(count, 2, 9, 10, 11)).astype(np.float32))
    labels = torch.from_numpy(rng.integers(0, 3, (count, 9, 10, 11)).astype(np.int64))
    return Samples(images, labels, ("ct", "pet"))


def test_recorded_parameters_replay_exactly() -> None:
    drawn = draw_all(PARTS, np.random.default_rng(3), 6)
    first, second = (apply_all(PARTS, _samples(), drawn) for _ in range(2))
    assert torch.equal(first.images, second.images)
    assert torch.equal(first.labels, second.labels)
    other = apply_all(PARTS, _samples(), draw_all(PARTS, np.random.default_rng(4), 6))
    assert not torch.equal(first.images, other.images)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_without_labels_the_images_change_alike(part: Flip) -> None:
    samples = _samples()
    drawn = part.draw(np.random.default_rng(1), 6)
    alone = part.apply(Samples(samples.images, None, samples.channels), drawn)
    assert alone.labels is None
    assert torch.equal(alone.images, part.apply(samples, drawn).images)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_samples_that_come_in_are_left_alone(part: Flip) -> None:
    samples = _samples()
    part.apply(samples, part.draw(np.random.default_rng(1), 6))
    assert torch.equal(samples.images, _samples().images)
    assert torch.equal(samples.labels, _samples().labels)


def test_flip_moves_images_and_labels_together_and_each_axis_alone() -> None:
    samples = _samples(64)
    drawn = Flip().draw(np.random.default_rng(0), 64)
    assert len({tuple(row) for row in drawn["flip"]}) == 8
    flipped = Flip().apply(samples, drawn)
    for i, flips in enumerate(drawn["flip"]):
        axes = tuple(a for a in range(3) if flips[a])
        np.testing.assert_array_equal(flipped.labels[i], np.flip(samples.labels[i].numpy(), axes))
        np.testing.assert_array_equal(flipped.images[i, 1], np.flip(samples.images[i, 1].numpy(), axes))


def test_published_flip_moves_all_axes_together() -> None:
    drawn = Flip(together=True).draw(np.random.default_rng(0), 64)
    assert {tuple(row) for row in drawn["flip"]} == {(False,) * 3, (True,) * 3}


@pytest.mark.parametrize("part", [ScaleIntensity(), ShiftIntensity(), GaussianNoise(), GaussianSmooth()])
def test_only_the_named_channel_changes(part: ScaleIntensity) -> None:
    samples = _samples()
    changed = part.apply(samples, part.draw(np.random.default_rng(0), 6))
    assert torch.equal(changed.images[:, 1], samples.images[:, 1])
    different = [not torch.equal(a, b) for a, b in zip(changed.images[:, 0], samples.images[:, 0], strict=True)]
    assert 0 < sum(different) < 6
    pet_first = Samples(samples.images, samples.labels, ("pet", "ct"))
    assert torch.equal(part.apply(pet_first, part.draw(np.random.default_rng(0), 6)).images[:, 0], samples.images[:, 0])


def test_scale_and_shift_stay_within_their_bounds() -> None:
    gain = ScaleIntensity(factor=0.1, probability=1).draw(np.random.default_rng(0), 500)["gain"]
    offset = ShiftIntensity(offset=0.2, probability=1).draw(np.random.default_rng(0), 500)["offset"]
    assert 0.9 <= gain.min() < 0.91 < 1.09 < gain.max() <= 1.1
    assert -0.2 <= offset.min() < -0.19 < 0.19 < offset.max() <= 0.2


def test_smoothing_equals_scipy() -> None:
    samples = _samples()
    part = GaussianSmooth(probability=1)
    drawn = part.draw(np.random.default_rng(0), 6)
    smoothed = part.apply(samples, drawn)
    for i in range(6):
        expected = gaussian_filter(samples.images[i, 0].numpy(), drawn["sigma"][i, 0], mode="nearest", truncate=4)
        np.testing.assert_allclose(smoothed.images[i, 0], expected, atol=2e-5)


def test_noise_has_the_drawn_width() -> None:
    samples = Samples(torch.zeros(40, 2, 16, 16, 16), torch.zeros(40, 16, 16, 16), ("ct", "pet"))
    part = GaussianNoise(sigma=0.3, probability=1)
    drawn = part.draw(np.random.default_rng(0), 40)
    noise = part.apply(samples, drawn).images[:, 0]
    np.testing.assert_allclose(noise.std(dim=(1, 2, 3)), drawn["sigma"][:, 0], rtol=0.06)
