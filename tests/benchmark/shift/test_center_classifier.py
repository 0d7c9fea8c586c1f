import json

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hyoid.benchmark.shift import CenterClassifier, FeatureTable, tell_centers_apart
from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap, holm

QUICK = Bootstrap(replicates=50)


def _table(shift: float, n: int = 120, seed: int = 0) -> FeatureTable:
    rng = np.random.default_rng(seed)
    centers = np.array(["A"] * 60 + ["B"] * (n - 64) + ["C"] * 4)
    values = rng.normal(size=(n, 6))
    values[centers == "A", 0] += shift
    values[rng.random(values.shape) < 0.1] = np.nan
    return FeatureTable.of(centers, [f"f{k}" for k in range(6)], values)


def test_the_auc_is_that_of_scikit_learns_pipeline() -> None:
    table, settings = _table(1.0), CenterClassifier(permutations=0, penalty=0.3)
    found = tell_centers_apart(table, settings, QUICK)
    fold = np.random.default_rng(0).permutation(120) % 5
    truth = table.centers == "A"
    won = pairs = 0.0
    for k in range(5):
        train, test = fold != k, fold == k
        imputer = SimpleImputer(strategy="median", add_indicator=True)
        model = make_pipeline(imputer, StandardScaler(), Ridge(alpha=0.3 * train.sum()))
        score = model.fit(table.values[train], truth[train].astype(float)).predict(table.values[test])
        weight = truth[test].sum() * (~truth[test]).sum()
        won, pairs = won + weight * roc_auc_score(truth[test], score), pairs + weight
    assert found.centers[0].auc is not None
    assert found.centers[0].auc.value == pytest.approx(won / pairs)
    assert found.centers[0].auc.low < found.centers[0].auc.value < found.centers[0].auc.high
    assert np.isnan(found.centers[0].p_value)
    assert (found.centers[2].auc, found.centers[2].patients) == (None, 4)


def test_what_can_be_told_apart_is_found() -> None:
    found = tell_centers_apart(_table(1.5), CenterClassifier(permutations=99), QUICK)
    assert [row.p_value for row in found.centers[:2]] == [0.01, 0.01]
    np.testing.assert_allclose([row.p_holm for row in found.centers], holm([0.01, 0.01, np.nan]))
    assert json.loads(json.dumps(found.to_dict()))["settings"]["permutations"] == 99
    assert found.to_dict() == tell_centers_apart(_table(1.5), CenterClassifier(permutations=99), QUICK).to_dict()


@pytest.mark.slow
def test_p_values_of_the_same_patients_everywhere_are_uniform() -> None:
    settings, none = CenterClassifier(permutations=39), Bootstrap(replicates=0)
    p = [tell_centers_apart(_table(0.0, seed=seed), settings, none).centers[0].p_value for seed in range(40)]
    # of 40 uniform values about 2 lie at or below 0.05 and 20 at or below a half
    assert sum(value <= 0.05 for value in p) <= 6
    assert 12 <= sum(value <= 0.5 for value in p) <= 28


def test_missing_values_alone_may_tell_a_center() -> None:
    table = _table(0.0)
    values = np.where((table.centers == "A")[:, np.newaxis] & (np.arange(6) == 0), np.nan, table.values)
    moved = FeatureTable.of(table.centers, table.names, values)
    seen, unseen = (
        tell_centers_apart(moved, CenterClassifier(permutations=0, missing_flags=flags), QUICK).centers[0].auc
        for flags in (True, False)
    )
    assert seen is not None
    assert unseen is not None
    assert seen.value > 0.85
    assert unseen.value < 0.7


def test_few_patients_are_refused_and_few_of_each_have_no_auc() -> None:
    with pytest.raises(HyoidError, match="9 patients"):
        tell_centers_apart(FeatureTable.of(["x"] * 9, ["f"], np.zeros((9, 1))))
    alone = tell_centers_apart(FeatureTable.of(["x"] * 12, ["f"], np.zeros((12, 1))), bootstrap=QUICK)
    assert alone.centers[0].auc is None
