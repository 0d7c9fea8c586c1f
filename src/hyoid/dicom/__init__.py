"""DICOM: series, SUV, structures, dose, registration, de-identification.

Each name is imported when it is first asked for: a command that only looks at one header needs no registration. Parts
with more names export them themselves: `structures`, `dose`, `registration`, `suv`, `deidentify`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hyoid.dicom.cohort import ImportResult, ImportSettings, import_dicom
    from hyoid.dicom.manifest import known_cases, read_manifest
    from hyoid.dicom.registration.planning_ct import PlanningCt, read_planning_ct
    from hyoid.dicom.result import CaseResult

_HOMES = {
    "CaseResult": "hyoid.dicom.result",
    "ImportResult": "hyoid.dicom.cohort",
    "ImportSettings": "hyoid.dicom.cohort",
    "PlanningCt": "hyoid.dicom.registration.planning_ct",
    "import_dicom": "hyoid.dicom.cohort",
    "known_cases": "hyoid.dicom.manifest",
    "read_manifest": "hyoid.dicom.manifest",
    "read_planning_ct": "hyoid.dicom.registration.planning_ct",
}

__all__ = [
    "CaseResult",
    "ImportResult",
    "ImportSettings",
    "PlanningCt",
    "import_dicom",
    "known_cases",
    "read_manifest",
    "read_planning_ct",
]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'hyoid.dicom' has no attribute '{name}'")
