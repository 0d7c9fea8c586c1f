"""The picture of dose-volume histograms."""

from __future__ import annotations

import io
from collections.abc import Mapping

from hyoid.features import Dvh

_COLOURS = ("#d1242f", "#0969da", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#57606a", "#1b7c83")
_DASHES = ("-", "--", ":", "-.")


def dvh_picture(curves: Mapping[str, Dvh]) -> bytes:
    """Return a PNG of cumulative dose-volume histograms, one line a structure, in the order given.

    The first eight structures have colours of their own; the next eight the same ones with another dash.
    """
    from matplotlib.figure import Figure  # without pyplot, whose global state would leak memory in a long process

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    for number, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        dash = _DASHES[number // len(_COLOURS) % len(_DASHES)]
        axes.plot(curve.dose_gy, 100 * curve.volume, label=name, linewidth=1.4, color=colour, linestyle=dash)
    axes.set(xlabel="dose (Gy)", ylabel="volume (%)", ylim=(0, 102))
    axes.set_xlim(left=0)
    axes.grid(alpha=0.25)
    axes.legend(fontsize=8, frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    return buffer.getvalue()
