"""One patient's files as a case."""

from __future__ import annotations

from pathlib import Path

from hyoid.api.common import PathLike
from hyoid.cohort import Case, read_clinical_json
from hyoid.cohort.problem import Problem
from hyoid.errors import CohortError
from hyoid.imaging import IMAGE_SUFFIXES

_ENDINGS = ("__CT", "__PT", "_CT", "_PT", "_0000", "_0001")


def single_study(
    ct: PathLike | None,
    pet: PathLike | None,
    clinical: PathLike | None,
    mask: PathLike | None,
    case_id: str | None,
) -> tuple[Case, list[str]]:
    """Return the case, and notes on clinical values that were read as missing.

    Without `case_id` its name is the patient's part of the first file's name.

    An impossible clinical value is read as missing, which predictions report, as any other gap.

    Raises
    ------
    CohortError
        If the mask or the clinical record is not there, or the record is no JSON object.
    """
    images = {name: Path(path) for name, path in (("ct", ct), ("pet", pet)) if path is not None}
    if mask is not None and not Path(mask).is_file():
        raise CohortError.of(f"no file at {mask}", "a label map", "Check the path.")
    problems: list[Problem] = []
    record = {} if clinical is None else read_clinical_json(Path(clinical), problems)
    files = [*images.values(), *(Path(path) for path in (clinical, mask) if path is not None)]
    notes = [f"{one.found}: expected {one.expected}; read as missing." for one in problems]
    where = None if mask is None else Path(mask)
    return Case(id=case_id or id_of(files[0]), images=images, mask=where, clinical=record), notes


def id_of(path: Path) -> str:
    """Return the patient's part of a file's name: `CHUM-012__CT.nii.gz` is CHUM-012."""
    name = path.name
    suffix = next((s for s in (*IMAGE_SUFFIXES, ".json") if name.lower().endswith(s)), "")
    stem = name[: len(name) - len(suffix)]
    for ending in _ENDINGS:
        if stem.endswith(ending) and stem != ending:
            return stem.removesuffix(ending)
    return stem
