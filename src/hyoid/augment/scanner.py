"""Another scanner's PET: its resolution, its calibration, its noise.

All act on the SUV of the PET alone and leave CT, labels and samples without a PET as they are, bit for bit. They come
before whatever interpolates the PET or changes its values otherwise: there the SUV can no longer be told.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from hyoid.augment.blur import blur, blurred_noise, sigmas_in_voxels
from hyoid.augment.parameters import Parameters, Samples, switched
from hyoid.augment.suv import PetUnits, with_changed_suv
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch


def _ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"the least {bounds[0]:g} is above the greatest {bounds[1]:g}; exchange them")
    return bounds


_NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Range = Annotated[tuple[_NotNegative, _NotNegative], AfterValidator(_ordered)]
_PositiveRange = Annotated[tuple[_Positive, _Positive], AfterValidator(_ordered)]


class PetResolution(Settings):
    """Blur the PET with `probability` by a Gaussian, as a scanner or a reconstruction of wider point spread shows it.

    Widths add in squares: 4 mm more on a scanner of 5 mm make one of 6.4 mm. A Gaussian much narrower than a voxel
    changes nothing. Beyond the sample's edge its outermost voxels are repeated.

    Parameters
    ----------
    fwhm_mm
        Least and greatest full width at half maximum of the added blur, drawn from U(least, greatest).
    probability
        How often a sample is blurred at all.
    """

    name: Literal["pet_resolution"] = "pet_resolution"
    fwhm_mm: _Range = (0.0, 6.0)
    probability: float = Field(0.5, ge=0, le=1)

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw `fwhm_mm` (count,), 0 where not applied."""
        values = rng.uniform(*self.fwhm_mm, count)
        return {"fwhm_mm": switched(values, rng.random(count) < self.probability, 0.0)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return samples with blurred PET."""
        fwhm_mm = parameters["fwhm_mm"]

        def change(suv: torch.Tensor, units: PetUnits, i: int) -> torch.Tensor:
            return blur(suv, sigmas_in_voxels(float(fwhm_mm[i]), units.spacing_mm))

        return with_changed_suv(samples, fwhm_mm > 0, change)


class PetScale(Settings):
    """Multiply the SUV with `probability`: calibration, uptake time and noted weight differ between hospitals.

    What an intensity chain cut off is taken to lie at its limit.

    Parameters
    ----------
    factor
        Least and greatest factor; its logarithm is drawn evenly between theirs.
    probability
        How often a sample is scaled at all.
    """

    name: Literal["pet_scale"] = "pet_scale"
    factor: _PositiveRange = (0.85, 1.18)
    probability: float = Field(0.5, ge=0, le=1)

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw `factor` (count,), 1 where not applied."""
        values = np.exp(rng.uniform(math.log(self.factor[0]), math.log(self.factor[1]), count))
        return {"factor": switched(values, rng.random(count) < self.probability, 1.0)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return samples with scaled PET."""
        factor = parameters["factor"]
        return with_changed_suv(samples, factor != 1, lambda suv, _, i: suv * float(factor[i]))


class PetNoise(Settings):
    """Add with `probability` the noise of a scanner, whose variance grows with the uptake as that of counts does.

    Its standard deviation at a voxel is s sqrt(max(SUV, `floor_suv`)), so that s is that at an SUV of 1, and s / 1.5
    the coefficient of variation in a liver of SUV 2.2. Neighbours are correlated as by a reconstruction that blurs:
    white noise is convolved with a Gaussian and brought to the wanted deviation. Where the SUV is exactly 0 (outside
    the PET's field) it stays 0, and what falls below 0 is raised to 0, as preprocessing does with a scan.

    Parameters
    ----------
    scale
        Least and greatest s, drawn from U(least, greatest). It comes on top of the noise that the scan has already.
    fwhm_mm
        Least and greatest full width at half maximum of the correlating blur, drawn from U(least, greatest).
    floor_suv
        Below this SUV the noise falls no further: scatter and randoms are counted where there is no uptake, too.
    probability
        How often a sample gets noise at all.
    """

    name: Literal["pet_noise"] = "pet_noise"
    scale: _Range = (0.0, 0.2)
    fwhm_mm: _Range = (4.0, 7.0)
    floor_suv: float = Field(0.05, ge=0)
    probability: float = Field(0.5, ge=0, le=1)

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw `scale`, 0 where not applied, `fwhm_mm`, and the `seed` of the noise field, each (count,)."""
        scale = switched(rng.uniform(*self.scale, count), rng.random(count) < self.probability, 0.0)
        fwhm_mm = rng.uniform(*self.fwhm_mm, count)
        return {"scale": scale, "fwhm_mm": fwhm_mm, "seed": rng.integers(0, 2**31 - 1, count)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return samples with noisy PET; the field is drawn on the CPU, so that every device sees the same one."""
        import torch

        scale, fwhm_mm, seed = parameters["scale"], parameters["fwhm_mm"], parameters["seed"]

        def change(suv: torch.Tensor, units: PetUnits, i: int) -> torch.Tensor:
            white = torch.randn(suv.shape, generator=torch.Generator().manual_seed(int(seed[i]))).to(suv)
            noise = blurred_noise(white, sigmas_in_voxels(float(fwhm_mm[i]), units.spacing_mm))
            deviation = float(scale[i]) * suv.clamp(min=self.floor_suv).sqrt()
            return torch.where(suv > 0, suv + deviation * noise, suv)

        return with_changed_suv(samples, scale > 0, change)
