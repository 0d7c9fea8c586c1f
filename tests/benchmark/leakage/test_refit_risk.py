"""Baseline hazards and risk groups that saw the report part: planted by fitting them so, found by fitting again."""

from typing import Any

import numpy as np
import pandas as pd

from hyoid.benchmark.leakage.refit_risk import risk_leaks
from hyoid.files import read_json, write_json
from hyoid.metrics.survival import Observed
from hyoid.survival import fit_baseline
from support.leaks import Planted


def test_a_baseline_that_saw_the_report_part_is_found(rfs_run: Planted) -> None:
    """As if it had been fitted so: its mean and spread standardise what the run says of everybody."""
    said = read_json(rfs_run.folder / "fold-0" / "prognoses.json")
    risk = {i: one["risk"] for part in ("select", "report") for i, one in said[part].items()}
    cases = [rfs_run.read.cases[i] for i in risk]
    observed = Observed(np.array([case.rfs_days for case in cases]), np.array([case.relapse for case in cases]))
    leaked = fit_baseline(list(risk.values()), observed)

    def standardise(found: dict[str, Any]) -> None:
        for part in ("select", "report"):
            for one in found[part].values():
                one["risk"] = (one["risk"] - leaked.mean) / leaked.spread

    rfs_run.edit("fold-0/prognoses.json", standardise)
    baseline = leaked.model_dump(mode="json")
    rfs_run.edit("fold-0/fitted.json", lambda fitted: fitted["members"][0].update(baseline=baseline))
    leak = next(risk_leaks(rfs_run.read))
    assert (leak.kind, leak.path) == ("fitted", "fold-0/fitted.json: baseline")
    assert leak.patients == tuple(sorted(rfs_run.fold().parts["report"]))


def test_a_hazard_of_the_report_part_is_found_where_only_it_was_exchanged(rfs_run: Planted) -> None:
    def double(fitted: dict[str, Any]) -> None:
        baseline = fitted["members"][0]["baseline"]
        baseline["cumulative_hazard"] = [2 * hazard for hazard in baseline["cumulative_hazard"]]

    rfs_run.edit("fold-1/fitted.json", double)
    (leak,) = risk_leaks(rfs_run.read)
    assert (leak.kind, leak.path) == ("unproven", "fold-1/fitted.json: baseline")


def test_risk_groups_by_the_folds_own_risks_are_found(rfs_run: Planted) -> None:
    """Both folds' patients are cut where the first fold's own median lies: it saw itself."""
    path = rfs_run.folder / "out-of-fold" / "predictions.csv"
    table = pd.read_csv(path, dtype={"PatientID": str}, float_precision="round_trip")
    own = table["fold"] == "fold-0"
    before = table.loc[own, "rfs_group"].to_numpy()
    groups = int(table["rfs_group"].max())
    cuts = np.quantile(table.loc[own, "rfs_risk"], np.arange(1, groups) / groups)
    table.loc[own, "rfs_group"] = 1 + np.searchsorted(cuts, table.loc[own, "rfs_risk"], side="left")
    assert (table.loc[own, "rfs_group"].to_numpy() != before).any()
    table.to_csv(path, index=False)
    (leak,) = risk_leaks(rfs_run.read)
    assert leak.path == "out-of-fold/predictions.csv: rfs_group of fold-0"
    assert leak.kind == "fitted"
    assert leak.patients
    assert set(leak.patients) <= set(rfs_run.fold().parts["report"])


def test_risks_of_others_than_the_reported_in_what_the_bundle_places_by_are_unproven(rfs_run: Planted) -> None:
    found = read_json(rfs_run.folder / "prognosis.json")
    found["out_of_fold_risks"].append(9.0)
    write_json(rfs_run.folder / "prognosis.json", found)
    (leak,) = risk_leaks(rfs_run.read)
    assert (leak.kind, leak.path) == ("unproven", "prognosis.json: out_of_fold_risks")
