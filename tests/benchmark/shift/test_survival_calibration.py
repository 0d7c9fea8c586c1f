import json

import numpy as np
import pytest

from hyoid.benchmark.shift import survival_calibration_by_center
from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap
from hyoid.metrics.survival import Observed, SurvivalCases, SurvivalStatistics, calibration_groups
from support.survival import draw

QUICK, DAY = Bootstrap(replicates=50), 1095.0


def test_every_center_is_calibrated_alone() -> None:
    drawn = draw(200)
    centers = np.where(np.arange(200) < 110, "x", np.where(np.arange(200) < 190, "y", "z"))
    cases = drawn.cases()
    found = survival_calibration_by_center(centers, cases, DAY, 2, QUICK)
    for row in found[:2]:
        own = centers == row.center
        alone = SurvivalCases.of(
            drawn.observed.part(own), drawn.risk[own], {DAY: drawn.survival[DAY][own]}, list(drawn.fold[own])
        )
        expected = SurvivalStatistics(alone, (DAY,), None).intervals(QUICK)
        assert row.slope == expected["calibration_slope_1095"]
        assert row.intercept == expected["calibration_intercept_1095"]
        assert row.observed_expected == expected["observed_expected_1095"]
        assert row.groups == calibration_groups(alone.observed, alone.survival[DAY], DAY, 2)
        assert row.reason == ""
    assert found[2].slope is None
    assert "followed for 1095 days" in found[2].reason or "events by 1095 days" in found[2].reason
    assert json.loads(json.dumps(found[2].to_dict()))["groups"] == []


def test_few_events_and_unknown_days_are_told() -> None:
    drawn = draw(60)
    quiet = SurvivalCases.of(Observed(drawn.observed.days, np.zeros(60, bool)), drawn.risk, drawn.survival)
    assert survival_calibration_by_center(["x"] * 60, quiet, DAY)[0].reason == "0 events by 1095 days"
    with pytest.raises(HyoidError, match="no survival at 100 days"):
        survival_calibration_by_center(["x"] * 60, quiet, 100.0)
    with pytest.raises(HyoidError, match="3 times a center"):
        survival_calibration_by_center(["x"] * 3, quiet, DAY)
