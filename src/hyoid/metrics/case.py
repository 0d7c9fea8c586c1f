"""All segmentation measures of one case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from pydantic import Field

from hyoid.errors import ImageError
from hyoid.geometry import Triple
from hyoid.imaging import Connectivity
from hyoid.metrics.detection import DETECTION_IOU, Detection, detect
from hyoid.metrics.empty import EmptyTruth
from hyoid.metrics.labels import Lesion, as_labels, cut_to_content
from hyoid.metrics.overlap import Overlap, overlap
from hyoid.metrics.surface import SURFACE_TOLERANCE_MM, Surface, SurfaceScores, surface_scores
from hyoid.settings import Settings


class SegmentationOptions(Settings):
    """The choices behind segmentation measures; they are printed with every result.

    `empty_truth` only names the headline: the Dice is given under all three policies. `merged` says that the
    predictions have one label for the whole tumour; only the measures of the merged GTV are then given.
    """

    empty_truth: EmptyTruth = EmptyTruth.EXCLUDE
    connectivity: Connectivity = 26
    minimum_iou: float = Field(DETECTION_IOU, gt=0, le=1)
    surface_tolerance_mm: float = Field(SURFACE_TOLERANCE_MM, ge=0)
    surface: Surface = Surface.SURFELS
    merged: bool = False


@dataclass(frozen=True, slots=True)
class CaseScores:
    """Measures of one case, by lesion; `surfaces` is empty where they were not asked for."""

    overlaps: Mapping[Lesion, Overlap]
    detections: Mapping[Lesion, Detection]
    surfaces: Mapping[Lesion, SurfaceScores]


def score_case(
    truth: NDArray[Any],
    prediction: NDArray[Any],
    spacing_mm: Triple,
    options: SegmentationOptions | None = None,
    *,
    surfaces: bool = True,
) -> CaseScores:
    """Compare a predicted label map with the truth on one grid.

    Parameters
    ----------
    truth, prediction
        Label maps (z, y, x): 0 background, 1 GTVp, 2 GTVn.
    spacing_mm
        Voxel spacing (x, y, z) in mm, as in `Grid.spacing`.
    options
        Connectivity, IoU, tolerance, surface.
    surfaces
        Whether to measure HD95 and surface Dice too (most of the time).

    Raises
    ------
    ImageError
        If the shapes differ or a label is not 0, 1 or 2.
    """
    options = options or SegmentationOptions()
    truth, prediction = as_labels(truth, "the truth"), as_labels(prediction, "the prediction")
    if truth.shape != prediction.shape:
        raise ImageError.of(
            f"a prediction of shape {prediction.shape}",
            f"{truth.shape}, the shape of the truth (z, y, x)",
            "Bring both onto one grid first.",
        )
    truth, prediction = cut_to_content(truth, prediction)
    voxel_volume_mm3 = spacing_mm[0] * spacing_mm[1] * spacing_mm[2]
    pairs = {lesion: (lesion.of(truth), lesion.of(prediction)) for lesion in Lesion}
    return CaseScores(
        overlaps={lesion: overlap(*pair, voxel_volume_mm3) for lesion, pair in pairs.items()},
        detections={lesion: detect(*pair, options.connectivity, options.minimum_iou) for lesion, pair in pairs.items()},
        surfaces={
            lesion: surface_scores(*pair, spacing_mm, options.surface_tolerance_mm, options.surface)
            for lesion, pair in pairs.items()
            if surfaces
        },
    )
