"""Geometry: directions, overlap, extents."""

from __future__ import annotations

from collections.abc import Iterator

from hyoid.cohort.check.finding import study_rule
from hyoid.cohort.check.study import Study
from hyoid.geometry import DIRECTION_TOLERANCE, Box

LITTLE_OVERLAP = 0.5
"""Share of the smaller of the two fields of view that CT and PET have in common, below which it is called little. In
one examination the smaller field lies inside the larger (share near 1); half of it missing means that one of the
two was cut or has a wrong origin."""

HEADERS_DISAGREE_MM = 1.0
"""Distance of sform and qform at the corners that is still rounding: the smallest voxel in use is near 1 mm."""

WHOLE_BODY_MM = 700.0
"""Axial extent from which a scan counts as whole-body (HECKTOR's centres: head-and-neck scans end below 600 mm)."""


@study_rule(
    "non-orthonormal-direction", "error", "geometry",
    finds=f"axes that are not orthonormal within {DIRECTION_TOLERANCE:g} (a sheared image, also in a NIfTI sform or "
    "qform that the reader happens not to use)",
    expected=f"orthonormal axes within {DIRECTION_TOLERANCE:g}",
    advice="Resample the image onto a rectangular grid, or repair the header's sform and qform.",
)  # fmt: skip
def non_orthonormal_direction(study: Study) -> Iterator[str]:
    """Find a sheared or damaged direction matrix."""
    for role, result in study.reads.items():
        if "non-orthonormal-direction" in result.faults:
            yield f"{role}: {result.faults['non-orthonormal-direction']}"


@study_rule(
    "headers-disagree", "warning", "geometry",
    finds=f"NIfTI sform and qform that place a corner more than {HEADERS_DISAGREE_MM:g} mm apart",
    expected="one position for every voxel",
    advice="Two programs will place this image differently: find out which header is right and write both alike.",
)  # fmt: skip
def headers_disagree(study: Study) -> Iterator[str]:
    """Find two positions for one image."""
    for role, result in study.reads.items():
        if result.orientation is None or "non-orthonormal-direction" in result.faults:
            continue
        apart = result.orientation.disagreement_mm()
        if not apart <= HEADERS_DISAGREE_MM:
            yield f"{role}: sform and qform of {result.path.name} {apart:.1f} mm apart"


def overlap_share(ct: Box, pet: Box) -> float:
    """Volume that two boxes share, as a share of the smaller one."""
    return ct.intersection(pet).volume_mm3 / min(ct.volume_mm3, pet.volume_mm3)


@study_rule(
    "no-overlap", "error", "geometry", needs=("ct", "pet"),
    finds="CT and PET that share no place",
    expected="CT and PET of one examination in one coordinate system",
    advice="Check the origins and whether both are of this patient and day; register them if they are.",
)  # fmt: skip
def no_overlap(study: Study) -> Iterator[str]:
    """Find two fields of view apart."""
    ct, pet = _boxes(study)
    if ct.intersection(pet).is_empty:
        yield f"a CT over {_range(ct)} and a PET over {_range(pet)}"


@study_rule(
    "little-overlap", "warning", "geometry", needs=("ct", "pet"),
    finds=f"CT and PET that share less than {LITTLE_OVERLAP:.0%} of the smaller field of view",
    expected=f"at least {LITTLE_OVERLAP:.0%} of the smaller field of view inside the other",
    advice="Check the origins and whether an image was cut; what only one of the two shows is filled with air.",
)  # fmt: skip
def little_overlap(study: Study) -> Iterator[str]:
    """Find two fields of view that hardly meet."""
    ct, pet = _boxes(study)
    share = overlap_share(ct, pet)
    if 0 < share < LITTLE_OVERLAP:
        yield f"{share:.0%} shared: a CT over {_range(ct)} and a PET over {_range(pet)}"


@study_rule(
    "ct-shorter-than-pet", "info", "geometry", needs=("ct", "pet"),
    finds="a CT that ends more than a slice before the PET does, above or below (usual at CHUS)",
    expected="a CT at least as long as the PET",
    advice="Nothing to do if the neck is covered; where there is no CT, -1024 HU is assumed and nothing is segmented.",
)  # fmt: skip
def ct_shorter_than_pet(study: Study) -> Iterator[str]:
    """Find PET slices without CT."""
    ct, pet = _boxes(study)
    if ct.intersection(pet).is_empty:
        return
    slice_mm = max(study.volume("ct").grid.spacing[2], study.volume("pet").grid.spacing[2])
    below, above = ct.lower[2] - pet.lower[2], pet.upper[2] - ct.upper[2]
    if max(below, above) > slice_mm:
        yield f"a CT that lacks {max(0.0, below):.0f} mm of the PET below and {max(0.0, above):.0f} mm above"


@study_rule(
    "whole-body-scan", "info", "geometry",
    finds=f"a CT or PET of {WHOLE_BODY_MM:g} mm or more along the body",
    expected=f"a head-and-neck scan of less than {WHOLE_BODY_MM:g} mm",
    advice="Nothing to do: the frame finds the head. Uptake of the trunk is no part of head-and-neck training data.",
)  # fmt: skip
def whole_body_scan(study: Study) -> Iterator[str]:
    """Find a scan of the whole body."""
    for role in ("pet", "ct"):
        result = study.reads.get(role)
        if result is not None and result.volume is not None:
            extent = Box.of_grid(result.volume.grid).size_mm[2]
            if extent >= WHOLE_BODY_MM:
                yield f"a {role.upper()} of {extent:.0f} mm along the body"
                return


def _boxes(study: Study) -> tuple[Box, Box]:
    return Box.of_grid(study.volume("ct").grid), Box.of_grid(study.volume("pet").grid)


def _range(box: Box) -> str:
    spans = (f"{axis} {low:.0f} to {high:.0f}" for axis, low, high in zip("xyz", box.lower, box.upper, strict=True))
    return ", ".join(spans) + " mm"


RULES = (
    non_orthonormal_direction, headers_disagree, no_overlap, little_overlap, ct_shorter_than_pet, whole_body_scan,
)  # fmt: skip
