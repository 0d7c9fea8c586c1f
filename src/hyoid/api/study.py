"""One patient's files as a case."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from hyoid.api.common import PathLike
from hyoid.cohort import Case, read_clinical_json, read_hpv_json
from hyoid.cohort.center import prefix_of
from hyoid.cohort.problem import Problem
from hyoid.cohort.schema import CLINICAL_COLUMNS, canonical_name
from hyoid.cohort.values import column_key
from hyoid.errors import CohortError
from hyoid.imaging import IMAGE_SUFFIXES
from hyoid.settings import nearest

_IMPOSSIBLE = {"bad-value", "out-of-range"}
_OUTCOMES, _IDENTITY = ("relapse", "rfs"), ("id", "center")
_ENDINGS = ("__CT", "__PT", "_CT", "_PT", "_0000", "_0001")


def single_study(
    ct: PathLike | None,
    pet: PathLike | None,
    clinical: PathLike | None,
    mask: PathLike | None,
    dose: PathLike | None,
    case_id: str | None,
    center: str | None = None,
) -> tuple[Case, list[Problem]]:
    """Return the case, and what is wrong with its clinical record.

    Without `case_id` its name is the patient's part of the first file's name; without `center` that is unknown, unless
    the name is of the challenge's form.

    An impossible clinical value is read as missing, which predictions report, as any other gap.

    Raises
    ------
    CohortError
        If a file is not there, or the clinical record is no JSON object.
    """
    images = {name: Path(path) for name, path in (("ct", ct), ("pet", pet), ("dose", dose)) if path is not None}
    for path, what in ((ct, "a CT"), (pet, "a PET"), (mask, "a label map"), (dose, "a dose")):
        if path is not None and not Path(path).is_file():
            raise CohortError.of(f"no file at {path}", what, "Check the path.")
    problems: list[Problem] = []
    record = {} if clinical is None else read_clinical_json(Path(clinical), problems)
    hpv = None if clinical is None else read_hpv_json(Path(clinical), problems)
    files = [*images.values(), *(Path(path) for path in (clinical, mask) if path is not None)]
    name, where = case_id or id_of(files[0]), None if mask is None else Path(mask)
    own = [replace(problem, case=name) for problem in problems]
    center = center or prefix_of(name)
    return Case(id=name, center=center, images=images, mask=where, clinical=record, hpv=hpv), own


def unused_keys(clinical: PathLike, columns: Collection[str]) -> list[str]:
    """Return a sentence for each key of a clinical record that no model reads though it looks meant for one.

    Parameters
    ----------
    clinical
        The record, as `single_study` has read it.
    columns
        Clinical columns that the models read, by canonical or own name.
    """
    keys = {key: canonical_name(column_key(key)) or column_key(key) for key in json.loads(_text(clinical))}
    outcomes = [key for key, name in keys.items() if name in _OUTCOMES]
    readable = {*columns, *(column.name for column in CLINICAL_COLUMNS), "hpv"}
    found = [f"{' and '.join(outcomes)}: an outcome is no input of a prediction; not used."] if outcomes else []
    return found + [
        f"The key {key!r} of the clinical record is no column that is read: {nearest(name, readable)}"
        for key, name in keys.items()
        if name not in {*readable, *_OUTCOMES, *_IDENTITY}
    ]


def _text(path: PathLike) -> str:
    return Path(path).read_text(encoding="utf-8-sig")


def impossible_values(problems: Sequence[Problem], case_id: str) -> list[str]:
    """Return a sentence for each value of a case that was impossible and so read as missing."""
    return [
        f"{problem.found}: expected {problem.expected}; read as missing."
        for problem in problems
        if problem.case == case_id and problem.code in _IMPOSSIBLE
    ]


def id_of(path: Path) -> str:
    """Return the patient's part of a file's name: `CHUM-012__CT.nii.gz` is CHUM-012."""
    name = path.name
    suffix = next((s for s in (*IMAGE_SUFFIXES, ".json") if name.lower().endswith(s)), "")
    stem = name[: len(name) - len(suffix)]
    for ending in _ENDINGS:
        if stem.endswith(ending) and stem != ending:
            return stem.removesuffix(ending)
    return stem
