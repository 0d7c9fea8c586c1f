"""One patient in memory: CT, PET, contours, record and truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.geometry import Volume
from hyoid.phantom.anatomy import build_anatomy
from hyoid.phantom.build import Build, draw_build, draw_uptake
from hyoid.phantom.centers import CenterSet
from hyoid.phantom.contour import View, draw_contours
from hyoid.phantom.lesions import PlacedLesion
from hyoid.phantom.record import Patient, draw_patient
from hyoid.phantom.render import Canvas, add_streaks, content_box, paint_ct, paint_pet
from hyoid.phantom.scanner import Scan, Size, blur, draw_scan, pet_noise
from hyoid.phantom.streams import stream

_PET_STEPS_PER_SUV = 512.0
"""PET values are multiples of this fraction, as real scanners' integers are; it halves the files."""

_AIR_MARGIN_VOXELS = 6
"""How far beyond the body the PET's blur and noise reach; air farther out is exactly 0."""


@dataclass(frozen=True, slots=True, eq=False)
class PhantomTruth:
    """What no image shows: tissue maps on both grids, and the images without noise.

    `ct_tissue` and `pet_tissue` hold values of `hyoid.phantom.Tissue`; `hu` and `suv` are noise-free, `suv` also free
    of the point-spread.
    """

    ct_tissue: Volume
    pet_tissue: Volume
    hu: Volume
    suv: Volume
    lesions: tuple[PlacedLesion, ...]
    build: Build
    scan: Scan


@dataclass(frozen=True, slots=True, eq=False)
class PhantomPatient:
    """A synthetic patient with images: CT (int16 HU), PET (float32 SUVbw), mask (uint8, None without contours)."""

    patient: Patient
    ct: Volume
    pet: Volume
    mask: Volume | None
    truth: PhantomTruth


def make_patient(
    seed: int,
    index: int,
    size: Size = "tiny",
    centers: CenterSet = "train",
    prevalence: float | None = None,
    event_rate: float = 0.20,
    extravasation: bool = False,
) -> PhantomPatient:
    """Make patient `index` of the cohort of `seed`: the same as `write_cohort` writes, faults apart.

    Raises
    ------
    CohortError
        If a setting is out of its range.
    """
    patient = draw_patient(seed, index, centers, prevalence, event_rate)
    return render_patient(patient, seed, index, size, extravasation)


def render_patient(patient: Patient, seed: int, index: int, size: Size, extravasation: bool = False) -> PhantomPatient:
    """Make the images of a drawn record."""
    rng = stream(seed, index, "build")
    build = draw_build(rng, patient.clinical.male, extravasation)
    uptake = draw_uptake(rng)
    scan = draw_scan(stream(seed, index, "scan"), patient.center, size, build)
    anatomy = build_anatomy(
        stream(seed, index, "anatomy"), stream(seed, index, "lesions"), build, uptake, patient.disease
    )
    noise = stream(seed, index, "noise")
    canvas = Canvas.of(scan.ct, build)
    hu, ct_tissue = paint_ct(canvas, anatomy.shapes)
    noisy = hu + _ct_noise(noise, hu.shape, scan.ct_noise_hu)
    spoilt = add_streaks(noisy, canvas, list(anatomy.metal), noise)
    ct = Volume(np.clip(np.rint(noisy), -1024, 3071).astype(np.int16), scan.ct)
    suv, pet_tissue = paint_pet(Canvas.of(scan.pet, build, scan.offset_mm), anatomy.shapes)
    pet = Volume(_acquire(noise, suv, scan), scan.pet)
    mask = None
    if patient.center.has_masks:
        view = View(canvas, ct, pet, hu, ct_tissue, spoilt)
        mask = Volume(
            draw_contours(stream(seed, index, "contour"), patient.center.style, anatomy.lesions, view), scan.ct
        )
    truth = PhantomTruth(
        Volume(ct_tissue, scan.ct),
        Volume(pet_tissue, scan.pet),
        Volume(hu, scan.ct),
        Volume(suv, scan.pet),
        anatomy.lesions,
        build,
        scan,
    )
    return PhantomPatient(patient, ct, pet, mask, truth)


def _ct_noise(rng: np.random.Generator, shape: tuple[int, ...], sigma_hu: float) -> NDArray[np.float32]:
    return rng.standard_normal(shape, dtype=np.float32) * np.float32(sigma_hu)


def _acquire(rng: np.random.Generator, suv: NDArray[np.float32], scan: Scan) -> NDArray[np.float32]:
    """Blur by the point-spread, scale, add noise, clip at 0, round to the steps of the file."""
    body = content_box(suv > 0, margin=_AIR_MARGIN_VOXELS)
    blurred = blur(suv[body], scan.psf_mm, scan.pet.spacing) * np.float32(scan.suv_factor)
    image = np.zeros_like(suv)
    image[body] = np.maximum(blurred + pet_noise(rng, blurred, scan), 0.0)
    return np.asarray(np.rint(image * _PET_STEPS_PER_SUV) / _PET_STEPS_PER_SUV, np.float32)
