import numpy as np
import pytest

from hyoid.errors import HyoidError
from hyoid.metrics.survival import Observed, SurvivalCases

OBSERVED = Observed(np.array([100.0, 200.0, 300.0]), np.array([True, False, True]))
RISK = [0.1, 0.2, 0.3]


def test_arrays_are_converted() -> None:
    found = SurvivalCases.of(OBSERVED, RISK, {730: [0.5, 0.4, 0.3], 365: [0.6, 0.4, 0.3]}, [0, 1, 1])
    assert list(found.survival) == [365.0, 730.0]
    assert (len(found), found.fold.tolist()) == (3, ["0", "1", "1"])
    assert (found.risk.tolist(), found.survival[365].tolist()) == (RISK, [0.6, 0.4, 0.3])
    assert SurvivalCases.of(OBSERVED, RISK).fold.tolist() == ["", "", ""]


@pytest.mark.parametrize(
    ("risk", "survival", "fold", "said"),
    [
        ([0.1, 0.2], {}, None, "one of each"),
        (RISK, {}, ["a"], "1 folds"),
        ([0.1, np.nan, 0.3], {}, None, "a risk that is no finite number"),
        ([0.1, np.inf, 0.3], {}, None, "a risk that is no finite number"),
        (RISK, {365: [0.5, 1.1, 0.2]}, None, "a survival at 365 days that is not in 0..1"),
        (RISK, {365: [0.5, np.nan, 0.2]}, None, "a survival at 365 days that is not in 0..1"),
        (RISK, {365: [0.5, 0.2]}, None, "is not one a patient"),
        (RISK, {0: [0.5, 0.2, 0.2]}, None, "a horizon of 0 days"),
        (RISK, {365: [0.5, 0.2, 0.2], 730: [0.5, 0.3, 0.2]}, None, "a survival that rises up to 730 days"),
    ],
)
def test_wrong_input_is_refused(risk: list[float], survival: dict[float, list[float]], fold: object, said: str) -> None:
    with pytest.raises(HyoidError, match=said):
        SurvivalCases.of(OBSERVED, risk, survival, fold)  # type: ignore[arg-type]


def test_no_patient_and_no_training_part_are_refused() -> None:
    nobody = Observed(np.zeros(0), np.zeros(0, bool))
    with pytest.raises(HyoidError, match="0 outcomes"):
        SurvivalCases.of(nobody, [])
    for training in ({"a": OBSERVED}, {"a": OBSERVED, "b": nobody}):
        with pytest.raises(HyoidError, match="no training patient of fold 'b'"):
            SurvivalCases.of(OBSERVED, RISK, fold=["a", "b", "b"], training=training)


def test_survival_may_rise_by_the_rounding_of_its_digits() -> None:
    found = SurvivalCases.of(OBSERVED, RISK, {365: [0.5, 0.5, 0.5], 730: [0.5 + 1e-7, 0.5, 0.4]})
    assert len(found.survival) == 2
