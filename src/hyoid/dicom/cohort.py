"""From a pile of DICOM to a cohort in the challenge's layout: `OUT/<ID>/<ID>__CT.nii.gz` and `<ID>__PT.nii.gz`.

The headers of everything are read first, then one series after the other: memory holds one volume. Every file is
written under a temporary name and renamed, and `import.json` says what is finished, so that a second call does only
what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hyoid.dicom.acquisition import write_acquisition
from hyoid.dicom.case_writer import dry_case, import_case
from hyoid.dicom.equal import same_image
from hyoid.dicom.given import Given, read_given
from hyoid.dicom.manifest import known_cases, read_manifest
from hyoid.dicom.naming import Wishes
from hyoid.dicom.out_folder import check_out, writing
from hyoid.dicom.plan import plan_cases
from hyoid.dicom.result import CaseResult
from hyoid.dicom.source import Reader
from hyoid.dicom.study import CasePlan, Rules
from hyoid.dicom.survey import Survey, survey
from hyoid.progress import track


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """How a pile is imported.

    Parameters
    ----------
    pet, ct
        Series UIDs, or texts that a series description holds: they are taken where the rules would choose another.
    given
        Table of weight, dose and times for headers that lack them; see `hyoid.dicom.given.COLUMNS`.
    fill_gaps
        How many missing slices in a row are interpolated; with 0 a series with a gap is refused.
    dry_run
        Say what would be done, and write nothing.
    """

    pet: tuple[str, ...] = ()
    ct: tuple[str, ...] = ()
    given: Path | None = None
    fill_gaps: int = 0
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of an import: the pile, a result for each study, and sentences that concern all."""

    out: Path
    survey: Survey
    cases: tuple[CaseResult, ...]
    notes: tuple[str, ...]

    @property
    def imported(self) -> int:
        """How many cases have an image, from this call or one before; in a dry run, would have."""
        return sum(any(image.is_there for image in case.images.values()) for case in self.cases)

    def to_dict(self) -> dict[str, Any]:
        """Return everything in types that JSON holds."""
        return {
            "out": str(self.out),
            "cases": [case.to_dict() for case in self.cases if case.case],
            "studies_left_out": [case.to_dict() for case in self.cases if not case.case],
            "files": self.survey.files,
            "files_left_out": dict(self.survey.left_out),
            "files_damaged": {"count": self.survey.n_damaged, "first": self.survey.damaged},
            "notes": list(self.notes),
        }


def import_dicom(source: Path | Sequence[Path], out: Path, settings: ImportSettings | None = None) -> ImportResult:
    """Import every PET/CT, PET and CT in a pile of DICOM; see the module's docstring.

    Parameters
    ----------
    source
        Folders, zip archives or files.
    out
        The cohort's folder; it may hold an earlier import.
    settings
        See `ImportSettings`.

    Raises
    ------
    DicomError
        If there is nothing at `source`, `out` is no folder, is `source` or cannot be written in, its disk fills up,
        or the table of given values cannot be used. What is wrong with one case or file is said in the result, and
        stops nothing.
    """
    settings = settings or ImportSettings()
    roots = [source] if isinstance(source, Path) else list(source)
    given = read_given(settings.given) if settings.given is not None else Given({})
    check_out(out, roots, writes=not settings.dry_run)
    rules = Rules(Wishes.of(settings.pet), Wishes.of(settings.ct), settings.fill_gaps)
    with Reader() as reader:
        found = survey(roots, reader, skip=out)
        plans = plan_cases(found.series, rules, partial(same_image, reader=reader), known_cases(out))
        one_case = dry_case if settings.dry_run else import_case
        results = tuple(
            one_case(plan, roots, out, reader, partial(_given_for, given, plan, plans))
            for plan in track(plans, "cases")
        )
    if not settings.dry_run:
        with writing(out):
            _write_table(out, results)
    return ImportResult(out, found, results, tuple(_notes(given, plans, rules, found)))


def _given_for(given: Given, plan: CasePlan, plans: Sequence[CasePlan]) -> Any:
    patient_id, issuer, study_uid = plan.key
    studies = sum("PT" in other.images and other.key[:2] == (patient_id, issuer) for other in plans)
    return given.of(plan.case, patient_id, study_uid, studies)


def _write_table(out: Path, results: Sequence[CaseResult]) -> None:
    rows, fresh = {}, {result.case for result in results if any(i.state == "written" for i in result.images.values())}
    for case in sorted(known_cases(out).values()):
        manifest = read_manifest(out / case)
        if manifest is not None and manifest["images"]:
            rows[case] = manifest["acquisition"]
    if rows:
        write_acquisition(out, rows, fresh)


def _notes(given: Given, plans: Sequence[CasePlan], rules: Rules, found: Survey) -> list[str]:
    """Return sentences on what the user asked for and nothing answered to."""
    ids = {text for plan in plans for text in (plan.case, plan.key[0], plan.key[2])}
    notes = [f"{given.path}: {identifier!r} is no patient, case or study here." for identifier in given.unused(ids)]
    for option, wishes, tag in (("--pet", rules.pet, "PT"), ("--ct", rules.ct, "CT")):
        here = [one for one in found.series if one.modality == tag]
        notes += [f"{option} {uid}: no such {tag} series here." for uid in wishes.uids - {one.uid for one in here}]
        notes += [
            f"{option} {word!r}: no {tag} series is described so."
            for word in wishes.words
            if not any(word in one.first.description.casefold() for one in here)
        ]
    return notes
