import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from hyoid.benchmark.shift import (
    CovariateShift,
    FeatureTable,
    calibration_by_center,
    covariate_shift,
    decision_picture,
    forest_picture,
    gap_picture,
    inside_outside_gap,
    reliability_picture,
    shift_picture,
    values_by_center,
)
from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap, decision_curve
from support.shift import Places, places

QUICK = Bootstrap(replicates=50)


@pytest.fixture(scope="module")
def cohort() -> Places:
    return places()


def _words(picture: str) -> str:
    """The alternative text; the drawing must be sound XML, with as many paths as anything that was drawn needs."""
    drawn = picture[picture.index("<svg") : picture.index("</svg>") + 6]
    assert len(list(ET.fromstring(drawn).iter())) > 50  # noqa: S314 - our own drawing
    found = re.search(r'aria-label="([^"]*)"', drawn)
    assert found is not None
    assert "nan" not in found[1].lower()
    return found[1]


def test_the_forest_plot_says_every_center(cohort: Places) -> None:
    found = values_by_center(cohort.classified("balanced_accuracy"), QUICK)
    picture = forest_picture(found, "balanced <accuracy>")
    words = _words(picture)
    for center in found.centers:
        assert f"{center.center} {center.value or center.reason}" in words
    assert f"I squared {found.heterogeneity.i_squared:.0%}" in picture
    assert "<accuracy>" not in picture


def test_centers_that_cannot_be_compared_are_told_so(cohort: Places) -> None:
    sample = cohort.classified("sensitivity", noise=0.0)
    found = values_by_center(sample.take(sample.centers == "D"), QUICK)
    assert "Too few centres" in forest_picture(found, "sensitivity")


def test_the_gap_plot_says_both_sides(cohort: Places) -> None:
    gap = inside_outside_gap(cohort.survived(1, 0.5), cohort.survived(2, 2.0), QUICK)
    words = _words(gap_picture({"first": gap, "second": gap}, "C-index"))
    assert f"first: inside {gap.inside}, outside {gap.outside}, difference {gap.difference} (paired)" in words
    with pytest.raises(HyoidError, match="no gap"):
        gap_picture({}, "C-index")


def test_reliability_and_decision_curve(cohort: Places) -> None:
    probability = cohort.classified("auc").cases.probability
    found = calibration_by_center(cohort.centers, cohort.truth, probability)
    words = _words(reliability_picture(found, "HPV-positive"))
    assert all(f"{row.center}: {row.mean_probability:.2f} predicted" in words for row in found)
    with pytest.raises(HyoidError, match="no centre"):
        reliability_picture((), "HPV-positive")
    curve = decision_curve(cohort.truth, probability, (0.2, 0.4), QUICK)
    words = _words(decision_picture(curve, "model"))
    assert f"at 0.40 {curve.model[1].value:.3f}, all {curve.treat_all[1].value:.3f}" in words


def test_the_heat_map_shows_what_differs_most(cohort: Places) -> None:
    values = np.random.default_rng(0).normal(size=(160, 4))
    values[cohort.centers == "B", 2] += 3
    values[:5, 0] = np.nan
    found = covariate_shift(FeatureTable.of(cohort.centers, ["p", "q", "r", "s"], values))
    picture = shift_picture(found, most=2)
    assert "largest r of B" in _words(picture)
    assert "The 2 of 4 features that differ most" in picture
    assert f"all {found.tests} tests" in picture
    with pytest.raises(HyoidError, match="no feature"):
        shift_picture(CovariateShift((), 0))
