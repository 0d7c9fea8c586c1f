"""Images on their grids: reading, framing, resampling, intensity, components."""

from hyoid.imaging.body import body_mask
from hyoid.imaging.components import (
    Connectivity,
    content_block,
    fill_holes,
    label_components,
    largest_component,
    remove_small_components,
)
from hyoid.imaging.framed import Framed
from hyoid.imaging.frames import AxialCrop, FixedBox, Frame, FullView, Located, NeckBox, ResizedView
from hyoid.imaging.head import Head, find_head
from hyoid.imaging.intensity import Clip, DivideByMean, Intensity, MinMax, Window, ZScore
from hyoid.imaging.io import IMAGE_SUFFIXES, is_image, read_grid, read_volume, write_volume
from hyoid.imaging.label_resampling import resample_labels
from hyoid.imaging.preprocess import OUTSIDE, Preprocess
from hyoid.imaging.resampling import Interpolation, resample
from hyoid.imaging.way_back import WayBack

__all__ = [
    "IMAGE_SUFFIXES",
    "OUTSIDE",
    "AxialCrop",
    "Clip",
    "Connectivity",
    "DivideByMean",
    "FixedBox",
    "Frame",
    "Framed",
    "FullView",
    "Head",
    "Intensity",
    "Interpolation",
    "Located",
    "MinMax",
    "NeckBox",
    "Preprocess",
    "ResizedView",
    "WayBack",
    "Window",
    "ZScore",
    "body_mask",
    "content_block",
    "fill_holes",
    "find_head",
    "is_image",
    "label_components",
    "largest_component",
    "read_grid",
    "read_volume",
    "remove_small_components",
    "resample",
    "resample_labels",
    "write_volume",
]
