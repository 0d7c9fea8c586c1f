"""The report of a cohort: one page, for the screen and for paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hyoid.cohort.words import counted
from hyoid.evaluation.description import Description, Examples
from hyoid.evaluation.description.grids import WHOLE_BODY_MM
from hyoid.evaluation.description.outcomes import MINIMUM_PATIENTS
from hyoid.evaluation.report import description_pictures as pictures
from hyoid.evaluation.report import description_tables as tables
from hyoid.evaluation.report import page
from hyoid.evaluation.report.picture import Picture
from hyoid.metrics.survival import MINIMUM_EVENTS

NAMED = 20
"""Unreadable images and notes that the page names; `description.json` has all."""


def draw_pictures(found: Description, examples: Examples) -> list[Picture]:
    """Return the pictures that the cohort has something to show for."""
    drawn = [
        pictures.example_picture(examples.richest) if examples.richest is not None else None,
        pictures.coronal_picture(examples.by_center) if examples.by_center else None,
        pictures.center_picture(found),
        pictures.age_picture(found) if found.ages.spread.n else None,
        pictures.event_picture(found) if found.survival.n else None,
        pictures.hpv_picture(found) if _any_hpv(found) else None,
        pictures.survival_picture("survival-by-center", found.survival_by_center, "centre"),
        pictures.survival_picture("survival-by-hpv", found.survival_by_hpv, "HPV status"),
        pictures.missing_picture(found),
    ]
    return [picture for picture in drawn if picture is not None]


def description_page(found: Description, drawn: Sequence[Picture]) -> str:
    """Return the whole page; `drawn` are the pictures of `draw_pictures`."""
    by_name = {picture.name: picture.html() for picture in drawn}
    return page.page(
        f"The cohort {found.root.resolve().name}",
        page.paragraph(_lead(found), "lead"),
        *(page.paragraph(text, "notice") for text in _faults(found)),
        page.section("Example patients", *_examples(found, by_name)),
        page.section("Patients", *_patients(found, by_name)),
        page.section("Outcomes", *_outcomes(found, by_name)),
        page.section("HPV status", *_hpv(found, by_name)),
        page.section("Acquisition", *_acquisition(found)),
        page.section("Image grids", *_grids(found)),
        page.section("What is missing", *_pick(by_name, "missing")),
        page.section("What was met in reading", *_met(found)),
    )


def _pick(by_name: Mapping[str, str], *names: str) -> list[str]:
    return [by_name[name] for name in names if name in by_name]


def _any_hpv(found: Description) -> bool:
    return any(hpv.positive + hpv.negative for hpv in found.hpv.values())


def _lead(found: Description) -> str:
    kinds = [grid.image for grid in found.grids]
    images = [f"{kinds.count(image)} {pictures.item_name(image)}" for image in dict.fromkeys(kinds)]
    return (
        f"{counted(len(found.cases), 'patient')} of {counted(len(found.centers), 'centre')}. Readable images: "
        f"{', '.join(images) or 'none'}. A group of fewer than {MINIMUM_PATIENTS} patients is counted, and is given no "
        "interval, no curve and no part in a test."
    )


def _faults(found: Description) -> list[str]:
    if not found.unreadable:
        return []
    cases = list(dict.fromkeys(one.case for one in found.unreadable))
    named = ", ".join(cases[:NAMED]) + (", ..." if len(cases) > NAMED else "")
    counts = f"{counted(len(found.unreadable), 'image')} of {counted(len(cases), 'patient')} could not be read"
    return [f"{counts}: {named}. The last section says why."]


def _examples(found: Description, by_name: Mapping[str, str]) -> list[str]:
    shown = _pick(by_name, "example", "coronal")
    if not shown:
        shown = [page.paragraph("No patient has a CT or a PET that can be shown.")]
    return [*shown, *tables.extract(found)]


def _patients(found: Description, by_name: Mapping[str, str]) -> list[str]:
    ages, known = found.ages, found.ages.sexes["male"] + found.ages.sexes["female"]
    age = f"Age: median {ages.spread} years, mean {ages.mean:.1f}, n = {ages.spread.n}." if ages.spread.n else "No age."
    sex = f"{pictures.share_text(ages.sexes['male'], known)} of known sex are male." if known else "No sex is known."
    return [
        *_pick(by_name, "centers"),
        page.paragraph(f"{age} {sex}"),
        *_pick(by_name, "age-by-sex"),
        tables.characteristics(found),
    ]


def _outcomes(found: Description, by_name: Mapping[str, str]) -> list[str]:
    if not found.survival.n:
        return [page.paragraph("No outcome is known: events, follow-up and survival cannot be described.")]
    groups = [*found.survival_by_center.groups, *([found.survival] if len(found.centers) > 1 else [])]
    rule = (
        "Follow-up by the reverse Kaplan-Meier estimate. Survival with its pointwise 95 % interval; number at risk. No "
        f"interval is given with fewer than {MINIMUM_EVENTS} events, nor of 0 and 1, and no survival beyond the last "
        "follow-up."
    )
    return [
        *_pick(by_name, "events"),
        tables.outcomes(groups),
        *_pick(by_name, "survival-by-center"),
        tables.survival(groups),
        page.paragraph(rule),
    ]


def _hpv(found: Description, by_name: Mapping[str, str]) -> list[str]:
    if not _any_hpv(found):
        return [page.paragraph("No HPV status is known.")]
    parts = [*_pick(by_name, "hpv"), tables.hpv(found)]
    if found.survival.n:
        parts += [*_pick(by_name, "survival-by-hpv"), tables.survival(found.survival_by_hpv.groups)]
    return parts


def _acquisition(found: Description) -> list[str]:
    if found.acquisition is None:
        return [page.paragraph("The cohort has no acquisition.csv: scanners, doses and times are not known.")]
    return tables.acquisition(found.acquisition)


def _grids(found: Description) -> list[str]:
    if not found.grid_summaries:
        return [page.paragraph("There is no image whose grid could be read.")]
    text = (
        "Read from the headers alone, as the images lie in the patient; median (range). In plane, the larger of both "
        f"numbers counts. Whole-body: an axial extent of {WHOLE_BODY_MM:g} mm or more."
    )
    return [page.paragraph(text), *tables.grids(found.grid_summaries)]


def _met(found: Description) -> list[str]:
    parts = [tables.unreadable(found.unreadable[:NAMED])] if found.unreadable else []
    parts += [page.paragraph(note) for note in found.notes[:NAMED]]
    more = max(0, len(found.unreadable) - NAMED) + max(0, len(found.notes) - NAMED)
    if more:
        parts.append(page.paragraph(f"{more} more stand in description.json."))
    return parts or [page.paragraph("Nothing of note. hyoid check looks into the images too.")]
