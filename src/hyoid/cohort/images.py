"""Reading a case's images, with the questions that must be asked before a number is believed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from hyoid.cohort.case import Case
from hyoid.cohort.check.study import AIR_HU, AIR_PERCENTILE
from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging import read_volume
from hyoid.imaging.nifti import count_not_finite
from hyoid.imaging.suv_limits import SUV_LIMIT, SUV_PERCENTILE, suv_level

DOSE_LIMIT_GY = 200.0
"""No treatment of the head and neck gives more; a dose that does is in cGy."""

_THINNING = 4  # every fourth voxel along each axis tells a percentile well enough


def read_images(case: Case, names: Iterable[str]) -> dict[str, Volume]:
    """Read those of the named images that the case has.

    Raises
    ------
    ImageError
        If a file cannot be read or holds NaN, the CT shows no air (it is not in HU, or it is not a CT), the PET is too
        high to be SUV (it is in Bq/mL), or the dose too high to be Gy: such a study would be segmented and measured
        without complaint, and wrongly. The limits are those of `hyoid check`.
    """
    images = {}
    for name in names:
        if name in case.images:
            path = Path(case.images[name])
            images[name] = read_volume(path)
            _check_finite(path)
            _check_unit(name, path, images[name])
    return images


def with_ct(channels: Iterable[str]) -> tuple[str, ...]:
    """Return the channels and the CT, which is read also for a network of PET alone: label maps lie on its grid."""
    return tuple(dict.fromkeys([*channels, "ct"]))


def _check_finite(path: Path) -> None:
    if path.name.lower().endswith((".nii", ".nii.gz")):
        bad = count_not_finite(path)
        if bad:
            raise ImageError.of(f"{bad} NaN or infinite voxels in {path}", "finite values", "Convert the image again.")


def _check_unit(name: str, path: Path, volume: Volume) -> None:
    thin = volume.array[::_THINNING, ::_THINNING, ::_THINNING]
    if name == "ct" and (dark := float(np.percentile(thin, AIR_PERCENTILE))) > AIR_HU:
        raise ImageError.of(
            f"no air in the CT {path} (its darkest {AIR_PERCENTILE:g} % reach up to {dark:.0f})",
            f"HU, with air at {AIR_HU:g} or below",
            "Are CT and PET swapped? Otherwise apply the rescale slope and intercept.",
        )
    if name == "pet" and (hot := suv_level(thin)) > SUV_LIMIT:
        raise ImageError.of(
            f"a PET that reaches {hot:.0f} (percentile {SUV_PERCENTILE:g}) in {path}",
            f"SUVbw in g/mL, below {SUV_LIMIT:g}",
            "It is probably in Bq/mL: divide by the decay-corrected dose (Bq) per body weight (g).",
        )
    if name == "dose" and (most := float(thin.max())) > DOSE_LIMIT_GY:
        raise ImageError.of(
            f"a dose that reaches {most:.0f} in {path}",
            f"Gy, below {DOSE_LIMIT_GY:g}",
            "It is probably in cGy: divide by 100.",
        )
