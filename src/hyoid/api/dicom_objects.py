"""Predictions of imported cases, back as DICOM objects of the studies that they were made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hyoid.api.dicom_lesions import measured_lesions, read_prediction
from hyoid.dicom.imported import ImportedImages
from hyoid.dicom.manifest import FILE_NAME, known_cases, read_manifest
from hyoid.dicom.structures import (
    LesionMeasures,
    ReferenceSeries,
    algorithm_of,
    check_volumes,
    labels_of,
    listed_lesions,
    read_segmentation,
    write_report,
    write_rtstruct,
    write_seg,
)
from hyoid.errors import DicomError, HyoidError
from hyoid.geometry import Volume
from hyoid.imaging import read_volume
from hyoid.progress import track

KINDS = ("seg", "rtstruct", "report")
"""Segmentation, structure set and structured report, in the order in which they are written: ID.KIND.dcm."""

NOT_IMPORTED = (
    "Found a case without import.json; expected one that `hyoid import dicom` wrote. It has no study to go back into."
)


@dataclass(frozen=True, slots=True)
class DicomResults:
    """What was written of each case, by kind (`KINDS`), and `{id: reason}` of those that could not be written."""

    written: dict[str, dict[str, Path]]
    failed: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON holds."""
        written = {case: {kind: str(path) for kind, path in files.items()} for case, files in self.written.items()}
        return {"written": written, "failed": self.failed}


def dicom_results(
    cohort: Path,
    predictions: Path,
    *,
    cases: Sequence[str] | None = None,
    sources: Sequence[Path] = (),
    out: Path | None = None,
) -> DicomResults:
    """Write each prediction of an imported cohort as DICOM Segmentation, RT Structure Set and structured report.

    Parameters
    ----------
    cohort
        Folder that `hyoid import dicom` wrote.
    predictions
        Folder that `hyoid predict --cohort` wrote: `ID/ID.json`, and `ID/ID.nii.gz` where lesions were contoured.
    cases
        Ids of the cases to write; by default all that were imported.
    sources
        Where the studies' DICOM images lie; by default where they lay when they were imported.
    out
        Folder for `ID/ID.seg.dcm`, `ID/ID.rtstruct.dcm`, `ID/ID.report.dcm`; by default beside the label maps.

    Raises
    ------
    HyoidError
        If nothing in the cohort was imported from DICOM, or highdicom is not installed. What is wrong with one case
        is said in the result, and stops nothing.
    """
    known = imported_cases(cohort)
    images = ImportedImages(sources)
    written: dict[str, dict[str, Path]] = {}
    failed = {case: NOT_IMPORTED for case in cases or () if case not in known}
    for case in track([case for case in known if cases is None or case in cases], "DICOM results"):
        try:
            written[case] = write_case(cohort / case, predictions / case, images, (out or predictions) / case)
        except (HyoidError, OSError) as error:
            failed[case] = str(error)
    return DicomResults(written, failed)


def imported_cases(cohort: Path) -> list[str]:
    """Return the ids of the cases that were imported from DICOM.

    Raises
    ------
    DicomError
        If there are none.
    """
    cases = sorted(known_cases(cohort).values())
    if not cases:
        raise DicomError.of(
            f"no case with {FILE_NAME} in {cohort}",
            "a cohort that `hyoid import dicom` wrote",
            "Results go back only into studies that were imported from DICOM.",
        )
    return cases


def write_case(folder: Path, predicted: Path, images: ImportedImages, out: Path) -> dict[str, Path]:
    """Write the prediction of one imported case as DICOM objects; all of them, or none.

    Parameters
    ----------
    folder
        The case in the cohort, with `import.json` and its PET.
    predicted
        Folder of the prediction; its files have the case's name.
    images
        Where the DICOM images are found.
    out
        Folder for the objects.

    Returns
    -------
    dict
        Path by kind; a prediction without a label map has a report alone.

    Raises
    ------
    HyoidError
        If there is no prediction, its DICOM images are not found, or an object cannot be written.
    """
    case = folder.name
    info = read_prediction(predicted / f"{case}.json")
    path = predicted / f"{case}.nii.gz"
    labels = read_volume(path) if path.is_file() else None
    reference = images.reference(folder)
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".dicom-", dir=out) as temporary:
        made = {kind: Path(temporary) / f"{case}.{kind}.dcm" for kind in (KINDS if labels is not None else KINDS[-1:])}
        _write(made, info, labels, reference, _pet(folder))
        return {kind: file.replace(out / file.name) for kind, file in made.items()}


def _write(
    files: Mapping[str, Path],
    info: dict[str, Any],
    labels: Volume | None,
    reference: ReferenceSeries,
    pet: Path | None,
) -> None:
    if labels is not None:
        names, algorithm = labels_of(info), algorithm_of(info)
        check_volumes(info, labels, names)
        write_seg(files["seg"], labels, names, reference, algorithm)
        write_rtstruct(files["rtstruct"], labels, names, reference, algorithm)
    segmentation = read_segmentation(files["seg"]) if "seg" in files else None
    write_report(files["report"], info, _lesions(info, labels, pet), reference, segmentation)


def _lesions(info: dict[str, Any], labels: Volume | None, pet: Path | None) -> list[LesionMeasures]:
    return listed_lesions(info) if labels is None or pet is None else measured_lesions(info, labels, pet)


def _pet(folder: Path) -> Path | None:
    image = ((read_manifest(folder) or {}).get("images") or {}).get("PT")
    return None if image is None else folder / image["file"]
