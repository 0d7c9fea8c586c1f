"""Settings of the process that make networks fast on a CPU."""

from __future__ import annotations

import ctypes
import functools
import itertools
import platform
from typing import Literal

Precision = Literal["auto", "32-true", "bf16-mixed", "64-true"]

_BF16_ERROR = 0.05
"""Of a gradient, relative: rounding costs less than 0.01 of it."""

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
    """Return the precision of a forward pass; 'auto' takes bf16 where the device computes it natively."""
    import torch

    if precision != "auto":
        return precision
    if device == "cuda":
        return "bf16-mixed" if torch.cuda.is_bf16_supported(including_emulation=False) else "32-true"
    return "bf16-mixed" if torch.cpu._is_avx512_bf16_supported() else "32-true"


def resolve_training_precision(precision: Precision, device: str) -> str:
    """Return the precision of training; 'auto' takes bf16 where the device computes it natively, and rightly.

    Raises
    ------
    HyoidError
        If bf16 is asked for on a CPU whose gradients are wrong in it.
    """
    from hyoid.errors import HyoidError

    found = resolve_precision(precision, device)
    if found != "bf16-mixed" or device != "cpu" or bf16_gradients_right():
        return found
    if precision == "auto":
        return "32-true"
    raise HyoidError.of(
        "precision bf16-mixed on a CPU whose gradients of small volumes are wrong in it",
        "gradients as in single precision",
        "Use precision auto or 32-true.",
    )


@functools.cache
def bf16_gradients_right() -> bool:
    """Return whether a convolution of small volumes has the weight gradients in bf16 that it has in single precision.

    On processors with AVX512-BF16 and without AMX those of volumes of two voxels an edge, as deep encoders have, were
    wrong by their own size, and not numbers now and then (PyTorch 2.13): training diverges, or learns something else.
    """
    import torch

    def gradient(images: torch.Tensor, weight: torch.Tensor, *, bf16: bool) -> torch.Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            values = torch.nn.functional.conv3d(images, weight, padding=1)
        return torch.autograd.grad(values.float().square().mean(), weight)[0]

    generator = torch.Generator().manual_seed(0)
    for edge, channels in itertools.product((1, 2, 3, 4), (2, 16)):
        images = torch.randn(2, channels, edge, edge, edge, generator=generator)
        weight = torch.randn(16, channels, 3, 3, 3, generator=generator).requires_grad_()
        expected, found = (gradient(images, weight, bf16=bf16) for bf16 in (False, True))
        if not (found - expected).norm() < _BF16_ERROR * expected.norm():  # nor where it is no number
            return False
    return True
