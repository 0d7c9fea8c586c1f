"""Cases that a recipe leaves out for what is found in their images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from joblib import Parallel, delayed

from hyoid.cohort import Case
from hyoid.cohort.check import find_in_case
from hyoid.progress import track
from hyoid.recipe import Recipe


def excluded_by_findings(recipe: Recipe, cases: Sequence[Case], jobs: int = 1) -> dict[str, str]:
    """Return `{id: reason}` of the cases in whose images there is what the recipe's `inputs.exclude` names."""
    codes = recipe.inputs.exclude
    if not codes:
        return {}
    looks = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(find_in_case)(replace(case, mask=None), codes) for case in cases
    )
    found = track(looks, f"Looking for {', '.join(codes)}", total=len(cases))
    reasons = {case.id: findings for case, findings in zip(cases, found, strict=True) if findings}
    return {
        i: "; ".join(f"{one.code}: {one.found}" for one in findings) + " (inputs.exclude)"
        for i, findings in reasons.items()
    }
