"""A folder of DICOM, de-identified into another: resumable, in several processes, with a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from hyoid.dicom.deidentify.mapping import check_mapping_place, write_mapping
from hyoid.dicom.deidentify.one_file import Outcome, deidentify_file
from hyoid.dicom.deidentify.options import DeidentifyOptions
from hyoid.dicom.deidentify.profile import profile
from hyoid.dicom.deidentify.secret import Secret
from hyoid.dicom.deidentify.summary import Deidentified, summarise, suv_of_series
from hyoid.dicom.deidentify.survey import Source, files_under, survey
from hyoid.errors import DicomError
from hyoid.files import read_json, write_json
from hyoid.progress import track
from hyoid.version import __version__

REPORT = "deidentification.json"
"""Stands in the output folder: settings, and one entry a run. It holds no identifier and may be passed on."""

NO_STUDY, NO_SERIES = "no-study", "no-series"


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
    write_json(out / REPORT, report)  # before the first image: a run that is killed can be continued
    _remove_unfinished(out)
    targets = [target_of(out, item, secret) for item in found.sources]
    outcomes = _work(found.sources, targets, secret, options, jobs)
    done = summarise(out, found, targets, outcomes, suv_of_series(found.sources, targets, outcomes, jobs))
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


def _report(out: Path, secret: Secret, options: DeidentifyOptions) -> dict[str, Any]:
    """Return the report as it stands, or a new one; refuse a folder that something else is in."""
    settings = {
        "hyoid": __version__,
        "profile": f"DICOM PS3.15 {profile().edition}, Table E.1-1",
        "options": [meaning for _, meaning in options.method_codes],
        "key_fingerprint": secret.fingerprint(),
    }
    if not out.exists() or not any(out.iterdir()):
        return {"settings": settings, "runs": []}
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
