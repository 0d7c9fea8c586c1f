from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from docs.markdown import ROOT, blocks
from hyoid.errors import RecipeError
from hyoid.features import RadiomicsSettings, load_radiomics_settings, radiomics_columns
from hyoid.features.radiomics_settings import ibsi_features
from oracles.digital_phantom import CONSENSUS


def test_the_table_holds_the_features_that_have_agreed_values() -> None:
    table = ibsi_features()
    assert {family: list(features) for family, features in table.items()} == {
        family: list(values) for family, values in CONSENSUS.items()
    }
    each = [feature for features in table.values() for feature in features.values()]
    assert len({feature["code"] for feature in each}) == len(each)
    assert len({feature["tag"] for feature in each}) == len(each)
    assert all(len(feature["code"]) == 4 and feature["code"].isupper() for feature in each if feature["code"] != "1128")


def test_columns_are_named_by_lesion_image_family_and_feature() -> None:
    columns = radiomics_columns(RadiomicsSettings())
    assert columns["gtvp_ct_glcm_joint_entropy"] == ("gtvp", "ct", "glcm", "joint_entropy")
    assert columns["gtvn_pet_intensity_mean"] == ("gtvn", "pet", "intensity", "mean")
    assert columns["gtvp_morphology_sphericity"] == ("gtvp", None, "morphology", "sphericity")
    assert columns["gtvp_pet_morphology_moran_i"] == ("gtvp", "pet", "morphology", "moran_i")
    assert "gtvp_ct_morphology_sphericity" not in columns  # shape is the contour's: one column, not one an image
    features = sum(map(len, CONSENSUS.values()))
    of_shape = sum(1 for name in columns if name.startswith("gtvp_morphology_"))
    assert len(columns) == 2 * (of_shape + 2 * (features - of_shape))


def test_fewer_families_images_and_lesions_yield_fewer_columns() -> None:
    one = RadiomicsSettings.model_validate(
        {
            "lesions": ["total"],
            "families": ["ngtdm"],
            "images": {"pet": {"discretisation": {"name": "fixed_bin_number", "number": 32}}},
        }
    )
    assert list(radiomics_columns(one)) == [f"total_pet_ngtdm_{name}" for name in CONSENSUS["ngtdm"]]
    assert one.hash != RadiomicsSettings().hash
    assert (
        RadiomicsSettings.model_validate(RadiomicsSettings().model_dump(mode="json")).hash == RadiomicsSettings().hash
    )


_WIDE = {"name": "fixed_bin_width", "width": 25, "start": 0}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"families": ["glcn"]}, "glcm"),
        ({"families": ["glcm", "glcm"]}, "names one twice"),
        ({"lesions": []}, "at least 1 item"),
        ({"spacing": 1}, "did you mean 'spacing_mm'"),
        ({"spacing_mm": 0}, "greater than 0"),
        ({"images": {"mr": {}}}, "'ct' or 'pet'"),
        ({"images": {"ct": {"discretisation": _WIDE, "range": [5, 5]}}}, "no lower and upper end"),
        ({"images": {"ct": {"discretisation": _WIDE, "range": [-5, 5]}}}, "below the first grey level"),
    ],
)
def test_invalid_settings_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RadiomicsSettings.model_validate(settings)


def test_settings_of_a_file(tmp_path: Path) -> None:
    assert load_radiomics_settings("default") == RadiomicsSettings()
    path = tmp_path / "mine.yaml"
    path.write_text("spacing_mm: 1.0\nfamilies: [glcm]\n")
    assert load_radiomics_settings(str(path)) == RadiomicsSettings(spacing_mm=1.0, families=("glcm",))
    path.write_text("")
    assert load_radiomics_settings(str(path)) == RadiomicsSettings()
    path.write_text("spacing_mm: [")
    with pytest.raises(RecipeError, match="are not YAML"):
        load_radiomics_settings(str(path))
    path.write_text("families: [glcn]")
    with pytest.raises(RecipeError, match=r"mine.yaml are not valid: families\.0"):
        load_radiomics_settings(str(path))
    with pytest.raises(RecipeError, match="no file at nowhere"):
        load_radiomics_settings("nowhere")


def test_the_page_shows_the_defaults() -> None:
    (example,) = blocks((ROOT / "docs" / "how-to" / "measure-lesions.md").read_text(encoding="utf-8"), "yaml")
    assert RadiomicsSettings.model_validate(yaml.safe_load(example.body)) == RadiomicsSettings()
