"""Which of a patient's RTDOSE objects make up the dose of the treatment, so that nothing counts twice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from hyoid.dicom.dose.header import DoseHeader
from hyoid.errors import DicomError

OF_PLANS = ("PLAN", "MULTI_PLAN")
OF_PARTS = ("BEAM", "BRACHY")

NOT_WHOLE = {
    "PLAN_OVERVIEW": "it is the dose of a plan overview, not of a plan",
    "FRACTION_SESSION": "it is the dose of one session, not of all",
    "BEAM_SESSION": "it is the dose of one session, not of all",
    "BRACHY_SESSION": "it is the dose of one session, not of all",
    "CONTROL_POINT": "it is the dose of one part of a beam",
    "RECORD": "it is a record of delivery, not the planned dose",
}
"""Why doses of these summation types are no part of a treatment's sum: PS3.3 C.8.8.3."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which doses are summed: positions in the sequence given.

    Parameters
    ----------
    used
        Positions of the doses that are summed, in the order given.
    left_out
        Position and reason of every other.
    notes
        What the choice took for granted.
    """

    used: tuple[int, ...]
    left_out: dict[int, str]
    notes: tuple[str, ...]


def choose_doses(headers: Sequence[DoseHeader], plans: Sequence[str] = ()) -> Choice:
    """Choose the doses that together are the treatment's, each part once.

    A MULTI_PLAN dose of all plans is taken before their own; a plan's PLAN dose before the doses of its fraction
    groups; the dose of a fraction group (FRACTION) before those of its beams and application setups (BEAM, BRACHY).
    Several plans are summed only where `plans` names them, for nothing in the objects says that all were delivered.

    Parameters
    ----------
    headers
        Of doses of one patient, frame of reference and dose type.
    plans
        SOP Instance UIDs of the plans that were delivered; by default all, of which there then may be only one.

    Raises
    ------
    DicomError
        If no dose is that of a whole plan, fraction group or beam; if two claim the same, or one does not say what it
        is the dose of; if several plans are there and none are named; or if a plan that is named has no dose.
    """
    left_out = {i: NOT_WHOLE[h.summation] for i, h in enumerate(headers) if h.summation in NOT_WHOLE}
    candidates = [i for i in range(len(headers)) if i not in left_out]
    if not candidates:
        raise DicomError.of(
            f"only {_named(headers)}",
            "a dose of a whole plan, fraction group or beam",
            "Export the plan's dose: the number of sessions delivered is not in a session's dose.",
        )
    _refuse_spread([headers[i] for i in candidates])
    if plans:
        candidates = _of_plans(headers, candidates, set(plans), left_out)
    known = sorted({plan for i in candidates for plan in _plans(headers[i])})
    whole = [i for i in candidates if len(known) > 1 and set(headers[i].plans) >= set(known)]
    notes: list[str] = []
    if len(whole) > 1:
        raise _twice([headers[i] for i in whole], "the same plans")
    if whole:
        chosen = whole
    elif len(known) > 1 and not plans:
        raise DicomError.of(
            f"doses of {len(known)} plans ({', '.join(plan or 'an unnamed one' for plan in known)})",
            "those of one plan, or a MULTI_PLAN dose of them all",
            "Name the plans that were delivered (--plan UID, once for each): only those are summed.",
        )
    else:
        chosen, notes = _plan_by_plan(headers, candidates, known)
    for i in candidates:
        if i not in chosen:
            left_out[i] = f"it is part of {' + '.join(str(headers[j]) for j in chosen)}"
    return Choice(tuple(sorted(chosen)), left_out, tuple(notes))


def _plans(header: DoseHeader) -> tuple[str, ...]:
    return header.plans or ("",)


def _of_plans(
    headers: Sequence[DoseHeader], candidates: list[int], wanted: set[str], left_out: dict[int, str]
) -> list[int]:
    """Return the doses of the plans wanted and of no other."""
    kept = [i for i in candidates if set(_plans(headers[i])) <= wanted]
    missing = sorted(wanted - {plan for i in kept for plan in _plans(headers[i])})
    if missing:
        present = sorted({plan for i in candidates for plan in _plans(headers[i])})
        raise DicomError.of(
            f"no dose of plan {', '.join(missing)} by itself",
            f"one of the plans that the doses refer to: {', '.join(p or 'an unnamed one' for p in present)}",
            "Give its RTDOSE, or leave it out.",
        )
    left_out |= {i: "it is of a plan that was not named" for i in candidates if i not in kept}
    return kept


def _refuse_spread(headers: list[DoseHeader]) -> None:
    """Refuse the dose of a fraction group or beam that refers to several plans: it belongs to one."""
    for header in headers:
        if header.summation not in OF_PLANS and len(header.plans) > 1:
            raise DicomError.of(
                f"{header} of {len(header.plans)} plans", "one plan", "Parts might count twice: export the plan's dose."
            )


def _plan_by_plan(
    headers: Sequence[DoseHeader], candidates: list[int], known: list[str]
) -> tuple[list[int], list[str]]:
    """Return the doses of each plan, which must not share one."""
    chosen: list[int] = []
    notes: list[str] = []
    for plan in known:
        own = [i for i in candidates if _plans(headers[i]) == (plan,)]
        if not own:
            raise DicomError.of(
                f"plan {plan} only within a dose of several plans", "a dose of each plan", "Export its own dose."
            )
        found, said = _within_plan(headers, own, plan)
        chosen += found
        notes += said
    if len(known) > 1:
        notes.append(f"The doses of {len(known)} plans were summed, as asked: {', '.join(known)}.")
    return chosen, notes


def _within_plan(headers: Sequence[DoseHeader], own: list[int], plan: str) -> tuple[list[int], list[str]]:
    """Return what makes up one plan's dose: the PLAN dose, else those of its fraction groups, else of its parts."""
    whole = [i for i in own if headers[i].summation in OF_PLANS]
    if len(whole) > 1:
        raise _twice([headers[i] for i in whole], f"plan {plan or '(not named)'}")
    if whole:
        return whole, [] if plan else [f"{_sentence(headers[whole[0]])} names no plan."]
    fractions = [i for i in own if headers[i].summation == "FRACTION"]
    parts = [i for i in own if headers[i].summation in OF_PARTS]
    _refuse_unsaid([headers[i] for i in own])
    groups = _disjoint([(headers[i], headers[i].fraction_groups) for i in fractions], "fraction group")
    rest = [i for i in parts if not (groups and _groups(headers[i]) <= groups)]
    _disjoint([(headers[i], tuple(headers[i].parts)) for i in rest], "beam")
    mixed = [i for i in rest if _groups(headers[i]) & groups]
    if mixed:
        raise _twice([headers[i] for i in [*fractions, *mixed]], "the same fraction group")
    chosen = fractions + rest
    said = (
        f"{len(chosen)} doses ({_named([headers[i] for i in chosen])}) make up the total. The doses do not say whether "
        "the plan has more fraction groups or beams: compare with the plan."
    )
    return chosen, [said]


