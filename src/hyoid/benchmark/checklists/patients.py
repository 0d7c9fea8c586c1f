"""What is known of the patients: where they come from, who is left out, what happened to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from hyoid.benchmark.checklists.known import Known
from hyoid.benchmark.checklists.words import listed
from hyoid.benchmark.external import EXTERNAL
from hyoid.benchmark.measured import UNKNOWN_CENTER
from hyoid.cohort import PROBLEM_CODES, Case
from hyoid.cohort.words import counted
from hyoid.recipe.stage import Task
from hyoid.training import has_label

_POSITIVE: dict[Task, tuple[str, str, Callable[[Case], bool]]] = {
    "hpv": ("HPV-positive", "a known status", lambda case: bool(case.hpv)),
    "rfs": ("recurrence", "a known outcome", lambda case: bool(case.relapse)),
}


def centers(known: Known) -> str:
    """Return how many patients each center has."""
    return " ".join(f"{side}{_centers(cases)}." for side, cases in known.sides)


def _centers(cases: Sequence[Case]) -> str:
    found = Counter(case.center or UNKNOWN_CENTER for case in cases)
    names = listed(f"{name} ({count})" for name, count in sorted(found.items()))
    return f"{counted(len(cases), 'patient')} of {counted(len(found), 'centre')}: {names}"


def excluded(known: Known) -> str:
    """Return how many patients are left out, and for what reasons; also whom single runs set aside."""
    left_out = known.result.excluded
    total = known.result.patients + len(left_out)
    words = f"{counted(total, 'patient')}, "
    words += f"less {len(left_out)} for all recipes ({_reasons(left_out)})." if left_out else "none of them left out."
    for tasks, own in known.result.left_out.items():
        words += f" For {tasks.replace('+', ' and ')} {len(own)} more ({_reasons(own)})."
    aside = {i: reason for run in known.runs for i, reason in run.excluded.items()}
    return words + (f" Training set {len(aside)} more aside ({_reasons(aside)})." if aside else "")


def _reasons(found: Mapping[str, str]) -> str:
    return "; ".join(f"{count}: {reason}" for reason, count in Counter(found.values()).most_common())


def events(known: Known) -> str:
    """Return for each label of the recipes how many have it, by center."""
    return " ".join(
        f"{side}{'; '.join(_labelled(task, cases) for task in known.tasks)}." for side, cases in known.sides
    )


def _labelled(task: Task, cases: Sequence[Case]) -> str:
    have = [case for case in cases if has_label(case, task)]
    if task == "segmentation":
        return f"expert label map: {len(have)} of {counted(len(cases), 'patient')}"
    name, label, positive = _POSITIVE[task]
    whole = f"{name}: {sum(map(positive, have))} of {len(have)} with {label}"
    own: dict[str, list[bool]] = {}
    for case in have:
        own.setdefault(case.center or UNKNOWN_CENTER, []).append(positive(case))
    by_center = ", ".join(f"{center} {sum(found)} of {len(found)}" for center, found in sorted(own.items()))
    return whole + (f" ({by_center})" if have else "")


def follow_up(known: Known) -> str | None:
    """Return how long patients without a recurrence were followed, where one of the recipes is of survival."""
    if "rfs" not in known.tasks:
        return None
    parts = []
    for side, cases in known.sides:
        days = [case.rfs_days for case in cases if case.relapse is False and case.rfs_days is not None]
        if days:
            parts.append(
                f"{side}{counted(len(days), 'patient')} without a recurrence, followed for a median of "
                f"{median(days):.0f} days ({min(days):.0f} to {max(days):.0f})."
            )
    return " ".join(parts) or None


def characteristics(known: Known) -> str | None:
    """Return age and sex, as far as they are recorded."""
    parts = [f"{side}{words}." for side, cases in known.sides if (words := _age_and_sex(cases))]
    return " ".join(parts) or None


def _age_and_sex(cases: Sequence[Case]) -> str:
    ages = [case.clinical["age"] for case in cases if "age" in case.clinical]
    men = [case.clinical["gender"] == 1 for case in cases if "gender" in case.clinical]
    words = []
    if ages:
        words.append(f"age: median {median(ages):g} years ({min(ages):g} to {max(ages):g}), {len(ages)} known")
    if men:
        words.append(f"male: {sum(men)} of {len(men)} known")
    return "; ".join(words)


def quality(known: Known) -> str:
    """Return what the reader of the cohort found wrong and went on without."""
    found = Counter(problem.code for problem in known.cohort.problems)
    if not found:
        return "Reading the cohort met no fault."
    faults = "; ".join(f"{PROBLEM_CODES[code]} ({count})" for code, count in found.most_common())
    return f"Reading the cohort met: {faults}."


def external(known: Known) -> str:
    """Return who was predicted without having taken part in training, or that nobody was."""
    if known.external is None:
        return "There is no external cohort: nobody of other hospitals was predicted."
    notes = {f"{row.recipe}: {note}" for row in known.result.rows if row.split == EXTERNAL for note in row.notes}
    missing = "".join(f" {note.rstrip('.')}." for note in sorted(notes))
    return (
        f"{_centers(known.external.cases)}; none of them took part in training (ids and files of images were "
        f"compared), and the models predict them as they are.{missing}"
    )
