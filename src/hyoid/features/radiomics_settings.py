"""Settings of radiomics features, and the names of the columns that they yield."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from hyoid.errors import RecipeError
from hyoid.features.names import LESIONS
from hyoid.files import sha256_of_json
from hyoid.settings import Settings, describe_errors

Family = Literal["morphology", "intensity", "histogram", "glcm", "glrlm", "glszm", "gldzm", "ngtdm", "ngldm"]
"""Families of IBSI's features. Local intensity is left out: `suv_peak` is it."""

Modality = Literal["ct", "pet"]

_FAMILIES: tuple[Family, ...] = (
    "morphology",
    "intensity",
    "histogram",
    "glcm",
    "glrlm",
    "glszm",
    "gldzm",
    "ngtdm",
    "ngldm",
)


class FixedBinWidth(Settings):
    """Grey levels of a fixed width (IBSI Q3RU) counted from `start`: 1 is [start, start + width)."""

    name: Literal["fixed_bin_width"] = "fixed_bin_width"
    width: float = Field(gt=0, allow_inf_nan=False)
    start: float = Field(allow_inf_nan=False)


class FixedBinNumber(Settings):
    """A fixed number of grey levels between the least and the greatest value of the lesion (IBSI K15C)."""

    name: Literal["fixed_bin_number"] = "fixed_bin_number"
    number: int = Field(ge=2)


Discretisation = Annotated[FixedBinWidth | FixedBinNumber, Field(discriminator="name")]
"""How values become grey levels for histogram and texture."""


class ImageSettings(Settings):
    """How one image is prepared.

    `range` is the re-segmentation: voxels of the lesion outside it (HU or SUV, ends included) count for shape only.
    """

    discretisation: Discretisation
    range: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, start = self.range, self.discretisation
        if low is not None and not low[0] < low[1]:
            raise ValueError(f"range: {list(low)} is no lower and upper end")
        if isinstance(start, FixedBinWidth) and low is not None and low[0] < start.start:
            raise ValueError(f"range begins at {low[0]:g}, below the first grey level at {start.start:g}")
        return self


class RadiomicsSettings(Settings):
    """Radiomics features of lesions, as IBSI defines them, in three dimensions.

    Both images are interpolated linearly at voxels of `spacing_mm` on all sides, the CT rounded to whole HU; the label
    map by the membership of its voxels. The texture matrices of the 13 directions are merged into one (IBSI IAZD).

    The defaults follow configuration C of IBSI's CT phantom (2 mm, 25 HU from -1000, -1000 to 400 HU); the PET has bins
    of 0.5 SUV from 0.
    """

    name: Literal["ibsi"] = "ibsi"
    lesions: tuple[Literal["gtvp", "gtvn", "total"], ...] = Field(("gtvp", "gtvn"), min_length=1)
    images: dict[Modality, ImageSettings] = Field(
        {
            "ct": ImageSettings(discretisation=FixedBinWidth(width=25, start=-1000), range=(-1000, 400)),
            "pet": ImageSettings(discretisation=FixedBinWidth(width=0.5, start=0)),
        },
        min_length=1,
    )
    spacing_mm: float = Field(2.0, gt=0, allow_inf_nan=False)
    families: tuple[Family, ...] = Field(_FAMILIES, min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Self:
        for key in ("lesions", "families"):
            values = getattr(self, key)
            if len(set(values)) < len(values):
                raise ValueError(f"{key}: {list(values)} names one twice")
        return self

    @property
    def hash(self) -> str:
        """SHA-256 of the settings, as hexadecimal text."""
        return sha256_of_json(self.model_dump(mode="json"))


def load_radiomics_settings(source: str) -> RadiomicsSettings:
    """Return the settings of a YAML file, or the defaults for `default`.

    Raises
    ------
    RecipeError
        If there is no such file, or it holds no valid settings.
    """
    if source == "default":
        return RadiomicsSettings()
    path = Path(source)
    if not path.is_file():
        raise RecipeError.of(f"no file at {source}", "radiomics settings, or the word default", "Check the path.")
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return RadiomicsSettings.model_validate({} if raw is None else raw)
    except yaml.YAMLError as error:
        raise RecipeError(f"The radiomics settings {source} are not YAML: {error}") from error
    except ValidationError as error:
        raise RecipeError(f"The radiomics settings {source} are not valid: {describe_errors(error)}") from error


@cache
def ibsi_features() -> dict[str, dict[str, dict[str, str]]]:
    """Return IBSI's features: by family, then by our name: `code` in the reference manual, and z-rad's `tag`.

    `of_image: true` marks the morphological features that read intensities, and so differ from image to image.
    """
    table: dict[str, Any] = yaml.safe_load((files("hyoid.features") / "ibsi.yaml").read_text(encoding="utf-8"))
    return table


def radiomics_columns(settings: RadiomicsSettings) -> dict[str, tuple[str, str | None, str, str]]:
    """Return the columns that the settings yield, in order: name -> (lesion, image, family, feature).

    Shape is the contour's and not the image's: it comes once for each lesion, `gtvp_morphology_sphericity`. All else is
    `gtvp_ct_glcm_joint_entropy`.
    """
    columns: dict[str, tuple[str, str | None, str, str]] = {}
    for lesion in (name for name in LESIONS if name in settings.lesions):
        for family in settings.families:
            features = ibsi_features()[family]
            shape = [name for name, feature in features.items() if not reads_image(family, feature)]
            columns |= {f"{lesion}_{family}_{name}": (lesion, None, family, name) for name in shape}
            for image in settings.images:
                own = (name for name in features if name not in shape)
                columns |= {f"{lesion}_{image}_{family}_{name}": (lesion, image, family, name) for name in own}
    return columns


def reads_image(family: str, feature: dict[str, str]) -> bool:
    """Whether a feature depends on the image, and not on the contour alone."""
    return family != "morphology" or bool(feature.get("of_image"))
