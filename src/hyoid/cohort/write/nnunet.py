"""A cohort as nnU-Net wants it: `imagesTr/ID_0000.nii.gz` is CT, `_0001` PET, `labelsTr/ID.nii.gz` the label map."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hyoid.cohort.case import GTVN, GTVP, Case
from hyoid.cohort.images import read_images
from hyoid.cohort.write.place import (
    Images,
    LabelsOf,
    WrittenCohort,
    check_id,
    checked_labels,
    place_image,
    reason,
)
from hyoid.cohort.write.table import write_table
from hyoid.errors import CohortError, HyoidError
from hyoid.files import write_json
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_grid, read_volume, resample, write_volume
from hyoid.progress import track

ENDING = ".nii.gz"
CHANNELS = {0: "CT", 1: "PET"}
"""nnU-Net normalises a channel named `CT` by the dataset's HU, and any other by each case's own mean."""


def write_nnunet(cases: Iterable[Case], labels: LabelsOf, out: Path, images: Images = "copy") -> WrittenCohort:
    """Write the cases that have CT and PET as a dataset of nnU-Net version 2, which wants one grid a case.

    That grid is the CT's: the PET is interpolated linearly at its voxels, 0 SUV where the PET does not reach, and the
    mask lies on it already. Cases without a label map become test images (`imagesTs`). A case that fails leaves nothing
    behind and stops nothing.

    Parameters
    ----------
    cases
        The cases.
    labels
        Gives each case's label map (0, 1 GTVp, 2 GTVn), None where there is none.
    out
        The dataset's folder; nnU-Net wants it named `DatasetNNN_Name`.
    images
        `copy`, or `link` for CTs that are `.nii.gz` already; there is no dataset without images.

    Raises
    ------
    CohortError
        If `images` is `none`.
    """
    if images == "none":
        raise CohortError.of("a dataset of nnU-Net without images", "copy or link", "Choose one of the two.")
    out = Path(out)
    trained: list[Case] = []
    tested: list[Case] = []
    left_out: dict[str, str] = {}
    for case in track(list(cases), "writing cases"):
        try:
            check_id(case.id)
            (trained if _write_case(out, case, labels(case), images) else tested).append(case)
        except (HyoidError, OSError) as error:
            left_out[case.id] = reason(error)
            _remove(out, case)
    if trained or tested:
        _write_dataset(out, len(trained))
        write_table(out, [*trained, *tested])
    notes: tuple[str, ...] = ("PET is interpolated linearly on the CT's grid; outside the PET it is 0 SUV.",)
    if tested:
        notes += (f"{len(tested)} cases without a label map are test images (imagesTs).",)
    return WrittenCohort(tuple(case.id for case in (*trained, *tested)), left_out, notes)


def _write_case(out: Path, case: Case, labels: Volume | None, images: Images) -> bool:
    """Write one case and return whether it has a label map."""
    missing = [name.upper() for name in ("ct", "pet") if name not in case.images]
    if missing:
        raise CohortError.of(f"{case.id} without {' and '.join(missing)}", "CT and PET", "nnU-Net wants all channels.")
    grid = read_grid(case.images["ct"])
    part = "Ts" if labels is None else "Tr"
    mask = None if labels is None else checked_labels(case, labels, grid)
    _write_ct(case, out / f"images{part}" / f"{case.id}_0000{ENDING}", images)
    _write_pet(case, grid, out / f"images{part}" / f"{case.id}_0001{ENDING}")
    if mask is not None:
        write_volume(out / f"labels{part}" / f"{case.id}{ENDING}", mask)
    return mask is not None


def _write_ct(case: Case, target: Path, images: Images) -> None:
    source = case.images["ct"]
    if source.name.lower().endswith(ENDING):
        place_image(source, target, images)
    else:
        write_volume(target, read_volume(source))


def _write_pet(case: Case, grid: Grid, target: Path) -> None:
    pet = read_images(case, ("pet",))["pet"]
    write_volume(target, resample(pet, grid, "linear", outside=0.0))


def _remove(out: Path, case: Case) -> None:
    for part in ("Tr", "Ts"):
        for name in (f"images{part}/{case.id}_0000", f"images{part}/{case.id}_0001", f"labels{part}/{case.id}"):
            (out / f"{name}{ENDING}").unlink(missing_ok=True)


def _write_dataset(out: Path, training: int) -> None:
    write_json(
        out / "dataset.json",
        {
            "channel_names": {str(number): name for number, name in CHANNELS.items()},
            "labels": {"background": 0, "GTVp": GTVP, "GTVn": GTVN},
            "numTraining": training,
            "file_ending": ENDING,
        },
    )
