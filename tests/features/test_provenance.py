import json

from hyoid.features import COLUMNS, LESIONS, MEASURES, column_provenance
from hyoid.features.provenance import DEFINITIONS
from hyoid.files import jsonable
from hyoid.version import __version__


def test_every_measure_has_a_definition() -> None:
    assert list(DEFINITIONS) == list(MEASURES)
    for measure, said in DEFINITIONS.items():
        unit = {"ml": "mL", "g": "g", "mm": "mm", "hu": "HU", "gy": "Gy"}.get(measure.rsplit("_", maxsplit=1)[-1])
        assert unit is None or said.unit == unit, measure


def test_every_column_says_what_it_is_and_from_where() -> None:
    content = column_provenance(active_suv=2.5)
    json.dumps(jsonable(content), allow_nan=False)
    assert (content["hyoid"], content["active_suv"]) == (__version__, 2.5)
    assert list(content["columns"]) == list(COLUMNS[2:-1])
    for name, said in content["columns"].items():
        assert name.startswith(f"{said['lesion']}_")
        assert said["lesion"] in LESIONS
        assert (said["library"], said["version"]) == ("hyoid", __version__)
    images = {name: content["columns"][f"gtvn_{name}"]["image"] for name in MEASURES}
    assert {images[name] for name in ("volume_ml", "count", "dmax_mm", "dmax_centroid_mm", "spread_mm")} == {None}
    assert {images[name] for name in ("pet_coverage", "mtv_ml", "tlg_g", "suv_cov", "suv_peak")} == {"pet"}
    assert {images[name] for name in ("ct_coverage", "ct_mean_hu", "ct_sd_hu")} == {"ct"}
    assert {images[name] for name in MEASURES if name.startswith("dose")} == {"dose"}
