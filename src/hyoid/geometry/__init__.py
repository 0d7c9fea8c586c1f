"""Geometry is a value: grids, boxes and volumes in LPS millimetres."""

from hyoid.geometry.box import Box
from hyoid.geometry.grid import DIRECTION_TOLERANCE, IDENTITY_DIRECTION, Grid, Triple
from hyoid.geometry.volume import Volume

__all__ = ["DIRECTION_TOLERANCE", "IDENTITY_DIRECTION", "Box", "Grid", "Triple", "Volume"]
