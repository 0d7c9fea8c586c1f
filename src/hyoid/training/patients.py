"""Patients as networks and estimators on whole cases read them: stored images, encoded vectors, labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import Case
from hyoid.cohort.encoders import FittedEncoder
from hyoid.imaging.lesion_crop import Shape
from hyoid.inference.classify import Images, ReadImages
from hyoid.inference.mask_channels import with_mask_channels
from hyoid.metrics.survival import Observed
from hyoid.training.chunked import open_chunked
from hyoid.training.store import Store
from hyoid.training.stored_case import StoredCase


@dataclass(frozen=True, slots=True)
class Masks:
    """Label maps on the frame's grid as files by patient id, and the block (z, y, x) around them that a network sees.

    A patient without a label map has no file; without a block the network sees the frame.
    """

    files: Mapping[str, Path]
    size: Shape | None = None


@dataclass(frozen=True, slots=True)
class Patients:
    """Cases with what is read of them: stored images, encoded vectors and masks, each None where nothing reads it."""

    cases: Sequence[Case]
    stored: Sequence[StoredCase] | None
    clinical: NDArray[np.float32] | None
    masks: Masks | None = None

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
        """From the position of a case to its images, masks among them; None where nothing reads them."""
        stored, masks = self.stored, self.masks
        if stored is None:
            return None

        def images(position: int) -> Images:
            found = stored[position].images(), stored[position].present
            return found if masks is None else with_mask_channels(found, self.label_map(position), masks.size)

        return images

    @property
    def has_mask(self) -> NDArray[np.bool_]:
        """Whether each case has a label map (n,)."""
        files = {} if self.masks is None else self.masks.files
        return np.array([case.id in files for case in self.cases], bool)

    def label_map(self, position: int) -> NDArray[np.uint8] | None:
        """Return the label map (z, y, x) of a case, None where it has none."""
        path = None if self.masks is None else self.masks.files.get(self.cases[position].id)
        return None if path is None else np.asarray(open_chunked(path)[:], np.uint8)

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


def patients_of(
    cases: Sequence[Case], store: Store | None, encoder: FittedEncoder | None, masks: Masks | None = None
) -> Patients:
    """Return cases with their stored images, encoded vectors and masks."""
    clinical = None if encoder is None or not cases else encoder.encode(cases).values
    return Patients(cases, None if store is None else [store.open(case.id) for case in cases], clinical, masks)
