"""Dates within text, in the forms in which people write them."""

from __future__ import annotations

import re
from datetime import date

_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_JAPANESE_AND_CHINESE = str.maketrans("年月日", "   ")
_DIGITS = re.compile(r"\d+")
_MONTHS = (
    ("jan", "january", "januar", "janvier"), ("feb", "february", "februar", "fevrier"),
    ("mar", "march", "marz", "maerz", "mars", "mrz"), ("apr", "april", "avril"), ("may", "mai"),
    ("jun", "june", "juni", "juin"), ("jul", "july", "juli", "juillet"), ("aug", "august", "aout"),
    ("sep", "sept", "september", "septembre"), ("oct", "october", "okt", "oktober", "octobre"),
    ("nov", "november", "novembre"), ("dec", "december", "dez", "dezember", "decembre"),
)  # fmt: skip
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}


def holds_date(text: str, dates: frozenset[date]) -> bool:
    """Whether a folded text (`folding.spellings`) holds one of the dates.

    Looked for are year, month and day in the orders of ISO, Europe and the United States, with any separators and
    with or without zeros before them (7.12.1933, 1933/12/07, 12-07-1933); with two digits of the year, where all three
    parts have two; without separators, in eight or six digits; and with the month's name in English, German or French
    (07DEC1933, Dec 7, 1933).
    """
    if not dates:
        return False
    compact = {form for day in dates for form in _compact(day)}
    long, short = ({form for form in compact if len(form) == size} for size in (8, 6))
    for run in _DIGITS.findall(text):
        if run in short or any(form in run for form in long):
            return True
    tokens = _TOKEN.findall(text.translate(_JAPANESE_AND_CHINESE))
    return any(
        read in dates for parts in zip(tokens, tokens[1:], tokens[2:], strict=False) for read in _readings(parts)
    )


def _compact(day: date) -> list[str]:
    return [day.strftime(form) for form in ("%Y%m%d", "%d%m%Y", "%m%d%Y", "%y%m%d", "%d%m%y", "%m%d%y")]


def _readings(parts: tuple[str, str, str]) -> list[date]:
    """Return the dates that three words can be; a year of two digits counts in both centuries."""
    found = []
    for order in ((0, 1, 2), (2, 1, 0), (2, 0, 1), (0, 2, 1)):
        year, month, day = (parts[place] for place in order)
        number = _MONTH_OF.get(month) or (int(month) if _is_number(month, 2) else 0)
        if not (number and _is_number(day, 2) and year.isdecimal()):
            continue
        if len(year) == 4:
            years = [int(year)]
        elif len(year) == 2 and len(day) == 2 and len(month) >= 2:
            years = [1900 + int(year), 2000 + int(year)]
        else:
            continue
        for one in years:
            try:
                found.append(date(one, number, int(day)))
            except ValueError:
                continue
    return found


def _is_number(text: str, most: int) -> bool:
    return text.isdecimal() and len(text) <= most
