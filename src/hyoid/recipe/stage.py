"""A stage of a recipe: something that is fitted on a fold's training part and applied to cases."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Tag, model_validator

from hyoid.estimators import Estimator
from hyoid.geometry import Triple
from hyoid.recipe.network import Network
from hyoid.recipe.training import Training
from hyoid.settings import Settings


class NetworkStage(Settings):
    """A stage that trains a network by gradient."""

    kind: Literal["network"] = "network"
    network: Network
    training: Training = Training()

    @model_validator(mode="after")
    def _samples_fit_the_network(self) -> Self:
        segments = self.network.backbone is not None
        if segments and self.training.patch_mm is None:
            raise ValueError("a backbone is trained on patches: give training.patch_mm")
        if not segments and (self.training.patch_mm is not None or self.training.patches_per_case != 1):
            raise ValueError("a classifier sees whole frames: leave training.patch_mm and patches_per_case out")
        if segments != (self.training.select.metric in {"challenge_score", "mean_dice"}):
            task = "segmentation" if segments else "classification"
            raise ValueError(f"training.select.metric {self.training.select.metric} is none of {task}")
        return self

    def patch_voxels(self, spacing_mm: Triple) -> tuple[int, int, int]:
        """Return the patch (z, y, x) in voxels: `patch_mm` (x, y, z) rounded to what the network can halve."""
        if self.training.patch_mm is None:
            raise TypeError("this stage is trained on whole frames")
        divisor, least = self.network.divisor, self.network.min_size
        edges = [
            max(least, divisor * max(1, round(length / spacing / divisor)))
            for length, spacing in zip(self.training.patch_mm, spacing_mm, strict=True)
        ]
        return edges[2], edges[1], edges[0]


class EstimatorStage(Settings):
    """A stage that fits an estimator on the encoded clinical record and lesion measures."""

    kind: Literal["estimator"]
    estimator: Estimator = Estimator()


def _kind(stage: Any) -> str:
    return f"<{stage.get('kind', 'network') if isinstance(stage, dict) else stage.kind}>"


Stage = Annotated[
    Annotated[NetworkStage, Tag("<network>")] | Annotated[EstimatorStage, Tag("<estimator>")], Discriminator(_kind)
]
"""Any stage of a recipe; without `kind` it is a network."""
