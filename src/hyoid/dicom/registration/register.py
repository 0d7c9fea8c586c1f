"""A planning CT in the coordinates of the PET/CT's CT: registered, measured and judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import SimpleITK as sitk
from pydantic import Field

from hyoid.dicom.registration.figures import Figures, measure
from hyoid.dicom.registration.folding import Jacobian, jacobian
from hyoid.dicom.registration.optimise import refine_bspline, refine_rigid
from hyoid.dicom.registration.prepared import PreparedCt, prepare
from hyoid.dicom.registration.search import COARSE_MM, candidates
from hyoid.dicom.registration.verdict import Verdict, judge
from hyoid.geometry import Volume
from hyoid.settings import Settings

Source = Literal["computed", "given"]

TRIED = 3
"""Candidates of the search that are refined before the best is taken."""

COARSE_SAMPLES = 4000


class RegistrationSettings(Settings):
    """How two CTs are registered.

    Parameters
    ----------
    spacing_mm
        Voxel size of the final stages and of the figures.
    samples
        Voxels at which mutual information is sampled in the final stages.
    seed
        Of the choice of these voxels: the same seed gives the same transform.
    deformable
        Whether a B-spline deformation follows the rigid registration.
    mesh_mm
        Distance of the control points of the deformation.
    """

    spacing_mm: float = Field(3.0, gt=0.5, le=10)
    samples: int = Field(30000, ge=2000)
    seed: int = Field(0, ge=0, lt=2**31)
    deformable: bool = False
    mesh_mm: float = Field(30.0, ge=10, le=200)


NO_FIGURES = Figures(0.0, *(float("nan"),) * 6)


@dataclass(frozen=True, slots=True, eq=False)
class RegisteredCt:
    """A moving CT (of the planning) in the coordinates of a fixed one (of the PET/CT).

    Parameters
    ----------
    transform
        Of points (x, y, z) in LPS mm of the fixed CT's world to the moving one's: what `carry_dose` and `carry_labels`
        take. The identity where nothing could be registered; then the verdict is doubtful.
    source
        `computed`, or `given` by a registration object.
    before, rigid, after
        Figures without any transform, with the rigid part, and with all of it.
    jacobian
        Range of the determinant of the deformation, None where there is none.
    verdict
        `usable`, or `doubtful`: then not to be used before somebody has looked at it.
    reasons
        Why it is doubtful.
    """

    transform: sitk.Transform
    source: Source
    before: Figures
    rigid: Figures
    after: Figures
    jacobian: Jacobian | None
    verdict: Verdict
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return all but the transform, for a report in JSON."""
        return {
            "source": self.source,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "before": self.before.to_dict(),
            "rigid": self.rigid.to_dict(),
            "after": self.after.to_dict(),
            "jacobian": None if self.jacobian is None else self.jacobian.to_dict(),
        }


def register_ct(fixed: Volume, moving: Volume, settings: RegistrationSettings | None = None) -> RegisteredCt:
    """Register a planning CT to the PET/CT's CT.

    All translations and a few flexions of the head are tried at once (`candidates`); the best are refined by mutual
    information within the body, the best of these at full resolution, and then near bone; where asked, a B-spline
    follows. Tables and masks do not count, nor does what only one CT has in view. The same input and seed give the same
    transform.

    Parameters
    ----------
    fixed
        The PET/CT's CT, HU.
    moving
        The planning CT, HU, anywhere in its own coordinates.
    settings
        By default rigid, at 3 mm.

    Returns
    -------
    RegisteredCt
        Never raises for images that do not match: then its verdict is `doubtful`, and says why.
    """
    settings = settings or RegistrationSettings()
    one, other = prepare(fixed, settings.spacing_mm), prepare(moving, settings.spacing_mm)
    if one is None or other is None:
        which = "neither CT" if one is None and other is None else ("the CT" if one is None else "the planning CT")
        verb = "shows" if which == "neither CT" else "does not show"
        return _nothing(f"{which} {verb} a body: it is blank, or not in HU")
    rigid = _rigid(one, other, settings)
    if rigid is None:
        return _nothing("no position of one CT on the other lets their bodies overlap")
    spline = None
    if settings.deformable:
        spline = refine_bspline(one, other, rigid, settings.mesh_mm, settings.samples, settings.seed)
    return _judged(one, other, rigid, spline)


def assess_registration(
    fixed: Volume, moving: Volume, transform: sitk.Transform, spacing_mm: float = 3.0
) -> RegisteredCt:
    """Measure and judge a transform that was given, of points of the fixed CT to the moving one's.

    Its rigid figures are those of all of it: what of it is rigid is not known. The determinant is that of all of it.
    """
    one, other = prepare(fixed, spacing_mm), prepare(moving, spacing_mm)
    if one is None or other is None:
        return _nothing("one of the CTs does not show a body: it is blank, or not in HU", "given")
    before, after = measure(one, other, sitk.Transform(3, sitk.sitkIdentity)), measure(one, other, transform)
    change = jacobian(transform, one.grid, one.body)
    verdict, reasons = judge(after, after, change)
    return RegisteredCt(transform, "given", before, after, after, change, verdict, tuple(dict.fromkeys(reasons)))


def _rigid(fixed: PreparedCt, moving: PreparedCt, settings: RegistrationSettings) -> sitk.Euler3DTransform | None:
    coarse, other = fixed.coarser(COARSE_MM), moving.coarser(COARSE_MM)
    best, best_ncc = None, -np.inf
    for candidate in candidates(fixed, moving)[:TRIED]:
        refined = refine_rigid(coarse, other, candidate.transform, COARSE_SAMPLES, settings.seed, bone=False)
        figures = measure(coarse, other, refined)
        if figures.ncc > best_ncc:
            best, best_ncc = refined, figures.ncc
    if best is None:
        return None
    best = refine_rigid(fixed, moving, best, settings.samples, settings.seed, bone=False)
    if fixed.bone.any() and moving.bone.any():
        best = refine_rigid(fixed, moving, best, settings.samples, settings.seed, bone=True)
    return best


def _judged(
    fixed: PreparedCt, moving: PreparedCt, rigid: sitk.Euler3DTransform, spline: sitk.BSplineTransform | None
) -> RegisteredCt:
    before = measure(fixed, moving, sitk.Transform(3, sitk.sitkIdentity))
    figures = measure(fixed, moving, rigid)
    if spline is None:
        verdict, reasons = judge(figures, figures, None)
        return RegisteredCt(rigid, "computed", before, figures, figures, None, verdict, reasons)
    # The transform that is added last acts first.
    transform = sitk.CompositeTransform([rigid, spline])
    after, change = measure(fixed, moving, transform), jacobian(spline, fixed.grid, fixed.body)
    verdict, reasons = judge(figures, after, change)
    return RegisteredCt(transform, "computed", before, figures, after, change, verdict, reasons)


def _nothing(reason: str, source: Source = "computed") -> RegisteredCt:
    identity = sitk.Transform(3, sitk.sitkIdentity)
    return RegisteredCt(identity, source, NO_FIGURES, NO_FIGURES, NO_FIGURES, None, "doubtful", (reason,))
