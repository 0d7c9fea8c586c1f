"""Files: there, whole, readable, finite."""

from __future__ import annotations

from collections.abc import Iterator

from hyoid.cohort.check.finding import study_rule
from hyoid.cohort.check.study import Study


def _faults(study: Study, code: str) -> Iterator[str]:
    for role, result in study.reads.items():
        if code in result.faults:
            yield f"{role}: {result.faults[code]}"


@study_rule(
    "missing-file", "error", "files",
    finds="a file that the cohort names and that is not there",
    expected="a file at every path that the cohort names",
    advice="Restore the file, or read the cohort again if it was removed on purpose.",
)  # fmt: skip
def missing_file(study: Study) -> Iterator[str]:
    """Find a path without a file."""
    yield from _faults(study, "missing-file")


@study_rule(
    "missing-image", "warning", "files",
    finds="a case with images that lacks the CT or the PET",
    expected="a CT and a PET",
    advice="Add the image if it exists; recipes that need it leave the case out or fill it, as they state.",
)  # fmt: skip
def missing_image(study: Study) -> Iterator[str]:
    """Find that one of the two main modalities is absent. A case of a table alone has none: no fault."""
    if study.case.images or study.case.mask:
        for role in ("ct", "pet"):
            if role not in study.case.images:
                yield f"no {role.upper()}, only {', '.join(study.reads)}"


@study_rule(
    "truncated-file", "error", "files",
    finds="a NIfTI file that ends before its header's promise, or a gzip stream that ends early",
    expected="a complete file",
    advice="Copy, download or convert it again: the missing part would be read as zeros.",
)  # fmt: skip
def truncated_file(study: Study) -> Iterator[str]:
    """Find a file cut short by a broken copy."""
    yield from _faults(study, "truncated-file")


@study_rule(
    "unreadable-file", "error", "files",
    finds="a file that is no image, has a damaged checksum or header, or is not one scalar 3D volume",
    expected="one scalar 3D image as NIfTI, MetaImage or NRRD",
    advice="Convert it again from the original.",
)  # fmt: skip
def unreadable_file(study: Study) -> Iterator[str]:
    """Find a file that cannot be read at all."""
    yield from _faults(study, "unreadable-file")


@study_rule(
    "non-finite-voxels", "error", "files",
    finds="NaN or infinite voxels, which readers silently turn into 0 (water, in a CT)",
    expected="finite values everywhere",
    advice="Convert the image again, with -1024 HU (CT) or 0 SUV (PET) where nothing was measured.",
)  # fmt: skip
def non_finite_voxels(study: Study) -> Iterator[str]:
    """Find not-a-number in the data."""
    yield from _faults(study, "non-finite-voxels")


RULES = (missing_file, missing_image, truncated_file, unreadable_file, non_finite_voxels)
