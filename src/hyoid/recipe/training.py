"""How a network stage is trained."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hyoid.augment import Augmentation
from hyoid.networks.runtime import Precision
from hyoid.recipe.sampling import CaseSampling, EveryCase
from hyoid.recipe.schedule import PolynomialSchedule, Schedule
from hyoid.settings import Settings

Positive = Annotated[float, Field(gt=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class AdamW(Settings):
    """AdamW (Loshchilov and Hutter 2019)."""

    name: Literal["adamw"] = "adamw"
    learning_rate: Positive = 1e-2
    weight_decay: float = Field(3e-5, ge=0)


class Adam(Settings):
    """Adam (Kingma and Ba 2015)."""

    name: Literal["adam"] = "adam"
    learning_rate: Positive = 1e-4
    weight_decay: float = Field(0.0, ge=0)


Optimizer = Annotated[AdamW | Adam, Field(discriminator="name")]


class ClassBalanced(Settings):
    """Centre each patch on a voxel of a class drawn with these weights; classes that a case lacks are left out."""

    name: Literal["class_balanced"] = "class_balanced"
    ratios: dict[str, Annotated[float, Field(ge=0)]] = {"background": 0.1, "gtvp": 0.45, "gtvn": 0.45}


METRICS = {
    "segmentation": ("challenge_score", "mean_dice"),
    "hpv": ("balanced_log_loss", "auc", "accuracy"),
    "rfs": ("c_index", "cox_loss"),
}
"""What the epochs of each task may be chosen by."""


class Selection(Settings):
    """Which epoch's weights are kept: the best by `metric` on the fold's `select` part.

    Of segmentation, `challenge_score` is the mean of the challenge's own three metrics (GTVp mean DSC, GTVn DSC_agg,
    GTVn F1_agg; for a merged label, its mean DSC); `mean_dice` is the baseline's: the mean over lesion classes of the
    per-case DSC, cases without the lesion left out. Of classification, `balanced_log_loss` is the mean over the classes
    of their mean log loss (lower is better), which needs no threshold and no majority; `auc`, and `accuracy` at
    probability 0.5, are what papers use. Of survival, `c_index` is Harrell's, and `cox_loss` the negative log partial
    likelihood of the risks (lower is better), which few events leave less coarse.

    With `patience`, training ends when that many epochs have brought nothing better. With `training_part` the same
    measures are taken of the training part too, and logged as `train_...`: they choose nothing, and show the overfit.
    """

    metric: Literal["challenge_score", "mean_dice", "balanced_log_loss", "auc", "accuracy", "c_index", "cox_loss"] = (
        "challenge_score"
    )
    every_epochs: int = Field(5, ge=1)
    patience: int | None = Field(None, ge=1)
    training_part: bool = False


class Averaging(Settings):
    """Stochastic weight averaging (Izmailov 2018), from the best selected weights on.

    When training ends, by its epochs or its patience, the best weights are trained for `epochs` more at the constant
    `learning_rate`, and the mean of the weights after each of these epochs is what is kept. Running statistics of batch
    normalisation are averaged like weights.
    """

    epochs: int = Field(25, ge=1)
    learning_rate: Positive = 1e-4


class Training(Settings):
    """Settings of the fit loop.

    `batch_size` counts cases. With `patch_mm` each gives `patches_per_case` patches, as in MONAI's cropping transforms,
    centred by `sampling`; without it the whole frame is the sample. `cases` says which cases an epoch sees. With
    `micro_batch` a batch goes through the network in parts of that many samples whose gradients are added up: the same
    step in less memory (but batch normalisation sees the parts). A survival loss compares all patients of the batch
    still; its parts go through the network twice. `modality_dropout` is the probability with which each
    image of a sample is taken away in training, the last one never.
    """

    epochs: int = Field(350, ge=1)
    batch_size: int = Field(2, ge=1)
    micro_batch: int | None = Field(None, ge=1)
    patches_per_case: int = Field(1, ge=1)
    patch_mm: tuple[Positive, Positive, Positive] | None = None
    sampling: ClassBalanced | None = None
    cases: CaseSampling = EveryCase()
    modality_dropout: float = Field(0.0, ge=0, lt=1)
    augment: tuple[Augmentation, ...] = ()
    optimizer: Optimizer = AdamW()
    schedule: Schedule = PolynomialSchedule()
    gradient_clip: Positive | None = None
    precision: Precision = "auto"
    select: Selection = Selection()
    averaging: Averaging | None = None
    seed: int = Field(0, ge=0)
