"""iCARE: all comparisons of patients at once, against one column after the other.

680 patients, 2,400 columns, a fifth with an event, the rules Harrell, Uno and tAUC; one thread each.

- The literal oracle of the tests (scikit-survival's measures, column by column), timed on a few columns and scaled.
- The `icare` package of the authors, in an environment of its own, because it needs older packages than ours:
  `python -m venv ENV && ENV/bin/pip install icare==0.1.0 "scikit-learn<1.8" "numpy<2.4"`, then
  `--icare-python ENV/bin/python`. Without the option it is left out. The bags' bootstraps differ, so bags of 10 are
  timed, and one model without a bootstrap is compared: the same columns, the same signs, the same risks. On whole days,
  where events and censorings share days, ours takes the weights of censoring just before an event, the package's on it.

Run: python benchmarks/icare.py [--icare-python PATH] [--out FILE] (prints JSON)
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

# hyoid and icare are imported where they are called: this file runs in the environments of both

PATIENTS, COLUMNS, ESTIMATORS = 680, 2400, 10
ORACLE_COLUMNS = 48
REPEATS = 5
AGREEMENT = 1e-4
"""Largest difference of risks allowed: the package computes in single precision."""

Table = dict[str, np.ndarray]


def tables(patients: int, columns: int) -> dict[str, Table]:
    """Return a table of image features that share 40 hidden ones: complete, with values missing, and in whole days."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(patients, 40))
    noise = 3 * rng.normal(size=(patients, columns))
    values = (hidden @ rng.normal(size=(40, columns)) + noise).astype(np.float32).astype(np.float64)
    times = rng.exponential(8000 * np.exp(-0.4 * hidden[:, 0]))
    ends = rng.uniform(100, 3000, patients)
    days = np.ceil(8 * np.minimum(times, ends)) / 8  # single precision holds it
    event = times <= ends
    missing = values.copy()
    missing[np.ix_(rng.random(patients) < 0.15, np.arange(columns) % 4 == 0)] = np.nan  # without nodes
    missing[:, 1::100][rng.random((patients, len(range(1, columns, 100)))) < 0.1] = np.nan  # each for its own reason
    return {
        "complete": {"values": values, "days": days, "event": event},
        "missing": {"values": missing, "days": days, "event": event},
        "whole days": {"values": values, "days": np.ceil(days), "event": event},
    }


