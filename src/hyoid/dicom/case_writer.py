"""One case: its images made and written, or only looked at, and what came of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hyoid.dicom.acquisition import ct_row, pet_row
from hyoid.dicom.choose import Chosen
from hyoid.dicom.elements import tolerant
from hyoid.dicom.manifest import begin, fingerprint, read_manifest, write_manifest
from hyoid.dicom.out_folder import FullDiskError, writing
from hyoid.dicom.result import CaseResult, ImageResult, verdicts
from hyoid.dicom.source import Reader
from hyoid.dicom.study import CasePlan
from hyoid.dicom.suv import GivenValues, Suv
from hyoid.dicom.volumes import Measured, ct_volume, factor_of, pet_headers, pet_volume, suv_of_headers
from hyoid.errors import DicomError, HyoidError
from hyoid.imaging import write_volume

TAGS = ("CT", "PT")
"""The challenge's names of the two images, in the order in which they are made."""

UNITS = {"CT": "HU", "PT": "SUVbw g/mL"}

Supplied = Callable[[], GivenValues | None]
"""Returns what the user supplies for a case; raises DicomError where that cannot be told."""


def dry_case(plan: CasePlan, _sources: Sequence[Path], out: Path, reader: Reader, supplied: Supplied) -> CaseResult:
    """Look at one case and write nothing; the PET's SUV factor is computed, because it may fail."""
    images = {}
    for tag in TAGS:
        if tag in plan.images:
            images[tag] = _guarded(_dry_image, plan, tag, out / plan.case, reader, supplied)
    return CaseResult(plan.case, plan, images)


def import_case(plan: CasePlan, sources: Sequence[Path], out: Path, reader: Reader, supplied: Supplied) -> CaseResult:
    """Make and write the images of one case that are not there yet; what fails is said in the result.

    Raises
    ------
    FullDiskError
        If the disk takes nothing more.
    """
    folder, images = out / plan.case, {}
    if not plan.images:
        return CaseResult("", plan)
    try:
        with writing(folder):
            manifest = _claim(plan, sources, folder)
    except FullDiskError:
        raise
    except (HyoidError, OSError) as error:
        return CaseResult(plan.case, plan, {tag: ImageResult("failed", error=str(error)) for tag in plan.images})
    for tag in TAGS:
        if tag in plan.images:
            images[tag] = _guarded(_make_image, plan, tag, folder, reader, supplied, manifest)
    return CaseResult(plan.case, plan, images)


def _guarded(make: Callable[..., ImageResult], *arguments: Any) -> ImageResult:
    """Return what `make` returns, or its failure: one bad image never stops the rest."""
    try:
        return make(*arguments)
    except FullDiskError:
        raise
    except HyoidError as error:
        return ImageResult("failed", error=str(error))
    except MemoryError:
        return ImageResult("failed", error="Found a series that no memory holds; import it on a larger machine.")
    except Exception as error:  # noqa: BLE001 - a fault of ours or of a library must not cost the other patients
        return ImageResult("failed", error=f"{type(error).__name__}: {error}. Please report this fault.")


def _claim(plan: CasePlan, sources: Sequence[Path], folder: Path) -> dict[str, Any]:
    """Return the case's manifest, and write it first of all: it says that the folder is ours."""
    if folder.is_symlink():
        raise DicomError.of(f"a link at {folder}", "a folder within the cohort", "Remove it.")
    previous = read_manifest(folder)
    if previous is None and folder.exists() and any(not p.name.startswith(".") for p in folder.iterdir()):
        raise DicomError.of(
            f"files in {folder}, which no import wrote", "an empty folder or none", "Move them, or name another OUT."
        )
    if previous is not None and previous["study_uid"] != plan.key[2]:
        raise DicomError.of(f"another study in {folder}", f"{plan.key[2]}", "Move it, or name another OUT.")
    manifest = begin(plan.case, plan.key, sources, previous)
    manifest |= {"study_date": plan.study_date, "notes": plan.notes, "series": verdicts(plan)}
    if manifest != previous:
        write_manifest(folder, manifest)
    return manifest


