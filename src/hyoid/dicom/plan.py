"""What would be imported of a whole pile: a case for each study, each with an id of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hyoid.dicom.naming import assign_ids
from hyoid.dicom.places import Equal
from hyoid.dicom.series import Series
from hyoid.dicom.study import CasePlan, Rules, plan_patient


def plan_cases(
    series: Sequence[Series], rules: Rules, equal: Equal, known: Mapping[tuple[str, str, str], str]
) -> list[CasePlan]:
    """Plan a case for each study of each patient; a study of which nothing is imported has no images and no id.

    Parameters
    ----------
    series
        Everything in the pile.
    rules
        The user's wishes.
    equal
        Compares two images at one place, or with one UID.
    known
        Ids of cases that were imported before, by patient id, issuer and study UID.
    """
    patients: dict[tuple[str, str], list[Series]] = {}
    for one in series:
        patients.setdefault(one.patient, []).append(one)
    plans = [plan for own in patients.values() for plan in plan_patient(own, rules, equal)]
    chosen = [plan for plan in plans if plan.images]
    ids, said = assign_ids([(*plan.key, plan.study_date) for plan in chosen], known)
    for plan in chosen:
        plan.case = ids[plan.key]
        if plan.key in said:
            plan.notes.append(said[plan.key])
    return plans
