"""Back from an imported case to the DICOM images that it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hyoid.dicom.manifest import FILE_NAME, read_manifest
from hyoid.dicom.read import read_headers
from hyoid.dicom.series import Series
from hyoid.dicom.source import Reader
from hyoid.dicom.structures.reference import ReferenceSeries, series_of
from hyoid.dicom.survey import survey
from hyoid.errors import DicomError


class ImportedImages:
    """The DICOM series that imported cases were made of; each pile is looked through once.

    Parameters
    ----------
    sources
        Folders, zip archives or files; without them, where each case's `import.json` says that they lay.
    """

    def __init__(self, sources: Sequence[Path] = ()) -> None:
        self._given = tuple(sources)
        self._piles: dict[tuple[Path, ...], dict[tuple[str, str], Series]] = {}

    def reference(self, folder: Path) -> ReferenceSeries:
        """Return the series on whose grid the label map of an imported case lies: its CT, or the PET where it has none.

        Parameters
        ----------
        folder
            The case's folder in the cohort, with `import.json`.

        Raises
        ------
        DicomError
            If the folder was not imported, the images are no longer there, or are no evenly spaced stack of single
            frames, so that a label map cannot refer to them.
        """
        manifest = read_manifest(folder)
        if manifest is None:
            raise DicomError.of(
                f"no {FILE_NAME} in {folder}", "a case that `hyoid import dicom` wrote", "Import the study from DICOM."
            )
        images = manifest["images"]
        if not images:
            raise DicomError.of(f"no image in {folder / FILE_NAME}", "a CT, a PET or both", "Import the study again.")
        return self._read(images.get("CT") or images["PT"], manifest)

    def _read(self, image: Mapping[str, Any], manifest: Mapping[str, Any]) -> ReferenceSeries:
        sources = self._given or tuple(Path(source) for source in manifest.get("sources", ()))
        uid, wanted = image["series_uid"], image["instance_uids"]
        with Reader() as reader:
            series = self._pile(sources, reader).get((manifest["study_uid"], uid))
            slices = {one.sop_uid: one for one in series.slices} if series is not None else {}
            missing = sum(one not in slices for one in wanted)
            if missing:
                raise DicomError.of(
                    f"{len(wanted) - missing} of the {len(wanted)} images of series {uid} in "
                    f"{', '.join(map(str, sources)) or 'no place'}",
                    "all images that the case was imported from",
                    "Say where they are now.",
                )
            headers = read_headers([slices[one] for one in wanted], reader)
        return series_of(headers, f"series {uid}")

    def _pile(self, sources: tuple[Path, ...], reader: Reader) -> dict[tuple[str, str], Series]:
        if sources not in self._piles:
            found = survey(sources, reader).series
            self._piles[sources] = {(one.first.study_uid, one.uid): one for one in found if one.is_image}
        return self._piles[sources]
