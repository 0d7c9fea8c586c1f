"""What a recipe reads of a patient."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hyoid.cohort.encoders import ClinicalEncoder, OneHot
from hyoid.cohort.encoders.value import FORBIDDEN
from hyoid.features import check_measures
from hyoid.settings import Settings, nearest

Modality = Literal["ct", "pet", "dose"]


class ClinicalInput(Settings):
    """Columns of the clinical table and how they become numbers; the encoder is fitted on each fold's training part."""

    columns: tuple[str, ...] = Field(min_length=1)
    encoder: ClinicalEncoder = OneHot()

    @model_validator(mode="after")
    def _allowed(self) -> Self:
        for column in self.columns:
            if column in FORBIDDEN:
                raise ValueError(f"the column '{column}' is no input of a model: {FORBIDDEN[column]}")
        if len(set(self.columns)) < len(self.columns):
            raise ValueError(f"the columns {list(self.columns)} name one twice")
        unknown = sorted(set(self.encoder.numeric) - set(self.columns))
        if unknown and self.encoder.numeric != type(self.encoder)().numeric:
            raise ValueError(f"numeric: '{unknown[0]}' is no column; {nearest(unknown[0], self.columns)}")
        return self


class LesionInput(Settings):
    """Lesion measures that join the clinical columns: `gtvp_mtv_ml`, or `log_gtvp_mtv_ml` for log(1 + x).

    They need a label map: the expert's in training; at prediction the one that is given, or made by a segmentation
    bundle beside it.
    """

    measures: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> Self:
        check_measures(self.measures)
        return self


class Inputs(Settings):
    """What the recipe reads, and what happens where an image is missing.

    With `missing: fill` an absent modality becomes its outside value, and the network is told by a flag; it must have
    been trained so, by `modality_dropout` or on cases without it. With `refuse` such a case is left out of training and
    refused at prediction. Missing clinical values are the encoder's matter, missing lesion measures too. `only_with`
    trains and reports only patients that have these images, whether or not the recipe reads them: so that what an image
    adds is compared on the same patients.
    """

    images: tuple[Modality, ...] = ()
    clinical: ClinicalInput | None = None
    lesions: LesionInput | None = None
    missing: Literal["refuse", "fill"] = "refuse"
    only_with: tuple[Modality, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.images and self.clinical is None:
            raise ValueError("a recipe needs images, clinical columns, or both")
        if self.lesions is not None and self.clinical is None:
            raise ValueError("lesion measures join the clinical columns, whose encoder encodes them: name these too")
        return self

    @property
    def table_columns(self) -> tuple[str, ...]:
        """Clinical columns and lesion measures, in the order of the encoded vector."""
        clinical = () if self.clinical is None else self.clinical.columns
        return clinical + (() if self.lesions is None else self.lesions.measures)
