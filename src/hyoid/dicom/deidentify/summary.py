"""What a run did: numbers and fixed sentences, and nothing of a patient."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from hyoid.dicom.deidentify.one_file import Outcome
from hyoid.dicom.deidentify.survey import Source, Survey
from hyoid.dicom.deidentify.suv_check import compare_suv
from hyoid.progress import track


@dataclass(frozen=True, slots=True)
class Deidentified:
    """What a run did.

    Parameters
    ----------
    out
        The output folder.
    written, already_there
        Files written by this run, and by an earlier one with the same settings.
    left_out
        Files by the reason for which they were not written.
    counts, warnings
        Attributes by what was done with them, and events to know; of the files that this run wrote.
    patients, studies, series
        How many there are among the files that lie in the output folder from this source.
    suv
        PET series of this run by how their SUV factors before and after compare (`hyoid.dicom.deidentify.suv_check`).
    """

    out: Path
    written: int
    already_there: int
    left_out: Counter[str]
    counts: Counter[str]
    warnings: Counter[str]
    patients: int
    studies: int
    series: int
    suv: Counter[str]

    def to_dict(self) -> dict[str, Any]:
        """Return the run's entry of the report: numbers and fixed sentences only."""
        return {
            "written": self.written,
            "already_there": self.already_there,
            "patients": self.patients,
            "studies": self.studies,
            "series": self.series,
            "suv": dict(sorted(self.suv.items())),
            "not_written": dict(sorted(self.left_out.items())),
            "attributes": dict(sorted(self.counts.items())),
            "warnings": dict(sorted(self.warnings.items())),
        }


def suv_of_series(
    sources: list[Source], targets: list[Path], outcomes: list[Outcome | None], jobs: int
) -> Counter[str]:
    """Compare SUV before and after, in every series of which this run wrote a file."""
    series: dict[Path, list[tuple[Path, Path]]] = {}
    for source, target, outcome in zip(sources, targets, outcomes, strict=True):
        if outcome is not None and outcome.status == "written":
            series.setdefault(target.parent, []).append((source.path, target))
    calls = (delayed(compare_suv)(pairs) for pairs in series.values())
    found = Parallel(n_jobs=jobs, return_as="generator")(calls)
    return Counter(filter(None, track(found, "Comparing SUV", len(series))))


def summarise(
    out: Path, found: Survey, targets: list[Path], outcomes: list[Outcome | None], suv: Counter[str]
) -> Deidentified:
    """Count what became of the files and their attributes."""
    new = [outcome for outcome in outcomes if outcome is not None]
    left_out = found.counts() + Counter(f"{item.status}: {item.reason}" for item in new if item.status != "written")
    there = [i for i, outcome in enumerate(outcomes) if outcome is None or outcome.status == "written"]
    warned = sum((outcome.warnings for outcome in new), Counter[str]())
    owners: dict[str, set[str]] = {}
    for i in there:
        owners.setdefault(found.sources[i].study, set()).add(found.sources[i].patient)
    shared = sum(1 for study, patients in owners.items() if study and len(patients) > 1)
    if shared:
        warned["studies whose objects name several patients: their dates are moved by different amounts"] += shared
    return Deidentified(
        out=out,
        written=sum(outcome.status == "written" for outcome in new),
        already_there=sum(outcome is None for outcome in outcomes),
        left_out=left_out,
        counts=sum((outcome.counts for outcome in new), Counter[str]()),
        warnings=warned,
        patients=len({targets[i].parts[-4] for i in there}),
        studies=len({targets[i].parts[-3] for i in there}),
        series=len({targets[i].parts[-2] for i in there}),
        suv=suv,
    )
