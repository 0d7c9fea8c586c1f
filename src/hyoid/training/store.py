"""Preprocessed cases on disk, chunked so that a patch reads only its chunks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import Case
from hyoid.cohort.expert_mask import read_expert_mask
from hyoid.cohort.images import read_images, with_ct
from hyoid.errors import CohortError, HyoidError
from hyoid.files import read_json, sha256_of_file, sha256_of_json, write_json
from hyoid.imaging import Framed, Preprocess
from hyoid.progress import track
from hyoid.training.chunked import save_chunked
from hyoid.training.stored_case import STORE_FORMAT, StoredCase

LOCATIONS_PER_CLASS = 10_000
"""Voxels kept per class as candidates for patch centres; more would change no draw that matters."""


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What `Store.prepare` did: ids made now, found ready, and set aside with the reason."""

    made: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    quarantined: dict[str, str] = field(default_factory=dict)


class Store:
    """A folder of preprocessed cases, keyed by the hash of the inputs and of the preprocessing.

    Parameters
    ----------
    root
        Folder; recipes with the same preprocessing share what is in it.
    preprocess, channels
        What is done to a case, and the order of the image channels.
    """

    def __init__(self, root: Path, preprocess: Preprocess, channels: Sequence[str]) -> None:
        self.channels = tuple(channels)
        self.preprocess = preprocess
        self.key = sha256_of_json([STORE_FORMAT, preprocess.model_dump(mode="json"), self.channels])
        self.folder = Path(root) / self.key[:16]

    def prepare(self, cases: Sequence[Case], jobs: int = 1) -> StoreReport:
        """Make what is missing; a case that cannot be read is set aside with its reason and stops nothing."""
        from joblib import Parallel, delayed

        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.folder / "preprocess.json", self.preprocess.model_dump(mode="json"))
        work = Parallel(n_jobs=jobs, return_as="generator")(delayed(self._prepare_one)(case) for case in cases)
        made: list[str] = []
        ready: list[str] = []
        quarantined = {}
        for case, (outcome, reason) in zip(cases, track(work, "Preprocessing", len(cases)), strict=True):
            if outcome == "quarantined":
                quarantined[case.id] = reason
            else:
                (made if outcome == "made" else ready).append(case.id)
        return StoreReport(tuple(made), tuple(ready), quarantined)

    def open(self, case_id: str) -> StoredCase:
        """Return a prepared case.

        Raises
        ------
        CohortError
            If the case has not been prepared.
        """
        folder = self._folder_of(case_id)
        if not (folder / "case.json").is_file():
            raise CohortError.of(f"no stored case {case_id}", "a prepared one", "Run `hyoid preprocess` first.")
        return StoredCase(folder)

    def _folder_of(self, case_id: str) -> Path:
        return self.folder / "cases" / case_id

    def _prepare_one(self, case: Case) -> tuple[str, str]:
        folder, reason_file = self._folder_of(case.id), self.folder / "quarantine" / f"{case.id}.json"
        try:
            fingerprint = _fingerprint(case, with_ct(self.channels))
            if (folder / "case.json").is_file() and read_json(folder / "case.json")["inputs"] == fingerprint:
                return "ready", ""
            framed, voxels, mask = self._framed(case)
        except (HyoidError, OSError, RuntimeError) as error:
            write_json(reason_file, {"id": case.id, "reason": str(error)})
            return "quarantined", str(error)
        _write(folder, framed, {"inputs": fingerprint, "voxels": voxels, "mask_voxels": mask})
        reason_file.unlink(missing_ok=True)
        return "made", ""

    def _framed(self, case: Case) -> tuple[Framed, dict[str, str], dict[str, str]]:
        """Return the preprocessed case, and the hash of each native image's voxels, and the mask's apart from them."""
        images = read_images(case, with_ct(self.channels))
        mask = read_expert_mask(case, images["ct"].grid if "ct" in images else None)
        voxels = {name: image.voxel_hash() for name, image in images.items()}
        of_mask = {} if mask is None else {"mask": mask.voxel_hash()}  # no copy by itself: two may be empty
        return self.preprocess.apply(images, self.channels, mask), voxels, of_mask


def _fingerprint(case: Case, channels: Sequence[str]) -> dict[str, str]:
    """Return the content hash of every input file; a changed file makes the stored case stale."""
    paths = {name: case.images[name] for name in channels if name in case.images}
    if case.mask is not None:
        paths["mask"] = case.mask
    return {name: sha256_of_file(path) for name, path in paths.items()}


def _write(folder: Path, framed: Framed, hashes: dict[str, dict[str, str]]) -> None:
    """Write into a temporary folder and rename it, so that a killed run leaves no half of a case."""
    temporary = folder.with_name(f".{os.getpid()}.{folder.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    save_chunked(temporary / "images.b2nd", framed.images)
    save_chunked(temporary / "body.b2nd", framed.body)
    if framed.mask is not None:
        save_chunked(temporary / "mask.b2nd", framed.mask)
        locations: dict[str, Any] = {str(label): _locations(framed.mask == label) for label in (0, 1, 2)}
        np.savez(temporary / "locations.npz", **locations)
    write_json(
        temporary / "case.json",
        {
            **hashes,
            "channels": framed.channels,
            "present": list(framed.present),
            "way_back": framed.geometry(),
            "notes": framed.notes,
        },
    )
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)


def _locations(voxels: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return up to `LOCATIONS_PER_CLASS` indices (n, 3) as (z, y, x), evenly drawn from all voxels of a class."""
    flat = np.flatnonzero(voxels)
    if flat.size > LOCATIONS_PER_CLASS:
        flat = flat[np.linspace(0, flat.size - 1, LOCATIONS_PER_CLASS).astype(np.int64)]
    return np.stack(np.unravel_index(flat, voxels.shape), axis=1).astype(np.int16)
