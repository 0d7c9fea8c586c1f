"""Another scanner's PET: blur against SciPy, noise against its formula, and nothing else touched."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy.ndimage import gaussian_filter

from hyoid.augment import (
    Augmentation,
    Flip,
    OneOf,
    PetNoise,
    PetResolution,
    PetScale,
    PetUnits,
    Samples,
    apply_all,
    draw_all,
    needs_suv,
)
from hyoid.errors import ImageError
from hyoid.imaging import Clip, DivideByMean, Window, ZScore
from hyoid.imaging.suv_scale import SuvScale

PARTS = (PetResolution(fwhm_mm=(3, 6), probability=1), PetScale(probability=1), PetNoise(probability=1))
SPACING = (3.0, 2.0, 1.0)
AS_SUV = PetUnits(SPACING, SuvScale(1.0, 0.0, 0.0, None, None))
CHAINS = [
    (),
    (Clip(lower=0, upper=8), ZScore()),
    (ZScore(nonzero=False),),
    (DivideByMean(),),
    (Window(lower=0, upper=9),),
]


def _suv(count: int, shape: tuple[int, int, int] = (12, 14, 16)) -> np.ndarray:
    rng = np.random.default_rng(0)
    suv = rng.gamma(2, 2, (count, *shape)).astype(np.float32)
    suv[:, :, :3] = 0  # outside the PET's field
    return suv


def _samples(count: int = 4, units: PetUnits | None = AS_SUV) -> Samples:
    suv = torch.from_numpy(_suv(count))
    ct = torch.randn(suv.shape, generator=torch.Generator().manual_seed(0))
    return Samples(torch.stack([ct, suv], 1), (suv > 6).long(), ("ct", "pet"), (units,) * count)


def _uniform(suv: float, shape: tuple[int, int, int], units: PetUnits = AS_SUV) -> Samples:
    return Samples(torch.full((1, 1, *shape), suv), None, ("pet",), (units,))


def _drawn(**values: float) -> dict[str, np.ndarray]:
    return {name: np.array([value]) for name, value in values.items()}


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 9), st.tuples(*[st.floats(0.8, 4)] * 3))
def test_resolution_equals_scipy_in_millimetres(fwhm: float, spacing: tuple[float, float, float]) -> None:
    samples = _samples(1, PetUnits(spacing, AS_SUV.scale))
    changed = PetResolution().apply(samples, _drawn(fwhm_mm=fwhm)).images[0, 1]
    sigmas = [fwhm / np.sqrt(8 * np.log(2)) / edge for edge in spacing]
    expected = gaussian_filter(_suv(1)[0].astype(float), sigmas, mode="nearest", truncate=4)
    np.testing.assert_allclose(changed, expected, atol=2e-5)


def test_a_point_gets_the_width_that_was_drawn() -> None:
    point = torch.zeros(1, 1, 41, 41, 41)
    point[0, 0, 20, 20, 20] = 1000
    units = PetUnits((1.0, 1.0, 1.0), AS_SUV.scale)
    line = PetResolution().apply(Samples(point, None, ("pet",), (units,)), _drawn(fwhm_mm=6.0)).images[0, 0, 20, 20]
    above = np.interp([line[20] / 2] * 2, line[20:25].numpy()[::-1], np.arange(4, -1, -1))
    assert 2 * above[0] == pytest.approx(6.0, abs=0.05)
    assert line.sum() < 1000


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "-".join(step.name for step in chain))
def test_each_part_acts_on_the_suv_whatever_the_chain_made_of_it(chain: tuple) -> None:
    """What comes back is the image's own chain, its numbers those of the unchanged image, on the changed SUV."""
    suv = _suv(1)[0]
    values = suv
    for step in chain:
        values = step.apply(values)
    scale = SuvScale.of(suv, values)
    assert scale is not None
    seen = np.clip(suv, scale.floor_suv, scale.ceiling_suv) if scale.ceiling_suv else suv
    drawn = draw_all(PARTS, np.random.default_rng(1), 1)
    for part, parameters in zip(PARTS, drawn, strict=True):
        direct = Samples(torch.from_numpy(seen)[None, None], None, ("pet",), (AS_SUV,))
        through = Samples(torch.from_numpy(values)[None, None], None, ("pet",), (PetUnits(SPACING, scale),))
        expected = part.apply(direct, parameters).images[0, 0].numpy().astype(float)
        assert np.abs(expected - seen).max() > 0.1
        on_line = np.clip(expected, None, scale.ceiling_suv) * scale.slope + scale.offset
        if scale.zero is not None:
            on_line[expected <= 0] = scale.zero
        got = part.apply(through, parameters).images[0, 0].numpy()
        edge = (expected > 0) & (expected < 1e-3)  # rounding decides there what is raised to 0
        np.testing.assert_allclose(got[~edge], on_line[~edge], atol=1e-3 * scale.slope + 1e-5)


