"""The size of what a network sees."""

Shape = tuple[int, int, int]
"""Edges (z, y, x) in voxels."""
