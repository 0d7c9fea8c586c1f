"""A stage of a recipe: something that is fitted on a fold's training part and applied to cases."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from hyoid.estimators import Estimator, SurvivalEstimator
from hyoid.estimators.logistic import LogisticRegression
from hyoid.geometry import Triple
from hyoid.recipe.network import Network
from hyoid.recipe.training import METRICS, Training
from hyoid.settings import Settings

Task = Literal["segmentation", "hpv", "rfs"]
"""What a recipe answers: where the tumour is, whether it is HPV-positive, how soon it recurs."""


class NetworkStage(Settings):
    """A stage that trains a network by gradient."""

    kind: Literal["network"] = "network"
    network: Network
    training: Training = Training()

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What the network's heads answer."""
        return tuple(head.name for head in self.network.heads.values())

    @property
    def task(self) -> Task:
        """What its epochs are chosen by: of several heads, the one that `training.select.metric` measures."""
        chosen = [task for task in self.tasks if self.training.select.metric in METRICS[task]]
        return chosen[0] if chosen else self.tasks[0]

    @model_validator(mode="after")
    def _samples_fit_the_network(self) -> Self:
        segments = self.network.backbone is not None
        if not segments and (self.training.patch_mm is not None or self.training.patches_per_case != 1):
            raise ValueError(
                f"a network for {self.task} sees whole frames: leave training.patch_mm and patches_per_case out"
            )
        if self.training.select.metric not in METRICS[self.task]:
            known = ", ".join(metric for task in self.tasks for metric in METRICS[task])
            raise ValueError(
                f"training.select.metric {self.training.select.metric} is none of {', '.join(self.tasks)}: {known}"
            )
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
    """A stage that fits an estimator on a table.

    Alone, the table is the encoded clinical record with the lesion measures, and the estimator is fitted on the fold's
    training part. After a network it is that network's deep features, of one network and never of several joined. The
    two alternate: whenever the network is selected (`training.select.every_epochs`) the estimator is fitted anew, and
    what it is worth on `select` says what the network is worth.

    Parameters
    ----------
    fit_on
        After a network: `stack`, a part of the training patients that the network never saw, or `train`, the patients
        that it was trained on, as published: it knows these by heart, and the estimator believes it.
    stack_fraction
        Share of the training patients that become `stack`.
    iterations
        After a network: `best` keeps the iteration that was best on `select`; `all` keeps every one, and their
        standardised risks and survival curves are averaged.
    """

    kind: Literal["estimator"]
    estimator: Estimator = LogisticRegression()
    fit_on: Literal["stack", "train"] = "stack"
    stack_fraction: float = Field(0.3, gt=0, le=0.5)
    iterations: Literal["best", "all"] = "best"

    @property
    def task(self) -> Task:
        """What the estimator answers."""
        return "hpv" if isinstance(self.estimator, LogisticRegression) else "rfs"

    @property
    def logistic(self) -> LogisticRegression:
        """The estimator of HPV status; TypeError where it is one of survival."""
        if not isinstance(self.estimator, LogisticRegression):
            raise TypeError(f"{self.estimator.name} is no classifier")
        return self.estimator

    @property
    def survival(self) -> SurvivalEstimator:
        """The estimator of survival; TypeError where it is a classifier."""
        if isinstance(self.estimator, LogisticRegression):
            raise TypeError(f"{self.estimator.name} is no model of survival")
        return self.estimator


def _kind(stage: Any) -> str:
    return f"<{stage.get('kind', 'network') if isinstance(stage, dict) else stage.kind}>"


Stage = Annotated[
    Annotated[NetworkStage, Tag("<network>")] | Annotated[EstimatorStage, Tag("<estimator>")], Discriminator(_kind)
]
"""Any stage of a recipe; without `kind` it is a network."""
