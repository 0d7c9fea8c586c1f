"""Settings of the process that make networks fast on a CPU."""

from __future__ import annotations

import ctypes
import functools
import platform
from typing import Literal

Precision = Literal["auto", "32-true", "bf16-mixed", "64-true"]

# glibc's mallopt parameters (malloc.h)
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4


@functools.cache
def keep_freed_memory() -> bool:
    """Tell glibc to keep freed blocks instead of giving each large one back to the kernel; once per process.

    3D networks allocate and free hundreds of megabytes per layer; without this the kernel clears these pages again
    and again, which was measured to cost a third of the time. Returns whether the C library took it.
    """
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    accepted = (
        libc.mallopt(_M_MMAP_MAX, 0),
        libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1),
        libc.mallopt(_M_TOP_PAD, 64 * 2**20),
    )
    return all(accepted)


def resolve_device(device: str) -> str:
    """Return 'cuda' or 'cpu'; 'auto' takes the GPU where there is one.

    Raises
    ------
    HyoidError
        If the device is unknown, or a GPU is asked for and none is there.
    """
    import torch

    from hyoid.errors import HyoidError

    if device not in {"auto", "cpu", "cuda"}:
        raise HyoidError.of(f"the device '{device}'", "auto, cpu or cuda", "Choose one of these.")
    if device == "cuda" and not torch.cuda.is_available():
        raise HyoidError.of("no CUDA device", "a GPU for --device cuda", "Use --device cpu or auto.")
    return ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device


def resolve_precision(precision: Precision, device: str) -> str:
    """Return the precision that is meant; 'auto' takes bf16 where the device computes it natively."""
    import torch

    if precision != "auto":
        return precision
    if device == "cuda":
        return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "32-true"
    return "bf16-mixed" if torch.cpu._is_avx512_bf16_supported() else "32-true"
