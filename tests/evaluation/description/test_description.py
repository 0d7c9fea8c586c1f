import os
from pathlib import Path

import pandas as pd
import pytest

from hyoid.cohort import read_cohort
from hyoid.evaluation.description import describe_cohort

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif("HYOID_TEST_DATA" not in os.environ, reason="HYOID_TEST_DATA does not name the real data")
def test_the_real_table_of_four_centers_against_pandas() -> None:
    path = Path(os.environ["HYOID_TEST_DATA"]) / "head-neck-pet-ct-clinical" / "head_neck_pet_ct_canada.csv"
    found = describe_cohort(read_cohort(path, ROOT / "docs" / "examples" / "head-neck-pet-ct-recurrence.yaml"))
    frame = pd.read_csv(path, sep=";")
    center = frame["id"].str.extract("HN-([A-Z]+)-")[0]
    assert found.centers == center.value_counts().to_dict()
    for name in found.centers:
        own = frame[center == name]
        status = own["overall_hpv_status"]
        hpv = found.hpv[name]
        assert (hpv.positive, hpv.negative) == ((status == "+").sum(), (status == "-").sum())
    # of 74 patients with a failure two have no time: HN-HGJ-021 and HN-HGJ-086
    failed = (frame["Locoregional"] == 1) | (frame["Distant"] == 1)
    outcomes = {group.name: group for group in found.survival_by_center.groups}
    assert (found.survival.events, found.survival.unknown, failed.sum()) == (72, 2, 74)
    assert outcomes["HGJ"].events == failed[center == "HGJ"].sum() - 2
    assert found.survival_by_hpv.compared == ("HPV-positive", "HPV-negative")
    assert found.ages.spread.median == frame["age"].median()
    assert (found.grids, found.unreadable, found.acquisition) == ((), (), None)
