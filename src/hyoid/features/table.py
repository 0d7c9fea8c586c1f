"""Lesion measures of a cohort, one row a patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from joblib import Parallel, delayed

from hyoid.cohort import Case
from hyoid.cohort.images import read_images
from hyoid.cohort.label_maps import LabelMap, LabelMaps, find_label_maps, load_label_map
from hyoid.errors import CohortError, HyoidError
from hyoid.features.lesion import lesion_measures
from hyoid.features.names import LESIONS, MEASURES
from hyoid.progress import track

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("PatientID", "CenterID", *(f"{lesion}_{measure}" for lesion in LESIONS for measure in MEASURES), "Notes")
"""Columns of the table, in order."""


def feature_table(
    cases: Iterable[Case], masks: LabelMaps | None = None, *, active_suv: float = 0.0, jobs: int = 1
) -> pd.DataFrame:
    """Measure the lesions of each case.

    Parameters
    ----------
    cases
        Cases with PET; the mask is the expert's unless `masks` is given.
    masks
        Label maps by patient id (a folder of predictions, say) used instead of the cases' own.
    active_suv
        Least SUV of a voxel that counts in MTV and TLG.
    jobs
        Processes over cases.

    Returns
    -------
    DataFrame
        One row a case with the columns `COLUMNS`. What is missing or cannot be read is said in `Notes` and leaves
        NaN, never 0; ids of `masks` that no case has are refused when none fits.

    Raises
    ------
    CohortError
        If `masks` has no label map, or none for any of the cases.
    """
    import pandas as pd

    cases = list(cases)
    label_maps: Mapping[str, LabelMap | None] = (
        {case.id: case.mask for case in cases} if masks is None else dict(find_label_maps(masks))
    )
    if masks is not None and not any(case.id in label_maps for case in cases):
        raise CohortError.of(
            f"masks for {', '.join(list(label_maps)[:3])} but none of them a patient of the cohort",
            "masks named by the cohort's ids, ID.nii.gz",
            "Check both folders.",
        )
    rows = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_row)(case, label_maps.get(case.id), active_suv) for case in cases
    )
    return pd.DataFrame(list(track(rows, "Measuring lesions", total=len(cases))), columns=list(COLUMNS))


def _row(case: Case, label_map: LabelMap | None, active_suv: float) -> dict[str, object]:
    row: dict[str, object] = {"PatientID": case.id, "CenterID": case.center}
    if label_map is None:
        return row | {"Notes": "no mask"}
    try:
        mask = load_label_map(label_map)
        pet = read_images(case, ("pet",)).get("pet")
        measures = lesion_measures(mask, pet, active_suv=active_suv)
    except HyoidError as error:
        return row | {"Notes": str(error)}
    notes = ["no PET: volumes and counts only"] if pet is None else []
    partly = [name for name in LESIONS[:2] if measures[f"{name}_pet_coverage"] < 1]
    notes += [f"{name}: {measures[f'{name}_pet_coverage']:.0%} of the contour lies in the PET" for name in partly]
    return row | measures | {"Notes": "; ".join(notes)}