def test_a_window_of_fixed_limits_shows_what_the_other_scanner_would() -> None:
    suv, window = _suv(1)[0], Window(lower=0, upper=30, to=(-1, 1))
    scale = SuvScale.of(suv, window.apply(suv))
    assert scale is not None
    samples = Samples(torch.from_numpy(window.apply(suv))[None, None], None, ("pet",), (PetUnits(SPACING, scale),))
    changed = PetScale().apply(samples, _drawn(factor=1.17)).images[0, 0]
    np.testing.assert_allclose(changed, window.apply(suv * np.float32(1.17)), atol=1e-5)


@pytest.mark.parametrize("suv", [1.0, 6.0])
def test_noise_has_the_deviation_of_counts_also_at_the_edges(suv: float) -> None:
    fields = [
        PetNoise().apply(_uniform(suv, (24, 24, 24)), _drawn(scale=0.1, fwhm_mm=5.0, seed=seed)).images[0, 0] - suv
        for seed in range(150)
    ]
    deviation = torch.stack(fields).square().mean(0).sqrt() / (0.1 * np.sqrt(suv))
    assert float(deviation.square().mean().sqrt()) == pytest.approx(1, abs=0.02)
    for corner in (deviation[:2, :2, :2], deviation[-2:, -2:, -2:], deviation[0], deviation[11:13, 11:13, 11:13]):
        assert float(corner.square().mean().sqrt()) == pytest.approx(1, abs=0.1)
    assert float(torch.stack(fields).mean()) == pytest.approx(0, abs=0.01 * np.sqrt(suv))


def test_neighbours_are_correlated_by_the_blur_in_millimetres() -> None:
    """White noise through a Gaussian of sigma s has the autocorrelation exp(-d^2 / 4 s^2)."""
    noise = PetNoise().apply(_uniform(9.0, (64, 72, 80)), _drawn(scale=0.1, fwhm_mm=8.0, seed=3)).images[0, 0] - 9.0
    noise = noise.numpy().astype(float)
    sigma = 8.0 / np.sqrt(8 * np.log(2))
    for axis, edge in enumerate(SPACING):
        for lag in (1, 2, 4):
            first, second = (np.delete(noise, np.s_[cut], axis) for cut in (slice(-lag, None), slice(0, lag)))
            found = (first * second).mean() / noise.var()
            assert found == pytest.approx(np.exp(-((lag * edge) ** 2) / (4 * sigma**2)), abs=0.05), (axis, lag)


