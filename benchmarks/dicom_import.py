"""How fast a real study is imported from DICOM, against dcm2niix on the same files in the same run.

One pile: CT (512 x 512 x 135), corrected and uncorrected PET (128 x 128 x 135 each), 405 files. The CT is decompressed
first, because the usual packages of dcm2niix read no JPEG-LS. Each measurement is a process of its own,
start included, the two taking turns; the clock's and the processor's median over `--repeats`.

dcm2niix is measured writing `.nii.gz` by its own compressor at level 1, as fast as it goes, and at level 6, as it does
unless told otherwise; hyoid writes `.nii.gz` by ISA-L at its level 2. They do not do quite the same: dcm2niix converts
all three series and computes no SUV; hyoid reads all headers, takes two series, makes SUV and HU, hashes the voxels and
writes manifests. `hyoid_warm` is the same import within a process that has imported before, as of many patients.
On a machine with other work to do, `cpu_seconds` is the figure to trust.

Run: HYOID_TEST_DATA=DIR python benchmarks/dicom_import.py [--repeats N] [--out FILE] (prints JSON)
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydicom import dcmread

from hyoid.files import write_json

STUDY = Path("acrin-petct") / "dicom"
SERIES = ("CT", "PT_AC", "PT_NAC")
HYOID = "from hyoid.cli import main; main()"


def make_pile(data: Path, pile: Path) -> None:
    """Copy the study's series, pixels decompressed."""
    for series in SERIES:
        (pile / series).mkdir(parents=True)
        for path in sorted((data / STUDY / series).iterdir()):
            dataset = dcmread(path)
            if dataset.file_meta.TransferSyntaxUID.is_compressed:
                dataset.decompress(generate_instance_uid=False)
            dataset.save_as(pile / series / path.name)


def measured(call: Callable[[Path], object], who: int) -> dict[str, float]:
    """Return the seconds of the clock and of the processor that one import into a fresh folder takes."""
    with tempfile.TemporaryDirectory() as folder:
        before, start = resource.getrusage(who), time.perf_counter()
        call(Path(folder) / "out")
        seconds, after = time.perf_counter() - start, resource.getrusage(who)
        written = sum(path.stat().st_size for path in Path(folder).rglob("*.nii.gz"))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu, "mib_written": written / 2**20}


def contenders(pile: Path) -> dict[str, tuple[Callable[[Path], object], int]]:
    """Return what is compared: a call that imports into a folder, and whose seconds count."""
    from hyoid.dicom.cohort import import_dicom

    def run(*command: str | Path) -> None:
        subprocess.run([str(part) for part in command], check=True, capture_output=True)

    def dcm2niix(level: int) -> Callable[[Path], object]:
        def convert(out: Path) -> None:
            out.mkdir()
            run("dcm2niix", "-z", "i", f"-{level}", "-o", out, pile)

        return convert

    import_dicom(pile, Path(tempfile.mkdtemp()) / "out")  # warm
    return {
        "hyoid": (lambda out: run(sys.executable, "-c", HYOID, "import", "dicom", pile, out), resource.RUSAGE_CHILDREN),
        "hyoid_warm": (lambda out: import_dicom(pile, out), resource.RUSAGE_SELF),
        "dcm2niix_level_1": (dcm2niix(1), resource.RUSAGE_CHILDREN),
        "dcm2niix_level_6": (dcm2niix(6), resource.RUSAGE_CHILDREN),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if "HYOID_TEST_DATA" not in os.environ or shutil.which("dcm2niix") is None:
        sys.exit("HYOID_TEST_DATA must name the real data, and dcm2niix must be installed.")
    with tempfile.TemporaryDirectory() as folder:
        pile = Path(folder) / "pile"
        make_pile(Path(os.environ["HYOID_TEST_DATA"]), pile)
        both = contenders(pile)
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in both}
        for _ in range(arguments.repeats):
            for name, (call, who) in both.items():
                runs[name].append(measured(call, who))
    medians = {
        name: {key: round(statistics.median(run[key] for run in all_runs), 3) for key in all_runs[0]}
        for name, all_runs in runs.items()
    }
    told = subprocess.run([str(shutil.which("dcm2niix")), "--version"], capture_output=True, text=True, check=False)
    result: dict[str, Any] = {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}",
        "dcm2niix": told.stdout.split()[-1],
        "repeats": arguments.repeats,
        "load_average": os.getloadavg()[0],
        "medians": medians,
        "pace_of_dcm2niix": {
            f"{ours} against {peer}": {
                key: round(medians[peer][key] / medians[ours][key], 2) for key in ("seconds", "cpu_seconds")
            }
            for ours in ("hyoid", "hyoid_warm")
            for peer in ("dcm2niix_level_1", "dcm2niix_level_6")
        },
    }
    print(json.dumps(result, indent=2))
    if arguments.out is not None:
        write_json(arguments.out, result)


if __name__ == "__main__":
    main()
