"""Images on their grids: reading, framing, resampling, intensity, components."""

from hyoid.imaging.io import IMAGE_SUFFIXES, is_image, read_grid, read_volume, write_volume

__all__ = ["IMAGE_SUFFIXES", "is_image", "read_grid", "read_volume", "write_volume"]
