"""How long `hyoid view` takes to hand a case to the page, from the request to the last byte.

The server is the real one, in a process of its own, over HTTP on this computer, and asked for what the page asks for,
in its order: the images side by side, which the planes need; then the panel with lesions, findings and answers; then
the label maps. `first` is the first request after the start, from files; `again` the same once the server has the
images in memory. Reading and drawing in the browser are not in it. Two cases:

- real: the chest study `acrin-petct/nifti` in the folder that HYOID_TEST_DATA names, with label maps of spheres;
- whole body: a synthetic CT of 512x512x400 voxels with noise as scanners have it, a PET of 200x200x400, 40 lesions.

The background check of the case runs meanwhile, as it does for a user.

Run: python benchmarks/view_open.py [--out FILE] [--runs N] (prints JSON)
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.files import write_json
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_grid, write_volume

VIEW = "from hyoid.cli import main; main()"
PIECE = 2**20


def whole_body(folder: Path) -> str:
    """Write the synthetic study with label maps and return its id."""
    rng = np.random.default_rng(0)
    direction = (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0)
    grid = Grid((512, 512, 400), (0.977, 0.977, 2.5), (-250.0, -250.0, -900.0), direction)
    y, x = np.mgrid[-1:1:512j, -1:1:512j]
    body = (x / 0.75) ** 2 + (y / 0.5) ** 2 < 1
    ct = np.empty(grid.shape, np.int16)
    for piece in ct:
        piece[...] = np.where(body, 40, -1000) + rng.normal(0, 15, body.shape)
    write_volume(folder / "cohort" / "WB-001__CT.nii.gz", Volume(ct, grid))
    coarse = Grid((200, 200, 400), (2.5, 2.5, 2.5), (-250.0, -250.0, -900.0), direction)
    inside = body[::5, ::5][:100, :100].repeat(2, 0).repeat(2, 1)
    pet = np.abs(rng.normal(1.0, 0.3, coarse.shape)).astype(np.float32) * np.where(inside, 1.0, 0.05).astype(np.float32)
    write_volume(folder / "cohort" / "WB-001__PT.nii.gz", Volume(pet, coarse))
    _write_labels(folder, "WB-001", grid, rng, 40)
    return "WB-001"


def real_study(folder: Path) -> str | None:
    """Link the real study, write label maps for it, and return its id; None where it is not there."""
    place = Path(os.environ.get("HYOID_TEST_DATA", "")) / "acrin-petct" / "nifti"
    if not (place / "ACRIN-042__CT.nii.gz").is_file():
        return None
    (folder / "cohort").mkdir(parents=True, exist_ok=True)
    for path in place.glob("ACRIN-042__*.nii.gz"):
        (folder / "cohort" / path.name).symlink_to(path)
    _write_labels(folder, "ACRIN-042", read_grid(place / "ACRIN-042__CT.nii.gz"), np.random.default_rng(1), 6)
    return "ACRIN-042"


def _write_labels(folder: Path, case_id: str, grid: Grid, rng: np.random.Generator, lesions: int) -> None:
    expert: NDArray[np.uint8] = np.zeros(grid.shape, np.uint8)
    for number in range(lesions):
        z, y, x = (int(rng.integers(20, n - 20)) for n in grid.shape)
        radius = rng.uniform(4, 14)
        block = tuple(slice(c - 15, c + 16) for c in (z, y, x))
        at = np.mgrid[-15:16, -15:16, -15:16] * np.reshape(grid.spacing[::-1], (3, 1, 1, 1))
        expert[block][(at**2).sum(axis=0) < radius**2] = 1 if number == 0 else 2
    write_volume(folder / "cohort" / f"{case_id}.nii.gz", Volume(expert, grid))
    predicted = np.roll(expert, (1, 3, -2), (0, 1, 2))
    write_volume(folder / "predictions" / case_id / f"{case_id}.nii.gz", Volume(predicted, grid))
    write_json(folder / "predictions" / case_id / f"{case_id}.json", {"id": case_id, "missing_inputs": [], "notes": []})


class Server:
    """`hyoid view` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", VIEW, "view", folder / "cohort", "--predictions", folder / "predictions"]
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [*map(str, command), "--port", "0", "--no-open"], stdout=subprocess.PIPE, text=True
        )
        printed = self.process.stdout
        found = None if printed is None else re.search(r":(\d+)/\?token=(\S+)", printed.readline())
        if printed is None or found is None:
            raise SystemExit("the server did not start")
        self.port = int(found[1])
        self.cookie = ""
        threading.Thread(target=printed.read, daemon=True).start()
        answer = self._ask(f"/?token={found[2]}")
        self.seconds_to_start = time.perf_counter() - started
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def _ask(self, path: str) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", path, headers={"Cookie": self.cookie})
        return connection.getresponse()

    def fetch(self, path: str) -> dict[str, float]:
        """Return megabytes, and seconds to the first and to the last byte."""
        start = time.perf_counter()
        answer = self._ask(path)
        size, first = len(answer.read(1)), time.perf_counter() - start
        while piece := answer.read(PIECE):
            size += len(piece)
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return {"mb": round(size / 1e6, 2), "first_byte_s": first, "last_byte_s": time.perf_counter() - start}

    def peak_mb(self) -> float:
        """Return the most memory that the server's process has held."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return round(int(re.findall(r"VmHWM:\s+(\d+)", text)[0]) / 1024)

    def processor_s(self) -> float:
        """Return the processor's seconds of the server so far, those of its background process not among them."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait()


