"""Patients as networks and estimators on whole cases read them: stored images, encoded vectors, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import Case
from hyoid.cohort.encoders import FittedEncoder
from hyoid.inference.classify import Images, ReadImages
from hyoid.metrics.survival import Observed
from hyoid.training.store import Store
from hyoid.training.stored_case import StoredCase


@dataclass(frozen=True, slots=True)
class Patients:
    """Cases with what is read of them: stored images and encoded vectors, each None where nothing reads it."""

    cases: Sequence[Case]
    stored: Sequence[StoredCase] | None
    clinical: NDArray[np.float32] | None

    @property
    def positive(self) -> NDArray[np.bool_]:
        """HPV status (n,); unknown counts as False."""
        return np.array([case.hpv is True for case in self.cases], bool)

    @property
    def observed(self) -> Observed:
        """Outcomes (n,) of cases that all have one."""
        known = [case for case in self.cases if case.relapse is not None and case.rfs_days is not None]
        if len(known) < len(self.cases):
            raise TypeError("a case without an outcome")
        return Observed(
            np.array([case.rfs_days for case in known], np.float64), np.array([case.relapse for case in known], bool)
        )

    @property
    def read(self) -> ReadImages | None:
        """From the position of a case to its images; None where nothing reads them."""
        stored = self.stored
        if stored is None:
            return None

        def images(position: int) -> Images:
            return stored[position].images(), stored[position].present

        return images

    def labels(self, task: str) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
        """Return the labels of a task, HPV status (n,) or days and event (n, 2), and whether each is known (n,)."""
        if task == "hpv":
            return self.positive.astype(np.int64), np.array([case.hpv is not None for case in self.cases], bool)
        known = [case.relapse is not None and case.rfs_days is not None for case in self.cases]
        values = [(case.rfs_days or 0.0, float(case.relapse is True)) for case in self.cases]
        return np.array(values, np.float32).reshape(-1, 2), np.array(known, bool)

    def classes(self, task: str) -> list[bool | None]:
        """Return what case sampling balances: HPV status, or whether the event was seen."""
        return [case.hpv if task == "hpv" else case.relapse for case in self.cases]


def patients_of(cases: Sequence[Case], store: Store | None, encoder: FittedEncoder | None) -> Patients:
    """Return cases with their stored images and encoded vectors."""
    clinical = None if encoder is None or not cases else encoder.encode(cases).values
    return Patients(cases, None if store is None else [store.open(case.id) for case in cases], clinical)
