"""Measures of lesions: volume, uptake, extent, density, dose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import GTVN, GTVP
from hyoid.features.component import Component, block_of, find_components
from hyoid.features.density import density_measures, no_density, sample_density
from hyoid.features.dose import check_dose, dose_measures, sample_dose
from hyoid.features.extent import extent_measures
from hyoid.features.names import LESIONS, MEASURES
from hyoid.features.uptake import Uptake, no_uptake, sample_uptake, uptake_measures
from hyoid.geometry import Volume
from hyoid.imaging import Connectivity

MOST_BLOCKS = 16
"""Above so many lesions of a label its images are sampled on one block: a poor network makes a thousand crumbs."""


def lesion_measures(
    mask: Volume,
    pet: Volume | None,
    ct: Volume | None = None,
    dose: Volume | None = None,
    *,
    active_suv: float = 0.0,
    connectivity: Connectivity = 26,
) -> dict[str, float]:
    """Measure the lesions of a label map, their uptake in the PET, density in the CT, and dose.

    PET and dose are interpolated linearly at the voxel centres of the mask, and never the mask onto their voxels: the
    contour is what was drawn, and on the PET's coarse voxels a node of 1 mL would be 10 to 20 of them. Linear
    interpolation makes no uptake that the scan does not have; SUVmax may so be a little under the greatest voxel of the
    PET. The CT is read at the nearest voxel.

    Parameters
    ----------
    mask
        Label map: 0 background, 1 GTVp, 2 GTVn, on any grid.
    pet
        PET in SUVbw on any grid, or None.
    ct
        CT in HU on any grid, or None.
    dose
        Physical dose in Gy on any grid, or None.
    active_suv
        Voxels below this SUV count neither in MTV nor in TLG. With 0 the whole contour counts, which is what the
        challenge's literature calls MTV.
    connectivity
        What makes voxels one component, for counts and distances between lesions.

    Returns
    -------
    dict
        For each of `gtvp`, `gtvn`, `total`, as `gtvp_volume_ml` and so on, all of `MEASURES`; definition, unit and IBSI
        code of each stand in `hyoid.features.provenance.DEFINITIONS`.

        A lesion that is not there has volume, count, MTV, TLG and distances 0, the rest NaN. Without an image, or with
        the lesion outside it, all that needs the image is NaN, never 0.

    Raises
    ------
    ImageError
        If a label is not 0, 1 or 2, or the dose is not in Gy.

    References
    ----------
    Zwanenburg et al., "The Image Biomarker Standardisation Initiative", Radiology 295, 2020 (the codes are those of its
    reference manual). Wahl et al., "From RECIST to PERCIST", J Nucl Med 50, 2009.
    """
    if dose is not None:
        check_dose(dose)
    lesions = find_components(mask, connectivity)
    blocks = {name: _blocks(lesions[name], mask, label) for name, label in (("gtvp", GTVP), ("gtvn", GTVN))}
    sampled = {name: [_sample(block, pet, ct, dose) for block in own] for name, own in blocks.items()}
    lesions["total"], blocks["total"] = lesions["gtvp"] + lesions["gtvn"], blocks["gtvp"] + blocks["gtvn"]
    sampled["total"] = sampled["gtvp"] + sampled["gtvn"]
    measures: dict[str, float] = {}
    for name in LESIONS:
        found = _measure(lesions[name], blocks[name], sampled[name], active_suv)
        measures |= {f"{name}_{key}": found[key] for key in MEASURES}
    return measures


@dataclass(frozen=True, slots=True)
class _Sampled:
    """What each image shows in a lesion, or in many at once; None without the image."""

    uptake: Uptake | None
    hu: NDArray[np.float64] | None
    dose_gy: NDArray[np.float64] | None


def _sample(lesion: Component, pet: Volume | None, ct: Volume | None, dose: Volume | None) -> _Sampled:
    return _Sampled(
        None if pet is None else sample_uptake(lesion, pet),
        None if ct is None else sample_density(lesion, ct),
        None if dose is None else sample_dose(lesion, dose),
    )


def _blocks(lesions: list[Component], mask: Volume, label: int) -> list[Component]:
    """Return what the images are sampled in: each lesion by itself, or, where a label is in crumbs, all on one block.

    Each has its price, and no measure tells them apart.
    """
    return lesions if len(lesions) <= MOST_BLOCKS else [block_of(mask.array == label, mask.grid)]


def _measure(
    lesions: Sequence[Component], blocks: Sequence[Component], sampled: Sequence[_Sampled], active_suv: float
) -> dict[str, float]:
    """Measure lesions together; `blocks` hold the same voxels, as they were sampled."""
    uptakes = [each.uptake for each in sampled if each.uptake is not None]
    densities = [each.hu for each in sampled if each.hu is not None]
    doses = [each.dose_gy for each in sampled if each.dose_gy is not None]
    return {
        "volume_ml": float(sum(lesion.volume_ml for lesion in lesions)),
        "count": float(len(lesions)),
        **extent_measures(lesions, blocks),
        **(uptake_measures(uptakes, active_suv) if uptakes else no_uptake(lesion=bool(sampled))),
        **(density_measures(densities) if densities else no_density()),
        **dose_measures(np.concatenate(doses) if doses else np.empty(0)),
    }
