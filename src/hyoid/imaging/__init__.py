"""Images on their grids: reading, framing, resampling, intensity, components.

Each name is imported when it is first asked for: reading a file needs neither SciPy nor pydantic, which cost longer
than it takes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "hyoid.imaging.body": "body_mask",
    "hyoid.imaging.components": (
        "Connectivity content_block fill_holes label_components largest_component remove_small_components"
    ),
    "hyoid.imaging.framed": "Framed",
    "hyoid.imaging.frames": "AxialCrop FixedBox Frame FullView Located NeckBox ResizedView",
    "hyoid.imaging.head": "Head find_head",
    "hyoid.imaging.intensity": "Clip DivideByMean Intensity MinMax Window ZScore",
    "hyoid.imaging.io": "IMAGE_SUFFIXES is_image read_grid read_volume write_volume",
    "hyoid.imaging.label_resampling": "resample_labels",
    "hyoid.imaging.preprocess": "OUTSIDE Preprocess",
    "hyoid.imaging.resampling": "Interpolation resample",
    "hyoid.imaging.way_back": "WayBack",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

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


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module 'hyoid.imaging' has no attribute '{name}'")
