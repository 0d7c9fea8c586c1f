"""The machine that a report was written on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")


def machine() -> str:
    """Return system, processor, cores, memory and GPUs in words; what the system does not tell is left out."""
    import torch

    gpus = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    parts = [platform.system(), _processor(), f"{os.cpu_count()} cores", _memory(), ", ".join(gpus) or "no GPU"]
    return ", ".join(part for part in parts if part)


def _processor() -> str:
    """Return the processor's model, or the kind of machine where the system has no name for it."""
    if _CPU_INFO.is_file():
        for line in _CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name" and value.strip():
                return f"{value.strip()} ({platform.machine()})"
    return platform.processor() or platform.machine()


def _memory() -> str:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return ""
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB of memory"
