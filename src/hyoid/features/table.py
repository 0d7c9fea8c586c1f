"""Lesion measures of a cohort, one row a patient."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from joblib import Parallel, delayed

from hyoid.cohort import Case
from hyoid.cohort.label_maps import LabelMap, LabelMaps, find_label_maps, load_label_map
from hyoid.errors import CohortError, HyoidError
from hyoid.features.case import IMAGES, measure_case
from hyoid.features.names import LESIONS, MEASURES
from hyoid.features.radiomics_library import check_installed
from hyoid.features.radiomics_settings import RadiomicsSettings, radiomics_columns
from hyoid.progress import track

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("PatientID", "CenterID", *(f"{lesion}_{measure}" for lesion in LESIONS for measure in MEASURES), "Notes")
"""Columns of the table, in order; those of radiomics, where asked for, stand before `Notes`."""


def feature_table(
    cases: Iterable[Case],
    masks: LabelMaps | None = None,
    *,
    active_suv: float = 0.0,
    images: Collection[str] = IMAGES,
    radiomics: RadiomicsSettings | None = None,
    jobs: int = 1,
) -> pd.DataFrame:
    """Measure the lesions of each case.

    Parameters
    ----------
    cases
        Cases with PET, CT and dose, as far as there are; the mask is the expert's unless `masks` is given.
    masks
        Label maps by patient id (a folder of predictions, say) used instead of the cases' own.
    active_suv
        Least SUV of a voxel that counts in MTV and TLG.
    images
        Which images to read, of `pet`, `ct` and `dose`; the measures of the others stay empty.
    radiomics
        Settings of radiomics features, which need the extra `hyoid[radiomics]`.
    jobs
        Processes over cases.

    Returns
    -------
    DataFrame
        One row a case with the columns `COLUMNS` and those of the radiomics. What is missing or cannot be read is said
        in `Notes` and leaves NaN, never 0; ids of `masks` that no case has are refused when none fits.

    Raises
    ------
    CohortError
        If `masks` has no label map, or none for any of the cases.
    HyoidError
        If radiomics are asked for and the extra is not installed.
    """
    import pandas as pd

    if radiomics is not None:
        check_installed()
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
        delayed(_row)(case, label_maps.get(case.id), active_suv, images, radiomics) for case in cases
    )
    more = () if radiomics is None else radiomics_columns(radiomics)
    columns = [*COLUMNS[:-1], *more, COLUMNS[-1]]
    return pd.DataFrame(list(track(rows, "Measuring lesions", total=len(cases))), columns=columns)


def _row(
    case: Case,
    label_map: LabelMap | None,
    active_suv: float,
    images: Collection[str],
    radiomics: RadiomicsSettings | None,
) -> dict[str, object]:
    row: dict[str, object] = {"PatientID": case.id, "CenterID": case.center}
    if label_map is None:
        return row | {"Notes": "no mask"}
    try:
        mask = load_label_map(label_map)
        measures, notes = measure_case(case, mask, active_suv=active_suv, images=images, radiomics=radiomics)
    except HyoidError as error:
        return row | {"Notes": str(error)}
    return row | measures | {"Notes": "; ".join(notes)}
