"""iCARE as it is written down, one column and one pair at a time: scikit-survival's measures, and loops over pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sksurv.metrics import concordance_index_censored, concordance_index_ipcw, cumulative_dynamic_auc
from sksurv.util import Surv

Score = Callable[[str, np.ndarray, np.ndarray, np.ndarray], float]


def by_scikit_survival(rule: str, days: np.ndarray, event: np.ndarray, x: np.ndarray) -> float:
    """Defined as ours where no event and no censoring share a day, and an event precedes the 10th percentile."""
    truth = Surv.from_arrays(event, days)
    if rule == "harrell":
        return float(concordance_index_censored(event, days, x)[0])
    if rule == "uno":
        return float(concordance_index_ipcw(truth, truth, x, days[event].max())[0])
    return float(cumulative_dynamic_auc(truth, truth, x, np.percentile(days, np.linspace(10, 81, 25)))[1])


def by_loops(rule: str, days: np.ndarray, event: np.ndarray, x: np.ndarray) -> float:
    """Any ties; NaN where there is no pair to compare."""
    n = len(days)
    if rule != "tauc":
        above = total = 0.0
        for i in range(n):
            if event[i] and (rule == "harrell" or days[i] < days[event].max()):
                weight = 1 if rule == "harrell" else uncensored_before(days, event, days[i]) ** -2
                for j in range(n):
                    if days[j] > days[i] or (days[j] == days[i] and not event[j]):
                        above += weight * ((x[i] > x[j]) + (x[i] == x[j]) / 2)
                        total += weight
        return above / total if total else np.nan
    before, areas, steps = 1.0, 0.0, 0.0
    for t in np.percentile(days, np.linspace(10, 81, 25)):
        now = surviving(days, event, t)
        cases = [i for i in range(n) if event[i] and days[i] <= t]
        controls = [j for j in range(n) if days[j] > t]
        if cases and controls:
            weights = [1 / uncensored_before(days, event, days[i]) for i in cases]
            above = sum(
                weight * ((x[i] > x[j]) + (x[i] == x[j]) / 2)
                for i, weight in zip(cases, weights, strict=True)
                for j in controls
            )
            areas += (before - now) * above / (sum(weights) * len(controls))
            steps += before - now
        before = now
    return areas / steps if steps > 0 else np.nan


def surviving(days: np.ndarray, event: np.ndarray, t: float) -> float:
    product = 1.0
    for day in np.unique(days[event & (days <= t)]):
        product *= 1 - (event & (days == day)).sum() / (days >= day).sum()
    return product


def uncensored_before(days: np.ndarray, event: np.ndarray, t: float) -> float:
    """Events come first: who has one on a day is no longer at risk of being censored on it."""
    product = 1.0
    for day in np.unique(days[~event & (days < t)]):
        left = (days == day) & ~event
        product *= 1 - left.sum() / ((days > day) | left).sum()
    return product


@dataclass
class LiteralIcare:
    """`columns` in the order in which the correlated go; patients of a bootstrap stand in the table repeatedly."""

    columns: list[int]
    rules: tuple[str, ...]
    score: Score
    rho: float | None = None
    correlation: str = "pearson"
    least_concordance: float | None = None

    def fit(self, values: np.ndarray, days: np.ndarray, event: np.ndarray) -> LiteralIcare:
        table = pd.DataFrame(values)[self.columns]
        kept = [column for column in self.columns if table[column].nunique() > 1]
        if self.rho is not None:
            matrix = table.corr(method=self.correlation).abs()
            for place, column in enumerate(self.columns):
                if any(matrix.loc[earlier, column] > self.rho for earlier in self.columns[:place]):
                    kept = [other for other in kept if other != column]
        self.signs: dict[int, float] = {}
        for column in sorted(kept):
            known = table[column].notna().to_numpy()
            x = table[column].to_numpy()[known]
            scores = [self.score(rule, days[known], event[known], x) for rule in self.rules]
            signs = {-1.0 if score < 0.5 else 1.0 for score in scores}
            strength = np.mean([max(score, 1 - score) for score in scores])
            defined = not np.isnan(scores).any()
            if defined and len(signs) == 1 and (self.least_concordance is None or strength >= self.least_concordance):
                self.signs[column] = signs.pop()
        used = table[list(self.signs)]
        self.means, self.stds = used.mean(), used.std().replace(0, 1e-6)
        self.output = 0.0, 1.0
        trained = self.risk(values)
        if self.signs:
            self.output = float(np.nanmean(trained)), float(np.nanstd(trained)) or 1e-6
        return self

    def risk(self, values: np.ndarray) -> np.ndarray:
        risks = []
        for patient in values:
            terms = [
                sign * (patient[column] - self.means[column]) / self.stds[column]
                for column, sign in self.signs.items()
                if not np.isnan(patient[column])
            ]
            mean = sum(terms) / len(terms) if terms else np.nan
            risks.append((mean - self.output[0]) / self.output[1] if self.signs else 0.0)
        return np.array(risks)
