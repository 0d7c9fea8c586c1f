"""What a recipe reads of a patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hyoid.cohort import Case
from hyoid.cohort.check import STUDY_CODES
from hyoid.cohort.encoders import ClinicalEncoder, FittedEncoder, OneHot
from hyoid.cohort.encoders.value import FORBIDDEN
from hyoid.features import RadiomicsSettings, check_measures, radiomics_columns
from hyoid.features.harmonise import Combat, FittedCombat
from hyoid.features.sources import images_of
from hyoid.recipe.inferred import MASK_CHANNELS, HpvInput, MaskInput
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

    With `radiomics` so do all columns of these settings, `gtvp_ct_glcm_joint_entropy`; they need the extra
    `hyoid[radiomics]`. All need a label map: the expert's in training; at prediction the one that is given, or made by
    a segmentation bundle beside it.
    """

    measures: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    radiomics: RadiomicsSettings | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns."""
        return self.measures + (() if self.radiomics is None else tuple(radiomics_columns(self.radiomics)))

    @property
    def images(self) -> tuple[str, ...]:
        """The images that they are measured in."""
        given = () if self.radiomics is None else tuple(self.radiomics.images)
        return tuple(dict.fromkeys((*images_of(self.measures), *given)))

    @model_validator(mode="after")
    def _known(self) -> Self:
        if not self.columns:
            raise ValueError("lesions: name measures, radiomics, or both")
        check_measures(self.measures)
        return self


class Inputs(Settings):
    """What the recipe reads, and what happens where an image is missing.

    With `missing: fill` an absent modality becomes its outside value, and the network is told by a flag; it must have
    been trained so, by `modality_dropout` or on cases without it. With `refuse` such a case is left out of training and
    refused at prediction. A missing mask is treated alike; missing clinical values are the encoder's matter, missing
    lesion measures too. `only_with` trains and reports only patients that have these images, whether or not the recipe
    reads them: so that what an image adds is compared on the same patients. `exclude` leaves patients out of training
    and report in whose images `hyoid check` finds what is named there, by its code (`extravasation`). `mask` and `hpv`
    are of survival recipes and say where the label map and the column `hpv` come from. `harmonise` brings lesion
    measures and other quantities of different centers to one level, by what the training part says of its centers.
    """

    images: tuple[Modality, ...] = ()
    mask: MaskInput | None = None
    clinical: ClinicalInput | None = None
    hpv: HpvInput | None = None
    lesions: LesionInput | None = None
    harmonise: Combat | None = None
    missing: Literal["refuse", "fill"] = "refuse"
    only_with: tuple[Modality, ...] = ()
    exclude: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        for code in self.exclude:
            if code not in STUDY_CODES:
                raise ValueError(f"exclude: hyoid check finds no '{code}' in images: {nearest(code, STUDY_CODES)}")
        if not self.images and self.clinical is None:
            raise ValueError("a recipe needs images, clinical columns, or both")
        if self.lesions is not None and self.clinical is None:
            raise ValueError("lesion measures join the clinical columns, whose encoder encodes them: name these too")
        if self.mask is not None and not self.images:
            raise ValueError("a mask joins the images as two more channels: name some in inputs.images")
        if self.hpv is not None and "hpv" not in self.table_columns:
            raise ValueError("inputs.hpv says where the column 'hpv' comes from: name it in inputs.clinical.columns")
        if self.harmonise is not None:
            self._check_harmonise(self.harmonise)
        return self

    def _check_harmonise(self, harmonise: Combat) -> None:
        clinical = () if self.clinical is None else self.clinical.columns
        quantities = {*clinical} & {*(() if self.clinical is None else self.clinical.encoder.numeric)}
        allowed = {*quantities, *(() if self.lesions is None else self.lesions.columns)}
        if not self.harmonised_columns:
            raise ValueError("harmonise: there are no lesion measures: name inputs.lesions, or harmonise.columns")
        for column in harmonise.columns:
            if column not in allowed:
                raise ValueError(
                    f"harmonise: '{column}' is neither a lesion measure nor a clinical column that the encoder has "
                    f"among numeric; {nearest(column, allowed)}"
                )
        for column in harmonise.covariates:
            if column not in clinical:
                raise ValueError(f"harmonise: the covariate '{column}' is none of inputs.clinical.columns")
        if harmonise.unseen == "transductive" and self.images:
            raise ValueError("harmonise: unseen: transductive waits for all cases of a center, so it reads no images")

    @property
    def channels(self) -> tuple[str, ...]:
        """What an image encoder sees, in order: the images, and the mask's channels."""
        return self.images + (() if self.mask is None else MASK_CHANNELS)

    @property
    def infers(self) -> bool:
        """Whether reported and new patients are given something that an upstream model inferred."""
        mask, hpv = self.mask, self.hpv
        return (mask is not None and mask.predict == "predicted") or (hpv is not None and hpv.predict != "recorded")

    @property
    def recorded_columns(self) -> tuple[str, ...]:
        """The columns of `table_columns` that a new patient's record and lesions are asked for."""
        inferred = self.hpv is not None and self.hpv.predict != "recorded"
        return tuple(column for column in self.table_columns if not (inferred and column == "hpv"))

    def fit_encoder(self, cases: Sequence[Case]) -> FittedEncoder | None:
        """Fit the clinical encoder on a fold's training cases; None without clinical columns.

        Lesion measures are quantities for every encoder: a volume is no category.
        """
        if self.clinical is None:
            return None
        measures = () if self.lesions is None else self.lesions.columns
        encoder = self.clinical.encoder
        encoder = encoder.model_copy(update={"numeric": (*encoder.numeric, *measures)})
        return encoder.fit(cases, self.table_columns)

    def fit_harmoniser(self, cases: Sequence[Case]) -> FittedCombat | None:
        """Fit the harmonisation on a fold's training cases; None where the recipe names none."""
        return None if self.harmonise is None else self.harmonise.fit(cases, self.harmonised_columns)

    @property
    def harmonised_columns(self) -> tuple[str, ...]:
        """What is harmonised: the columns that are named, or else all lesion measures."""
        if self.harmonise is None:
            return ()
        return self.harmonise.columns or (() if self.lesions is None else self.lesions.columns)

    @property
    def table_columns(self) -> tuple[str, ...]:
        """Clinical columns and lesion measures, in the order of the encoded vector."""
        clinical = () if self.clinical is None else self.clinical.columns
        return clinical + (() if self.lesions is None else self.lesions.columns)
