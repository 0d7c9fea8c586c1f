"""A fold's model of survival: the average of its members, each with its own baseline; damaged ones are refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from hyoid.cohort import Case
from hyoid.cohort.encoders import Median
from hyoid.errors import BundleError
from hyoid.estimators import FittedSurvival
from hyoid.estimators.cox_ph import FittedCoxPH
from hyoid.inference.prognosis import Member, RiskModel, load_risk_network, network_risks
from hyoid.metrics.survival import Observed
from hyoid.networks.batch import Batch, RiskOutput
from hyoid.recipe import load_recipe
from hyoid.survival import FittedBaseline, fit_baseline
from hyoid.training.fit import save_weights
from support.rfs import record_network

CASES = [Case(f"A-{i}", clinical={"age": 50.0 + 5 * i}) for i in range(5)]
ENCODER = Median(numeric=("age",), flag=False).fit(CASES, ("age",))
DAYS = [100.0, 365.0, 2000.0]


def cox(weight: float) -> FittedSurvival:
    return FittedCoxPH(columns=("age",), weights=(weight,), means=(0.1,), penalty=1.0)


def baseline(seed: int, longest: float) -> FittedBaseline:
    rng = np.random.default_rng(seed)
    days = rng.uniform(10, longest, 20)
    return fit_baseline(rng.normal(size=20), Observed(days, rng.random(20) < 0.6))


def test_a_folds_prognosis_is_the_mean_of_its_members() -> None:
    members = (Member(None, cox(1.0), baseline(0, 900)), Member(None, cox(3.0), baseline(1, 500)))
    model = RiskModel(load_recipe("rfs-lesions:clinical"), ENCODER, members, {})
    found, notes = model.prognosis(CASES, None, DAYS)
    ages = (np.array([50.0, 55, 60, 65, 70]) - 60) / np.sqrt(50)
    each = [(weight * (ages - 0.1), one.baseline) for weight, one in zip((1.0, 3.0), members, strict=True)]
    risk = np.mean([(log_hazard - own.mean) / own.spread for log_hazard, own in each], axis=0)
    np.testing.assert_allclose(found.risk, risk, atol=1e-6)
    survival = np.mean([own.survival(log_hazard, DAYS) for log_hazard, own in each], axis=0)
    np.testing.assert_allclose(found.survival, survival, atol=1e-6)
    assert model.last_day == min(one.baseline.last_day for one in members) < 500
    assert notes == ()


def test_a_network_alone_answers_by_its_risk_and_an_estimator_after_it_by_the_features() -> None:
    class Features(nn.Module):
        def forward(self, batch: Batch) -> dict[str, RiskOutput]:
            return {"rfs": RiskOutput(10 * batch.clinical[:, 0], batch.clinical)}

    own = baseline(2, 900)
    table = ENCODER.encode(CASES).values
    alone = Member(Features(), None, own).prognosis(5, None, table, "cpu", DAYS)
    np.testing.assert_allclose(alone.risk, own.standardised(10 * table[:, 0]), atol=1e-5)
    after = Member(Features(), cox(2.0), own).prognosis(5, None, table, "cpu", DAYS)
    np.testing.assert_allclose(after.risk, own.standardised(2 * (table[:, 0] - 0.1)), atol=1e-5)
    np.testing.assert_allclose(after.survival, own.survival(2 * (table[:, 0] - 0.1), DAYS), atol=1e-6)


def test_images_are_read_one_by_one_with_their_flags() -> None:
    class Sums(nn.Module):
        def forward(self, batch: Batch) -> dict[str, RiskOutput]:
            assert batch.images is not None
            return {"rfs": RiskOutput(batch.images.sum(dim=(1, 2, 3, 4)), batch.present)}

    def read(k: int) -> tuple[np.ndarray, np.ndarray]:
        return np.full((2, 3, 3, 3), k, np.float32), np.array([True, k % 2 == 0])

    found = network_risks(Sums(), 3, read, None, "cpu")
    assert found.risk.tolist() == [0.0, 54.0, 108.0]
    assert found.features.tolist() == [[1, 1], [1, 0], [1, 1]]
    assert found.risk.dtype == np.float64


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="without a network or a table"):
        Member(None, None, baseline(0, 900)).prognosis(1, None, None, "cpu", DAYS)
    recipe = record_network()
    save_weights(tmp_path / "weights.safetensors", nn.Linear(2, 1))
    with pytest.raises(BundleError, match="does not hold the weights of glasgow-rfs"):
        load_risk_network(recipe, tmp_path / "weights.safetensors", 20, "cpu")
    torch.manual_seed(0)
    network = recipe.build_network(20)
    save_weights(tmp_path / "weights.safetensors", network)
    loaded = load_risk_network(recipe, tmp_path / "weights.safetensors", 20, "cpu")
    assert not loaded.training
    with pytest.raises(BundleError, match="does not hold the weights"):
        load_risk_network(recipe, tmp_path / "weights.safetensors", 21, "cpu")
