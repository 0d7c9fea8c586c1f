"""A folder of DICOM, de-identified into another: resumable, in several processes, with a report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from hyoid.dicom.deidentify.mapping import check_mapping_place, write_mapping
from hyoid.dicom.deidentify.one_file import Outcome, deidentify_file
from hyoid.dicom.deidentify.options import DeidentifyOptions
from hyoid.dicom.deidentify.profile import profile
from hyoid.dicom.deidentify.secret import Secret
from hyoid.dicom.deidentify.survey import Source, Survey, files_under, survey
from hyoid.dicom.deidentify.suv_check import compare_suv
from hyoid.errors import DicomError
from hyoid.files import read_json, write_json
from hyoid.progress import track
from hyoid.version import __version__

REPORT = "deidentification.json"
"""Stands in the output folder: settings, and one entry a run. It holds no identifier and may be passed on."""

NO_STUDY, NO_SERIES = "no-study", "no-series"


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


def deidentify(
    source: Path,
    out: Path,
    secret: Secret,
    options: DeidentifyOptions | None = None,
    *,
    mapping: Path | None = None,
    jobs: int = 1,
) -> Deidentified:
    """De-identify all DICOM files below `source` into `out`, by the profile of PS3.15 Annex E with `options`.

    Files are named by pseudonym and new UIDs: `out/PATIENT/STUDY/SERIES/INSTANCE.dcm`. Each is written atomically; a
    second call with the same key and options does only what is missing. What is not DICOM, damaged, a DICOMDIR, or
    refused by a rule (`hyoid.dicom.deidentify.refusal`) is counted and never copied.

    Parameters
    ----------
    source, out
        Folders, neither within the other. `out` is new, empty, or of an earlier run with the same key and options.
    secret
        The key: one key gives the same pseudonyms, UIDs and date shifts everywhere.
    options
        What is kept beside that on which SUV depends.
    mapping
        A file outside `out` for the table of originals and replacements, which only its owner may read. It names the
        patients: keep it as you keep the key.
    jobs
        Processes; -1 for all cores.

    Raises
    ------
    DicomError
        If a folder is missing or misplaced, `out` holds something else, or `source` holds no DICOM file.
    """
    options = options or DeidentifyOptions()
    _check_places(source, out)
    check_mapping_place(mapping, source, out)
    report = _report(out, secret, options)
    found = survey(track(files_under(source), "Looking"))
    if not found.sources:
        raise DicomError.of(
            f"no DICOM file among {len(found.left_out)} files of {source}", "DICOM files", "Check the folder."
        )
    _remove_unfinished(out)
    targets = [target_of(out, item, secret) for item in found.sources]
    outcomes = _work(found.sources, targets, secret, options, jobs)
    done = _summary(out, found, targets, outcomes, _suv(found.sources, targets, outcomes, jobs))
    write_json(out / REPORT, report | {"runs": [*report["runs"], done.to_dict()]})
    if mapping is not None:
        write_mapping(mapping, found, targets, outcomes, secret)
    return done


def target_of(out: Path, source: Source, secret: Secret) -> Path:
    """Return where a file goes: pseudonym, study, series and instance, the UIDs as they are in the new file."""
    study = secret.uid(source.study) if source.study else NO_STUDY
    series = secret.uid(source.series) if source.series else NO_SERIES
    return out / secret.pseudonym(source.patient) / study / series / f"{secret.uid(source.instance)}.dcm"


def _work(
    sources: list[Source], targets: list[Path], secret: Secret, options: DeidentifyOptions, jobs: int
) -> list[Outcome | None]:
    """Return what became of each file, None for those that were there."""
    missing = [i for i, target in enumerate(targets) if not target.exists()]
    calls = (delayed(deidentify_file)(sources[i].path, targets[i], secret, options) for i in missing)
    work = Parallel(n_jobs=jobs, return_as="generator")(calls)
    outcomes: list[Outcome | None] = [None] * len(sources)
    for i, outcome in zip(missing, track(work, "De-identifying", len(missing)), strict=True):
        outcomes[i] = outcome
    return outcomes


def _suv(sources: list[Source], targets: list[Path], outcomes: list[Outcome | None], jobs: int) -> Counter[str]:
    """Compare SUV before and after, in every series of which this run wrote a file."""
    series: dict[Path, list[tuple[Path, Path]]] = {}
    for source, target, outcome in zip(sources, targets, outcomes, strict=True):
        if outcome is not None and outcome.status == "written":
            series.setdefault(target.parent, []).append((source.path, target))
    calls = (delayed(compare_suv)(pairs) for pairs in series.values())
    found = Parallel(n_jobs=jobs, return_as="generator")(calls)
    return Counter(filter(None, track(found, "Comparing SUV", len(series))))


def _summary(
    out: Path, found: Survey, targets: list[Path], outcomes: list[Outcome | None], suv: Counter[str]
) -> Deidentified:
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


def _report(out: Path, secret: Secret, options: DeidentifyOptions) -> dict[str, Any]:
    """Return the report as it stands, or a new one; refuse a folder that something else is in."""
    settings = {
        "hyoid": __version__,
        "profile": f"DICOM PS3.15 {profile().edition}, Table E.1-1",
        "options": [meaning for _, meaning in options.method_codes],
        "key_fingerprint": secret.fingerprint(),
    }
    if not out.exists() or not any(out.iterdir()):
        report: dict[str, Any] = {"settings": settings, "runs": []}
        write_json(out / REPORT, report)
        return report
    if not (out / REPORT).is_file():
        raise DicomError.of(f"other files in {out}", "a new or empty folder", "Choose another.")
    earlier: dict[str, Any] = read_json(out / REPORT)
    if earlier["settings"] != settings:
        differing = sorted(key for key in settings if earlier["settings"].get(key) != settings[key])
        raise DicomError.of(
            f"{out} of an earlier run with another {' and '.join(differing)}",
            "the same key, options and version, so that all files fit together",
            "Give the key of that run, or choose another folder.",
        )
    return earlier


def _remove_unfinished(out: Path) -> None:
    """Remove what a killed run left under temporary names."""
    for path in out.rglob(".*.dcm"):
        path.unlink()


def _check_places(source: Path, out: Path) -> None:
    if not source.is_dir():
        raise DicomError.of(f"no folder at {source}", "a folder of DICOM files", "Check the path.")
    inner, outer = source.resolve(), out.resolve()
    if inner == outer or inner in outer.parents or outer in inner.parents:
        raise DicomError.of(
            f"{out} within {source}, or the other way round", "two separate folders", "Choose another for the output."
        )
    if out.exists() and not out.is_dir():
        raise DicomError.of(f"a file at {out}", "a folder or nothing", "Choose another name.")
