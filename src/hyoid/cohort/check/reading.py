"""Reading one image file so that every fault of the file gets its own code."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from hyoid.cohort.check.header import Orientation, orthonormal_error, read_orientation
from hyoid.errors import GeometryError, ImageError
from hyoid.geometry import DIRECTION_TOLERANCE, Volume
from hyoid.imaging import is_image, read_volume
from hyoid.imaging.nifti import count_not_finite

NIFTI_SUFFIXES = (".nii", ".nii.gz")

_CHUNK_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a file: the volume (None where it failed), the faults by code, the voxels' hash."""

    path: Path
    volume: Volume | None = None
    faults: dict[str, str] = field(default_factory=dict)
    orientation: Orientation | None = None
    digest: str = ""


def read(path: Path) -> Read:
    """Read an image file; nothing is raised for a fault of the file.

    The codes of `faults` are `missing-file`, `truncated-file`, `unreadable-file`, `non-orthonormal-direction` and
    `non-finite-voxels`. `digest` is the SHA-256 of shape, type and voxels: equal images have equal digests
    however they were compressed.
    """
    if not path.is_file():
        return Read(path, faults={"missing-file": f"no file at {path}"})
    orientation = read_orientation(path)
    faults: dict[str, str] = {}
    for name in ("sform", "qform"):
        affine = getattr(orientation, name, None)
        error = 0.0 if affine is None else orthonormal_error(affine)
        if error > DIRECTION_TOLERANCE:
            faults["non-orthonormal-direction"] = f"the {name} of {path.name} {error:.3g} away from orthonormal"
            break
    volume: Volume | None = None
    try:
        bad = count_not_finite(path) if path.name.lower().endswith(NIFTI_SUFFIXES) else 0
        if bad:
            faults["non-finite-voxels"] = f"{bad} NaN or infinite voxels in {path.name}"
        volume = read_volume(path)
    except GeometryError as error:
        faults.setdefault("non-orthonormal-direction", f"{path.name}: {error}")
    except ImageError as error:
        # A sheared header already has its finding; that ITK then refuses the file is no second fault.
        if "non-orthonormal-direction" not in faults:
            code, found = _why(path, error)
            faults[code] = found
    return Read(path, volume, faults, orientation, volume.voxel_hash() if volume else "")


def _why(path: Path, error: ImageError) -> tuple[str, str]:
    if not is_image(path):
        return "unreadable-file", f"{path.name}, which is no image format known here"
    ending = _end_of(path)
    if ending == "corrupt":
        return "unreadable-file", f"damaged compression in {path.name}"
    if ending == "early":
        return "truncated-file", f"{path.name} ends early, after {path.stat().st_size} bytes"
    try:
        values = sitk.GetArrayViewFromImage(sitk.ReadImage(str(path)))
    except RuntimeError:
        return "unreadable-file", f"{path.name}: {error}"
    bad = int(np.count_nonzero(~np.isfinite(values)))
    if bad:
        return "non-finite-voxels", f"{bad} NaN or infinite voxels in {path.name}"
    return "unreadable-file", f"{path.name}: {error}"


def _end_of(path: Path) -> str:
    """Tell how a NIfTI file ends: `early`, `corrupt`, or `whole` (also for other formats and foreign headers)."""
    if not path.name.lower().endswith(NIFTI_SUFFIXES):
        return "whole"
    length = 0
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                length += len(chunk)
    except EOFError:
        return "early"
    except (OSError, zlib.error):
        return "corrupt"
    promised = _promised_bytes(path)
    return "early" if length < promised else "whole"


def _promised_bytes(path: Path) -> int:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        return 0
    pixel = sitk.Image([1, 1], reader.GetPixelID(), reader.GetNumberOfComponents())
    bytes_per_voxel = int(pixel.GetSizeOfPixelComponent()) * int(reader.GetNumberOfComponents())
    return int(np.prod(reader.GetSize())) * bytes_per_voxel