def _groups(header: DoseHeader) -> set[object]:
    return {part.fraction_group for part in header.parts}


def _refuse_unsaid(headers: list[DoseHeader]) -> None:
    """Refuse a dose that does not say what it is the dose of, where there are others of its plan."""
    with_groups = any(header.summation == "FRACTION" or None not in _groups(header) for header in headers)
    for header in headers if len(headers) > 1 else ():
        said = bool(header.fraction_groups if header.summation == "FRACTION" else header.parts)
        if not said or (with_groups and None in _groups(header)):
            raise DicomError.of(
                f"{header}, which does not say of which fraction group or beam it is, beside others of its plan",
                "references to its fraction group and beams",
                "Parts might count twice: export the plan's dose.",
            )


def _disjoint(claims: list[tuple[DoseHeader, tuple[object, ...]]], what: str) -> set[object]:
    """Return all that the doses claim; refuse two that claim the same."""
    for (first, mine), (second, yours) in itertools.combinations(claims, 2):
        if set(mine) & set(yours):
            raise _twice([first, second], f"the same {what}")
    return {part for _, claim in claims for part in claim}


def _twice(headers: Sequence[DoseHeader], of: str) -> DicomError:
    return DicomError.of(
        f"{len(headers)} doses of {of}: {', '.join(h.sop_instance_uid or 'without UID' for h in headers)}",
        "one, for they would count twice",
        "Give the one that was delivered.",
    )


def _named(headers: Sequence[DoseHeader]) -> str:
    kinds = [header.summation for header in headers]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) + " doses"


def _sentence(header: DoseHeader) -> str:
    text = str(header)
    return text[0].upper() + text[1:]
