"""Measure how fast the page opens a case and goes through its slices, in headless Chromium.

    python benchmarks/view_page.py COHORT [--predictions DIR] [--body] [--out FILE.json]

COHORT is any folder of cases, for instance the real study `acrin-petct/nifti`; its first case is opened. With `--body`
a whole-body case of 512 x 512 x 400 voxels is made and measured too. Headless Chromium here draws without a graphics
card (SwiftShader, and the 2D canvas on the processor): a workstation is faster. What is measured: from the click on the
case to planes on the screen (`planes_s`), to all contours and tools (`ready_s`), and how long a turn of the wheel takes
until its slice is drawn (`slice_ms`), as a change of the window does (`window_ms`). The server is started anew for each
case, so that nothing is in its memory. The peer, in the same run on the same images, is NiiVue, which comes with the
page for the 3D rendering: its three planes with PET over CT, from the request for the images on (`planes_s` without
what the server takes to read them, for they are in its memory by then).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from hyoid.app.cases.worker import ProcessWorker
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.page_server import serve

TURNS = 40

FRAMES = """async ({turn, count}) => {
    const canvas = document.querySelector("[data-plane=axial] canvas");
    const frame = () => new Promise(requestAnimationFrame);
    const turns = {
        slice: (n) => new WheelEvent("wheel", {deltaY: n % 20 < 10 ? 100 : -100, bubbles: true, cancelable: true}),
        window: (n) => new KeyboardEvent("keydown", {key: String(1 + (n % 4)), bubbles: true}),
    };
    const taken = [];
    for (let n = 0; n < count; n++) {
        await frame();
        const start = performance.now();
        canvas.dispatchEvent(turns[turn](n));
        await frame();
        canvas.getContext("2d").getImageData(0, 0, 1, 1);
        taken.push(performance.now() - start);
    }
    return taken;
}"""


PEER = """async ({id, turns}) => {
    const {Niivue} = await import("/niivue.js");
    document.body.innerHTML = "<canvas id='peer' width='1240' height='760'></canvas>";
    const canvas = document.getElementById("peer");
    const start = performance.now();
    const viewer = new Niivue({logLevel: "error", multiplanarShowRender: 0});
    await viewer.attachToCanvas(canvas);
    const drawn = () => viewer.gl.readPixels(0, 0, 1, 1, viewer.gl.RGBA, viewer.gl.UNSIGNED_BYTE, new Uint8Array(4));
    await viewer.loadVolumes([
        {url: `/api/cases/${id}/volumes/ct.nii`, cal_min: -160, cal_max: 240},
        {url: `/api/cases/${id}/volumes/pet.nii`, colormap: "hot", opacity: 0.5, cal_min: 0, cal_max: 10},
    ]);
    viewer.setSliceType(viewer.sliceTypeMultiplanar);
    viewer.drawScene();
    drawn();
    const opened = performance.now() - start;
    const timed = (change) => Array.from({length: turns}, (_, n) => {
        const before = performance.now();
        change(n);
        drawn();
        return performance.now() - before;
    });
    const slice = timed(() => { viewer.moveCrosshairInVox(0, 0, 1); viewer.drawScene(); });
    const window = timed((n) => { viewer.volumes[0].cal_min = -160 - n; viewer.updateGLVolume(); });
    return {opened, slice, window};
}"""
"""NiiVue on the same images; its changes of the window draw all planes again."""

PEER_TURNS = 5


def main() -> None:
    """Measure, print, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cohort", type=Path)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--body", action="store_true", help="also a whole-body case of 512x512x400")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    results = {arguments.cohort.name: measure(arguments.cohort, arguments.predictions, peer=True)}
    if arguments.body:
        with tempfile.TemporaryDirectory() as folder:
            results["whole body, 512x512x400"] = measure(whole_body(Path(folder) / "cohort"), None, peer=False)
    text = json.dumps({**circumstances(), "results": results}, indent=2)
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n", encoding="utf-8")


def circumstances() -> dict[str, Any]:
    """Return when and on what was measured; a load above the number of cores makes every figure too large."""
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "machine": platform.machine(),
        "processor": _processor(),
        "graphics": "none (headless Chromium, software)",
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def measure(cohort: Path, predictions: Path | None, *, peer: bool) -> dict[str, Any]:
    """Open the first case of a cohort in a fresh server and a fresh browser; with `peer` then in NiiVue too."""
    found = os.environ.get("HYOID_CHROMIUM") or shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as annotations,
        serve(cohort, predictions, Path(annotations), worker=ProcessWorker()) as served,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        version = browser.version
        result = _open(page, served.address())
        if peer:
            case = page.url.split("#case/")[1]
            told = page.evaluate(PEER, {"id": case, "turns": PEER_TURNS})
            result["niivue"] = {
                "planes_s": round(told["opened"] / 1000, 2),
                "slice_ms": _spread(told["slice"]),
                "window_ms": _spread(told["window"]),
            }
        browser.close()
    return {"chromium": version, **result}


def _open(page: Page, address: str) -> dict[str, Any]:
    page.goto(address)
    page.wait_for_selector("tr[data-case]")
    start = time.perf_counter()
    page.locator("tr[data-case] a").first.click()
    page.wait_for_selector("main.case[data-planes]")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    planes = time.perf_counter() - start
    page.wait_for_selector("main.case[data-ready]")
    ready = time.perf_counter() - start
    return {
        "planes_s": round(planes, 2),
        "ready_s": round(ready, 2),
        "slice_ms": _spread(page.evaluate(FRAMES, {"turn": "slice", "count": TURNS})),
        "window_ms": _spread(page.evaluate(FRAMES, {"turn": "window", "count": TURNS})),
    }


def _spread(taken: list[float]) -> dict[str, float]:
    ordered = sorted(taken)
    return {
        "median": round(statistics.median(ordered), 1),
        "95th": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 1),
    }


def whole_body(cohort: Path) -> Path:
    """Write a case of PET and CT from the head to the thigh, in matrices of the scanner, with noise."""
    random = np.random.default_rng(0)
    ct_grid = Grid((512, 512, 400), (0.977, 0.977, 2.5), (-250.0, -250.0, -1000.0))
    pet_grid = Grid((200, 200, 333), (4.07, 4.07, 3.0), (-405.0, -405.0, -1000.0))
    cohort.mkdir(parents=True)
    for name, grid, body, air, noise, kind in (
        ("CT", ct_grid, 40.0, -1000.0, 15.0, np.int16),
        ("PT", pet_grid, 1.5, 0.05, 0.1, np.float32),
    ):
        y, x = (
            axis - (n - 1) / 2
            for axis, n in zip(np.ogrid[: grid.size[1], : grid.size[0]], grid.size[1::-1], strict=True)
        )
        inside = (x * grid.spacing[0] / 190) ** 2 + (y * grid.spacing[1] / 130) ** 2 < 1
        array = np.empty(grid.shape, kind)
        for slice_ in array:
            slice_[:] = np.where(inside, body, air) + noise * random.standard_normal(inside.shape, np.float32)
        write_volume(cohort / f"BODY-001__{name}.nii.gz", Volume(array, grid))
    (cohort / "table.csv").write_text("PatientID,CenterID,Age,Gender\nBODY-001,1,60,0\n", encoding="utf-8")
    return cohort


if __name__ == "__main__":
    main()
