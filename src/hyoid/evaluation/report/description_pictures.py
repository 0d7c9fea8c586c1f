"""The pictures of a description: Figures 1 to 3 of the dataset descriptor, the missing values, the survival."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hyoid.cohort.words import counted
from hyoid.evaluation.description import TOTAL, Description, Example
from hyoid.evaluation.description.examples import PLANES
from hyoid.evaluation.description.missing import Missing
from hyoid.evaluation.description.outcomes import LEVEL, MINIMUM_PATIENTS, Hpv, SurvivalGroups
from hyoid.evaluation.description.patients import SEXES, decade_name
from hyoid.evaluation.report import charts, figures
from hyoid.evaluation.report.picture import Picture
from hyoid.evaluation.report.planes import (
    HIGHEST_DOSE_GY,
    LEAST_DOSE_GY,
    NAMES,
    VIEW_WORDS,
    coronal_panel,
    example_planes,
)
from hyoid.metrics.survival import MINIMUM_EVENTS

MOST_BANDS = 4
"""With more curves their intervals cover each other, and only the table has them."""

MOST_ROWS = 40
"""Of the map of missing values; the rest stands in the table of the folder."""

PICTURE_NAMES = (
    "example", "coronal", "centers", "age-by-sex", "events", "hpv", "survival-by-center", "survival-by-hpv", "missing"
)  # fmt: skip
"""Names of all pictures that a description may have, in the order of the page."""

_WORDS = {
    "gender": "sex",
    "t_stage": "T stage",
    "n_stage": "N stage",
    "m_stage": "M stage",
    "rfs": "outcome (RFS)",
    "hpv": "HPV status",
    **NAMES,
    "mask": "expert mask",
}
_BLUE, _RED, _PINK, _GREY = "#0969da", "#d1242f", "#bf3989", "#c3cad1"


def item_name(item: str) -> str:
    """Return a column, outcome or image in words."""
    return _WORDS.get(item, item.replace("_", " "))


def share_text(count: int, n: int) -> str:
    """Return '12 of 40 (30 %)'; the count alone of none."""
    return f"{count} of {n} ({100 * count / n:.0f} %)" if n else str(count)


def hpv_text(hpv: Hpv) -> str:
    """Return '12 of 40 (30 %; 18 to 45)': positives of known status, with the interval where there is one."""
    n = hpv.positive + hpv.negative
    if not n:
        return "none known"
    interval = "" if math.isnan(hpv.low) else f"; {100 * hpv.low:.0f} to {100 * hpv.high:.0f}"
    return f"{hpv.positive} of {n} ({100 * hpv.share:.0f} %{interval})"


def example_picture(example: Example) -> Picture:
    """Return one patient in all images, coronal and axial (Figure 1)."""
    images = example.planes[PLANES[0]]
    shown = ", ".join(NAMES[name] for name in images)
    dose = (
        f" Dose over the CT from {LEAST_DOSE_GY:g} (blue) to {HIGHEST_DOSE_GY:g} Gy (red)." if "dose" in images else ""
    )
    return Picture(
        "example",
        example_planes(example),
        f"Coronal and axial plane of {example.case.id} through {example.through}: {shown}.",
        f"{example.case.id}, n = 1: planes through {example.through}. {VIEW_WORDS}{dose}",
    )


def coronal_picture(examples: Sequence[Example]) -> Picture:
    """Return the coronal CT and PET of a patient of each center."""
    listed = ", ".join(f"{example.case.id} ({example.case.center or 'centre unknown'})" for example in examples)
    return Picture(
        "coronal",
        coronal_panel(examples),
        f"Coronal CT with contours, and PET, of {listed}.",
        f"Coronal CT and PET of one patient a centre, n = {len(examples)}: {listed}. {VIEW_WORDS}",
    )


def center_picture(found: Description) -> Picture:
    """Return the patients by center (Figure 2a)."""
    words = {center: share_text(n, len(found.cases)) for center, n in found.centers.items()}
    counts = {center: {"patients": n} for center, n in found.centers.items()}
    drawn = charts.stacked_bars(counts, {"patients": _BLUE}, words, legend=False)
    caption = f"Patients by centre, n = {len(found.cases)}."
    return Picture("centers", drawn, f"Bars. {_listed(words)}.", caption)


def age_picture(found: Description) -> Picture:
    """Return the ages by decade and sex (Figure 2b)."""
    colours = dict(zip(SEXES, (_BLUE, _PINK, _GREY), strict=True))
    decades = {decade_name(start): counts for start, counts in found.ages.decades.items()}
    occurring = {sex: colour for sex, colour in colours.items() if any(counts[sex] for counts in decades.values())}
    words = _listed({name: ", ".join(f"{counts[sex]} {sex}" for sex in occurring) for name, counts in decades.items()})
    unknown = f"; {found.ages.unknown} of unknown age are not shown" if found.ages.unknown else ""
    caption = f"Age by sex, n = {found.ages.spread.n} of known age{unknown}."
    return Picture("age-by-sex", charts.grouped_bars(decades, occurring, "age, years"), f"Bars. {words}.", caption)


def event_picture(found: Description) -> Picture:
    """Return events and censorings by center (Figure 3, left)."""
    groups = found.survival_by_center.groups
    counts = {g.name: {"event": g.events, "censored": g.n - g.events, "unknown": g.unknown} for g in groups}
    words = {g.name: f"{share_text(g.events, g.n)} with event" if g.n else "outcome unknown" for g in groups}
    drawn = charts.stacked_bars(counts, {"event": _RED, "censored": _BLUE, "unknown": _GREY}, words)
    total = found.survival
    caption = (
        f"Events and censoring by centre, n = {total.n} of known outcome ({counted(total.events, 'event')}, "
        f"{total.n - total.events} censored), {total.unknown} of unknown outcome. A share of events depends on how "
        "long the patients were followed: compare centres by the curves below."
    )
    return Picture("events", drawn, f"Bars. {_listed(words)}.", caption)


def hpv_picture(found: Description) -> Picture:
    """Return HPV status by center (Figure 3, right)."""
    centers = {center: hpv for center, hpv in found.hpv.items() if center in found.centers}
    counts = {c: {"positive": h.positive, "negative": h.negative, "unknown": h.unknown} for c, h in centers.items()}
    words = {center: hpv_text(hpv) for center, hpv in centers.items()}
    drawn = charts.stacked_bars(counts, {"positive": _BLUE, "negative": _RED, "unknown": _GREY}, words)
    caption = (
        f"HPV status by centre, n = {sum(h.positive + h.negative for h in centers.values())} of known status, "
        f"{sum(h.unknown for h in centers.values())} of unknown. Beside the bars: positives among those of known "
        f"status, with Wilson's 95 % interval; none is given of fewer than {MINIMUM_PATIENTS}, and of none or all."
    )
    return Picture("hpv", drawn, f"Bars. {_listed(words)}.", caption)


def missing_picture(found: Description) -> Picture:
    """Return the map of missing values by center."""
    every = list(dict.fromkeys((one.kind, one.item) for one in found.missing))
    clinical = [item for item in every if item[0] == "clinical"]
    others = [item for item in every if item[0] != "clinical"]
    items = clinical[: MOST_ROWS - len(others)] + others
    centers = list(dict.fromkeys(one.center for one in found.missing))
    cells = {(one.kind, one.item, one.center): one for one in found.missing}
    shares = [[cells[(*item, center)].share for center in centers] for item in items]
    patients = {center: cells[(*items[0], center)].n for center in centers}
    names = [f"{center.replace(' ', chr(10))}\nn = {n}" for center, n in patients.items()]
    left_out = len(every) - len(items)
    more = f" {left_out} further columns stand in missing.csv." if left_out else ""
    caption = f"Missing values, percent of the patients of each centre (n above).{more}"
    drawn = charts.share_map(shares, [item_name(item) for _, item in items], names)
    return Picture("missing", drawn, f"Map. Missing in all patients: {_overall(found.missing)}.", caption)


def survival_picture(name: str, groups: SurvivalGroups, by: str) -> Picture | None:
    """Return the Kaplan-Meier curves of groups that are large enough; None where none is."""
    drawn = {g.name: g for g in groups.groups if g.name in groups.compared and g.curve is not None}
    if not drawn:
        return None
    banded = [g.name for g in drawn.values() if g.has_interval] if len(drawn) <= MOST_BANDS else []
    words = _listed({g.name: f"{counted(g.events, 'event')} in {counted(g.n, 'patient')}" for g in drawn.values()})
    small = [f"{g.name} (n = {g.n})" for g in groups.groups if g.name not in drawn]
    curves = {group.name: group.curve for group in drawn.values()}
    n = sum(group.n for group in drawn.values())
    caption = (
        f"Recurrence-free survival by {by}, Kaplan-Meier, n = {n}; {words}. {_test(groups)}"
        + (f" Not drawn, for few patients or no known status: {', '.join(small)}." if small else "")
        + (f" Bands: pointwise 95 % intervals of groups with {MINIMUM_EVENTS} events or more." if banded else "")
    )
    return Picture(
        name, figures.kaplan_meier(curves, LEVEL, banded, ordered=False), f"Kaplan-Meier curves. {words}.", caption
    )


def _test(groups: SurvivalGroups) -> str:
    if groups.test is None or math.isnan(groups.test.p_value):
        return f"No log-rank test: fewer than two groups of {MINIMUM_PATIENTS} patients or more that can be compared."
    if groups.test.too_few:
        return f"No log-rank p-value: {groups.test.too_few}."
    value = groups.test.p_value
    return f"Log-rank {'p < 0.001' if value < 0.001 else f'p = {value:.3f}'} ({', '.join(groups.compared)})."


def _overall(missing: Sequence[Missing]) -> str:
    centers = {one.center for one in missing}
    return _listed(
        {item_name(m.item): share_text(m.missing, m.n) for m in missing if m.center == TOTAL or len(centers) == 1}
    )


def _listed(words: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {text}" for name, text in words.items())
