"""A classifier that tells centers apart: what it can see, a model of the outcome could have learnt from as well."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hyoid.benchmark.shift.design import FittedDesign
from hyoid.benchmark.shift.feature_table import FeatureTable
from hyoid.errors import HyoidError
from hyoid.files import jsonable
from hyoid.metrics import (
    MINIMUM_OF_EACH_CLASS,
    Bools,
    Bootstrap,
    Floats,
    Interval,
    holm,
    of_share,
    pairs_ranked,
    weighted_interval,
)
from hyoid.settings import Settings

Integers = NDArray[np.intp]

_ROUNDING = 1e-12  # of an AUC


class CenterClassifier(Settings):
    """How centers are told apart: ridge regression on each center against the rest, cross-validated.

    Standardisation, imputation by the median and categories are fitted on the training part of each fold. It is linear:
    centers that differ in spread alone, or in how features go together, look the same to it.

    Parameters
    ----------
    folds
        Of patients at random, not by center, so that permuted centers are as likely as the true ones.
    penalty
        Ridge penalty a training patient; the columns have a variance of 1.
    missing_flags
        Whether it also sees which values are missing.
    permutations
        Of the centers among the patients, each with all folds fitted anew; 0 gives no p-value.
    seed
        Of folds and permutations.
    """

    folds: int = Field(5, ge=2)
    penalty: float = Field(0.1, gt=0)
    missing_flags: bool = True
    permutations: int = Field(999, ge=0)
    seed: int = Field(0, ge=0)


@dataclass(frozen=True, slots=True)
class CenterRecognition:
    """One center against the rest.

    Parameters
    ----------
    center, patients
        Its name and the number of its patients.
    auc
        Out of fold, pairs within a fold, with its interval over patients; None for a center of too few.
    p_value, p_holm
        Share of permutations whose AUC is as high, and adjusted for the centers.
    """

    center: str
    patients: int
    auc: Interval | None
    p_value: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class CenterRecognitions:
    """All centers, and how they were told apart."""

    settings: CenterClassifier
    centers: tuple[CenterRecognition, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        rows = [asdict(row) for row in self.centers]
        return dict(jsonable({"settings": self.settings.model_dump(mode="json"), "centers": rows}))


def tell_centers_apart(
    table: FeatureTable, settings: CenterClassifier | None = None, bootstrap: Bootstrap | None = None
) -> CenterRecognitions:
    """Tell each center from the rest by its features, out of fold.

    A center with fewer than `MINIMUM_OF_EACH_CLASS` patients (or with so few beside it) has no AUC. The interval is
    drawn over patients with the classifiers as they are.

    Raises
    ------
    HyoidError
        If there are fewer patients than two a fold.
    """
    settings = settings or CenterClassifier()
    n = len(table.centers)
    if n < 2 * settings.folds:
        raise HyoidError.of(f"{n} patients", f"two or more for each of {settings.folds} folds", "Use fewer folds.")
    names, own = np.unique(table.centers, return_inverse=True)
    sizes = np.bincount(own)
    large = np.flatnonzero(np.minimum(sizes, n - sizes) >= MINIMUM_OF_EACH_CLASS)
    told = _tell(table, own, large, settings, bootstrap) if len(large) else {}
    adjusted = holm([told[k][1] if k in told else math.nan for k in range(len(names))])
    rows = []
    for k, name in enumerate(names):
        auc, p_value = told.get(k, (None, math.nan))
        rows.append(CenterRecognition(str(name), int(sizes[k]), auc, p_value, float(adjusted[k])))
    return CenterRecognitions(settings, tuple(rows))


def _tell(
    table: FeatureTable, own: Integers, centers: Integers, settings: CenterClassifier, bootstrap: Bootstrap | None
) -> dict[int, tuple[Interval, float]]:
    """Return AUC and p-value of some of the centers; `own` (n,) is the center of each patient."""
    n = len(own)
    generator = np.random.default_rng(settings.seed)
    fold: Integers = generator.permutation(n) % settings.folds
    orders = [np.arange(n), *(generator.permutation(n) for _ in range(settings.permutations))]
    labels = np.stack([own[order] == center for order in orders for center in centers], axis=1)
    scores = _out_of_fold(table, fold, labels, settings)
    aucs = _aucs(labels, scores, fold).reshape(len(orders), len(centers))
    reached = np.count_nonzero(aucs[1:] >= aucs[0] - _ROUNDING, axis=0)
    found = {}
    for j, center in enumerate(centers):
        ranked = pairs_ranked(labels[:, j], scores[:, j], fold.astype(str))
        auc = of_share(weighted_interval(ranked, n, bootstrap, list(table.centers)))
        p_value = (1 + int(reached[j])) / len(orders) if settings.permutations else math.nan
        found[int(center)] = (auc, p_value)
    return found


def _out_of_fold(table: FeatureTable, fold: Integers, labels: Bools, settings: CenterClassifier) -> Floats:
    """Return a score (n, m) for each of m labellings (n, m); the matrix to solve is the same for all of them."""
    scores = np.zeros(labels.shape)
    for k in range(settings.folds):
        train, test = fold != k, fold == k
        design = FittedDesign.fit(table, train, missing_flags=settings.missing_flags)
        seen, target = design.encode(table.values[train]), labels[train].astype(np.float64)
        curvature = seen.T @ seen + settings.penalty * len(seen) * np.eye(seen.shape[1])
        weights = np.linalg.solve(curvature, seen.T @ (target - target.mean(axis=0)))
        scores[test] = design.encode(table.values[test]) @ weights + target.mean(axis=0)
    return scores


def _aucs(labels: Bools, scores: Floats, fold: Integers) -> Floats:
    """Return the AUC (m,) of each column, pairs within a fold, by ranks; NaN where no fold has both kinds."""
    from scipy.stats import rankdata

    won, pairs = np.zeros(labels.shape[1]), np.zeros(labels.shape[1])
    for k in np.unique(fold):
        own = labels[fold == k]
        positives = own.sum(axis=0)
        ranks = rankdata(scores[fold == k], axis=0)
        won += (ranks * own).sum(axis=0) - positives * (positives + 1) / 2
        pairs += positives * (len(own) - positives)
    found: Floats = np.divide(won, pairs, out=np.full(len(won), math.nan), where=pairs > 0)
    return found
