import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.cohort import read_cohort
from hyoid.training.patches import PatchSettings, draw_centre, epoch_batches, patch_start
from hyoid.training.store import Store
from hyoid.training.stored_case import StoredCase
from support.balls import ball_cohort
from support.recipes import small_recipe

KEYS = [(None, "CEN")] * 5
LABELS = {"background": (0,), "gtvp": (1,), "gtvn": (2,)}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> list[StoredCase]:
    root = tmp_path_factory.mktemp("patches")
    cases = read_cohort(ball_cohort(root / "cohort", 5)).cases
    recipe = small_recipe()
    store = Store(root / "store", recipe.preprocess, recipe.inputs.images)
    store.prepare(cases)
    return [store.open(case.id) for case in cases]


def _settings(*overrides: str, fold: int = 0) -> PatchSettings:
    stage = small_recipe("baseline-unet", *overrides).stages[0]
    return PatchSettings((16, 16, 16), LABELS, stage.training, fold)


def test_an_epoch_visits_every_case_once_and_is_a_function_of_seed_and_epoch(stored: list[StoredCase]) -> None:
    first, again, later, other = (
        list(epoch_batches(stored, KEYS, settings, epoch))
        for settings, epoch in [(_settings(), 0), (_settings(), 0), (_settings(), 1), (_settings(fold=1), 0)]
    )
    assert [len(b.images) for b in first] == [6, 6, 3]
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.images, two.images)
        np.testing.assert_array_equal(one.augmentation[0]["flip"], two.augmentation[0]["flip"])
    assert not np.array_equal(first[0].images, later[0].images)
    assert not np.array_equal(first[0].images, other[0].images)


def test_centres_follow_the_ratios(stored: list[StoredCase]) -> None:
    rng = np.random.default_rng(0)
    case = stored[0]
    mask = case.mask()
    settings = _settings()
    labels = [mask[draw_centre(case, settings, rng)] for _ in range(2000)]
    np.testing.assert_allclose(np.bincount(labels, minlength=3) / 2000, [0.1, 0.45, 0.45], atol=0.04)


def test_a_class_that_the_case_lacks_is_left_out(stored: list[StoredCase]) -> None:
    case = StoredCase(stored[0].folder)
    case.locations = {0: case.locations[0], 1: case.locations[1], 2: case.locations[2][:0]}
    rng = np.random.default_rng(0)
    settings = _settings()
    labels = [case.mask()[draw_centre(case, settings, rng)] for _ in range(200)]
    assert set(labels) == {0, 1}


@given(st.tuples(*[st.integers(0, 40)] * 3), st.tuples(*[st.integers(1, 50)] * 3))
def test_patch_stays_inside_where_it_can(centre: tuple, shape: tuple) -> None:
    centre = tuple(min(c, n - 1) for c, n in zip(centre, shape, strict=True))
    start = patch_start(centre, (16, 16, 16), shape)
    for s, c, n in zip(start, centre, shape, strict=True):
        if n >= 16:
            assert 0 <= s <= n - 16
            assert s <= c < s + 16
        else:
            assert s <= 0
            assert s + 16 >= n
