"""DICOM toolkits that are not ours, as programs: dcmtk and dcm2niix, of Debian's packages of these names."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def run(program: str, *arguments: str | Path) -> str:
    """Return what a program prints; the test is skipped where it is not installed and fails where it complains."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: the independent reader is not there")
    done = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode == 0, done.stderr
    complaints = [line for line in done.stderr.splitlines() if line.startswith(("E:", "W:", "F:"))]
    assert not complaints, complaints
    return done.stdout
