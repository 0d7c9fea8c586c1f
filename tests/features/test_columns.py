import math

import pytest

from hyoid.cohort import Case
from hyoid.features import check_measures, with_measures

CASE = Case("A-001", clinical={"age": 60})


def test_measures_join_the_record_plain_or_as_the_logarithm_of_one_more() -> None:
    found = with_measures(CASE, {"gtvp_mtv_ml": math.e - 1, "gtvn_count": 3.0}, ["log_gtvp_mtv_ml", "gtvn_count"])
    assert found.clinical == {"age": 60, "log_gtvp_mtv_ml": pytest.approx(1.0), "gtvn_count": 3.0}
    assert CASE.clinical == {"age": 60}


@pytest.mark.parametrize("name", ["gtvp_suv_max", "log_gtvp_suv_max"])
@pytest.mark.parametrize("measures", [{}, {"gtvp_suv_max": math.nan}, {"gtvp_suv_max": math.inf}])
def test_what_was_not_measured_is_missing_and_never_zero(name: str, measures: dict[str, float]) -> None:
    assert name not in with_measures(CASE, measures, [name]).clinical


@pytest.mark.parametrize("name", ["gtvn_mtv_ml", "log_gtvn_mtv_ml"])
def test_a_volume_of_zero_is_a_value(name: str) -> None:
    assert with_measures(CASE, {"gtvn_mtv_ml": 0.0}, [name]).clinical[name] == 0.0


def test_a_column_of_the_table_with_a_measures_name_gives_way_to_it() -> None:
    case = Case("A-001", clinical={"age": 60, "gtvp_count": 7, "gtvn_count": 7})
    found = with_measures(case, {"gtvn_count": 1.0, "gtvp_count": math.nan}, ["gtvp_count", "gtvn_count"])
    assert found.clinical == {"age": 60, "gtvn_count": 1.0}


def test_only_what_is_named_joins() -> None:
    assert with_measures(CASE, {"gtvp_count": 1.0, "gtvn_count": 2.0}, ["gtvp_count"]).clinical.keys() == {
        "age",
        "gtvp_count",
    }


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("gtvp_mtv", "gtvp_mtv_ml"), ("log_gtvn_tlg", "gtvn_tlg_g"), ("total_suvmax", "total_suv_max")],
)
def test_an_unknown_measure_names_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(ValueError, match=f"no lesion measure is named '{name}'; did you mean '{nearest}'"):
        check_measures(["gtvp_count", name])
    check_measures([nearest, f"log_{nearest}"])


def test_a_measure_that_may_be_negative_has_no_logarithm() -> None:
    check_measures(["gtvp_ct_mean_hu", "log_gtvp_ct_sd_hu", "log_total_dmax_mm", "gtvn_dose_v60"])
    with pytest.raises(
        ValueError, match="'log_gtvp_ct_mean_hu' has no logarithm, for it may be negative: take 'gtvp_ct"
    ):
        check_measures(["log_gtvp_ct_mean_hu"])
