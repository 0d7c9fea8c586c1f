"""Baseline hazards and risk groups: fitted again on the risks of whom they say that they saw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.refit import agree, refit_leaks
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun
from hyoid.evaluation import observed_of
from hyoid.files import read_json
from hyoid.metrics.survival import risk_groups
from hyoid.survival import fit_baseline
from hyoid.training import PROGNOSIS, has_label, table_of
from hyoid.training.checkpoint import read_fitted
from hyoid.training.prognosis import PROGNOSES
from hyoid.training.risk_table import cut_points

BASELINE_TOLERANCE = 1e-3
"""Risks of a network may differ in their last digits between two passes; a patient more or less changes the hazard by
more, and the numbers of patients and of events in any case."""

Risks = Mapping[str, Mapping[str, float]]
"""Standardised risks by part and id."""


def risk_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Fit every fold's baseline hazard and the cut points of its risk groups again."""
    if "rfs" not in run.recipe.tasks or not run.finished:
        return
    risks = {fold.folder: _risks(run, fold) for fold in run.finished}
    for fold in run.finished:
        yield from _baseline(run, fold, risks[fold.folder])
        yield from _groups(run, fold, risks)
    pooled = sorted(risk for each in risks.values() for risk in each["report"].values())
    if not agree(pooled, read_json(run.folder / PROGNOSIS)["out_of_fold_risks"]):
        text = "are not those of the reported patients, each by the fold that reports them"
        yield Leak("unproven", run.path(f"{PROGNOSIS}: out_of_fold_risks"), text)


def _risks(run: TrainedRun, fold: FoldParts) -> dict[str, dict[str, float]]:
    found = run.read(fold, PROGNOSES)
    parts = {part: found.get(part, {}) for part in ("report", "held_out", "select")}
    return {part: {i: one["risk"] for i, one in each.items()} for part, each in parts.items()}


def _baseline(run: TrainedRun, fold: FoldParts, risks: Risks) -> Iterator[Leak]:
    """Fit on the standardised risks, of which those of the part that the baseline saw have mean 0 and spread 1.

    A fold of several members has no risks of each, and where `select` had no event the training part's are not kept:
    of these there is the record alone.
    """
    members, stated = read_fitted(run.folder / fold.folder)["members"], run.seen(fold, "baseline")
    known = {i: risk for part in risks.values() for i, risk in part.items()}
    if len(members) > 1 or not set(stated) <= set(known):
        return
    recorded = members[0]["baseline"]

    def refit(ids: Sequence[str]) -> dict[str, Any]:
        used = [i for i in ids if i in known and has_label(run.cases[i], "rfs")]
        outcomes = observed_of((run.cases[i].relapse is True, run.cases[i].rfs_days or 0.0) for i in used)
        found = fit_baseline([known[i] for i in used], outcomes).model_dump(mode="json")
        return {name: found[name] for name in expected}

    names = ("slope", "days", "cumulative_hazard", "last_day", "cases", "events")
    expected = {"mean": 0.0, "spread": 1.0} | {name: recorded[name] for name in names}
    path = f"{fold.folder}/fitted.json: baseline"
    yield from refit_leaks(run, fold, path, expected, refit, stated, BASELINE_TOLERANCE)


def _groups(run: TrainedRun, fold: FoldParts, risks: Mapping[str, Risks]) -> Iterator[Leak]:
    file = table_of(run.recipe, "rfs")
    table = run.table(file)
    others = [one for one in run.finished if one != fold]
    if table is None:
        return
    rows = table[table["fold"] == fold.folder]
    own, groups = risks[fold.folder], run.recipe.inference.risk_groups
    values = {i: risk for one in others for i, risk in risks[one.folder]["report"].items()} or dict(own["select"])
    values = {**own["held_out"], **own["report"], **values}

    def refit(ids: Sequence[str]) -> list[int]:
        cuts = cut_points(np.array([values[i] for i in ids if i in values], np.float64), groups)
        return [int(group) + 1 for group in risk_groups(rows["rfs_risk"].to_numpy(np.float64), cuts)]

    path, recorded = f"out-of-fold/{file}: rfs_group of {fold.folder}", [int(group) for group in rows["rfs_group"]]
    yield from refit_leaks(run, fold, path, recorded, refit, run.seen(fold, "cut_points"))
