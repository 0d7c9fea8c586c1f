"""The experts' label maps on the frames of a run's cases, apart from the images: which of them is read is a setting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from joblib import Parallel, delayed

from hyoid.cohort import Case
from hyoid.cohort.expert_mask import read_expert_mask
from hyoid.errors import CohortError, GeometryError, ImageError
from hyoid.files import atomic_path
from hyoid.geometry import Volume
from hyoid.imaging import read_grid, resample_labels
from hyoid.progress import track
from hyoid.training.chunked import save_chunked
from hyoid.training.store import Store
from hyoid.training.stored_case import StoredCase

EXPERT_MASKS = "expert-masks"
"""Folder of a run that holds them, `<ID>.b2nd`."""


def mask_file(folder: Path, case_id: str) -> Path:
    """Return where a case's label map on its frame lies."""
    return folder / f"{case_id}.b2nd"


def write_on_frame(folder: Path, case: StoredCase, labels: Volume) -> None:
    """Bring a label map onto the frame of a stored case and keep it there."""
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_path(mask_file(folder, case.id)) as temporary:
        save_chunked(temporary, resample_labels(labels, case.way_back.grid).array)


def prepare_expert_masks(cases: Sequence[Case], store: Store, out: Path, jobs: int = 1) -> dict[str, str]:
    """Make what is missing of `out/expert-masks` and return `{id: reason}` of label maps that cannot be used.

    A case without a label map has no file and is none of them.
    """
    waiting = [case for case in cases if case.mask is not None and not mask_file(out / EXPERT_MASKS, case.id).is_file()]
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_prepare)(case, store.open(case.id), out / EXPERT_MASKS) for case in waiting
    )
    reasons = zip(waiting, track(work, "Bringing masks onto frames", len(waiting)), strict=True)
    return {case.id: reason for case, reason in reasons if reason is not None}


def _prepare(case: Case, stored: StoredCase, folder: Path) -> str | None:
    try:
        ct = read_grid(case.images["ct"]) if "ct" in case.images else None
        labels = read_expert_mask(case, ct)
    except (CohortError, ImageError, GeometryError) as error:
        return str(error)
    if labels is not None:
        write_on_frame(folder, stored, labels)
    return None