def test_noise_by_hand() -> None:
    """Hardly any blur: each voxel has its own number of sd 0.2 sqrt(max(SUV, 0.04)); 0 stays 0, less is 0."""
    suv = torch.tensor([0.0, 0.01, 0.04, 1.0, 4.0]).reshape(1, 1, 1, 1, 5)
    part = PetNoise(floor_suv=0.04)
    changed = part.apply(Samples(suv, None, ("pet",), (AS_SUV,)), _drawn(scale=0.2, fwhm_mm=1e-3, seed=5)).images
    white = torch.randn(1, 1, 5, generator=torch.Generator().manual_seed(5)).flatten()
    by_hand = suv.flatten() + torch.tensor([0.0, 0.04, 0.04, 0.2, 0.4]) * white
    torch.testing.assert_close(changed.flatten(), by_hand.clamp(min=0))
    assert changed.flatten()[0] == 0


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_ct_labels_and_samples_without_a_pet_stay_bit_for_bit(part: PetNoise) -> None:
    samples = _samples()
    samples = Samples(samples.images, samples.labels, samples.channels, (AS_SUV, None, AS_SUV, None))
    changed = part.apply(samples, part.draw(np.random.default_rng(0), 4))
    assert torch.equal(changed.images[:, 0], samples.images[:, 0])
    assert torch.equal(changed.labels, samples.labels)
    differs = [not torch.equal(a, b) for a, b in zip(changed.images[:, 1], samples.images[:, 1], strict=True)]
    assert differs == [True, False, True, False]
    assert torch.equal(samples.images, _samples().images)
    alone = Samples(samples.images[:, :1], None, ("ct",))
    assert part.apply(alone, part.draw(np.random.default_rng(0), 4)) is alone


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_draws_replay_and_are_as_often_as_asked(part: PetNoise) -> None:
    drawn = part.draw(np.random.default_rng(3), 4)
    assert torch.equal(part.apply(_samples(), drawn).images, part.apply(_samples(), drawn).images)
    again = part.draw(np.random.default_rng(3), 4)
    assert all(np.array_equal(drawn[name], again[name]) for name in drawn)
    other = part.apply(_samples(), part.draw(np.random.default_rng(4), 4))
    assert not torch.equal(part.apply(_samples(), drawn).images, other.images)
    seldom = part.model_copy(update={"probability": 0.3})
    images = _samples(1).images.expand(400, -1, -1, -1, -1)[..., -2:, -2:]
    many = Samples(images, None, ("ct", "pet"), (AS_SUV,) * 400)
    changed = seldom.apply(many, seldom.draw(np.random.default_rng(0), 400)).images
    share = (changed != images).flatten(1).any(dim=1).float().mean()
    assert float(share) == pytest.approx(0.3, abs=0.07)
    never = part.model_copy(update={"probability": 0.0})
    assert torch.equal(never.apply(many, never.draw(np.random.default_rng(0), 400)).images, images)


def test_ranges_are_kept_and_the_factor_is_even_in_its_logarithm() -> None:
    rng = np.random.default_rng(0)
    factor = PetScale(factor=(0.5, 2), probability=1).draw(rng, 4000)["factor"]
    assert 0.5 <= factor.min() < 0.51 < 1.96 < factor.max() <= 2
    assert (factor < 1).mean() == pytest.approx(0.5, abs=0.03)
    fwhm = PetResolution(fwhm_mm=(1, 5), probability=1).draw(rng, 4000)["fwhm_mm"]
    assert 1 <= fwhm.min() < 1.02 < 4.98 < fwhm.max() <= 5
    noise = PetNoise(scale=(0.1, 0.3), fwhm_mm=(4, 6), probability=1).draw(rng, 4000)
    assert 0.1 <= noise["scale"].min() < 0.101 < 0.299 < noise["scale"].max() <= 0.3
    assert 4 <= noise["fwhm_mm"].min() < 4.01 < 5.99 < noise["fwhm_mm"].max() <= 6
    assert len(set(noise["seed"])) > 3990


def test_in_a_chain_and_within_one_of_each_sample_keeps_its_own_units() -> None:
    """Samples of different voxel sizes: as chosen by `one_of`, and each as if it were alone."""
    units = tuple(PetUnits((edge, edge, edge), AS_SUV.scale) for edge in (1.0, 2.0, 3.0, 4.0))
    samples = Samples(_samples().images, _samples().labels, ("ct", "pet"), units)
    parts = (Flip(probability=1), OneOf(parts=PARTS))
    drawn = draw_all(parts, np.random.default_rng(0), 4)
    assert len(set(drawn[1]["part"])) > 1
    together = apply_all(parts, samples, drawn).images
    for i in range(4):
        own = [{name: values[[i]] for name, values in one.items()} for one in drawn]
        torch.testing.assert_close(apply_all(parts, samples.of_rows([i]), own).images[0], together[i])
    assert needs_suv(parts)
    assert not needs_suv(parts[:1])


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_without_units_there_is_no_guess(part: PetNoise) -> None:
    samples = Samples(_samples().images, None, ("ct", "pet"))
    with pytest.raises(ImageError, match="units of every sample's PET"):
        part.apply(samples, part.draw(np.random.default_rng(0), 4))
    assert TypeAdapter(Augmentation).validate_json(part.model_dump_json()) == part


def test_impossible_ranges_are_refused() -> None:
    with pytest.raises(ValidationError, match="exchange them"):
        PetResolution(fwhm_mm=(5, 1))
    with pytest.raises(ValidationError, match="greater than 0"):
        PetScale(factor=(0, 1))
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        PetNoise(scale=(-0.1, 0.1))
