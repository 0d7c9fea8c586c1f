"""What was imported into a case's folder, and from what: `import.json`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hyoid.dicom.choose import Candidate
from hyoid.dicom.suv import GivenValues
from hyoid.errors import DicomError
from hyoid.files import jsonable, read_json, sha256_of_json, write_json
from hyoid.version import __version__

FILE_NAME = "import.json"

MADE_BY = "hyoid import dicom"
RECIPE = 1
"""Raised when the same files would become other voxels: images made before are then made again."""

PRIVACY = (
    "This file is not de-identified: it holds the patient's id and the UIDs of study, series and instances, which "
    "lead back to the patient. They are needed to send results back. Do not publish it."
)


def fingerprint(candidate: Candidate, given: GivenValues | None) -> str:
    """Return a hash of all that an image is made of: the instances in order, gaps, and supplied values."""
    stack = candidate.stack
    return sha256_of_json(
        {
            "recipe": RECIPE,
            "series": candidate.series.uid,
            "instances": [one.key for one in stack.slices],
            "places": stack.places,
            "given": repr(given) if given is not None else None,
        }
    )


def begin(
    case: str, key: tuple[str, str, str], sources: Sequence[Path], previous: dict[str, Any] | None
) -> dict[str, Any]:
    """Return a case's manifest, with the images of the `previous` one."""
    patient_id, issuer, study_uid = key
    return {
        "made_by": MADE_BY,
        "hyoid": __version__,
        "privacy": PRIVACY,
        "case": case,
        "patient_id": patient_id,
        "issuer_of_patient_id": issuer,
        "study_uid": study_uid,
        "sources": [str(source.absolute()) for source in sources],
        "images": dict((previous or {}).get("images", {})),
        "acquisition": dict((previous or {}).get("acquisition", {})),
    }


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a case's folder; None where there is none.

    Raises
    ------
    DicomError
        If there is one that is not ours or damaged.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        found = read_json(path)
        if found["made_by"] != MADE_BY or not isinstance(found["images"], dict):
            raise KeyError("made_by")
    except (OSError, json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise DicomError.of(
            f"{path}, which is no manifest of an import", "one that `hyoid import dicom` wrote", "Move the folder away."
        ) from error
    return dict(found)


def known_cases(out: Path) -> dict[tuple[str, str, str], str]:
    """Return the ids of the cases in a folder, by patient id, issuer and study UID; damaged manifests are left out."""
    known = {}
    for path in sorted(out.glob(f"*/{FILE_NAME}")):
        try:
            found = read_manifest(path.parent)
        except DicomError:
            continue
        if found is not None:
            known[found["patient_id"], found["issuer_of_patient_id"], found["study_uid"]] = path.parent.name
    return known


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest atomically."""
    write_json(folder / FILE_NAME, jsonable(manifest))
