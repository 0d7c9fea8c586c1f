"""How a trained recipe is applied to a case."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hyoid.settings import Settings


class Window(Settings):
    """The sliding window: as large as the training patch, Gaussian weights, `overlap` between neighbours.

    `sigma` is the Gaussian's standard deviation as a fraction of the window's edge. With `skip_air`, a window without
    any voxel of the body is background and never enters the network.
    """

    overlap: float = Field(0.5, ge=0, lt=1)
    sigma: float = Field(0.125, gt=0)
    skip_air: bool = True


class RemoveSmallComponents(Settings):
    """Delete components (26-connected, per label) smaller than `minimum_ml`, on the frame's grid."""

    name: Literal["remove_small_components"] = "remove_small_components"
    minimum_ml: float = Field(0.1, gt=0)


class Ensemble(Settings):
    """How the folds become one answer: the mean of their class probabilities, or one fold alone."""

    name: Literal["mean_probability", "single_fold"] = "mean_probability"
    fold: int = Field(0, ge=0, description="the fold that is used by `single_fold`")


class Inference(Settings):
    """Settings of prediction."""

    window: Window = Window()
    ensemble: Ensemble = Ensemble()
    postprocess: tuple[RemoveSmallComponents, ...] = ()