def timed(run: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Return what it returns, and wall and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    value = run()
    return value, {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - processor}


def ours(table: Table, estimators: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Return one model without a bootstrap, and the time of a bag."""
    from hyoid.estimators.icare import BaggedIcare, Icare
    from hyoid.metrics.survival import Observed

    names = tuple(f"f{column}" for column in range(table["values"].shape[1]))
    part = table["values"], Observed(table["days"], table["event"])
    bag = BaggedIcare(estimators=estimators)
    times = [timed(lambda: bag.fit(names, part, part))[1] for _ in range(REPEATS + 1)][1:]
    one = Icare().fit(names, part, part)
    columns = [int(name[1:]) for name in one.member.columns]
    found = {"columns": columns, "signs": list(one.member.signs), "risk": one.risk(part[0])}
    return found, {key: statistics.median(each[key] for each in times) for key in times[0]}


def package(table: Table, estimators: int) -> tuple[dict[str, Any], dict[str, float] | None]:
    """Return the same of the `icare` package; a bag of 0 is not timed."""
    import pandas as pd
    from icare.survival import BaggedIcareSurvival, IcareSurvival

    warnings.simplefilter("ignore")
    frame = pd.DataFrame(table["values"], columns=[f"f{column}" for column in range(table["values"].shape[1])])
    outcome = np.array(list(zip(table["event"], table["days"], strict=True)), dtype=[("event", bool), ("time", float)])
    one = IcareSurvival(random_state=0).fit(frame, outcome)
    order = np.argsort([int(name[1:]) for name in one.used_features_])
    columns = [int(one.used_features_[place][1:]) for place in order]
    found = {"columns": columns, "signs": [int(one.weights_[place]) for place in order], "risk": one.predict(frame)}
    if not estimators:
        return found, None
    bag = BaggedIcareSurvival(n_estimators=estimators, n_jobs=1, random_state=0)
    return found, timed(lambda: bag.fit(frame, outcome))[1]


def in_its_own_environment(python: Path, table: Table, estimators: int) -> tuple[dict[str, Any], dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "table.npz", Path(folder) / "found.json"
        np.savez(source, **table)
        # -P: this file is named as the package that it imports there
        command = [python, "-P", Path(__file__).resolve(), "--package", source, target, str(estimators)]
        subprocess.run(command, check=True, cwd=folder)
        answer: dict[str, Any] = json.loads(target.read_text())
    return answer.pop("found"), answer


def as_package(source: str, target: str, estimators: str) -> None:
    """Entry of the package's environment."""
    with np.load(source) as table, threadpool_limits(1):
        found, times = package(dict(table), int(estimators))
    found["risk"] = found["risk"].tolist()
    versions = {name: version(name) for name in ("icare", "scikit-survival", "scikit-learn", "numpy", "pandas")}
    Path(target).write_text(json.dumps({"found": found, "bag": times, "versions": versions}))


def agreement(mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, float]:
    signs = [dict(zip(each["columns"], each["signs"], strict=True)) for each in (mine, theirs)]
    return {
        "columns_kept": len(signs[0]),
        "columns_kept_by_one_only": len(signs[0].keys() ^ signs[1].keys()),
        "signs_different": sum(signs[0][column] != signs[1][column] for column in signs[0].keys() & signs[1].keys()),
        "largest_difference_of_risk": float(np.abs(np.array(mine["risk"]) - np.array(theirs["risk"])).max()),
    }


def oracle(table: Table, columns: int, estimators: int) -> dict[str, float]:
    """Return the time of the literal oracle for a bag, scaled from one model on a few columns."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from oracles.icare import LiteralIcare, by_scikit_survival

    some = min(ORACLE_COLUMNS, columns)
    literal = LiteralIcare(list(range(some)), ("harrell", "uno", "tauc"), by_scikit_survival)
    _, times = timed(lambda: literal.fit(table["values"], table["days"], table["event"]))
    return {key: seconds * columns / some * estimators for key, seconds in times.items()} | {"columns_timed": some}


def slower(theirs: dict[str, float], mine: dict[str, float]) -> dict[str, float]:
    return {key: theirs[f"{key}_s"] / mine[f"{key}_s"] for key in ("wall", "cpu")}


def compare(arguments: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, table in tables(arguments.patients, arguments.columns).items():
        mine, bag = ours(table, ESTIMATORS)
        entry: dict[str, Any] = {"events": int(table["event"].sum()), "hyoid_bag": bag}
        if name == "complete":
            entry["oracle_bag_scaled"] = oracle(table, arguments.columns, ESTIMATORS)
            entry["oracle_times_slower"] = slower(entry["oracle_bag_scaled"], bag)
        if arguments.icare_python is not None:
            timed_here = ESTIMATORS if name == "complete" else 0
            theirs, answer = in_its_own_environment(arguments.icare_python.absolute(), table, timed_here)
            entry["agreement_of_one_model"] = agreement(mine, theirs)
            if name != "whole days" and entry["agreement_of_one_model"]["largest_difference_of_risk"] > AGREEMENT:
                raise SystemExit(f"risks differ, a time is worth nothing: {entry['agreement_of_one_model']}")
            if answer["bag"] is not None:
                again = ours(table, ESTIMATORS)[1]  # the machine may have been busier while the package ran
                entry |= {"hyoid_bag_afterwards": again, "package_bag": answer["bag"]}
                entry["package_times_slower"] = slower(answer["bag"], max(bag, again, key=lambda each: each["wall_s"]))
                entry["package_versions"] = answer["versions"]
        found[name] = entry
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--icare-python", type=Path, help="interpreter of an environment that has the icare package")
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--columns", type=int, default=COLUMNS)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "icare.json")
    parser.add_argument("--package", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.package:
        as_package(*arguments.package)
        return
    from hyoid.files import write_json

    before = os.getloadavg()[0]
    with threadpool_limits(1):
        compared = compare(arguments)
    result = {
        "benchmark": "icare",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "hardware": {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "load_average": {"before": before, "after": os.getloadavg()[0]},
        },
        "versions": {name: version(name) for name in ("numpy", "scikit-survival")}
        | {"python": platform.python_version()},
        "table": {"patients": arguments.patients, "columns": arguments.columns, "estimators": ESTIMATORS},
        "repeats": REPEATS,
        "tables": compared,
    }
    write_json(arguments.out, result)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
