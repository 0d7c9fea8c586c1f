"""Read hostile objects in little memory: `python limited.py MEBIBYTES KIND PATH ...` prints what each said (JSON).

A process of its own, because a limit on memory cannot be taken back.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from hyoid.dicom.cohort import import_dicom
from hyoid.dicom.deidentify import Secret, deidentify
from hyoid.dicom.dose import read_dose
from hyoid.dicom.registration import read_registration, registration_frames
from hyoid.dicom.registration.planning_ct import read_planning_ct
from hyoid.dicom.structures import read_reference_series, read_regions
from hyoid.errors import HyoidError


def imported(path: Path) -> None:
    result = import_dicom(path, path.parent / f"{path.name}-out")
    raise HyoidError(
        " ".join([
            *result.survey.damaged,
            *(verdict.reason for case in result.cases for verdict in case.plan.verdicts),
            *(image.error for case in result.cases for image in case.images.values()),
        ])
    )  # fmt: skip


def deidentified(path: Path) -> None:
    raise HyoidError(json.dumps(deidentify(path, path.parent / f"{path.name}-out", Secret(bytes(32))).to_dict()))


def registration(path: Path) -> None:
    frames = registration_frames(path)
    read_registration(path, frames[-1], frames[0])


READERS: dict[str, Callable[[Path], object]] = {
    "regions": read_regions,
    "dose": read_dose,
    "registration": registration,
    "planning": read_planning_ct,
    "reference": read_reference_series,
    "import": imported,
    "deidentify": deidentified,
}


def limit(mebibytes: int) -> None:
    """Let the address space grow by no more than this."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + mebibytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    limit(int(sys.argv[1]))
    said: list[str] = []
    for kind, path in zip(sys.argv[2::2], sys.argv[3::2], strict=True):
        try:
            READERS[kind](Path(path))
            said.append("")
        except HyoidError as error:
            said.append(str(error))
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
