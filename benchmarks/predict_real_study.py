"""Time and peak memory of `hyoid predict` on a real PET/CT study, at the recipe's full size.

A bundle is made first by one short epoch on a few phantoms: its weights mean nothing, its cost is that of any other.
The study is `acrin-petct/nifti` in the folder that HYOID_TEST_DATA names (a chest, no head in view, two native grids).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hyoid import api
from hyoid.imaging import read_grid
from hyoid.phantom import write_cohort

SHORT = (
    "stages.0.training.epochs=1",
    "stages.0.training.batch_size=1",
    "stages.0.training.patches_per_case=1",
    "split.folds=2",
)


def main() -> None:
    """Make the bundle, predict the study in a process of its own, print and optionally keep the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", default="baseline-segresnet")
    parser.add_argument("--overlap", type=float, default=0.5)
    parser.add_argument("--out", type=Path, help="write the JSON here too")
    options = parser.parse_args()
    if "HYOID_TEST_DATA" not in os.environ:
        print(json.dumps({"skipped": "HYOID_TEST_DATA is not set"}))
        return
    study = Path(os.environ["HYOID_TEST_DATA"]) / "acrin-petct" / "nifti"
    ct, pet = study / "ACRIN-042__CT.nii.gz", study / "ACRIN-042__PT.nii.gz"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_cohort(root / "cohort", 4, seed=1, size="tiny")
        overrides = (*SHORT, f"inference.window.overlap={options.overlap}")
        bundle = api.train(root / "cohort", options.recipe, root / "run", fold="0", overrides=overrides).bundle
        command = ["predict", bundle.folder, "--ct", ct, "--pet", pet, "--out", root / "out", "--quiet", "--json"]
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", "from hyoid.cli import main; main()", *map(str, command)],
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - started
        same = read_grid(root / "out" / "ACRIN-042" / "ACRIN-042.nii.gz") == read_grid(ct)
    case = json.loads(done.stdout)["cases"][0]
    result = {
        "what": "hyoid predict, one fold, one real PET/CT study",
        "recipe": case["recipe"],
        "overlap": options.overlap,
        "frame": case["frame"],
        "notes": case["notes"],
        "label_map_on_the_ct_grid": same,
        "ct_size": list(read_grid(ct).size),
        "wall_seconds": round(seconds, 1),
        "peak_memory_gb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20, 2),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "hardware": f"{platform.machine()}, {os.cpu_count()} cores, no GPU, Python {platform.python_version()}",
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
