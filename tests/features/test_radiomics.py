import math
from importlib.util import find_spec

import numpy as np
import pytest

from hyoid.errors import HyoidError
from hyoid.features import RadiomicsSettings, column_provenance, lesion_measures, radiomics_columns, radiomics_features
from hyoid.features.radiomics_settings import FixedBinWidth, ImageSettings
from hyoid.geometry import Grid, Volume
from oracles.digital_phantom import CONSENSUS, digital_phantom, rounded

with_extra = pytest.mark.skipif(
    find_spec("zrad") is None, reason='the extra is not there: pip install "hyoid[radiomics]"'
)
PHANTOM = RadiomicsSettings(
    lesions=("gtvp",), images={"pet": ImageSettings(discretisation=FixedBinWidth(width=1, start=1), range=(1, 6))}
)
GRID = Grid((40, 36, 20), (1.0, 1.0, 3.0), (-20.0, 7.0, 100.0))


@with_extra
@pytest.mark.parametrize("family", CONSENSUS)
def test_the_digital_phantom_has_the_agreed_values(family: str) -> None:
    roi, image = digital_phantom()
    found = radiomics_features(roi, {"pet": image}, PHANTOM)
    for feature, agreed in CONSENSUS[family].items():
        name = f"gtvp_{family}_{feature}"
        value = found[name if name in found else f"gtvp_pet_{family}_{feature}"]
        if isinstance(agreed, tuple):
            assert value == pytest.approx(agreed[0], abs=agreed[1]), name
        else:
            assert rounded(value, agreed) == pytest.approx(agreed), name


def _lesions(seed: int = 0) -> tuple[Volume, dict[str, Volume]]:
    """A lumpy primary, a node of a few voxels, and images with noise."""
    rng = np.random.default_rng(seed)
    z, y, x = np.ogrid[:20, :36, :40]
    labels = np.zeros(GRID.shape, np.uint8)
    labels[((z - 9) * 3 / 12) ** 2 + ((y - 18) / 10) ** 2 + ((x - 17) / 13) ** 2 < 1] = 1
    labels[10, 30:32, 33:35] = 2
    hu = rng.normal(60, 40, GRID.shape).round().astype(np.int16)
    suv = rng.gamma(4, 1.5, GRID.shape).astype(np.float32)
    return Volume(labels, GRID), {"ct": Volume(hu, GRID), "pet": Volume(suv, GRID)}


@with_extra
def test_columns_units_and_what_is_too_small() -> None:
    mask, images = _lesions()
    settings = RadiomicsSettings(families=("morphology", "intensity", "glcm"))
    notes: list[str] = []
    found = radiomics_features(mask, images, settings, notes)
    assert list(found) == list(radiomics_columns(settings))
    assert all(math.isfinite(value) for name, value in found.items() if name.startswith("gtvp"))
    assert all(math.isnan(value) for name, value in found.items() if name.startswith("gtvn"))
    assert notes == ["gtvn: no morphology, intensity, glcm (3D bounding box dimension < 3)"]
    assert found["gtvp_morphology_volume_voxels"] == pytest.approx(mask.volume_ml(1) * 1000, rel=0.03)
    assert found["gtvp_ct_intensity_mean"] == pytest.approx(60, abs=3)
    own = lesion_measures(mask, images["pet"])
    assert found["gtvp_pet_intensity_mean"] == pytest.approx(own["gtvp_suv_mean"], rel=0.03)
    assert found["gtvp_morphology_maximum_3d_diameter"] == pytest.approx(own["gtvp_dmax_mm"], abs=2.5)


@with_extra
def test_at_the_images_own_spacing_nothing_is_interpolated() -> None:
    grid = Grid((12, 12, 12), (2.0, 2.0, 2.0))
    rng = np.random.default_rng(4)
    labels, suv = np.zeros(grid.shape, np.uint8), rng.gamma(4, 1.5, grid.shape).astype(np.float32)
    labels[2:9, 3:9, 4:9] = 1
    labels[5, 5, 5] = labels[2, 3, 4] = 0
    found = radiomics_features(
        Volume(labels, grid), {"pet": Volume(suv, grid)}, RadiomicsSettings(families=("intensity",))
    )
    values = suv[labels == 1].astype(float)
    assert found["gtvp_pet_intensity_maximum"] == pytest.approx(values.max())
    assert found["gtvp_pet_intensity_variance"] == pytest.approx(values.var(), rel=1e-6)
    assert all(math.isnan(value) for name, value in found.items() if "_ct_" in name)  # no CT was given


@with_extra
def test_a_scan_that_was_cropped_gives_the_same_features() -> None:
    mask, images = _lesions()
    small = GRID.cropped((1, 4, 2), (36, 30, 16))
    part = (slice(2, 18), slice(4, 34), slice(1, 37))
    settings = RadiomicsSettings(lesions=("gtvp",), families=("morphology", "histogram", "ngtdm"))
    whole = radiomics_features(mask, images, settings)
    cropped = radiomics_features(
        Volume(mask.array[part], small), {k: Volume(v.array[part], small) for k, v in images.items()}, settings
    )
    assert cropped == pytest.approx(whole, rel=1e-6)


@with_extra
def test_the_range_and_the_field_leave_shape_alone() -> None:
    mask, images = _lesions()
    padded = images["ct"].array.copy()
    padded[9:] = -3024
    settings = RadiomicsSettings(lesions=("gtvp",), families=("morphology", "intensity"))
    whole = radiomics_features(mask, images, settings)
    part = radiomics_features(mask, {"ct": Volume(padded, GRID)}, settings)
    for name, (_, image, _, _) in radiomics_columns(settings).items():
        if image is None:
            assert part[name] == whole[name]
    assert part["gtvp_ct_intensity_minimum"] >= -1000
    notes: list[str] = []
    nothing = radiomics_features(mask, {"ct": Volume(np.full(GRID.shape, -3024, np.int16), GRID)}, settings, notes)
    assert math.isnan(nothing["gtvp_ct_intensity_mean"])
    assert notes == ["gtvp: no intensity (nothing of it lies in the CT and its range)"]


@with_extra
def test_every_column_has_its_provenance() -> None:
    settings = RadiomicsSettings(families=("glcm",))
    content = column_provenance(radiomics=settings)
    said = content["columns"]["gtvp_ct_glcm_joint_entropy"]
    assert said["version"].split(".")[0].isdigit()
    expected = {"lesion": "gtvp", "image": "ct", "family": "glcm", "ibsi": "TU9B", "library": "z-rad"}
    assert {key: said[key] for key in expected} == expected
    assert said["settings_hash"] == settings.hash
    assert RadiomicsSettings.model_validate(content["radiomics"]) == settings


@pytest.mark.skipif(find_spec("zrad") is not None, reason="the extra is there")
def test_without_the_extra_the_error_says_what_to_install() -> None:
    mask, images = _lesions()
    with pytest.raises(HyoidError, match=r'pip install "hyoid\[radiomics\]"'):
        radiomics_features(mask, images, RadiomicsSettings())
