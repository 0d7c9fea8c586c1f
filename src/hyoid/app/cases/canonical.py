"""The order of voxels in the browser: the axes of a grid permuted and flipped to the closest RAS order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.geometry import Grid, Volume

_TIE = 1e-5  # cosines are single precision in the file

_RAS = np.array([-1.0, -1.0, 1.0])  # right, anterior and superior, in the LPS world


@dataclass(frozen=True, slots=True)
class Canonical:
    """How a grid's voxels are put in RAS order: x runs to the right, y to the front, z to the head, or nearly so.

    Voxels change their place in the array and nothing else: no value is interpolated, no voxel is added or lost.

    Parameters
    ----------
    grid
        The grid as the file has it.
    axes
        For each canonical axis (x, y, z) the native index axis that it runs along.
    flipped
        For each canonical axis whether it runs against that native axis.
    """

    grid: Grid
    axes: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]

    @classmethod
    def of(cls, grid: Grid) -> Self:
        """Return the canonical order of a grid: of the 48 there are, the one whose axes lie closest to R, A and S.

        Closest is the greatest sum of squared cosines between each canonical axis and its direction. Of equals, which
        an oblique grid of exactly 45 degrees has, the one that moves the fewest axes is taken.
        """
        cosines = grid.matrix * _RAS[:, None]  # row: R, A, S; column: native index axis
        squares = np.round(cosines**2, 9)
        orders = sorted(permutations(range(3)), key=lambda order: sum(a != b for a, b in enumerate(order)))
        x, y, z = max(orders, key=lambda order: sum(squares[world, axis] for world, axis in enumerate(order)))
        flipped = tuple(bool(cosines[world, axis] < 0) for world, axis in enumerate((x, y, z)))
        return cls(grid, (x, y, z), (flipped[0], flipped[1], flipped[2]))

    @property
    def canonical_grid(self) -> Grid:
        """The grid in canonical order; its direction is close to diag(-1, -1, 1) in LPS."""
        native = self.grid
        corner = [native.size[axis] - 1 if flip else 0 for axis, flip in zip(self.axes, self.flipped, strict=True)]
        start = np.zeros(3)
        start[list(self.axes)] = corner
        signs = np.where(self.flipped, -1.0, 1.0)
        x, y, z = self.axes
        origin = native.to_world(start)
        return Grid(
            (native.size[x], native.size[y], native.size[z]),
            (native.spacing[x], native.spacing[y], native.spacing[z]),
            (float(origin[0]), float(origin[1]), float(origin[2])),
            tuple((native.matrix[:, list(self.axes)] * signs + 0.0).ravel().tolist()),
        )

    @property
    def is_kept(self) -> bool:
        """Whether the viewer leaves this order as it is; if not, what is drawn there would not be what is sent here.

        It orders axes by a rule of its own (NiiVue 0.69, `calculateRAS`): the first axis takes the world axis that it
        is closest to, the second the closer one of the two that are left. Images less than 45 degrees oblique agree.
        """
        cosines = np.abs(self.canonical_grid.matrix)
        first, second = cosines[:, 0], cosines[:, 1]
        return bool(first[0] > max(first[1:]) + _TIE and second[1] > second[2] + _TIE)

    def forward(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return an array (z, y, x) on the native grid as one on the canonical grid; a view, nothing is copied."""
        return array.transpose(self._numpy_axes)[self._flips]

    def back(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return an array (z, y, x) on the canonical grid as one on the native grid: the inverse of `forward`."""
        order = self._numpy_axes
        return array[self._flips].transpose([order.index(axis) for axis in range(3)])

    def volume(self, volume: Volume) -> Volume:
        """Return a volume on the native grid as one on the canonical grid."""
        return Volume(self.forward(volume.array), self.canonical_grid)

    def voxel(self, native_xyz: ArrayLike) -> tuple[int, int, int]:
        """Return the canonical index (i, j, k) of a voxel given by its native index (x, y, z)."""
        index = np.asarray(native_xyz, dtype=np.int64)[list(self.axes)]
        last = np.asarray(self.grid.size)[list(self.axes)] - 1
        i, j, k = np.where(self.flipped, last - index, index)
        return int(i), int(j), int(k)

    def native_voxel(self, canonical_ijk: ArrayLike) -> tuple[int, int, int]:
        """Return the native index (x, y, z) of a voxel given by its canonical index: the inverse of `voxel`."""
        last = np.asarray(self.grid.size)[list(self.axes)] - 1
        given = np.asarray(canonical_ijk, dtype=np.int64)
        index = np.empty(3, dtype=np.int64)
        index[list(self.axes)] = np.where(self.flipped, last - given, given)
        return int(index[0]), int(index[1]), int(index[2])

    @property
    def _numpy_axes(self) -> tuple[int, int, int]:
        x, y, z = self.axes
        return 2 - z, 2 - y, 2 - x

    @property
    def _flips(self) -> tuple[slice, ...]:
        return tuple(slice(None, None, -1 if flip else None) for flip in reversed(self.flipped))
