"""What came of an import, case by case and image by image."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hyoid.dicom.study import CasePlan


@dataclass(frozen=True, slots=True)
class ImageResult:
    """What came of one image: "written", "there" (from an earlier call), "planned" (a dry run) or "failed"."""

    state: str
    notes: tuple[str, ...] = ()
    error: str = ""
    factor: float | None = None

    @property
    def is_there(self) -> bool:
        """Whether the image is there, or would be."""
        return self.state != "failed"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one study; `case` is "" where nothing in it can be imported."""

    case: str
    plan: CasePlan
    images: dict[str, ImageResult] = field(default_factory=dict)

    @property
    def errors(self) -> list[str]:
        """A sentence for each image that failed."""
        return [f"{tag}: {image.error}" for tag, image in self.images.items() if image.error]

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON holds."""
        patient_id, issuer, study_uid = self.plan.key
        return {
            "case": self.case,
            "patient_id": patient_id,
            "issuer_of_patient_id": issuer,
            "study_uid": study_uid,
            "study_date": self.plan.study_date,
            "images": {
                tag: {
                    "state": image.state,
                    "series_uid": self.plan.images[tag].candidate.series.uid,
                    "factor": image.factor,
                    "notes": list(image.notes),
                    "error": image.error,
                }
                for tag, image in self.images.items()
            },
            "series": verdicts(self.plan),
            "notes": self.plan.notes,
        }


def verdicts(plan: CasePlan) -> list[dict[str, Any]]:
    """Return every series of a study and what becomes of it, in types that JSON holds."""
    return [
        {
            "series_uid": verdict.series.uid,
            "number": verdict.series.first.series_number,
            "description": verdict.series.first.description,
            "modality": verdict.series.modality,
            "kind": verdict.series.kind,
            "images": len(verdict.series.slices),
            "use": verdict.use,
            "reason": verdict.reason,
        }
        for verdict in plan.verdicts
    ]
