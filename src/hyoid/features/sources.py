"""Which images the measures that a recipe names are taken from: the others need not be read."""

from __future__ import annotations

from collections.abc import Iterable

from hyoid.features.columns import LOG
from hyoid.features.names import LESIONS, image_of


def images_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the modalities, each once, of measures such as `gtvp_mtv_ml` or `log_total_dose_mean_gy`."""
    plain = (name.removeprefix(LOG) for name in names)
    measures = (name.removeprefix(f"{name.split('_', 1)[0]}_") for name in plain if name.split("_", 1)[0] in LESIONS)
    return tuple(dict.fromkeys(image for image in map(image_of, measures) if image is not None))
