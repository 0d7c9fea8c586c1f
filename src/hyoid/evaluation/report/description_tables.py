"""The tables of a description's page: Tables 1 and 2 of the dataset descriptor, and what stands beside the figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hyoid.cohort.acquisition import PARAMETERS
from hyoid.cohort.words import counted
from hyoid.evaluation.description import Description
from hyoid.evaluation.description.acquisition import CenterAcquisition
from hyoid.evaluation.description.characteristics import Characteristic
from hyoid.evaluation.description.grids import MEASURES, GridSummary, Unreadable
from hyoid.evaluation.description.outcomes import SurvivalAt, SurvivalGroup
from hyoid.evaluation.description.spread import Spread
from hyoid.evaluation.description.tables import clinical_extract
from hyoid.evaluation.report import page
from hyoid.evaluation.report.description_pictures import hpv_text, item_name
from hyoid.evaluation.report.survival_words import days_text
from hyoid.metrics.survival import DEFAULT_HORIZONS

EXTRACT_HEADINGS = {
    "patient": "patient",
    "center": "centre",
    "age": "age",
    "gender": "male",
    "tobacco": "tobacco",
    "alcohol": "alcohol",
    "performance_status": "ECOG",
    "treatment": "treatment",
    "t_stage": "T",
    "n_stage": "N",
    "m_stage": "M",
    "relapse": "relapse",
    "rfs_days": "RFS, days",
    "hpv": "HPV",
}
"""Columns of the clinical extract on the page; others stand in the table of the folder alone."""

_COLUMNS = 4


def extract(found: Description) -> list[str]:
    """Return the records of a few patients, as they were read; without columns that nobody has a value of."""
    rows = clinical_extract(found.cases)
    known = {"patient", "center", "relapse", "rfs_days", "hpv", *(column.column for column in found.characteristics)}
    columns = [name for name in rows[0] if name in known & EXTRACT_HEADINGS.keys()]
    cells = [[_cell(row[name]) for name in columns] for row in rows]
    count = f"{len(rows)} of {counted(len(found.cases), 'patient')}"
    words = f"Clinical extract, {count}, evenly spread over the ids; – is missing."
    return [page.paragraph(words), page.table([EXTRACT_HEADINGS[name] for name in columns], cells, numeric_from=2)]


def characteristics(found: Description) -> str:
    """Return the clinical columns: spread of numbers, counts of categories."""
    if not found.characteristics:
        return page.paragraph("There is no clinical value.")
    rows = [row for column in found.characteristics for row in _characteristic_rows(column)]
    return page.table(["column", "value", "n known", "patients, or median (range)"], rows, numeric_from=2)


def outcomes(groups: Sequence[SurvivalGroup]) -> str:
    """Return events, censorings and follow-up."""
    rows = [
        [
            *(g.name, str(g.n), str(g.events), str(g.n - g.events), str(g.unknown)),
            days_text(g.median_follow_up_days) if g.n else "–",
        ]
        for g in groups
    ]
    return page.table(["", "known", "events", "censored", "unknown", "median follow-up"], rows)


def survival(groups: Sequence[SurvivalGroup]) -> str:
    """Return the survival after one, two, three and five years, with numbers at risk."""
    header = ["survival; number at risk", "n", *(f"{day:.0f} days" for day in DEFAULT_HORIZONS)]
    rows = [[g.name, str(g.n), *(_survival_text(g.at(day)) for day in DEFAULT_HORIZONS)] for g in groups if g.n]
    return page.table(header, rows)


def hpv(found: Description) -> str:
    """Return HPV status by center."""
    rows = [
        [center, str(own.positive), str(own.negative), str(own.unknown), hpv_text(own)]
        for center, own in found.hpv.items()
    ]
    return page.table(["", "positive", "negative", "unknown", "positive of known status"], rows)


def acquisition(found: Mapping[str, CenterAcquisition]) -> list[str]:
    """Return the scanners by center (Table 1), and the other parameters with their median and range (Table 2)."""
    parts = []
    if any(own.scanners for own in found.values()):
        scanners = [
            [center, str(own.n), "; ".join(f"{name} (n = {n})" for name, n in own.scanners.items()) or "–"]
            for center, own in found.items()
        ]
        parts.append(page.table(["", "patients", "scanners"], scanners, numeric_from=3))
    words = {parameter.name: parameter.words for parameter in PARAMETERS}
    present = list(next(iter(found.values())).spreads)
    for names in (present[:_COLUMNS], present[_COLUMNS:]):  # all in one table would be wider than a page
        rows = [[center, *(_with_n(own.spreads[name]) for name in names)] for center, own in found.items()]
        if names:
            parts.append(page.table(["median (range); n", *(words[name] for name in names)], rows))
    return parts or [page.paragraph("acquisition.csv has none of the columns that are read.")]


def grids(summaries: Sequence[GridSummary]) -> list[str]:
    """Return a table for each kind of image."""
    images = dict.fromkeys(summary.image for summary in summaries)
    return [_grid_table(image, [summary for summary in summaries if summary.image == image]) for image in images]


def unreadable(found: Sequence[Unreadable]) -> str:
    """Return which images could not be read, and why."""
    rows = [[one.case, item_name(one.image), one.reason] for one in found]
    return page.table(["patient", "image", "why it could not be read"], rows, numeric_from=3)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _characteristic_rows(found: Characteristic) -> list[list[str]]:
    name, n = item_name(found.column), str(found.n)
    if found.spread is not None:
        return [[name, "", n, str(found.spread)]]
    if found.counts is None:
        return [[name, f"{found.distinct} different values", n, "–"]]
    values = [(value, f"{count} ({100 * count / found.n:.0f} %)") for value, count in found.counts.items()]
    return [[name if k == 0 else "", value, n if k == 0 else "", text] for k, (value, text) in enumerate(values)]


def _survival_text(at: SurvivalAt) -> str:
    if math.isnan(at.survival):
        return f"–; {at.at_risk}"
    return f"{page.figure_text(at.survival, (at.low, at.high))}; {at.at_risk}"


def _with_n(spread: Spread) -> str:
    return f"{spread}; n = {spread.n}" if spread.n else str(spread)


def _grid_table(image: str, summaries: Sequence[GridSummary]) -> str:
    rows = [[s.center, str(s.n), *(str(spread) for spread in s.spreads.values()), str(s.whole_body)] for s in summaries]
    return page.table([item_name(image), "n", *MEASURES.values(), "whole-body"], rows)
