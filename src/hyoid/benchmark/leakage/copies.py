"""One image under two ids, of which a fold learns from one and reports the other.

Nothing is read for it: bytes were hashed when the run's cohort was, voxels when the store was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun
from hyoid.cohort import Case, Cohort
from hyoid.files import read_json
from hyoid.imaging import read_volume
from hyoid.training import Store
from hyoid.training.seen import SEEN

LEAST_LESION_VOXELS = 100
"""Voxels of lesion from which two equal masks are one mask. Empty masks are all equal, and tiny lesions may be so by
chance; CT and PET have noise, which makes every scan its own."""

Hashes = Mapping[str, Mapping[str, str]]
"""By patient's id and role (`ct`, `pet`, `mask`, ...)."""


def copy_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Look for images that are equal byte by byte, or voxel by voxel where the run has a store of them."""
    pairs = identical(voxel_hashes(run), "voxel") | identical(run.cohort.file_hashes(), "byte")
    for (role, one, other), unit in sorted(pairs.items()):
        folds = [fold.folder for fold in run.folds if _parted(run, fold, one, other)]
        if folds and is_evidence(run.cohort, role, (one, other)):
            found = "parts " + same_image(run.cohort, role, one, other, unit)
            yield Leak("copy", run.path(f"splits.json: {', '.join(folds)}"), found, (one, other))


def identical(hashes: Hashes, unit: str) -> dict[tuple[str, str, str], str]:
    """Return `{(role, id, other id): unit}` of every two patients with the same image in a role."""
    owners: dict[tuple[str, str], list[str]] = {}
    for case_id, by_role in sorted(hashes.items()):
        for role, digest in by_role.items():
            owners.setdefault((role, digest), []).append(case_id)
    return {
        (role, one, other): unit
        for (role, _), ids in owners.items()
        for k, one in enumerate(ids)
        for other in ids[k + 1 :]
    }


def voxel_hashes(run: TrainedRun) -> dict[str, dict[str, str]]:
    """Return the hashes of native images and masks that the run's store holds; empty where it reads no images."""
    if run.recipe.preprocess is None:
        return {}
    cases = Store(run.store, run.recipe.preprocess, run.recipe.inputs.images).folder / "cases"
    ids = sorted(case.id for case in run.cohort.cases)
    records = {i: read_json(cases / i / "case.json") for i in ids if (cases / i / "case.json").is_file()}
    return {i: {**record["voxels"], **record.get("mask_voxels", {})} for i, record in records.items()}


def is_evidence(cohort: Cohort, role: str, ids: Iterable[str]) -> bool:
    """Whether two equal images of a role mean one patient: always, but for masks with hardly anything in them."""
    if role != "mask":
        return True
    masks = [case.mask for case in cohort.cases if case.id in set(ids) and case.mask is not None]
    return bool(masks) and int(np.count_nonzero(read_volume(masks[0]).array)) >= LEAST_LESION_VOXELS


def same_image(cohort: Cohort, role: str, one: str, other: str, unit: str) -> str:
    """Say whose image is whose, with the files."""
    files = " and ".join(_file(cohort.case(case_id), role) for case_id in (one, other))
    return f"two ids of one patient: the {role} of {one} is that of {other}, {unit} by {unit} ({files})"


def _file(case: Case, role: str) -> str:
    return str(case.mask if role == "mask" else case.images.get(role))


def _parted(run: TrainedRun, fold: FoldParts, one: str, other: str) -> bool:
    """Whether the fold learns from one of the two and reports the other."""
    learnt = {*fold.learnt, *(i for ids in run.read(fold, SEEN).values() for i in ids)} - fold.reported
    return any(a in learnt and b in fold.reported for a, b in ((one, other), (other, one)))
