"""Framing a case: interpolate inside the final grid only, against resample everything, then crop.

The peer is the published preprocessing (HECKTOR 2025, docker-template, Task 1): CT and PET are brought to 1 mm over the
whole of their common field with SimpleITK's B-spline, then a box of 200 x 200 x 310 mm is cut out. Here the box is
decided first. Both get the same box and the same value outside the images (published: 0 for both, which is water in a
CT), so that their outputs can be compared voxel by voxel; the time to find the head is counted on our side only. Each
measurement runs in a process of its own. On a machine with other work to do, `cpu_seconds` is the figure to trust.

Run: python benchmarks/framing.py [--repeats N] [--out FILE]. With HYOID_TEST_DATA set, the real study in it is measured
too (a chest scan: its box is hung from the upper end of the field, and the full view is measured as well, where both
sides make the same amount of output).
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
from typing import Any

import numpy as np
import SimpleITK as sitk

from hyoid.files import write_json
from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging import NeckBox, find_head, read_volume, resample
from hyoid.imaging.itk import to_sitk

BOX_MM = (200, 200, 310)
LOWER = {"ct": -1024.0, "pet": 0.0}
TOLERANCE = {"ct": 0.05, "pet": 0.001}
"""Largest difference allowed, HU and SUV: the two sides compute in single and double precision."""


def synthetic_study() -> dict[str, Volume]:
    """Make a whole-body patient of ellipsoids with noise: CT 512 x 512 x 300, PET 168 x 168 x 300."""
    ct = Grid((512, 512, 300), (0.9765625, 0.9765625, 3.27), (-249.5, -249.5, 0.0))
    pet = Grid((168, 168, 300), (4.07, 4.07, 3.27), (-339.8, -339.8, 0.0))
    return {"ct": Volume(_paint(ct, "ct"), ct), "pet": Volume(_paint(pet, "pet"), pet)}


def _paint(grid: Grid, name: str) -> np.ndarray:
    # centre (x, y, z) mm, radii (x, y, z) mm, HU, SUV
    parts = [
        ((0, 0, 350), (180, 110, 420), 40, 0.8),
        ((0, 0, 770), (60, 65, 120), 40, 0.9),
        ((0, 0, 855), (82, 102, 110), 40, 0.9),
        ((0, 0, 885), (74, 92, 72), 900, 0.9),
        ((0, 0, 885), (66, 84, 64), 35, 8.0),
        ((20, -20, 520), (45, 45, 50), 40, 5.0),
        ((-70, 0, 400), (90, 80, 80), 55, 2.3),
        ((0, -30, 60), (55, 45, 45), 10, 40.0),
        ((30, -20, 770), (16, 16, 20), 40, 15.0),
    ]
    rng = np.random.default_rng(0)
    y, x = np.meshgrid(*(np.arange(n) for n in grid.shape[1:]), indexing="ij")
    x, y = (at * step + start for at, step, start in zip((x, y), grid.spacing[:2], grid.origin[:2], strict=True))
    planes = []
    for k in range(grid.size[2]):
        z = grid.to_world((0, 0, k))[2]
        plane = np.full(x.shape, -1000.0 if name == "ct" else 0.0)
        for (cx, cy, cz), (rx, ry, rz), hu, suv in parts:
            inside = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2 < 1
            plane[inside] = hu if name == "ct" else suv
        noise = rng.normal(0, 20 if name == "ct" else 0.05, plane.shape)
        values = np.maximum(plane + noise, LOWER[name])
        planes.append(values.astype(np.int16 if name == "ct" else np.float32))
    return np.stack(planes)


def real_study() -> dict[str, Volume] | None:
    root = os.environ.get("HYOID_TEST_DATA")
    folder = Path(root or "") / "acrin-petct" / "nifti"
    if not root or not folder.is_dir():
        return None
    return {"ct": read_volume(folder / "ACRIN-042__CT.nii.gz"), "pet": read_volume(folder / "ACRIN-042__PT.nii.gz")}


def common_grid(study: dict[str, Volume]) -> Grid:
    """Return the published whole grid: 1 mm, from the greatest origin to the least end."""
    grids = [study[name].grid for name in LOWER]
    origin = np.max([g.origin for g in grids], axis=0)
    end = np.min([np.add(g.origin, np.multiply(g.size, g.spacing)) for g in grids], axis=0)
    return Grid(tuple(np.rint(end - origin)), (1, 1, 1), tuple(origin))


def choose_box(study: dict[str, Volume], whole: Grid, view: str) -> Grid:
    """Return the neck box (or, with no head in view, one hung from the field's upper end) on the voxels of `whole`."""
    if view == "full_view":
        return whole
    head = find_head(study["pet"], study["ct"])
    if head is None:
        centre = (*whole.centre[:2], Box.of_grid(whole).upper[2] - BOX_MM[2] / 2)
        box = Box.around(centre, BOX_MM)
    else:
        box = Box.of_grid(NeckBox(size_mm=BOX_MM).locate(study).grid)
    start = np.rint(whole.to_index(np.add(box.lower, 0.5))).astype(int)
    start = np.clip(start, 0, np.maximum(0, np.subtract(whole.size, BOX_MM)))
    return whole.cropped(tuple(start), tuple(np.minimum(BOX_MM, whole.size)))


def frame_first(study: dict[str, Volume], view: str) -> tuple[np.ndarray, Grid]:
    box = choose_box(study, common_grid(study), view)
    channels = [resample(study[name], box, "bspline", low, low).array for name, low in LOWER.items()]
    return np.stack(channels), box


def resample_then_crop(study: dict[str, Volume], box: Grid) -> np.ndarray:
    whole = common_grid(study)
    start = np.rint(whole.to_index(box.origin)).astype(int)
    channels = []
    for name, low in LOWER.items():
        image = sitk.Resample(
            to_sitk(study[name]),
            whole.size,
            sitk.Transform(),
            sitk.sitkBSpline,
            whole.origin,
            whole.spacing,
            whole.direction,
            low,
            sitk.sitkFloat32,
        )
        channels.append(image)
    cut = [sitk.RegionOfInterest(image, box.size, [int(v) for v in start]) for image in channels]
    arrays = [np.maximum(sitk.GetArrayFromImage(i), low) for i, low in zip(cut, LOWER.values(), strict=True)]
    return np.stack(arrays)


def work(side: str, folder: Path, view: str) -> dict[str, float]:
    """Measure one side in this process; the box travels from the first side to the second through a file."""
    grids = json.loads((folder / "grids.json").read_text())
    study = {name: Volume(np.load(folder / f"{name}.npy"), Grid.from_dict(grids[name])) for name in LOWER}
    started, before = time.perf_counter(), time.process_time()
    if side == "frame_first":
        found, box = frame_first(study, view)
    else:
        found = resample_then_crop(study, Grid.from_dict(json.loads((folder / "box.json").read_text())))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - before
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if side == "frame_first":
        write_json(folder / "box.json", box.to_dict())
    np.save(folder / f"{side}.npy", found)
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak_mb}


