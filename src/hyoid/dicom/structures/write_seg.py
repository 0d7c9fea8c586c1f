"""A label map as a DICOM Segmentation object."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.structures.coding import ABNORMAL, ARTIFICIAL_INTELLIGENCE, CodeTriple, lesion_code
from hyoid.dicom.structures.extra import highdicom
from hyoid.dicom.structures.lattice import checked_labels
from hyoid.dicom.structures.objects import as_given
from hyoid.dicom.structures.origin import MANUFACTURER, RESEARCH_ONLY, Algorithm
from hyoid.dicom.structures.own_header import own_header
from hyoid.dicom.structures.reference import ReferenceSeries
from hyoid.errors import DicomError
from hyoid.files import atomic_path
from hyoid.geometry import Volume


def write_seg(
    path: Path,
    labels: Volume,
    names: Mapping[int, str],
    reference: ReferenceSeries,
    algorithm: Algorithm | None,
) -> str:
    """Write a label map as a BINARY Segmentation (SOP class 1.2.840.10008.5.1.4.1.1.66.4), one segment a label.

    Segments have coded types and regions (SNOMED CT), the algorithm's identification, and refer to the slices of the
    image series. A label without a voxel stays a segment without frames: it was looked for.

    Parameters
    ----------
    labels
        Label map on the voxels of the reference series, its axes in any order or direction.
    names
        Name of each label, as a recipe gives it: {1: "gtvp", 2: "gtvn"} or {1: "tumour"}.
    reference
        The CT series.
    algorithm
        What drew the labels; None if a person did.

    Returns
    -------
    str
        SOP Instance UID of what was written.

    Raises
    ------
    HyoidError
        If highdicom is not installed.
    DicomError
        If a label has no name, or the image series' headers are not such that a segmentation can refer to them.
    GeometryError
        If the labels are not on the series' voxels.
    """
    library = highdicom()
    placed = checked_labels(labels, names, reference.grid)
    numbered = np.zeros(placed.array.shape, np.uint8)
    descriptions = [_description(library, number, name, algorithm) for number, name in enumerate(names.values(), 1)]
    for number, value in enumerate(names, start=1):
        numbered[placed.array == value] = number
    try:
        with as_given():
            seg = _segmentation(library, numbered, descriptions, reference)
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise DicomError(
            f"Could not write a segmentation on series {reference.series_instance_uid}: {error}. Expected complete "
            "headers of an image series. Give the images as they left the scanner or the archive."
        ) from error
    with atomic_path(path) as temporary:
        seg.save_as(temporary)
    return str(seg.SOPInstanceUID)


def _segmentation(
    library: Any, numbered: NDArray[np.uint8], descriptions: list[Any], reference: ReferenceSeries
) -> Any:
    return library.seg.Segmentation(
        source_images=list(reference.headers),
        pixel_array=numbered,
        segmentation_type=library.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=descriptions,
        omit_empty_frames=bool(numbered.any()),
        content_label="LESIONS",
        content_description=RESEARCH_ONLY,
        **own_header("lesions"),
    )


def _description(library: Any, number: int, name: str, algorithm: Algorithm | None) -> Any:
    lesion = lesion_code(name)
    identification = algorithm_identification(algorithm)
    return library.seg.SegmentDescription(
        segment_number=number,
        segment_label=lesion.name,
        segmented_property_category=_concept(ABNORMAL),
        segmented_property_type=_concept(lesion.type),
        algorithm_type="MANUAL" if algorithm is None else "AUTOMATIC",
        algorithm_identification=identification,
        tracking_id=lesion.name,
        tracking_uid=library.UID(),
        anatomic_regions=[_concept(lesion.region)],
        display_color=library.color.CIELabColor.from_rgb(*lesion.color),
    )


def algorithm_identification(algorithm: Algorithm | None) -> Any:
    """Return the Algorithm Identification Sequence of a model, None for a person."""
    if algorithm is None:
        return None
    library = highdicom()
    sequence = library.AlgorithmIdentificationSequence(
        name=algorithm.name,
        family=_concept(ARTIFICIAL_INTELLIGENCE),
        version=algorithm.version,
        source=MANUFACTURER,
    )
    if algorithm.parameters:
        sequence[0].AlgorithmParameters = algorithm.parameter_text
    return sequence


def _concept(triple: CodeTriple) -> Any:
    value, scheme, meaning = triple
    return highdicom().sr.CodedConcept(value, scheme, meaning)
