"""How a trained recipe is applied to a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field, field_validator

from hyoid.decision import BalancedAccuracyThreshold, Calibration, Conformal, Platt, Threshold
from hyoid.errors import BundleError
from hyoid.recipe.postprocess import Postprocess
from hyoid.settings import Settings


class Window(Settings):
    """The sliding window: as large as the training patch, Gaussian weights, `overlap` between neighbours.

    `sigma` is the Gaussian's standard deviation as a fraction of the window's edge. With `skip_air`, a window without
    any voxel of the body is background and never enters the network. With `flips` each window is seen as it is and
    mirrored along each named axis and all of them together, 2 to the power of their number, and the probabilities are
    averaged. Three axes are eight times the work.
    """

    overlap: float = Field(0.5, ge=0, lt=1)
    sigma: float = Field(0.125, gt=0)
    skip_air: bool = True
    flips: tuple[Literal["z", "y", "x"], ...] = ()

    @field_validator("flips")
    @classmethod
    def _each_axis_once(cls, axes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(axes)) < len(axes):
            raise ValueError("flips: name each axis once")
        return axes


class Ensemble(Settings):
    """How the folds become one answer.

    `mean_probability` (of voxels or patients), `mean_logits`, `median` (of log-odds), `mean_risk` (of risks that each
    fold standardises on its own `select` part, and of survival curves), or one fold alone: `single_fold`
    takes number `fold`, `best_fold` the one with the best value on its own `select` part. `chosen_by: held_out` takes
    the fold that is best on the held-out test part, as papers have submitted: what it yields is optimistic.
    """

    name: Literal["mean_probability", "mean_logits", "median", "mean_risk", "single_fold", "best_fold"] = (
        "mean_probability"
    )
    fold: int = Field(0, ge=0, description="the fold that is used by `single_fold`")
    chosen_by: Literal["select", "held_out"] = "select"

    def of_task(self, task: str) -> Ensemble:
        """Return the ensemble where a task allows it, and else that task's own: a mean over the folds."""
        allowed, own = ENSEMBLES[task]
        return self if self.name in allowed else self.model_copy(update={"name": own})

    def used(self, folds: Sequence[str], best_fold: str | None = None) -> tuple[str, ...]:
        """Return those of the folds that the ensemble uses.

        Raises
        ------
        BundleError
            If it uses one alone that is not there.
        """
        if self.name not in {"single_fold", "best_fold"}:
            return tuple(folds)
        wanted = f"fold-{self.fold}" if self.name == "single_fold" else str(best_fold)
        if wanted not in folds:
            raise BundleError.of(f"folds {list(folds)}", wanted, "Choose a fold that was trained.")
        return (wanted,)


ENSEMBLES: dict[str, tuple[tuple[str, ...], str]] = {
    "segmentation": (("mean_probability", "single_fold"), "mean_probability"),
    "hpv": (("mean_probability", "mean_logits", "median", "single_fold", "best_fold"), "mean_logits"),
    "rfs": (("mean_risk", "single_fold", "best_fold"), "mean_risk"),
}
"""How the folds of each task may become one answer, and how they do where the recipe says nothing of the task."""


class Decision(Settings):
    """From a classifier's log-odds to a calibrated probability and a decision.

    With `source: other_folds` calibrator and threshold of fold k are fitted on the other folds' out-of-fold values, and
    those for new patients on all of them; with `select`, on the fold's own `select` part, which is far smaller.

    Models of different folds differ in the level of their log-odds, so that a threshold of the others could call every
    patient of a fold positive, or none. With `centered` each model's log-odds are counted from the middle between its
    two classes on its own `select` part, before anything is fitted on them or averaged over folds.

    With `conformal` each patient also gets a set of statuses, fitted on the same cases as the threshold: one status, or
    `either` or `neither`, which is how a model says that it does not know.
    """

    calibration: Calibration = Platt()
    threshold: Threshold = BalancedAccuracyThreshold()
    conformal: Conformal | None = None
    source: Literal["other_folds", "select"] = "other_folds"
    centered: bool = True


class Inference(Settings):
    """Settings of prediction. `window` and `postprocess` are of label maps, `decision` is of classifiers.

    `risk_groups` is the number of groups of equal size that the training cohort's out-of-fold risks are cut into.
    """

    window: Window | None = None
    ensemble: Ensemble = Ensemble()
    postprocess: tuple[Postprocess, ...] = ()
    decision: Decision | None = None
    risk_groups: int = Field(3, ge=2, le=10)
