"""What makes a survival evaluation doubtful: too few events, and signs of a risk that points the wrong way."""

from __future__ import annotations

import numpy as np

from hyoid.metrics import Interval
from hyoid.metrics.draws import Floats
from hyoid.metrics.survival import MINIMUM_EVENTS, SurvivalCases

SHORT_HORIZON = 0.05
"""Part of the median time below which a last horizon is doubted: five years called 60 lie below it."""


def doubts(cases: SurvivalCases, c_index: Interval) -> list[str]:
    """Return what a reader must know before the figures: no interval, an inverted C, a risk against its survival."""
    events, found = cases.observed.events, []
    if events == 0:
        found.append("No patient had the event: nothing can be said of the ranking.")
    elif events < MINIMUM_EVENTS:
        found.append(
            f"Only {events} of {len(cases)} patients had the event: no interval is given below {MINIMUM_EVENTS}, where "
            "one patient's rank decides."
        )
    followed = float(np.median(cases.observed.days))
    if cases.survival and max(cases.survival) < SHORT_HORIZON * followed:
        days = ", ".join(f"{day:g}" for day in sorted(cases.survival))
        found.append(
            f"Survival is predicted at {days} days, of patients followed for {followed:.0f} in the median: horizons "
            "are days, so that two years are rfs_survival_730. Are these months?"
        )
    if c_index.high < 0.5:
        found.append(
            "C lies below 0.5 with its whole interval: check the sign of the risk, of which higher must be worse. "
            "Are these times?"
        )
    if against_survival(cases):
        found.append(
            "The risk ranks the patients against their predicted survival, though a higher risk must go with a lower "
            "survival: check the sign of the risk, and that the survival is not that of the event."
        )
    return found


def against_survival(cases: SurvivalCases) -> bool:
    """Whether at every horizon most pairs of a fold, of different risk and survival, have both higher in one patient.

    False where no survival is predicted, or no such pair exists at a horizon.
    """
    excess = [_concordant_less_discordant(cases, survival) for survival in cases.survival.values()]
    return bool(excess) and min(excess) > 0


def _concordant_less_discordant(cases: SurvivalCases, survival: Floats) -> int:
    """Return the pairs of a fold in which risk and survival are higher in the same patient, less the others."""
    total = 0
    for fold in np.unique(cases.fold):
        risk, own = (values[cases.fold == fold] for values in (cases.risk, survival))
        for k in range(len(risk) - 1):  # one patient against the later ones: memory stays that of one row
            total += int(np.sum(np.sign(risk[k + 1 :] - risk[k]) * np.sign(own[k + 1 :] - own[k])))
    return total
