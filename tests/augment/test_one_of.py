import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from hyoid.augment import (
    Affine,
    Augmentation,
    CropResize,
    Flip,
    Gamma,
    GaussianNoise,
    GaussianSmooth,
    OneOf,
    Parameters,
    Rotate,
    Samples,
    ScaleIntensity,
    apply_all,
    draw_all,
)
from hyoid.settings import describe_errors

CHANNELS = ("ct", "pet")
TRIVIAL = OneOf(
    parts=(
        Affine(degrees=15, scale=(0.9, 1.2)),
        Gamma(channels=CHANNELS),
        GaussianNoise(channels=CHANNELS, sigma=0.2),
        GaussianSmooth(channels=CHANNELS),
    )
)


def _samples(count: int) -> Samples:
    rng = np.random.default_rng(0)
    images = torch.from_numpy(rng.normal(size=(count, 2, 8, 9, 10)).astype(np.float32))
    labels = torch.from_numpy(rng.integers(0, 3, (count, 8, 9, 10)).astype(np.int64))
    return Samples(images, labels, CHANNELS)


def _row(parameters: Parameters, i: int, prefix: str) -> Parameters:
    return {name.removeprefix(prefix): v[[i]] for name, v in parameters.items() if name.startswith(prefix)}


def test_each_sample_is_changed_by_its_own_part_alone() -> None:
    samples = _samples(24)
    drawn = TRIVIAL.draw(np.random.default_rng(0), 24)
    changed = TRIVIAL.apply(samples, drawn)
    assert set(drawn["part"].tolist()) == {0, 1, 2, 3}
    assert changed.labels is not None
    assert samples.labels is not None
    for i, chosen in enumerate(drawn["part"]):
        one = Samples(samples.images[[i]], samples.labels[[i]], CHANNELS)
        expected = TRIVIAL.parts[chosen].apply(one, _row(drawn, i, f"{chosen}."))
        assert torch.equal(changed.images[[i]], expected.images)
        assert torch.equal(changed.labels[[i]], expected.labels)
        assert not torch.equal(changed.images[i], samples.images[i])
        assert torch.equal(changed.labels[i], samples.labels[i]) == (chosen != 0)


def test_one_active_part_leaves_the_samples_of_others_as_they_are_bit_for_bit() -> None:
    samples = _samples(40)
    part = OneOf(parts=(ScaleIntensity(factor=0, channels=CHANNELS), Rotate(degrees=40)))
    drawn = part.draw(np.random.default_rng(1), 40)
    changed = part.apply(samples, drawn)
    assert changed.labels is not None
    for i, chosen in enumerate(drawn["part"]):
        assert torch.equal(changed.images[i], samples.images[i]) == (chosen == 0)
        assert torch.equal(changed.labels[i], samples.labels[i]) == (chosen == 0)


def test_parts_are_equally_frequent_or_by_weight() -> None:
    part = OneOf(parts=(Flip(axes=("x",)), Gamma(), GaussianNoise(), GaussianSmooth()))
    even = np.bincount(part.draw(np.random.default_rng(0), 8000)["part"]) / 8000
    assert even == pytest.approx([0.25] * 4, abs=0.02)
    weighted = OneOf(parts=part.parts, weights=(1, 2, 4, 1))
    found = np.bincount(weighted.draw(np.random.default_rng(0), 8000)["part"]) / 8000
    assert found == pytest.approx([0.125, 0.25, 0.5, 0.125], abs=0.02)


def test_draw_is_a_function_of_the_generator() -> None:
    first, second, other = (TRIVIAL.draw(np.random.default_rng(seed), 6) for seed in (3, 3, 4))
    assert list(first) == ["part", "0.degrees", "0.scale", "1.gamma", "2.sigma", "2.seed", "3.sigma"]
    for name, values in first.items():
        assert len(values) == 6
        np.testing.assert_array_equal(values, second[name])
        assert not np.array_equal(values, other[name])


def test_replay_is_the_same_and_leaves_the_input_alone() -> None:
    drawn = draw_all((TRIVIAL, Flip()), np.random.default_rng(5), 12)
    samples = _samples(12)
    first, second = (apply_all((TRIVIAL, Flip()), samples, drawn) for _ in range(2))
    assert torch.equal(first.images, second.images)
    assert torch.equal(first.labels, second.labels)
    assert torch.equal(samples.images, _samples(12).images)
    assert torch.equal(samples.labels, _samples(12).labels)


def test_samples_without_labels_are_changed_alike() -> None:
    samples, drawn = _samples(12), TRIVIAL.draw(np.random.default_rng(1), 12)
    alone = TRIVIAL.apply(Samples(samples.images, None, CHANNELS), drawn)
    assert alone.labels is None
    assert torch.equal(alone.images, TRIVIAL.apply(samples, drawn).images)


def test_more_than_ten_parts_keep_their_own_parameters() -> None:
    part = OneOf(parts=tuple(ScaleIntensity(factor=0.1 * i) for i in range(12)))
    drawn = part.draw(np.random.default_rng(0), 60)
    samples = Samples(torch.ones(60, 1, 1, 1, 1), None, ("ct",))
    changed = part.apply(samples, drawn).images.flatten()
    expected = [drawn[f"{chosen}.gain"][i, 0] for i, chosen in enumerate(drawn["part"])]
    np.testing.assert_allclose(changed, expected, rtol=1e-6)


def test_probability_within_is_one_unless_given() -> None:
    part = OneOf(parts=(CropResize(), Rotate(probability=0.25)))
    assert [inner.probability for inner in part.parts] == [1.0, 0.25]
    again = TypeAdapter(Augmentation).validate_json(part.model_dump_json())
    assert again == part
    read = TypeAdapter(Augmentation).validate_python(
        {"name": "one_of", "parts": [{"name": "affine", "degrees": 15, "scale": [0.9, 1.2]}, {"name": "gamma"}]}
    )
    assert isinstance(read, OneOf)
    assert read.parts == (Affine(probability=1), Gamma(probability=1))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"parts": [{"name": "flip"}, {"name": "one_of", "parts": []}]}, "holds no other one_of"),
        ({"parts": [Flip(), TRIVIAL]}, "holds no other one_of"),
        ({"parts": [Flip()]}, "at least 2"),
        ({"parts": [Flip(), Gamma()], "weights": [1, 1, 1]}, "3 weights for 2 parts"),
        ({"parts": [Flip(), Gamma()], "weights": [1, 0]}, "greater than 0"),
        ({"parts": [Flip(), {"name": "gama"}]}, "did you mean 'gamma'"),
    ],
)
def test_impossible_choices_are_refused(wrong: dict, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        OneOf(**wrong)
    assert message in describe_errors(error.value)
