"""The grid of an image: where each voxel lies in the patient."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.errors import GeometryError

IDENTITY_DIRECTION = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

DIRECTION_TOLERANCE = 1e-3
"""How far `direction @ direction.T` may lie from the identity, per element. NIfTI keeps direction cosines in
single precision, which costs about 1e-6; a sheared or scaled matrix is off by far more than 1e-3."""

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """A regular grid of voxels in the LPS world of ITK, in millimetres.

    Parameters
    ----------
    size
        Number of voxels along the index axes (x, y, z).
    spacing
        Distance between neighbouring voxel centres along (x, y, z), mm.
    origin
        World position (LPS, mm) of the centre of voxel (0, 0, 0).
    direction
        Direction cosines, nine numbers by rows as in ITK: column j is the world direction of index axis j.
        Oblique and left-handed matrices are valid, sheared ones are refused.

    Raises
    ------
    GeometryError
        If a number is not finite, a size or spacing not positive, or the direction not orthonormal.

    Notes
    -----
    Arrays on this grid have `shape` = (z, y, x), the reverse of `size`.
    """

    size: tuple[int, int, int]
    spacing: Triple
    origin: Triple = (0.0, 0.0, 0.0)
    direction: tuple[float, ...] = IDENTITY_DIRECTION

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", tuple(int(n) for n in self.size))
        for name in ("spacing", "origin", "direction"):
            object.__setattr__(self, name, tuple(float(v) for v in getattr(self, name)))
        if (len(self.size), len(self.spacing), len(self.origin), len(self.direction)) != (3, 3, 3, 9):
            raise GeometryError.of(
                f"size {self.size}, spacing {self.spacing}, origin {self.origin}, {len(self.direction)} cosines",
                "a three-dimensional image with 3, 3, 3 and 9 numbers",
                "Give one 3D volume per file.",
            )
        if min(self.size) < 1:
            raise GeometryError.of(f"size {self.size}", "at least one voxel per axis", "Check how it was cut.")
        if not all(math.isfinite(s) and s > 0 for s in self.spacing):
            raise GeometryError.of(f"spacing {self.spacing} mm", "three positive numbers", "Repair the image's header.")
        if not all(map(math.isfinite, self.origin)):
            raise GeometryError.of(f"origin {self.origin}", "finite numbers", "Repair the image's header.")
        self._check_direction()

    def _check_direction(self) -> None:
        matrix = self.matrix
        error = float(np.abs(matrix @ matrix.T - np.eye(3)).max()) if np.isfinite(matrix).all() else math.inf
        if error > DIRECTION_TOLERANCE:
            raise GeometryError.of(
                f"direction cosines {np.round(self.direction, 5).tolist()}, {error:.3g} away from orthonormal",
                f"orthonormal axes within {DIRECTION_TOLERANCE:g}",
                "The image is sheared or its header is damaged: resample it onto a rectangular grid first.",
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of an array on this grid: (z, y, x)."""
        return self.size[2], self.size[1], self.size[0]

    @property
    def matrix(self) -> NDArray[np.float64]:
        """Direction cosines as a 3x3 matrix; column j is the world direction of index axis j (x, y, z)."""
        return np.asarray(self.direction, dtype=np.float64).reshape(3, 3)

    @property
    def affine(self) -> NDArray[np.float64]:
        """4x4 matrix from index (x, y, z, 1) to world (LPS mm)."""
        affine = np.eye(4)
        affine[:3, :3] = self.matrix * self.spacing
        affine[:3, 3] = self.origin
        return affine

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel, mm3."""
        return math.prod(self.spacing)

    @property
    def extent_mm(self) -> Triple:
        """Edge lengths along the index axes (x, y, z), from outer voxel edge to outer voxel edge, mm."""
        x, y, z = (n * s for n, s in zip(self.size, self.spacing, strict=True))
        return x, y, z

    @property
    def centre(self) -> NDArray[np.float64]:
        """World position (LPS mm) of the middle of the grid."""
        return self.to_world((np.asarray(self.size) - 1) / 2)

    def to_world(self, index_xyz: ArrayLike) -> NDArray[np.float64]:
        """World positions (..., 3) in LPS mm of continuous indices (..., 3) given as (x, y, z)."""
        index = np.asarray(index_xyz, dtype=np.float64)
        world: NDArray[np.float64] = index @ (self.matrix * self.spacing).T + np.asarray(self.origin)
        return world

    def to_index(self, world_mm: ArrayLike) -> NDArray[np.float64]:
        """Continuous indices (..., 3) as (x, y, z) of world positions (..., 3) in LPS mm."""
        world = np.asarray(world_mm, dtype=np.float64) - np.asarray(self.origin)
        turned: NDArray[np.float64] = np.linalg.solve(self.matrix, world.reshape(-1, 3).T).T
        index: NDArray[np.float64] = turned.reshape(world.shape) / np.asarray(self.spacing)
        return index

    def corners(self) -> NDArray[np.float64]:
        """World positions (8, 3) in LPS mm of the outer corners (voxel edges, not centres)."""
        unit = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, 8).T
        return self.to_world(unit * np.asarray(self.size) - 0.5)

    def cropped(self, start_xyz: tuple[int, int, int], size_xyz: tuple[int, int, int]) -> Grid:
        """Return the grid of the block that starts at index `start_xyz`; it may reach beyond this grid."""
        x, y, z = self.to_world(start_xyz)
        return Grid(size_xyz, self.spacing, (x, y, z), self.direction)

    def same_as(self, other: Grid, tolerance_mm: float = 1e-3) -> bool:
        """Whether both grids have the same size and every corner within `tolerance_mm` of the other's."""
        return self.size == other.size and bool(np.abs(self.corners() - other.corners()).max() <= tolerance_mm)

    def to_dict(self) -> dict[str, Any]:
        """Return the four fields as lists that JSON keeps exactly."""
        return {name: list(getattr(self, name)) for name in ("size", "spacing", "origin", "direction")}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Grid:
        """Inverse of `to_dict`."""
        return cls(*(tuple(fields[name]) for name in ("size", "spacing", "origin", "direction")))

    def __str__(self) -> str:
        size = "x".join(map(str, self.size))
        spacing = "x".join(f"{s:.4g}" for s in self.spacing)
        return f"{size} voxels of {spacing} mm at {tuple(round(o, 2) for o in self.origin)}"
