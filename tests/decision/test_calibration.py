import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy.special import expit
from sklearn.calibration import _sigmoid_calibration
from sklearn.linear_model import LogisticRegression

from hyoid.decision import Calibration, FittedCalibrator, NoCalibration, Platt, Temperature
from hyoid.decision.calibration import HAIR, TEMPERATURES, _line

LOGITS = st.lists(st.tuples(st.floats(-20, 20), st.booleans()), min_size=0, max_size=30)


def _data(n: int = 150, scale: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    logits = rng.normal(1, 2, n)
    return scale * logits, rng.random(n) < expit(logits)


def test_none_changes_nothing() -> None:
    logits, positive = _data()
    fitted = NoCalibration().fit(logits, positive)
    np.testing.assert_array_equal(fitted.apply(logits), logits)
    assert (fitted.cases, fitted.positives, fitted.notes) == (150, positive.sum(), ())


def test_temperature_equals_brute_force_and_recovers_the_truth() -> None:
    logits, positive = _data(scale=3.0)
    fitted = Temperature().fit(logits, positive)
    grid = np.geomspace(*TEMPERATURES, 4001)
    losses = [np.logaddexp(0, np.where(positive, -logits, logits) / t).sum() for t in grid]
    assert 1 / fitted.scale == pytest.approx(grid[int(np.argmin(losses))], rel=2e-3)
    assert fitted.offset == 0
    logits, positive = _data(20000, scale=3.0)
    assert 1 / Temperature().fit(logits, positive).scale == pytest.approx(3, rel=0.05)


def test_temperature_at_its_bounds() -> None:
    separated = Temperature().fit([-1, 1], [False, True])
    assert (1 / separated.scale, len(separated.notes)) == (TEMPERATURES[0], 1)
    turned = Temperature().fit([-1, 1], [True, False])
    assert (1 / turned.scale, len(turned.notes)) == (TEMPERATURES[1], 1)
    zero = Temperature().fit([0, 0], [True, False])
    assert (zero.scale, len(zero.notes)) == (1, 1)


def test_platt_equals_scikit_learn() -> None:
    logits, positive = _data()
    fitted = Platt().fit(logits, positive)
    # scikit-learn's P = 1 / (1 + exp(a f + b)) has both signs turned
    a, b = _sigmoid_calibration(logits, positive)
    assert (fitted.scale, fitted.offset) == pytest.approx((-a, -b), abs=1e-4)


def test_platt_without_smoothing_is_logistic_regression() -> None:
    logits, positive = _data(seed=2)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(logits[:, None], positive)
    expected = (oracle.coef_[0, 0], oracle.intercept_[0])
    assert _line(logits, positive.astype(float)) == pytest.approx(expected, abs=1e-5)


def test_platt_exists_where_the_classes_are_separated() -> None:
    fitted = Platt().fit([-2.0, -1.0, 1.0, 2.0], [False, False, True, True])
    assert fitted.notes == ()
    assert 0 < fitted.scale < 10


def test_platt_never_turns_the_ranking() -> None:
    logits, positive = _data()
    fitted = Platt().fit(-logits, positive)
    assert fitted.scale == 1
    assert "only the offset" in fitted.notes[0]
    n, k = len(positive), positive.sum()
    target = (k * (k + 1) / (k + 2) + (n - k) / (n - k + 2)) / n
    assert expit(fitted.apply(-logits)).mean() == pytest.approx(target)
    same = Platt().fit([3.0] * 4, [True, True, True, False])
    assert same.scale == 1
    assert expit(same.apply([3.0]))[0] == pytest.approx((3 * 4 / 5 + 1 / 3) / 4)


def test_extreme_logits_have_finite_lines() -> None:
    for logits in ([32.0, 32.0], [1e6, -1e6], [800.0, 5e-324], [0.0, 1e-310]):
        for settings in (Temperature(), Platt()):
            fitted = settings.fit(logits, [False, True])
            assert np.isfinite([fitted.scale, fitted.offset]).all()


@pytest.mark.parametrize("settings", [Temperature(), Platt()])
@pytest.mark.parametrize(("positive", "said"), [([], "no case"), ([True] * 3, "no negative"), ([False], "no positive")])
def test_nothing_to_calibrate_on_is_the_identity_with_a_note(
    settings: Temperature | Platt, positive: list[bool], said: str
) -> None:
    fitted = settings.fit(np.arange(len(positive)), positive)
    assert (fitted.scale, fitted.offset, fitted.name) == (1, 0, settings.name)
    assert said in fitted.notes[0]


@given(LOGITS, st.sampled_from([NoCalibration(), Temperature(), Platt()]), st.randoms())
def test_ranking_order_and_json(cases: list[tuple[float, bool]], settings: Platt, random: object) -> None:
    logits, positive = [c[0] for c in cases], [c[1] for c in cases]
    fitted = settings.fit(logits, positive)
    assert fitted.scale > 0
    ordered = np.sort(np.array(logits))
    assert (np.diff(fitted.apply(ordered)) >= 0).all()
    assert FittedCalibrator.model_validate_json(fitted.model_dump_json()) == fitted
    random.shuffle(cases)  # type: ignore[attr-defined]
    again = settings.fit([c[0] for c in cases], [c[1] for c in cases])
    assert (again.scale, again.offset) == pytest.approx((fitted.scale, fitted.offset), rel=1e-4, abs=1e-5)


def test_platt_of_shifted_and_scaled_logits_gives_the_same_probabilities() -> None:
    logits, positive = _data()
    expected = Platt().fit(logits, positive).apply(logits)
    moved = 5 * logits - 7
    np.testing.assert_allclose(Platt().fit(moved, positive).apply(moved), expected, atol=1e-6)


def test_the_discriminator_chooses_and_misspelling_is_said() -> None:
    adapter: TypeAdapter[object] = TypeAdapter(Calibration)
    assert adapter.validate_python({"name": "platt"}) == Platt()
    with pytest.raises(ValidationError, match="plat"):
        adapter.validate_python({"name": "plat"})
    with pytest.raises(ValidationError, match="greater than 0"):
        FittedCalibrator(name="platt", scale=0)


@pytest.mark.parametrize("settings", [Temperature(), Platt()])
def test_beyond_the_cases_the_line_is_held_and_ranks_are_kept(settings: Temperature | Platt) -> None:
    """A fold whose log-odds are ten times as wide as those of the folds that calibrate it is not certain of all."""
    rng = np.random.default_rng(3)
    narrow = rng.normal(0, 0.05, 80)
    positive = rng.random(80) < expit(20 * narrow)
    fitted = settings.fit(narrow, positive)
    bounds = fitted.scale * np.array([narrow.min(), narrow.max()]) + fitted.offset
    wide = np.sort(10 * narrow)
    found = fitted.apply(wide)
    assert found.min() >= bounds[0] - HAIR
    assert found.max() <= bounds[1] + HAIR
    assert (np.diff(found) > 0).all()
    np.testing.assert_array_equal(fitted.beyond(wide), (wide < narrow.min()) | (wide > narrow.max()))
    assert not fitted.beyond(narrow).any()
    np.testing.assert_allclose(fitted.apply(narrow), fitted.scale * narrow + fitted.offset)


def test_what_was_not_fitted_holds_nobody() -> None:
    for fitted in (NoCalibration().fit([-1.0, 1.0], [False, True]), Platt().fit([0.0, 1.0], [True, True])):
        assert not fitted.beyond([-100.0, 100.0]).any()
        np.testing.assert_array_equal(fitted.apply([-100.0, 100.0]), [-100.0, 100.0])
    assert FittedCalibrator(name="platt", scale=2.0).apply([50.0]) == 100.0  # a bundle from before ranges were kept


@given(st.floats(1e-3, 1e3), st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20))
def test_beyond_the_cases_nothing_exceeds_the_line(scale: float, logits: list[float]) -> None:
    fitted = FittedCalibrator(name="platt", scale=scale, offset=0.3, lowest=-1.0, highest=2.0)
    values = np.sort(np.array(logits))
    found = fitted.apply(values)
    assert (np.diff(found) >= 0).all()
    assert (np.abs(found - 0.3) <= scale * np.abs(values) * (1 + 1e-12) + 1e-12).all()
