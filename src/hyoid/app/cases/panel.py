"""Everything about one case that is not voxels."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hyoid.api.prediction_table import notes_and_missing
from hyoid.app.cases.answers import cohort_survival, hpv_answer, rfs_answer
from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.images import UNITS
from hyoid.app.cases.jumps import Jump, find_jumps
from hyoid.app.cases.lesions import lesion_rows
from hyoid.app.cases.library import CaseLibrary
from hyoid.app.cases.record import columns_of, record_of
from hyoid.app.cases.reviews import Reviews
from hyoid.cohort.check import Finding
from hyoid.errors import HyoidError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import content_block, read_grid
from hyoid.imaging.nifti import check_complete

WINDOWS = {"ct": (-160.0, 240.0), "pet": (0.0, 10.0)}
"""Lower and upper end of what is shown at first: soft tissue in HU; SUV 10 is bright in most tumours."""

COMPARED_HERE = 20_000_000
"""Voxels of the block of all lesions up to which a prediction is compared while one waits; a head and neck has less.
Lesions all over a body take seconds and gigabytes: they are left to the background."""

_MISSING = {"ct": "This case has no CT.", "pet": "This case has no PET."}
_KEPT = 64

T = TypeVar("T")


class Panels:
    """The case panel of each case; what was computed of it is kept as long as its files stay the same."""

    def __init__(self, library: CaseLibrary, reviews: Reviews) -> None:
        self.library, self.reviews = library, reviews
        self.survival = cohort_survival(library.cohort)
        self.columns = columns_of(library.cohort)
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, case_id: str) -> dict[str, Any]:
        """Return the panel of a case; what is broken in it becomes a sentence under `missing`, and nothing is raised.

        Raises
        ------
        UnknownCaseError
            If there is no such case.
        """
        library, case = self.library, self.library.case(case_id)
        self.reviews.hurry(case_id)
        said = [sentence for name, sentence in _MISSING.items() if name not in case.images]
        canonical = self._tried(said, lambda: library.canonical(case_id))
        prediction = self._tried(said, lambda: library.prediction(case_id))
        layers = self._layers(case_id, said) if canonical is not None else {}
        pet = self._tried(said, lambda: library.pet(case_id)) if layers else None
        told = list((prediction or {}).get("components", []))
        said += _of_prediction(prediction) if prediction is not None else []
        if (failure := self.reviews.failure(case_id)) is not None:
            said.append(failure)
        return {
            "id": case.id,
            "center": case.center,
            "reference": library.reference(case_id) if canonical is not None else None,
            "grid": None if canonical is None else canonical.canonical_grid.to_dict(),
            "clinical": record_of(case, self.columns),
            "images": self._images(case_id, said),
            "layers": list(layers),
            "findings": [self._finding(finding) for finding in self.reviews.findings(case_id)],
            "checking": self.reviews.of(case_id) is None and failure is None,
            "lesions": {
                name: self._lesions(case_id, name, labels, pet, canonical, told if name == "predicted" else [])
                for name, labels in layers.items()
                if canonical is not None
            },
            "hpv": hpv_answer(prediction),
            "rfs": rfs_answer(prediction, self.survival),
            "missing": list(dict.fromkeys(said)),
            "jumps": [jump.to_dict() for jump in self._jumps(case_id, layers, canonical)],
        }

    def _layers(self, case_id: str, said: list[str]) -> dict[str, Volume]:
        found: dict[str, Volume] = {}
        for name in self.library.layers(case_id):
            labels = self._tried(said, partial(self.library.layer, case_id, name))
            if labels is not None:
                found[name] = labels
        return found

    def _lesions(
        self, case_id: str, name: str, labels: Volume, pet: Volume | None, canonical: Canonical, told: list[Any]
    ) -> list[dict[str, Any]]:
        key = (case_id, name, self.library.states(case_id))
        return self._remembered(key, lambda: lesion_rows(labels, pet, canonical, told))

    def _jumps(self, case_id: str, layers: dict[str, Volume], canonical: Canonical | None) -> list[Jump]:
        """Return the failures; while they are still to come, `checking` is true."""
        if canonical is None or len(layers) < 2:
            return []
        if (review := self.reviews.of(case_id)) is not None:
            return list(review.jumps)
        block = content_block(layers["expert"].array, layers["predicted"].array)
        if math.prod(part.stop - part.start for part in block) > COMPARED_HERE:
            return []
        key = (case_id, "jumps", self.library.states(case_id))
        return self._remembered(key, lambda: find_jumps(layers["expert"], layers["predicted"], canonical))

    def _images(self, case_id: str, said: list[str]) -> list[dict[str, Any]]:
        """Return the images that can be shown; one that is torn is no image, and its sentence is said.

        CT and PET have a fixed window, and are not read for this; of a dose the maximum is the window's end.
        """
        shown = []
        for name, unit in UNITS.items():
            path = self.library.case(case_id).images.get(name)
            if path is None or self._tried(said, partial(_check_file, path)) is None:
                continue
            low, high = WINDOWS.get(name, (0.0, 0.0))
            if name == "dose":
                dose = self._tried(said, partial(self.library.image, case_id, "dose"))
                if dose is None:
                    continue
                high = float(dose.volume.array.max())
            shown.append({"name": name, "unit": unit, "low": low, "high": high})
        return shown

    def _finding(self, finding: Finding) -> dict[str, Any]:
        text = f"Found {finding.found}; expected {finding.expected}. {finding.advice}"
        return {"code": finding.code, "severity": finding.severity, "text": self.library.sentence(ValueError(text))}

    def _tried(self, said: list[str], call: Callable[[], T]) -> T | None:
        try:
            return call()
        except (HyoidError, OSError) as error:
            said.append(self.library.sentence(error))
            return None

    def _remembered(self, key: Any, compute: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        made = compute()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return made


def _check_file(path: Path) -> Grid:
    """Read what is cheap to read of an image: its header, and whether all of its bytes are there."""
    grid = read_grid(path)
    if path.name.lower().endswith((".nii", ".nii.gz")):
        check_complete(path)
    return grid


def _of_prediction(prediction: dict[str, Any]) -> list[str]:
    """Return what a prediction lacked, what it noted, and how its labels are called where that is unusual."""
    _, missing = notes_and_missing({"notes": [], "missing_inputs": [], **prediction})
    said = [f"The prediction was made without {name}." for name in missing]
    said += [f"Prediction: {note}" for note in prediction.get("notes", [])]  # each answer has its own notes beside it
    names = list(prediction.get("lesions", {}))
    if names and not set(names) <= {"gtvp", "gtvn"}:
        said.append(f"The prediction tells no GTVp from GTVn: its label 1 is {names[0]}.")
    return said
