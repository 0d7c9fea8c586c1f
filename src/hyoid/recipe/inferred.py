"""Inputs that another recipe can infer, an upstream: the label map and the HPV status."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from hyoid.geometry import Triple
from hyoid.recipe.training import Fraction, Positive
from hyoid.settings import Settings

MASK_CHANNELS = ("gtvp", "gtvn")
"""Channels that a mask adds to the images, each 0 or 1."""


class Upstream(Settings):
    """Which recipe infers the input, and how it is trained.

    In each fold it is trained anew, without the patients that the fold reports, and cross-fitted on the others: nobody
    is trained on with what a model said that had seen them. That is `folds` more models for each fold.

    Parameters
    ----------
    recipe
        `NAME[:VARIANT]` or `FILE.yaml[:VARIANT]`, at the preset of the recipe that reads it.
    folds
        Number of folds of the cross-fit.
    overrides
        `KEY=VALUE` settings of that recipe.
    """

    recipe: str
    folds: int = Field(3, ge=2)
    overrides: tuple[str, ...] = ()


class MaskInput(Upstream):
    """The label map as two more channels, GTVp and GTVn, each 0 or 1.

    Parameters
    ----------
    train
        What the network is trained and selected on: the `expert`'s label map, or the one `predicted` by a segmentation
        model that had not seen the patient.
    predict
        What it is applied to, in reported and in new patients.
    crop_mm
        Edges (x, y, z) of the block around the lesions that the network sees, rounded to what it takes; whole frames
        without it. It needs the frame `fixed_box`.
    random_crop
        In training, how often the block lies anywhere.
    """

    train: Literal["expert", "predicted"] = "predicted"
    predict: Literal["expert", "predicted"] = "predicted"
    recipe: str = "baseline-segresnet"
    crop_mm: tuple[Positive, Positive, Positive] | None = None
    random_crop: Fraction = 0.0

    @model_validator(mode="after")
    def _something_to_place(self) -> Self:
        if self.random_crop and self.crop_mm is None:
            raise ValueError("random_crop places the block of crop_mm: give crop_mm, or leave it out")
        return self

    @property
    def uses(self) -> frozenset[str]:
        """Where label maps come from, in training or when the network is applied."""
        return frozenset({self.train, self.predict})

    @property
    def inferred(self) -> bool:
        """Whether a segmentation model is needed."""
        return "predicted" in self.uses

    def crop_voxels(self, spacing_mm: Triple, divisor: int, least: int) -> tuple[int, int, int] | None:
        """Return the block (z, y, x) in voxels: multiples of `divisor` that are `least` or more; None without one."""
        if self.crop_mm is None:
            return None
        lowest = -(-least // divisor)
        x, y, z = (
            divisor * max(lowest, round(length / spacing / divisor))
            for length, spacing in zip(self.crop_mm, spacing_mm, strict=True)
        )
        return z, y, x


class HpvInput(Upstream):
    """Where the HPV status comes from that stands among the clinical columns.

    A predicted status is the decision, 0 or 1, as a recorded one is: a model that was trained on one can be applied to
    the other, as has been submitted to challenges.

    Parameters
    ----------
    train
        The status on record (`recorded`), or the one `predicted` by a classifier that had not seen the patient.
    predict
        For reported and new patients: the status on record (`recorded`), or the one that the classifier's folds decide
        together (`ensemble`), or the first of them alone (`single_fold`).
    """

    train: Literal["recorded", "predicted"] = "predicted"
    predict: Literal["recorded", "single_fold", "ensemble"] = "ensemble"
    recipe: str = "hpv-logistic:clinical"

    @property
    def inferred(self) -> bool:
        """Whether a classifier is needed."""
        return self.train == "predicted" or self.predict != "recorded"
