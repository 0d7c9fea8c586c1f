"""The ablation of sims-life's Table 1 and Figure 2 on synthetic patients: one split of 60, 30 and 10 %, 100 epochs.

`sims-life-multitask:ablation` (three tasks) beside `:ablation_seg_surv` and `:ablation_surv`, at preset `tiny` with the
paper's 100 epochs and a C-index of both parts every 10. The paper reads the best of ten values off the `select`
part and concludes from it; beside it stands what one may report, the kept epoch's C-index of patients who chose none.

Run: python benchmarks/sims_life_ablation.py [--patients N] [--epochs N] [--out FILE] (prints the table)
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hyoid import api
from hyoid.files import write_json
from hyoid.phantom import write_cohort
from hyoid.training.checkpoint import read_metrics

VARIANTS = {"Seg+Surv": "ablation_seg_surv", "Surv": "ablation_surv", "Class+Surv+Seg": "ablation"}
SEED = 902


def measure(patients: int, epochs: int, root: Path) -> dict[str, Any]:
    """Train the three, and return the columns of the table, the curves, and what is reported."""
    cohort = root / "cohort"
    write_cohort(cohort, patients, SEED, broken=False, event_rate=0.4)
    found = {}
    for title, variant in VARIANTS.items():
        overrides = [f"stages.0.training.epochs={epochs}"]
        trained = api.train(
            cohort, f"sims-life-multitask:{variant}", root / variant, preset="tiny", overrides=overrides, device="cpu"
        )
        lines = read_metrics(root / variant / "fold-0" / "metrics.jsonl")
        chosen = [line for line in lines if "select_c_index" in line]
        reported = trained.survival.headline()["c_index"]
        found[title] = {
            "epochs": [line["epoch"] + 1 for line in chosen],
            "training": [line.get("train_c_index") for line in chosen],
            "select": [line["select_c_index"] for line in chosen],
            "loss": [line["loss"] for line in lines],
            "reported": {"value": reported["value"], "interval": reported["interval"], "n": reported["n"]},
        }
    return found


def as_markdown(found: dict[str, Any]) -> str:
    """Return the paper's table."""
    names = list(found)
    head = ["epoch", *(f"training, {name}" for name in names), *(f"select, {name}" for name in names)]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row, epoch in enumerate(found[names[0]]["epochs"]):
        values = [found[name][part][row] for part in ("training", "select") for name in names]
        lines.append(f"| {epoch} | " + " | ".join("undefined" if v is None else f"{v:.3f}" for v in values) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print and optionally keep the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=40)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--out", type=Path, help="write the JSON here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options.patients, options.epochs, Path(folder))
    print(as_markdown(found))
    for name, part in found.items():
        print(f"{name}: reported {part['reported']}")
    if options.out:
        result = {
            "benchmark": "sims_life_ablation",
            "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
            "hardware": f"{platform.machine()}, {os.cpu_count()} cores, no GPU",
            "versions": {name: version(name) for name in ("torch", "monai", "numpy")},
            "patients": options.patients,
            "seed": SEED,
            "variants": found,
        }
        write_json(options.out, result)


if __name__ == "__main__":
    main()
