"""The cases of a cohort by id: their files, grids and volumes. Nothing a client sends ever becomes a path here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from hyoid.app.cases.cache import Served, VolumeCache
from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.images import UNITS, load_expert, load_image, load_predicted
from hyoid.app.cases.sentences import without_paths
from hyoid.cohort import Case, Cohort
from hyoid.errors import CohortError, HyoidError
from hyoid.files import read_json
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_grid

LAYERS = ("expert", "predicted")
"""Label maps that a case may have beside its annotations."""

REFERENCES = ("ct", "pet")
"""Images whose grid label maps lie on: the CT's, and the PET's where there is no CT."""


class UnknownCaseError(HyoidError):
    """An id that the cohort does not have, or that the user may not see: the two are not told apart."""


class CaseLibrary:
    """A cohort, a folder of predictions as `hyoid predict` writes it, and the volumes that were used last.

    Ids of cases are looked up in the cohort and raise `UnknownCaseError` where they are not in it.
    """

    def __init__(self, cohort: Cohort, predictions: Path | None = None, cache: VolumeCache | None = None) -> None:
        self.cohort = cohort
        self.predictions = predictions
        self.cache = cache or VolumeCache()
        self._cases: Mapping[str, Case] = MappingProxyType({case.id: case for case in cohort.cases})

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all cases, sorted."""
        return tuple(self._cases)

    def case(self, case_id: str) -> Case:
        """Return the case of an id.

        Raises
        ------
        UnknownCaseError
            If there is none.
        """
        try:
            return self._cases[case_id]
        except KeyError:
            raise UnknownCaseError("There is no such case in this cohort.") from None

    def reference(self, case_id: str) -> str:
        """Return which image label maps lie on: `ct`, or `pet` where there is no CT.

        Raises
        ------
        CohortError
            If the case has neither.
        """
        case = self.case(case_id)
        for name in REFERENCES:
            if name in case.images:
                return name
        raise CohortError.of("neither CT nor PET of this case", "one of the two", "Look at the cohort's folder.")

    def reference_grid(self, case_id: str) -> Grid:
        """Return the grid of the CT, or of the PET where there is no CT; only the header is read.

        Raises
        ------
        CohortError, ImageError, GeometryError
            If the case has neither, or the header cannot be read.
        """
        return _grid_of(*_state(self.case(case_id).images[self.reference(case_id)]))

    def canonical(self, case_id: str) -> Canonical:
        """Return the order in which label maps of the case cross the wire.

        Raises
        ------
        CohortError
            If the image lies so obliquely that the viewer would order its axes otherwise; and as `reference_grid`.
        """
        canonical = Canonical.of(self.reference_grid(case_id))
        if not canonical.is_kept:
            raise CohortError.of(
                f"an image at {np.round(canonical.grid.direction, 2).tolist()}, 45 degrees oblique or more",
                "axes nearer to those of the patient",
                "It can be looked at, and not be annotated: resample it first.",
            )
        return canonical

    def image(self, case_id: str, name: str) -> Served:
        """Return `ct`, `pet` or `dose` with what is to be said of it.

        Raises
        ------
        ImageError, GeometryError
            If the case has no such image, it cannot be read, or is not in its unit.
        """
        case = self.case(case_id)
        path = case.images.get(name)
        if name not in UNITS or path is None:
            return load_image(case, name)
        return self.cache.get((case_id, name, _state(path)), lambda: load_image(case, name))

    def ct(self, case_id: str) -> Volume | None:
        """Return the CT in whole HU (int16); None where there is none. Errors as `image`."""
        return self.image(case_id, "ct").volume if "ct" in self.case(case_id).images else None

    def pet(self, case_id: str) -> Volume | None:
        """Return the PET in SUV (float32) on its own grid; None where there is none. Errors as `image`."""
        return self.image(case_id, "pet").volume if "pet" in self.case(case_id).images else None

    def layer(self, case_id: str, name: str) -> Volume | None:
        """Return a label map (uint8) on the reference grid, one of `LAYERS`; None where there is none.

        Raises
        ------
        CohortError, ImageError, GeometryError
            If it cannot be read, has other labels, or lies on another grid.
        """
        path = self.layer_path(case_id, name)
        if path is None:
            return None
        case, reference = self.case(case_id), self.reference_grid(case_id)

        def load() -> Served:
            found = load_expert(case, reference) if name == "expert" else load_predicted(path, reference)
            if found is None:
                raise CohortError.of(f"no {name} label map any more", "the file that was there", "Load the page again.")
            return found

        return self.cache.get((case_id, name, _state(path)), load).volume

    def layer_path(self, case_id: str, name: str) -> Path | None:
        """Return the file of a label map, None where there is none."""
        case = self.case(case_id)
        if name == "expert":
            return case.mask
        path = self._predicted(case_id, ".nii.gz") if name == "predicted" else None
        return path if path is not None and path.is_file() else None

    def layers(self, case_id: str) -> tuple[str, ...]:
        """Return which of `LAYERS` the case has."""
        return tuple(name for name in LAYERS if self.layer_path(case_id, name) is not None)

    def prediction(self, case_id: str) -> dict[str, Any] | None:
        """Return what `hyoid predict` wrote of the case beside the label map; None where there is nothing.

        Raises
        ------
        CohortError
            If the file is no JSON object of this case.
        """
        path = self._predicted(case_id, ".json")
        if path is None or not path.is_file():
            return None
        found = _read_prediction(*_state(path))
        if found.get("id") != case_id:
            raise CohortError.of(
                f"a prediction of '{found.get('id')}' in {path.name}", "one of this case", "Predict the case again."
            )
        return found

    def states(self, case_id: str) -> tuple[tuple[Path, int, int], ...]:
        """Return the files of a case with size and time: what was computed from them holds while these are the same."""
        case = self.case(case_id)
        paths = [*case.images.values(), case.mask, *(self._predicted(case_id, end) for end in (".nii.gz", ".json"))]
        return tuple(_state(path) for path in paths if path is not None and path.is_file())

    def sentence(self, error: Exception) -> str:
        """Return an error's sentence without the folders of this machine."""
        return without_paths(str(error), [self.cohort.root, self.predictions])

    def _predicted(self, case_id: str, ending: str) -> Path | None:
        case_id = self.case(case_id).id
        if self.predictions is None or Path(case_id).name != case_id:  # a table's id may hold anything
            return None
        return self.predictions / case_id / f"{case_id}{ending}"


def _state(path: Path) -> tuple[Path, int, int]:
    try:
        status = Path(path).stat()
    except OSError:
        return Path(path), -1, -1
    return Path(path), status.st_size, status.st_mtime_ns


@lru_cache(maxsize=4096)
def _grid_of(path: Path, size: int, changed: int) -> Grid:
    del size, changed  # only keys: a file that was replaced is read again
    return read_grid(path)


@lru_cache(maxsize=4096)
def _read_prediction(path: Path, size: int, changed: int) -> dict[str, Any]:
    del size, changed
    try:
        found = read_json(path)
    except (OSError, ValueError) as error:
        raise CohortError.of(
            f"{path.name}, which is no JSON", "what `hyoid predict` wrote", "Predict again."
        ) from error
    if not isinstance(found, dict):
        raise CohortError.of(f"{path.name} without an object", "what `hyoid predict` wrote", "Predict again.")
    return found