def _dry_image(plan: CasePlan, tag: str, folder: Path, reader: Reader, supplied: Supplied) -> ImageResult:
    chosen = plan.images[tag]
    given = supplied() if tag == "PT" else None
    if _is_done(read_manifest(folder), tag, chosen, given, _path(folder, plan.case, tag)):
        return ImageResult("there", chosen.notes)
    if tag == "CT":
        return ImageResult("planned", chosen.notes)
    headers = pet_headers(chosen.candidate.stack, reader)
    suv = suv_of_headers(headers, given)
    factors = {factor_of(suv, header) for header in headers}
    return ImageResult("planned", _all_notes(chosen, (), suv), factor=factors.pop() if len(factors) == 1 else None)


def _make_image(
    plan: CasePlan, tag: str, folder: Path, reader: Reader, supplied: Supplied, manifest: dict[str, Any]
) -> ImageResult:
    chosen = plan.images[tag]
    given = supplied() if tag == "PT" else None
    path = _path(folder, plan.case, tag)
    if _is_done(manifest, tag, chosen, given, path):
        return ImageResult("there", tuple(manifest["images"][tag]["notes"]))
    if tag == "CT":
        measured = ct_volume(chosen.candidate.stack, reader)
        with tolerant():
            row = ct_row(measured.headers[0], measured.volume.grid)
    else:
        measured = pet_volume(chosen.candidate.stack, reader, given)
        with tolerant():
            row = pet_row(measured.headers, measured.volume.grid, _made(measured.suv))
    with writing(folder):
        write_volume(path, measured.volume)
    manifest["images"][tag] = _entry(path, tag, chosen, measured, given)
    manifest["acquisition"] = {**manifest["acquisition"], **row}
    with writing(folder):
        write_manifest(folder, manifest)
    return ImageResult("written", tuple(manifest["images"][tag]["notes"]), factor=_one_factor(measured.suv))


def _path(folder: Path, case: str, tag: str) -> Path:
    return folder / f"{case}__{tag}.nii.gz"


def _is_done(manifest: dict[str, Any] | None, tag: str, chosen: Chosen, given: GivenValues | None, path: Path) -> bool:
    entry = (manifest or {}).get("images", {}).get(tag)
    return entry is not None and path.is_file() and entry["fingerprint"] == fingerprint(chosen.candidate, given)


def _entry(path: Path, tag: str, chosen: Chosen, measured: Measured, given: GivenValues | None) -> dict[str, Any]:
    series, stack = chosen.candidate.series, chosen.candidate.stack
    return {
        "file": path.name,
        "unit": UNITS[tag],
        "fingerprint": fingerprint(chosen.candidate, given),
        "voxel_sha256": measured.volume.voxel_hash(),
        "series_uid": series.uid,
        "series_description": series.first.description,
        "series_number": series.first.series_number,
        "frame_of_reference_uid": series.first.frame_of_reference,
        "instance_uids": [one.sop_uid for one in stack.slices],
        "first_file": str(stack.slices[0].source),
        "transfer_syntaxes": sorted({one.transfer_syntax for one in stack.slices}),
        "grid": measured.volume.grid.to_dict(),
        "interpolated_slices": list(stack.missing),
        "rescale_slope": list(measured.slopes),
        "suv": None if measured.suv is None else measured.suv.to_dict(),
        "notes": list(_all_notes(chosen, measured.notes, measured.suv)),
    }


def _all_notes(chosen: Chosen, measured: tuple[str, ...], suv: Suv | None) -> tuple[str, ...]:
    return (*chosen.notes, *measured, *(() if suv is None else (*suv.assumptions, *suv.notes)))


def _one_factor(suv: Suv | None) -> float | None:
    return None if suv is None else suv.factor


def _made(suv: Suv | None) -> Suv:
    if suv is None:
        raise TypeError("a PET is measured with its SUV")
    return suv
