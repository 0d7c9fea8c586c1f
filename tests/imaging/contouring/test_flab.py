import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.cluster import KMeans

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring import flab
from hyoid.imaging.contouring.flab import flab_levels
from hyoid.imaging.contouring.flab_model import (
    FlabModel,
    density,
    fit_model,
    local_share,
    posterior,
    start_model,
)
from support.hot_balls import ball_pet, overlap


def test_density_is_scipys_normal_of_the_mixed_mean_and_variance() -> None:
    model = FlabModel((1.0, 7.0), (0.25, 4.0), np.full((2, 1, 1, 3), 1 / 3))
    values = np.array([[[0.5, 3.0, 9.0]]])
    for level, mean, variance in ((0.0, 1.0, 0.25), (1.0, 7.0, 4.0), (0.5, 4.0, 1.0625), (0.25, 2.5, 0.390625)):
        np.testing.assert_allclose(density(values, model, level), stats.norm(mean, math.sqrt(variance)).pdf(values))


def test_posterior_by_bayes_one_voxel_at_a_time() -> None:
    rng = np.random.default_rng(0)
    shares = rng.dirichlet((1, 1, 1), (2, 3, 4))
    model = FlabModel((1.0, 6.0), (0.5, 2.0), np.stack([shares[..., 0], shares[..., 2]]))
    values = rng.uniform(0, 9, (2, 3, 4))
    found = posterior(values, model)
    for at in np.ndindex(values.shape):
        weights = np.array(
            [
                shares[at][0] * stats.norm(1.0, math.sqrt(0.5)).pdf(values[at]),
                shares[at][1]
                * np.mean(
                    [
                        stats.norm(1 + 5 * e, math.sqrt((1 - e) ** 2 * 0.5 + e**2 * 2.0)).pdf(values[at])
                        for e in (1 / 3, 2 / 3)
                    ]
                ),
                shares[at][2] * stats.norm(6.0, math.sqrt(2.0)).pdf(values[at]),
            ]
        )
        np.testing.assert_allclose(found[(slice(None), *at)], weights / weights.sum(), rtol=1e-12)


def test_values_beyond_double_precision_go_to_the_nearer_class() -> None:
    model = FlabModel((1.0, 6.0), (1e-6, 1e-6), np.full((2, 1, 1, 2), 1 / 3))
    np.testing.assert_array_equal(posterior(np.array([[[-90.0, 90.0]]]), model)[:, 0, 0], [[1, 0], [0, 0], [0, 1]])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_local_shares_by_counting(seed: int) -> None:
    drawn = np.random.default_rng(seed).random((4, 5, 3)) < 0.4
    found = local_share(drawn)
    for z, y, x in np.ndindex(drawn.shape):
        cube = drawn[max(0, z - 1) : z + 2, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
        assert found[z, y, x] == pytest.approx(cube.mean())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_it_starts_from_two_means_as_scikit_learn_has_them(seed: int) -> None:
    values = np.random.default_rng(seed).gamma(1.5, 2.0, (4, 5, 6))
    model = start_model(values)
    ends = np.array([[values.min()], [values.max()]])
    other = KMeans(2, init=ends, n_init=1, tol=0.0).fit(values.reshape(-1, 1))
    np.testing.assert_allclose(model.means, np.sort(other.cluster_centers_.ravel()), rtol=1e-9)
    order = np.argsort(other.cluster_centers_.ravel())
    spread = [values.ravel()[other.labels_ == k].var() for k in order]
    np.testing.assert_allclose(model.variances, np.maximum(spread, 1e-6 * values.var()), rtol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_parameters_of_a_drawn_model_are_found(seed: int) -> None:
    """Voxels are drawn from the model itself: two halves and a fuzzy plane of two levels between them."""
    rng = np.random.default_rng(seed)
    share = np.zeros((24, 24, 24))
    share[10], share[11], share[12:] = 1 / 3, 2 / 3, 1.0
    noise = [rng.normal(m, s, share.shape) for m, s in ((2.0, 0.3), (8.0, 0.9))]
    values = (1 - share) * noise[0] + share * noise[1]
    model = fit_model(values, seed=0)
    np.testing.assert_allclose(model.means, (2.0, 8.0), atol=0.05)
    np.testing.assert_allclose(np.sqrt(model.variances), (0.3, 0.9), atol=0.05)
    levels = flab_levels(values, model)
    assert (levels[:9] == 0).mean() > 0.99
    assert (levels[14:] > 0.5).mean() > 0.99
    assert (levels[10:12][(levels[10:12] > 0) & (levels[10:12] < 1)]).size > 0.6 * levels[10:12].size
    assert model.priors[0, 3:8].mean() > 0.98
    assert model.priors[1, 15:20].mean() > 0.9
    fuzzy = 1 - model.priors.sum(axis=0)
    assert fuzzy[10:12].mean() > 3 * fuzzy[15:].mean()


def test_the_same_seed_gives_the_same_and_another_nearly_the_same() -> None:
    pet, _, box = ball_pet(10, 5, noise=0.1)
    first = flab(pet, box).mask.array
    np.testing.assert_array_equal(flab(pet, box).mask.array, first)
    for seed in (1, 2, 3):
        assert overlap(flab(pet, box, seed).mask.array, first) > 0.95


@pytest.mark.parametrize(("radius", "contrast"), [(8, 8), (10, 4), (14, 4), (14, 2.5)])
def test_balls(radius: float, contrast: float) -> None:
    for seed in range(2):
        pet, truth, box = ball_pet(radius, contrast, noise=0.05, seed=seed, shift_mm=(1.0, -1.5, 0.5))
        assert overlap(flab(pet, box).mask.array, truth) > 0.8


def test_a_class_of_equal_values_still_has_a_density() -> None:
    values = np.zeros((6, 6, 6))
    values[2:4, 2:4, 2:4] = 5.0
    pet = Volume(values, Grid((6, 6, 6), (4, 4, 4)))
    contour = flab(pet, Block((0, 0, 0), (6, 6, 6)))
    np.testing.assert_array_equal(contour.mask.array, (values > 0).astype(np.uint8))


def test_noise_alone_is_refused_or_said() -> None:
    for seed in range(5):
        values = np.random.default_rng(seed).normal(3.0, 0.3, (10, 10, 10))
        try:
            contour = flab(Volume(values, Grid((10, 10, 10), (4, 4, 4))), Block((0, 0, 0), (10, 10, 10)))
        except ImageError:
            continue
        assert any("overlap widely" in note or "sides" in note for note in contour.notes)


def test_too_small_a_box_is_refused() -> None:
    pet, _, _ = ball_pet(10, 5)
    with pytest.raises(ImageError, match=r"a box of 18 voxels; expected at least 27"):
        flab(pet, Block((9, 9, 9), (3, 3, 2)))
