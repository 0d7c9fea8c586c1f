"""Which PET and which CT of a study are imported, and why none of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hyoid.dicom.eligible import doubts, is_original, is_sharp
from hyoid.dicom.series import Series
from hyoid.dicom.stack import Stack
from hyoid.geometry import Box

COVERAGE_STEP = 0.05
"""Extents that differ by less than 5 % count as the same: two reconstructions of one scan may differ by a slice."""

TOLD_COVERAGE = 0.95
"""Less than this part of the PET's length on the CT is told."""


_UNITS = {"BQML": 0, "GML": 1, "CM2ML": 2}


@dataclass(frozen=True)
class Candidate:
    """A series that may be imported, with its volume's geometry."""

    series: Series
    stack: Stack

    @property
    def box(self) -> Box:
        """Where it lies in the patient."""
        return Box.of_grid(self.stack.grid)

    @property
    def length_mm(self) -> float:
        """Extent along the patient."""
        return self.box.size_mm[2]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen of some candidates: the one, sentences on it, and of each of the others why it was not."""

    candidate: Candidate
    notes: tuple[str, ...]
    others: tuple[tuple[Series, str], ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule of choice: less is better; `words` are said of the one that is better."""

    words: str
    cost: Callable[[Candidate], float]


def choose_pet(candidates: Sequence[Candidate]) -> Chosen:
    """Choose one PET of at least one: original before derived, the longest, activity before SUV before counts.

    What is still equal is decided by series number; that more than one would do is told.
    """
    longest = max(candidate.length_mm for candidate in candidates)
    rules = (
        _Rule("is an original, not a derived image", lambda c: not is_original(c.series)),
        _Rule("is longer", lambda c: _steps(1 - c.length_mm / longest)),
        _Rule("has the more direct unit", lambda c: _UNITS.get(c.series.first.units, len(_UNITS))),
        _Rule("has the lowest series number", _number),
    )
    return _first_by(candidates, rules, "PET", "--pet")


def choose_ct(candidates: Sequence[Candidate], pet: Candidate | None) -> Chosen:
    """Choose one CT of at least one.

    Beside a PET: one of its own study, original before derived, the one that covers more of the PET's length, none
    made for bone or lung, the one scanned nearest in time, then of nearest slice distance. Alone: original, not for
    bone or lung, the longest. What is still equal is decided by series number, and told.
    """
    longest = max(candidate.length_mm for candidate in candidates)
    soft = _Rule("is not made for bone or lung", lambda c: is_sharp(c.series))
    original = _Rule("is an original, not a derived image", lambda c: not is_original(c.series))
    number = _Rule("has the lowest series number", _number)
    if pet is None:
        longer = _Rule("is longer", lambda c: _steps(1 - c.length_mm / longest))
        return _first_by(candidates, (original, soft, longer, number), "CT", "--ct")
    most = max(coverage(candidate, pet) for candidate in candidates)
    rules = (
        _Rule("is of the PET's own study", lambda c: c.series.first.study_uid != pet.series.first.study_uid),
        original,
        _Rule("covers more of the PET", lambda c: _steps(most - coverage(c, pet))),
        soft,
        _Rule("was scanned nearer to the PET", lambda c: _minutes_apart(c, pet)),
        _Rule(
            "has slices nearer to the PET's in distance",
            lambda c: round(abs(c.stack.grid.spacing[2] - pet.stack.grid.spacing[2]), 2),
        ),
        number,
    )
    chosen = _first_by(candidates, rules, "CT", "--ct")
    part = coverage(chosen.candidate, pet)
    if part < TOLD_COVERAGE:
        notes = (*chosen.notes, f"The CT covers {part:.0%} of the PET's length.")
        return Chosen(chosen.candidate, notes, chosen.others)
    return chosen


def coverage(ct: Candidate, pet: Candidate) -> float:
    """Return the part of a PET's length along the patient that a CT covers, 0 to 1."""
    shared = ct.box.intersection(pet.box)
    return 0.0 if shared.is_empty else shared.size_mm[2] / pet.length_mm


def _first_by(candidates: Sequence[Candidate], rules: Sequence[_Rule], image: str, option: str) -> Chosen:
    """Return the candidate that is best by the first rule that tells, and which rule told it from each other one."""
    costs = [tuple(float(rule.cost(c)) for rule in rules) for c in candidates]
    mine, best = min(zip(costs, candidates, strict=True), key=lambda pair: (pair[0], pair[1].series.uid))
    others, reasons = [], set()
    for its, other in zip(costs, candidates, strict=True):
        if other is best:
            continue
        compared = zip(rules, mine, its, strict=True)
        told = next((rule.words for rule, less, more in compared if less != more), "comes first by its UID")
        reasons.add(told)
        others.append((other.series, f"would do, but {best.series.title} {told}; choose with {option}"))
    notes = [*best.stack.notes, *doubts(best.series)]
    if others:
        notes.append(
            f"{len(candidates)} {image} series would do; {best.series.title} was taken because it "
            f"{' and '.join(sorted(reasons))}. Choose another with {option}."
        )
    return Chosen(best, tuple(notes), tuple(others))


def _steps(lacking: float) -> float:
    """Return how many steps of `COVERAGE_STEP` something falls short of the best; less than one is none."""
    return int(lacking / COVERAGE_STEP + 1e-9)


def _number(candidate: Candidate) -> float:
    number = candidate.series.first.series_number
    return float("inf") if number is None else number


def _minutes_apart(ct: Candidate, pet: Candidate) -> float:
    """Return how far two scans begin from each other, in whole minutes; infinite where a time is not known."""
    starts = [_moment(candidate.series.starts[0]) if candidate.series.starts else None for candidate in (ct, pet)]
    if starts[0] is None or starts[1] is None:
        return float("inf")
    return abs((starts[0] - starts[1]).total_seconds()) // 60


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.partition(".")[0], "%Y%m%d%H%M%S")  # noqa: DTZ007 - both are local times of one scanner
    except ValueError:
        return None
