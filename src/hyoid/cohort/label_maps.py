"""Label maps by patient id, from a folder, a cohort, or what is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hyoid.cohort.cohort import Cohort
from hyoid.cohort.layouts.names import folders_in, images_in, parse_name, stem_of
from hyoid.cohort.read import read_cohort
from hyoid.errors import CohortError
from hyoid.geometry import Volume
from hyoid.imaging import IMAGE_SUFFIXES, read_volume

LabelMap = Path | Volume
"""A label map as a file or in memory."""

LabelMaps = Path | Cohort | Mapping[str, LabelMap]
"""Where label maps come from: a folder, a cohort's masks, or a mapping by patient id."""

_NNUNET_CHANNEL = re.compile(r".+_\d{4}")


def find_label_maps(source: LabelMaps) -> dict[str, LabelMap]:
    """Return label maps by patient id, sorted by id.

    In a folder these are `ID.nii.gz` (or any of `IMAGE_SUFFIXES`), or `ID/ID.nii.gz`, side by side if need be; images
    of the challenge's and of nnU-Net's names are passed over. A folder with neither is read as a cohort (HECKTOR tree,
    nnU-Net raw) and its masks are taken.

    Raises
    ------
    CohortError
        If there is no folder, no label map in it, or two for one patient.
    """
    if isinstance(source, Cohort):
        found: dict[str, LabelMap] = {case.id: case.mask for case in source.cases if case.mask is not None}
    elif isinstance(source, Mapping):
        found = dict(source)
    else:
        found = dict(_in_folder(Path(source)))
    if not found:
        name = source.root if isinstance(source, Cohort) else source if isinstance(source, Path) else "the mapping"
        raise CohortError.of(
            f"no label map in {name}",
            f"files named by patient, ID.nii.gz or ID/ID.nii.gz (endings {', '.join(IMAGE_SUFFIXES)})",
            "Check the folder.",
        )
    return dict(sorted(found.items()))


def load_label_map(label_map: LabelMap) -> Volume:
    """Return the label map's volume, read where it is a file."""
    return label_map if isinstance(label_map, Volume) else read_volume(label_map)


def _in_folder(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise CohortError.of(f"no folder at {folder}", "a folder of label maps", "Check the path.")
    files = images_in(folder)
    for sub in folders_in(folder):
        files += [path for path in images_in(sub) if stem_of(path) == sub.name]
    found: dict[str, Path] = {}
    for path in files:
        identifier, modality = parse_name(path)
        if modality is not None or _NNUNET_CHANNEL.fullmatch(identifier):
            continue
        if identifier in found:
            raise CohortError.of(
                f"{found[identifier].relative_to(folder)} and {path.relative_to(folder)} in {folder}",
                "one label map a patient",
                "Remove one of them.",
            )
        found[identifier] = path
    return found or _masks_of_cohort(folder)


def _masks_of_cohort(folder: Path) -> dict[str, Path]:
    try:
        return {case.id: case.mask for case in read_cohort(folder).cases if case.mask is not None}
    except CohortError as error:
        run = (folder / "out-of-fold").is_dir()
        raise CohortError.of(
            f"neither label maps nor a cohort in {folder}",
            "files named by patient, ID.nii.gz or ID/ID.nii.gz, or a cohort with masks",
            f"This is a run: give {folder / 'out-of-fold'}." if run else "Check the folder.",
        ) from error
