"""A node on loopback for the tests: a bundle that was never trained, a study, and the node in a thread or process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from hyoid.dicom.network import Limits, Listening, Peer
from hyoid.node import Node, NodeSettings, open_log, read_state
from hyoid.node.work import Make
from support.dicom_series import ct_slices, pet_slices, write_series

SETTLE_SECONDS = 0.3


def bundle(folder: Path) -> Path:
    """Write a whole bundle of a small network that labels all it sees GTVp: one lesion, quick to write."""
    import torch  # and not in the processes that are killed
    from safetensors.torch import load_file, save_file

    from hyoid.bundle import write_bundle
    from support.recipes import small_recipe
    from support.segmenters import untrained_bundle

    recipe = small_recipe()
    untrained_bundle(folder / "folds", recipe, folds=1)
    path = folder / "folds" / "fold-0" / "weights.safetensors"
    weights = {name: torch.zeros_like(value) for name, value in load_file(path).items()}
    last = [name for name, value in weights.items() if value.shape == (3,)]
    weights[last[-1]] = torch.tensor([0.0, 1.0, 0.0])
    save_file(weights, path)
    write_bundle(folder / "bundle", recipe, {"fold-0": folder / "folds" / "fold-0"}, {"cases": 0}, {})
    return folder / "bundle"


def neck_study(folder: Path, **named: Any) -> list[Path]:
    """Write a PET/CT study of 64 mm in each direction with a warm ball in it."""
    z, y, x = np.mgrid[:16, :16, :16] * 4.0 - 30.0
    ball = np.sqrt(x**2 + y**2 + z**2)
    ct = np.where(ball < 28, 1040, 0).astype(np.int16)
    pet = np.where(ball < 10, 20000, np.where(ball < 28, 3000, 100)).astype(np.int16)
    same: dict[str, Any] = {"spacing": (4.0, 4.0), "step": 4.0, "origin": (-30.0, -30.0, -30.0)}
    files = write_series(ct_slices(ct, **same, **named), folder)
    return files + write_series(pet_slices(pet, **same, **named), folder)


def settings_of(
    work: Path, bundles: tuple[Path, ...] = (), send_to: Peer | None = None, **more: object
) -> NodeSettings:
    """Return settings for loopback on a free port, with a short time to settle."""
    given: dict[str, Any] = {
        "listening": Listening("HYOID", "127.0.0.1", 0),
        "settle_seconds": SETTLE_SECONDS,
        "limits": Limits(free_bytes=0),
        "device": "cpu",
    }
    return NodeSettings(bundles=bundles, work=work, send_to=send_to, **{**given, **more})


@contextmanager
def running(settings: NodeSettings, make: Make | None = None) -> Iterator[Peer]:
    """Run a node in a thread, and give it as a peer."""
    failed: list[BaseException] = []
    with open_log(settings.work, quiet=True) as log:
        node = Node(settings, log, make)

        def work() -> None:
            try:
                node.run()
            except BaseException as error:  # noqa: BLE001 - raised again below
                failed.append(error)
                node.listening.set()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            assert node.listening.wait(60)
            if not failed:
                yield Peer(settings.listening.title, settings.listening.host, node.port)
        finally:
            node.stop()
            thread.join(120)
    if failed:
        raise failed[0]


def until(true: Callable[[], object], seconds: float = 120) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError("it did not come")
        time.sleep(0.02)


def study_folders(work: Path) -> list[Path]:
    """Return the folders of a node's studies."""
    return sorted(path for path in (work / "studies").iterdir() if not path.name.startswith("."))


def phases(work: Path) -> list[str]:
    """Return the phase of each study."""
    return [read_state(folder).phase for folder in study_folders(work)]


def log_of(work: Path) -> str:
    """Return the node's log; "" while there is none."""
    path = work / "node.log"
    return path.read_text(encoding="utf-8") if path.exists() else ""
