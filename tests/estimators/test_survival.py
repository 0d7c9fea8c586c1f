import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from hyoid.estimators import (
    MTLR,
    BaggedIcare,
    CoxPH,
    DeepHit,
    Estimator,
    FittedSurvival,
    Icare,
    SurvivalCurves,
    SurvivalEstimator,
    SurvivalRisk,
)
from hyoid.metrics.survival import Observed

ALL = (
    (CoxPH(), False),
    (DeepHit(hidden=(4,), epochs=5), True),
    (MTLR(penalties=(10.0,)), True),
    (Icare(), False),
    (BaggedIcare(), False),
)


def part(seed: int) -> tuple[np.ndarray, Observed]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(40, 3))
    return values, Observed(np.ceil(rng.exponential(300 * np.exp(-values[:, 0]))), rng.random(40) < 0.7)


@pytest.mark.parametrize(("estimator", "curves"), ALL)
def test_every_estimator_fits_gives_risks_and_is_read_back_by_its_name(
    estimator: SurvivalEstimator, curves: bool
) -> None:
    fitted = estimator.fit(("a", "b", "c"), part(0), part(1))
    assert isinstance(fitted, SurvivalRisk)
    assert isinstance(fitted, SurvivalCurves) == curves
    again = TypeAdapter(FittedSurvival).validate_json(fitted.model_dump_json())
    assert again == fitted
    assert type(again) is type(fitted)
    np.testing.assert_array_equal(again.risk(part(2)[0]), fitted.risk(part(2)[0]))
    assert again.columns == ("a", "b", "c")


@pytest.mark.parametrize("union", [Estimator, SurvivalEstimator])
@pytest.mark.parametrize("estimator", [estimator for estimator, _ in ALL])
def test_a_recipe_names_an_estimator(union: object, estimator: SurvivalEstimator) -> None:
    assert TypeAdapter(union).validate_python({"name": estimator.name}) == type(estimator)()
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        TypeAdapter(union).validate_python({"name": "cox"})
