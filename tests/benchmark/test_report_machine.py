import os
from pathlib import Path

import pytest
import torch

from hyoid.benchmark.report import machine as module
from hyoid.benchmark.report.machine import machine


def test_the_processors_model_cores_and_gpus_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("processor : 0\nmodel name\t: ACME 3000: Fast\nprocessor : 1\nmodel name\t: other\n")
    monkeypatch.setattr(module, "_CPU_INFO", info)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: f"GPU {number}")
    told = machine()
    assert "ACME 3000: Fast (" in told
    assert f"{os.cpu_count()} cores" in told
    assert told.endswith("GPU 0, GPU 1")


def test_what_is_not_told_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CPU_INFO", tmp_path / "none")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert machine().endswith("no GPU")
    assert ", ," not in machine()
