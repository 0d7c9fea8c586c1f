"""Encoders: the clinical record as numbers, fitted inside a fold and saved as JSON."""

from typing import Annotated

from pydantic import Field

from hyoid.cohort.encoders.fitted import Encoded, FittedEncoder
from hyoid.cohort.encoders.median import Median
from hyoid.cohort.encoders.minus_one import MinusOne
from hyoid.cohort.encoders.one_hot import OneHot
from hyoid.cohort.encoders.regression import Regression
from hyoid.cohort.encoders.shifted import Shifted

ClinicalEncoder = Annotated[OneHot | MinusOne | Shifted | Median | Regression, Field(discriminator="name")]
"""Any encoder, told apart by its `name`; each has `fit(cases, columns) -> FittedEncoder`."""

__all__ = ["ClinicalEncoder", "Encoded", "FittedEncoder", "Median", "MinusOne", "OneHot", "Regression", "Shifted"]
