"""The hospitals of the phantom: scanners, habits, prevalences.

Scanners follow Tables 1 and 2 of the dataset descriptor (Saeed et al., arXiv 2509.00367); HPV counts are those of the
HECKTOR 2025 training set by centre; whole-body shares and case numbers those of the 2026 release.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hyoid.errors import CohortError

CenterSet = Literal["train", "unseen"]
ContourStyle = Literal["radiotherapy", "ct", "pet_flab", "pet_adaptive", "slices_removed", "network"]

DEFAULT_UNSEEN_PREVALENCE = 0.58
"""Share of HPV-positive patients at unseen centres, as derived for the challenge's validation set (29 of 50)."""


@dataclass(frozen=True, slots=True)
class Center:
    """One hospital.

    Parameters
    ----------
    name, number
        Acronym and `CenterID` of the tables. Only CHUM = 1 is published; the other numbers are the phantom's own.
    cases
        Number of patients in the real cohort: the share of this centre.
    hpv_prevalence, hpv_known
        Share of HPV-positive patients (None: set by the cohort), and share of patients whose status is in the table.
    ct_mm, pet_mm
        Candidate voxel sizes (in plane, slice) in mm at size `full`; one is drawn per patient.
    ct_fov_mm, pet_fov_mm
        In-plane field of view, mm.
    psf_mm
        Range of the PET point-spread's full width at half maximum, mm.
    counts
        Injected dose (MBq) x time per bed position (min) x sensitivity of the scanner relative to Discovery ST.
    whole_body
        Share of scans whose axial extent is 700 mm or more.
    style
        How contours are drawn there; `has_masks` whether there are any.
    frailty
        Centre effect on the log-hazard of recurrence.
    follow_up_years
        Mean of the loss to follow-up, years: what makes censoring depend a little on the centre.
    """

    name: str
    number: int
    cases: int
    hpv_prevalence: float | None
    hpv_known: float
    ct_mm: tuple[tuple[float, float], ...]
    pet_mm: tuple[tuple[float, float], ...]
    ct_fov_mm: float
    pet_fov_mm: float
    psf_mm: tuple[float, float]
    counts: float
    whole_body: float
    style: ContourStyle
    has_masks: bool = True
    ct_shorter: bool = False
    frailty: float = 0.0
    follow_up_years: float = 9.0


_TRAIN = (
    Center("CHUM", 1, 56, 0.955, 0.37, ((0.977, 1.5), (0.488, 1.5), (0.977, 3.75)), ((4.0, 4.0), (3.52, 3.27)),
           500, 600, (5.5, 6.5), 1600, 0.07, "radiotherapy", frailty=-0.10, follow_up_years=8.0),
    Center("CHUP", 2, 75, 0.36, 0.73, ((0.977, 5.0), (1.523, 5.0)), ((4.07, 5.0),),
           500, 814, (4.5, 5.2), 1500, 1.0, "pet_flab", frailty=0.15, follow_up_years=7.0),
    Center("CHUS", 3, 72, 0.76, 0.43, ((1.172, 3.0), (1.172, 5.0), (1.172, 2.0)), ((4.0, 4.0),),
           600, 576, (6.0, 7.0), 800, 0.014, "radiotherapy", ct_shorter=True, frailty=0.05, follow_up_years=10.0),
    Center("HGJ", 5, 55, 0.74, 0.65, ((0.977, 3.75), (1.367, 3.75)), ((3.52, 3.27), (4.69, 3.27)),
           500, 600, (6.0, 7.0), 2900, 0.0, "radiotherapy", frailty=0.0, follow_up_years=9.0),
    Center("HMR", 6, 18, 0.90, 0.11, ((0.977, 3.75),), ((3.52, 3.27), (5.47, 3.27)),
           500, 700, (5.5, 6.5), 2800, 0.22, "radiotherapy", frailty=0.10, follow_up_years=8.0),
    Center("MDA", 7, 444, 0.995, 0.93, ((0.977, 3.75), (1.367, 3.75), (0.977, 3.27)), ((5.46, 3.27), (2.73, 3.27)),
           500, 700, (5.0, 6.8), 1200, 0.25, "ct", frailty=-0.05, follow_up_years=10.0),
    Center("USZ", 8, 11, 0.70, 0.0, ((0.977, 3.27), (1.367, 4.25)), ((5.46, 3.27), (2.73, 3.27), (4.69, 4.25)),
           500, 700, (4.8, 6.8), 900, 1.0, "slices_removed", frailty=0.10, follow_up_years=7.0),
)  # fmt: skip

_UNSEEN = (
    Center("CHB", 9, 58, None, 0.90, ((0.977, 2.5),), ((2.73, 3.27),),
           500, 700, (4.5, 5.5), 500, 0.5, "pet_adaptive", frailty=0.10, follow_up_years=8.0),
    Center("CHUN", 10, 60, None, 0.90, ((0.977, 2.0),), ((4.07, 2.0),),
           500, 814, (4.5, 5.0), 700, 0.2, "network", frailty=0.0, follow_up_years=8.0),
    Center("CHUB", 11, 215, None, 0.90, ((0.977, 3.0), (1.172, 4.0)), ((4.0, 4.0), (4.07, 3.0), (3.3, 3.0)),
           550, 600, (4.5, 7.0), 700, 0.4, "radiotherapy", has_masks=False, frailty=0.15, follow_up_years=7.0),
)  # fmt: skip


def centers_of(which: CenterSet) -> tuple[Center, ...]:
    """Return the training or the unseen centres.

    Raises
    ------
    CohortError
        If `which` is another word.
    """
    sets = {"train": _TRAIN, "unseen": _UNSEEN}
    if which not in sets:
        raise CohortError.of(f"centers={which!r}", "'train' or 'unseen'", "Choose one of the two.")
    return sets[which]


def allocate(which: CenterSet, patients: int) -> list[tuple[Center, str]]:
    """Return centre and patient identifier (`CHUM-012`) of the first `patients` cases.

    Seats are given as in an election (Sainte-Lague's divisors), so that every start of the list holds the centres
    in proportion and the centre of case i does not depend on how many follow.
    """
    centers = centers_of(which)
    count = dict.fromkeys((center.name for center in centers), 0)
    seats = []
    for _ in range(patients):
        center = max(centers, key=lambda c: c.cases / (2 * count[c.name] + 1))
        count[center.name] += 1
        seats.append((center, f"{center.name}-{count[center.name]:03d}"))
    return seats