def measure(study: dict[str, Volume], view: str, repeats: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_json(folder / "grids.json", {key: study[key].grid.to_dict() for key in LOWER})
        for key in LOWER:
            np.save(folder / f"{key}.npy", study[key].array)
        sides: dict[str, Any] = {}
        for side in ("frame_first", "resample_then_crop"):
            runs = [_in_a_process(side, folder, view) for _ in range(repeats)]
            sides[side] = {key: round(min(run[key] for run in runs), 3) for key in runs[0]}
        ours, theirs = (np.load(folder / f"{side}.npy") for side in sides)
        differences = {}
        for channel, key in enumerate(LOWER):
            differences[key] = float(np.abs(ours[channel] - theirs[channel]).max())
            if differences[key] > TOLERANCE[key]:
                raise SystemExit(f"The outputs differ by {differences[key]} in {key}: nothing to compare.")
        return {
            "view": view,
            "ct": str(study["ct"].grid),
            "pet": str(study["pet"].grid),
            "output_voxels": list(ours.shape[1:]),
            "largest_difference": differences,
            **sides,
            "ratios": {
                key: round(sides["resample_then_crop"][key] / sides["frame_first"][key], 2)
                for key in ("seconds", "cpu_seconds", "peak_mb")
            },
        }


def _in_a_process(side: str, folder: Path, view: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--side", side, "--folder", str(folder), "--view", view]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "framing.json")
    parser.add_argument("--side", choices=["frame_first", "resample_then_crop"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--view", default="neck_box", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        print(json.dumps(work(arguments.side, arguments.folder, arguments.view)))
        return
    load = os.getloadavg()[0]
    cases = {"synthetic whole body, neck box": measure(synthetic_study(), "neck_box", arguments.repeats)}
    study = real_study()
    if study is not None:
        cases["real chest study, box of the same size"] = measure(study, "neck_box", arguments.repeats)
        cases["real chest study, full view"] = measure(study, "full_view", arguments.repeats)
    result = {
        "benchmark": "framing",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "system": platform.platform(), "cpus": os.cpu_count()},
        "load_average_at_start": round(load, 2),
        "simpleitk": sitk.Version_VersionString(),
        "statistic": f"least of {arguments.repeats} runs, each in a process of its own",
        "cases": cases,
    }
    write_json(arguments.out, result)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
