"""What every comparison of places asks of predictions: patients, centers, and a measure of any of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import HyoidError
from hyoid.metrics import Bools, Bootstrap, Floats, Interval, WeightedStatistic, of_share, weighted_interval

Strings = NDArray[np.str_]


class Sample(Protocol):
    """Predictions of one recipe under one split, of n patients, and the measure that they are judged by.

    The measure is a share, 0 to 1, and higher is better. `ids` and `centers` are (n,); `fold` (n,) names the model that
    predicted each patient where the measure compares patients of one model only, and is None otherwise. `truth` (n, k)
    is what is known of the patients, whoever predicts them.
    """

    @property
    def measure(self) -> str:
        """Name of the measure."""
        ...

    @property
    def ids(self) -> Strings:
        """Patients, each once."""
        ...

    @property
    def centers(self) -> Strings:
        """Center of each patient."""
        ...

    @property
    def fold(self) -> Strings | None:
        """Model of each patient, where only patients of one model are compared."""
        ...

    @property
    def truth(self) -> Floats:
        """What is known of each patient."""
        ...

    @property
    def n(self) -> int:
        """Number of patients that count in the measure."""
        ...

    @property
    def too_few(self) -> str:
        """Why so few patients, as of one center, are given no value of their own; empty where they are."""
        ...

    def take(self, chosen: Bools) -> Self:
        """Return the patients where `chosen` (n,) is True."""
        ...

    def within_centers(self) -> Self:
        """Return the sample with only patients of one model and one center compared; itself where none are compared."""
        ...

    def statistic(self) -> WeightedStatistic:
        """Return the measure as a function of the weights (replicates, n) of the patients."""
        ...

    def instead(self) -> tuple[Sample, ...]:
        """Return what is measured where `too_few` forbids the measure itself."""
        ...


def measured(sample: Sample, bootstrap: Bootstrap | None = None) -> Interval:
    """Return the measure with its percentile interval over patients, drawn within centers.

    There is no interval where the patients are too few for a value of their own, nor of a share that is none or all.
    """
    settings = without_interval(bootstrap) if sample.too_few else bootstrap
    found = weighted_interval(sample.statistic(), len(sample.ids), settings, list(sample.centers), sample.n)
    return of_share(found)


def without_interval(bootstrap: Bootstrap | None) -> Bootstrap:
    """Return settings that draw nothing, so that only the value is given."""
    return (bootstrap or Bootstrap()).model_copy(update={"replicates": 0})


def checked_patients(ids: Sequence[Any], centers: Sequence[Any], n: int) -> tuple[Strings, Strings]:
    """Return ids and centers (n,) as text.

    Raises
    ------
    HyoidError
        If there are not n of each, n is 0, an id stands twice, or an id or center is empty or None.
    """
    found = checked_names("id", ids, n), checked_names("center", centers, n)
    names, times = np.unique(found[0], return_counts=True)
    if (times > 1).any():
        raise HyoidError.of(f"the patient {names[times > 1][0]} twice", "each patient once", "Leave one row out.")
    return found


def checked_names(what: str, names: Sequence[Any], n: int) -> Strings:
    """Return names (n,) as text; raises HyoidError if n is 0, there are not n, or one is empty or None."""
    if n == 0 or len(names) != n:
        raise HyoidError.of(
            f"{len(names)} times a {what} of {n} patients", "one for each of one or more", "Align them."
        )
    if any(name is None or str(name) == "" for name in names):
        raise HyoidError.of(f"a patient without {what}", f"the {what} of each", "Fill it in, or leave them out.")
    return np.array([str(name) for name in names], str)


def check_same_patients(first: Sample, second: Sample) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where the patients that both samples hold stand in each, in the same order.

    Raises
    ------
    HyoidError
        If the samples are of different measures, or a patient has another center or another truth in one of them.
    """
    if first.measure != second.measure:
        raise HyoidError.of(
            f"the measures {first.measure} and {second.measure}", "one measure", "Compare like with like."
        )
    shared, one, other = np.intersect1d(first.ids, second.ids, return_indices=True)
    moved = first.centers[one] != second.centers[other]
    differ = ((first.truth[one] != second.truth[other]).any(axis=1)) if len(shared) else moved
    for which, what in ((moved, "center"), (differ, "truth")):
        if which.any():
            raise HyoidError.of(
                f"{shared[which][0]} with one {what} in one sample and another in the other",
                "the same patients under the same ids",
                "Check which cohorts were joined.",
            )
    return one, other


def folded_by_center(fold: Strings, centers: Strings) -> Strings:
    """Return labels (n,) that are the same where both fold and center are."""
    models, places = np.unique(fold, return_inverse=True)[1], np.unique(centers, return_inverse=True)[1]
    return np.array([f"{model}.{place}" for model, place in zip(models, places, strict=True)], str)
