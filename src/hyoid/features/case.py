"""The measures of one patient's lesions, from the files of the case."""

from __future__ import annotations

import math
from collections.abc import Collection

from hyoid.cohort import Case
from hyoid.cohort.images import read_images
from hyoid.errors import HyoidError
from hyoid.features.lesion import lesion_measures
from hyoid.features.names import LESIONS
from hyoid.features.radiomics import radiomics_features
from hyoid.features.radiomics_settings import RadiomicsSettings
from hyoid.geometry import Volume

IMAGES = ("pet", "ct", "dose")
"""Images that lesions are measured in."""

_FIELDS = {"pet": "the PET", "ct": "the CT", "dose": "the dose grid"}


def measure_case(
    case: Case,
    mask: Volume,
    *,
    active_suv: float = 0.0,
    images: Collection[str] = IMAGES,
    radiomics: RadiomicsSettings | None = None,
) -> tuple[dict[str, float], list[str]]:
    """Measure a patient's lesions in whichever images the case has.

    Parameters
    ----------
    case
        Where the images lie.
    mask
        Label map: 0 background, 1 GTVp, 2 GTVn.
    active_suv
        Least SUV of a voxel that counts in MTV and TLG.
    images
        Which of `IMAGES` to read; what needs another one is NaN.
    radiomics
        Settings of radiomics features, which then join the measures.

    Returns
    -------
    tuple
        `{gtvp_volume_ml: ...}`, all of `MEASURES` for each of `LESIONS`, and the columns of the radiomics; and a
        sentence on each image that is missing, cannot be used, or does not hold the whole contour.

    Raises
    ------
    ImageError
        If the PET cannot be read or is no SUV, or the mask has other labels. A CT or dose that cannot be used is told
        in the notes, and only what needs it is missing.
    HyoidError
        If radiomics are asked for and the extra is not installed.
    """
    volumes, notes = _read(case, images)
    measures = lesion_measures(mask, volumes.get("pet"), volumes.get("ct"), volumes.get("dose"), active_suv=active_suv)
    for image in volumes:
        for name in LESIONS[:2]:
            share = measures[f"{name}_{image}_coverage"]
            if not math.isnan(share) and share < 1:
                notes.append(f"{name}: {share:.0%} of the contour lies in {_FIELDS[image]}")
    if radiomics is not None:
        measures |= radiomics_features(mask, volumes, radiomics, notes)
    return measures, notes


def _read(case: Case, images: Collection[str]) -> tuple[dict[str, Volume], list[str]]:
    volumes = read_images(case, ("pet",)) if "pet" in images else {}
    notes = ["no PET"] if "pet" in images and not volumes else []
    if "ct" in images and "ct" not in case.images:
        notes.append("no CT")
    for name in ("ct", "dose"):
        if name in images:
            try:
                volumes |= read_images(case, (name,))
            except HyoidError as error:
                notes.append(f"{'CT' if name == 'ct' else 'dose'} left out: {error}")
    return volumes, notes
