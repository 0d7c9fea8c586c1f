"""Semi-automatic contours inside a box: an image and a box in, a mask and notes out."""

from hyoid.imaging.contouring.adaptive import adaptive_threshold
from hyoid.imaging.contouring.carry import contour_on_grid
from hyoid.imaging.contouring.contour import Contour
from hyoid.imaging.contouring.flab import flab
from hyoid.imaging.contouring.gradient import gradient_watershed
from hyoid.imaging.contouring.region import box_on_grid
from hyoid.imaging.contouring.region_grow import region_grow
from hyoid.imaging.contouring.threshold import fixed_threshold, relative_threshold

__all__ = [
    "Contour",
    "adaptive_threshold",
    "box_on_grid",
    "contour_on_grid",
    "fixed_threshold",
    "flab",
    "gradient_watershed",
    "region_grow",
    "relative_threshold",
]
