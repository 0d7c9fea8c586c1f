"""From a case's images to what a network sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.body import body_mask
from hyoid.imaging.framed import Framed
from hyoid.imaging.frames import Frame, NeckBox
from hyoid.imaging.intensity import Intensity
from hyoid.imaging.label_resampling import resample_labels
from hyoid.imaging.resampling import Interpolation, resample
from hyoid.imaging.way_back import WayBack
from hyoid.settings import Settings

Channel = Literal["ct", "pet"]

OUTSIDE: dict[str, float] = {"ct": -1024.0, "pet": 0.0}
"""What lies outside an image: air (HU), no uptake (SUV). It also is the least value that means anything: scanners pad
their field with -3024 HU, and reconstruction and B-splines make small negative SUV; both are raised to it."""

DEFAULT_INTERPOLATION: dict[Channel, Interpolation] = {"ct": "linear", "pet": "bspline"}
"""Linear for the CT, which has edges (metal, air) that a spline rings at; a spline for the PET, which is smooth and
coarse."""

BODY_SUV = 0.1
"""Without a CT, what has more uptake than this counts as body."""


class Preprocess(Settings):
    """A frame, an interpolation per modality, and a chain of intensity steps per modality."""

    frame: Frame = NeckBox()
    interpolation: dict[Channel, Interpolation] = DEFAULT_INTERPOLATION
    intensity: dict[Channel, tuple[Intensity, ...]] = {}

    @field_validator("interpolation")
    @classmethod
    def _complete(cls, chosen: dict[Channel, Interpolation]) -> dict[Channel, Interpolation]:
        return {**DEFAULT_INTERPOLATION, **chosen}

    def apply(
        self,
        images: Mapping[str, Volume],
        channels: Sequence[str] = ("ct", "pet"),
        mask: Volume | None = None,
    ) -> Framed:
        """Bring a case onto its frame's grid: locate, interpolate once within, then change intensities.

        Parameters
        ----------
        images
            Volumes by modality, `ct` in HU and `pet` in SUV, each on its own grid; one may be missing. The frame may
            look at both, also where only one of them is a channel.
        channels
            Order of the channels in the result.
        mask
            Expert label map on any grid; it plays no part in the choice of the frame.

        Raises
        ------
        ImageError
            If there is neither CT nor PET, or a channel of another name is asked for.
        """
        unknown = sorted(set(channels) - set(OUTSIDE))
        if unknown or not channels:
            raise ImageError.of(f"the channels {list(channels)}", f"some of {sorted(OUTSIDE)}", "Correct the names.")
        located = self.frame.locate(images)
        values = {name: self._interpolated(name, images, located.grid) for name in OUTSIDE if name in images}
        body = _body(values, located.grid)
        stack = np.empty((len(channels), *located.grid.shape), np.float32)
        for place, name in zip(stack, channels, strict=True):
            # An absent channel is one constant, so that its chain need not see a whole volume of it.
            array = values.get(name, np.full((1, 1, 1), OUTSIDE[name], np.float32))
            for step in self.intensity.get(_channel(name), ()):
                array = step.apply(array)
            place[:] = array
        return Framed(
            images=stack,
            channels=tuple(channels),
            present=tuple(name in images for name in channels),
            mask=None if mask is None else resample_labels(mask, located.grid).array,
            body=body,
            way_back=WayBack(located.grid, images["ct" if "ct" in images else "pet"].grid),
            notes=located.notes,
        )

    def _interpolated(self, name: str, images: Mapping[str, Volume], grid: Grid) -> NDArray[np.float32]:
        low = OUTSIDE[name]
        array: NDArray[np.float32] = resample(
            images[name], grid, self.interpolation[_channel(name)], outside=low, lower=low
        ).array
        return array


def _channel(name: str) -> Channel:
    return "ct" if name == "ct" else "pet"


def _body(values: Mapping[str, NDArray[np.float32]], grid: Grid) -> NDArray[np.bool_]:
    """Return the patient's voxels by the CT, or by the PET where there is no CT or it shows nothing here."""
    if "ct" in values:
        body = body_mask(Volume(values["ct"], grid))
        if body.any() or "pet" not in values:
            return body
    return values["pet"] > BODY_SUV
