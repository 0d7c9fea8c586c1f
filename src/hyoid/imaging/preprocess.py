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
from hyoid.imaging.suv_scale import SuvScale
from hyoid.imaging.way_back import WayBack
from hyoid.settings import Settings

Channel = Literal["ct", "pet", "dose"]

OUTSIDE: dict[str, float] = {"ct": -1024.0, "pet": 0.0, "dose": 0.0}
"""What lies outside an image: air (HU), no uptake (SUV), no dose (Gy). It also is the least value that means anything:
scanners pad their field with -3024 HU, and reconstruction and B-splines make small negative SUV; both are raised to
it."""

DEFAULT_INTERPOLATION: dict[Channel, Interpolation] = {"ct": "linear", "pet": "bspline", "dose": "linear"}
"""Linear for the CT, which has edges (metal, air) that a spline rings at, and for the dose, whose edges are steep; a
spline for the PET, which is smooth and coarse."""

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
            Volumes by modality, `ct` in HU, `pet` in SUV and `dose` in Gy, each on its own grid; one may be missing.
            The frame may look at CT and PET, also where only one of them is a channel.
        channels
            Order of the channels in the result.
        mask
            Expert label map on any grid; it plays no part in the choice of the frame.

        Raises
        ------
        ImageError
            If there is neither CT nor PET, or a channel of another name is asked for.
        """
        _check(channels)
        located = self.frame.locate(images)
        native = "ct" if "ct" in images else "pet"
        stack = np.empty((len(channels), *located.grid.shape), np.float32)
        body, pet = None, None
        for place, name in zip(stack, channels, strict=True):
            if name not in images:
                place[:] = self.outside(name)
                continue
            values = self._interpolated(name, images[name], located.grid)
            if name == native:
                body = _body(name, values, located.grid)
            place[:] = self._changed(name, values)
            if name == "pet":
                pet = SuvScale.of(values, place)
        if body is None:
            body = _body(native, self._interpolated(native, images[native], located.grid), located.grid)
        return Framed(
            images=stack,
            channels=tuple(channels),
            present=tuple(name in images for name in channels),
            mask=None if mask is None else resample_labels(mask, located.grid).array,
            body=body,
            way_back=WayBack(located.grid, images[native].grid, pet),
            notes=located.notes,
        )

    def outside(self, channel: str) -> float:
        """Return the value that every voxel of an absent channel takes: its outside value after the chain.

        Raises
        ------
        ImageError
            If the channel has another name.
        """
        _check([channel])
        # One voxel stands for all, so that the chain need not see a whole volume of one constant.
        return self._changed(channel, np.full((1, 1, 1), OUTSIDE[channel], np.float32)).item()

    def _interpolated(self, name: str, image: Volume, grid: Grid) -> NDArray[np.float32]:
        low = OUTSIDE[name]
        values: NDArray[np.float32] = resample(image, grid, self.interpolation[_channel(name)], low, low).array
        return values

    def _changed(self, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
        for step in self.intensity.get(_channel(name), ()):
            values = step.apply(values)
        return values


def _check(channels: Sequence[str]) -> None:
    if not channels or not set(channels) <= set(OUTSIDE):
        raise ImageError.of(f"the channels {list(channels)}", f"some of {sorted(OUTSIDE)}", "Correct the names.")


def _channel(name: str) -> Channel:
    return next(channel for channel in DEFAULT_INTERPOLATION if channel == name)


def _body(name: str, values: NDArray[np.float32], grid: Grid) -> NDArray[np.bool_]:
    """Return the patient's voxels; all of them where the image shows no patient, so that nothing is left out."""
    body = body_mask(Volume(values, grid)) if name == "ct" else values > BODY_SUV
    return body if body.any() else np.ones(values.shape, bool)