def open_case(server: Server, case_id: str) -> dict[str, Any]:
    """Ask for a case as the page does; seconds from the start to the images, and to everything."""
    start, processor = time.perf_counter(), server.processor_s()
    place = f"/api/cases/{case_id}"
    with ThreadPoolExecutor() as pool:
        paths = {name: f"{place}/volumes/{name}.nii" for name in ("ct", "pet")}
        parts = dict(zip(paths, pool.map(server.fetch, paths.values()), strict=True))
    images, processor_images = time.perf_counter() - start, server.processor_s() - processor
    parts["panel"] = server.fetch(place)
    for name in ("expert", "predicted"):
        parts[name] = server.fetch(f"{place}/layers/{name}/voxels")
    return {
        "images_s": images,
        "everything_s": time.perf_counter() - start,
        "images_processor_s": processor_images,
        "everything_processor_s": server.processor_s() - processor,
        "parts": parts,
    }


def measure(folder: Path, case_id: str, runs: int) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = {"first": [], "again": []}
    starts, peaks = [], []
    for _ in range(runs):
        server = Server(folder)
        try:
            for each in found.values():
                each.append(open_case(server, case_id))
            starts.append(server.seconds_to_start)
            peaks.append(server.peak_mb())
        finally:
            server.stop()
    return {
        "start_of_the_server_s": _median(starts),
        "peak_memory_mb": max(peaks),
        **{kind: _middle(each) for kind, each in found.items()},
    }


def _middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the median of every number of several runs of one shape."""
    return {
        key: _middle([run[key] for run in runs]) if isinstance(value, dict) else _median([run[key] for run in runs])
        for key, value in runs[0].items()
    }


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, help="write the JSON here too")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    result: dict[str, Any] = {"what": "hyoid view: seconds until the page has a case, the server's part"}
    with tempfile.TemporaryDirectory() as place:
        for name, make in (("real", real_study), ("whole_body", whole_body)):
            folder = Path(place) / name
            case_id = make(folder)
            result[name] = (
                {"skipped": "HYOID_TEST_DATA is not set"} if case_id is None else measure(folder, case_id, options.runs)
            )
    result |= {
        "runs": options.runs,
        "load_before": round(load, 1),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "hardware": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
    }
    text = json.dumps(result, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
