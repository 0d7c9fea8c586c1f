"""Which images a recipe's lesion measures are taken from."""

import pytest

from hyoid.features import LESIONS, MEASURES
from hyoid.features.sources import images_of


@pytest.mark.parametrize(
    ("names", "images"),
    [
        ([], ()),
        (["gtvp_volume_ml", "log_gtvn_volume_ml", "gtvn_count", "total_dmax_mm", "log_total_spread_mm"], ()),
        (["log_total_mtv_ml"], ("pet",)),
        (["gtvp_suv_max", "gtvn_tlg_g", "total_pet_coverage", "total_suv_entropy"], ("pet",)),
        (["gtvp_ct_mean_hu", "total_ct_coverage", "log_total_ct_sd_hu"], ("ct",)),
        (["log_total_dose_mean_gy", "gtvp_dose_v20", "gtvn_dose_coverage"], ("dose",)),
        (
            ["gtvp_count", "gtvp_dose_d95_gy", "gtvp_suv_mean", "gtvn_dose_d2_gy", "gtvp_ct_sd_hu"],
            ("dose", "pet", "ct"),
        ),
        (["age", "gender", "pet", "suv_max", "tumour_suv_max"], ()),
    ],
)
def test_images_are_those_of_the_measures_in_their_order_each_once(names: list[str], images: tuple[str, ...]) -> None:
    assert images_of(names) == images


def test_every_measure_is_of_an_image_or_of_the_contour_alone() -> None:
    geometric = {"volume_ml", "count", "dmax_mm", "dmax_centroid_mm", "spread_mm"}
    without = {measure for measure in MEASURES if images_of([f"gtvp_{measure}"]) == ()}
    assert without == geometric
    for measure in MEASURES:
        assert len({images_of([f"{log}{lesion}_{measure}"]) for log in ("", "log_") for lesion in LESIONS}) == 1
