import json
import math

import numpy as np
import pytest

from hyoid.benchmark.shift import measured, values_by_center
from hyoid.metrics import CLASSIFICATION_MEASURES, Bootstrap, heterogeneity
from support.shift import places

QUICK = Bootstrap(replicates=200)


def test_every_center_is_evaluated_alone() -> None:
    sample = places().classified("balanced_accuracy")
    found = values_by_center(sample, QUICK)
    assert [center.center for center in found.centers] == ["A", "B", "C", "D"]
    for center in found.centers[:3]:
        own = sample.take(sample.centers == center.center)
        assert center.value == CLASSIFICATION_MEASURES["balanced_accuracy"].interval(own.cases, QUICK, None)
        assert (center.patients, center.reason) == (len(own.ids), "")
        # half the sum of two shares that are independent
        wrong = [own.cases.decision[own.cases.truth == kind] == kind for kind in (True, False)]
        variance = sum(part.mean() * (1 - part.mean()) / len(part) for part in wrong) / 4
        assert center.standard_error == pytest.approx(math.sqrt(variance), rel=0.2)
    last = found.centers[3]
    assert last.value is None
    assert last.reason.endswith("0 negatives")
    own = sample.take(sample.centers == "D")
    assert last.instead == {"sensitivity": CLASSIFICATION_MEASURES["sensitivity"].interval(own.cases, QUICK, None)}
    assert found.pooled == measured(sample, QUICK)


def test_heterogeneity_is_that_of_the_centers_with_a_value() -> None:
    found = values_by_center(places().survived(), QUICK)
    values = [center.value.value for center in found.centers if center.value is not None]
    errors = [center.standard_error for center in found.centers if center.value is not None]
    assert len(values) == 3
    assert found.heterogeneity == heterogeneity(values, errors)
    assert json.loads(json.dumps(found.to_dict()))["centers"][3]["value"] is None


def test_a_center_where_nothing_varies_does_not_count() -> None:
    found = values_by_center(places().classified("sensitivity", noise=0.0), QUICK)
    assert [center.value.value for center in found.centers if center.value is not None] == [1.0] * 4
    assert found.heterogeneity.centers == 0
    assert np.isnan([center.standard_error for center in found.centers]).all()
