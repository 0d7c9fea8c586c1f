"""How much a deformation swells and shrinks what it moves."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from hyoid.geometry import Grid


@dataclass(frozen=True, slots=True)
class Jacobian:
    """Range of the determinant of a deformation's Jacobian: the factor by which it changes small volumes.

    Parameters
    ----------
    least, greatest
        Over the voxels looked at; at 0 or less the deformation folds.
    folded
        Share of the voxels at which it is 0 or less.
    """

    least: float
    greatest: float
    folded: float

    def to_dict(self) -> dict[str, float]:
        """Return the figures by name."""
        return asdict(self)


def jacobian(transform: sitk.Transform, grid: Grid, inside: NDArray[np.bool_]) -> Jacobian:
    """Return the range of a transform's Jacobian determinant over the voxels `inside` (z, y, x) of a grid."""
    field = sitk.GetArrayFromImage(
        sitk.TransformToDisplacementField(
            transform, sitk.sitkVectorFloat64, grid.size, grid.origin, grid.spacing, grid.direction
        )
    )
    # ITK's own filter takes the displacement as constant across the border, which is wrong there.
    along_index = np.stack(np.gradient(field, axis=(2, 1, 0)), axis=-1)
    along_world = along_index @ np.linalg.inv(grid.matrix * grid.spacing)
    determinant = np.linalg.det(np.eye(3) + along_world)
    values = determinant[inside] if inside.any() else determinant.ravel()
    return Jacobian(float(values.min()), float(values.max()), float((values <= 0).mean()))
