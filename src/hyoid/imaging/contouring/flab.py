"""FLAB: fuzzy locally adaptive Bayesian contours."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring.contour import Contour
from hyoid.imaging.contouring.flab_model import FUZZY_LEVELS, FlabModel, density, fit_model, posterior
from hyoid.imaging.contouring.region import component_at, hottest_component, region_in_box

LEAST_VOXELS = 27
"""A box smaller than the cube of the priors has no local priors."""

CLEAR = 2.0
"""Distance of the classes' means, in the larger standard deviation, below which a note says that they overlap."""


def flab(pet: Volume, box: Block, seed: int = 0) -> Contour:
    """Contour by fuzzy locally adaptive Bayesian segmentation.

    Parameters
    ----------
    pet
        PET in SUV.
    box
        Where to look, in voxels of the PET's grid: around one lesion, with background.
    seed
        Of the stochastic EM: the same seed gives the same contour.

    Raises
    ------
    ImageError
        If the box cannot be used (see `region_in_box`), has fewer than 27 voxels, its two classes end as one, or its
        hottest voxel is not of the lesion.

    Notes
    -----
    Hatt, Cheze le Rest, Turzo, Roux & Visvikis, IEEE Trans Med Imaging 2009;28:881-893. A voxel is background (0),
    lesion (1), or fuzzy: a share of the lesion between 0 and 1, uniform beforehand. Values of the two hard classes are
    normal; a fuzzy value of share e has the mean (1-e) m0 + e m1 and the variance (1-e)^2 s0^2 + e^2 s1^2. Stochastic
    EM draws each voxel's class from its posterior, estimates means and variances from the voxels drawn as hard, and
    each voxel's priors from what was drawn in the 3x3x3 cube around it.

    Where it was open to us: two fuzzy levels, 1/3 and 2/3, stand for the continuum; it starts from two-means of the
    values and priors of a third; 100 iterations, of which the estimates of the last 50 are averaged; cubes are cut at
    the box's border; a hard class of which fewer than two voxels are drawn keeps its parameters. A voxel belongs to the
    contour if lesion is its most probable class, or fuzzy is and the level of greater density is 2/3; of that, what is
    26-connected to the hottest voxel.
    """
    region = region_in_box(pet, box)
    if region.values.size < LEAST_VOXELS:
        raise ImageError.of(
            f"a box of {region.values.size} voxels", f"at least {LEAST_VOXELS}", "Draw the box larger than the lesion."
        )
    model = fit_model(region.values, seed)
    distance = model.means[1] - model.means[0]
    if distance <= 0:
        raise ImageError.of(
            f"means of {model.means[0]:.2f} and {model.means[1]:.2f} for background and lesion",
            "a lesion brighter than what is around it",
            "Place the box around one lesion, or choose another method.",
        )
    lesion = flab_levels(region.values, model) > 0.5
    if not component_at(lesion, region.hottest).any():
        raise ImageError.of(
            "the hottest voxel of the box taken for background",
            "a lesion of more than a voxel",
            "The maximum may be noise: place the box around one lesion, or choose another method.",
        )
    mask, notes = hottest_component(region, lesion)
    notes += (f"Mean SUV {model.means[0]:.2f} of the background and {model.means[1]:.2f} of the lesion.",)
    if distance < CLEAR * math.sqrt(max(model.variances)):
        notes += ("The values of lesion and background overlap widely: the contour may follow noise.",)
    return region.contour(mask, notes)


def flab_levels(values: NDArray[np.float64], model: FlabModel) -> NDArray[np.float64]:
    """Return each voxel's share of the lesion: 0, one of the fuzzy levels, or 1.

    The most probable of hard background, fuzzy and hard lesion; within fuzzy the level of greatest density.
    """
    chosen = posterior(values, model).argmax(axis=0)
    densities = np.stack([density(values, model, level) for level in FUZZY_LEVELS])
    fuzzy = np.asarray(FUZZY_LEVELS)[densities.argmax(axis=0)]
    return np.asarray(np.choose(chosen, [np.zeros_like(fuzzy), fuzzy, np.ones_like(fuzzy)]))
