"""What takes seconds a case: its quality findings and its failures, computed beside the server and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

from hyoid.app.cases.cache import Served
from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.images import load_expert, load_predicted
from hyoid.app.cases.jumps import Jump, find_jumps
from hyoid.app.cases.lesions import count_lesions
from hyoid.cohort import Case
from hyoid.cohort.check import Finding, check_case
from hyoid.errors import HyoidError
from hyoid.geometry import Volume
from hyoid.imaging import read_grid


@dataclass(frozen=True, slots=True)
class Review:
    """What was found in one case.

    Parameters
    ----------
    findings
        Quality findings of its images.
    jumps
        Where its prediction fails; empty without both label maps.
    lesions
        Number of lesions by layer (`expert`, `predicted`).
    digests
        Hash of the voxels of CT and PET, by which equal images of two patients are found.
    troubles
        Sentences on label maps that cannot be used.
    """

    findings: tuple[Finding, ...] = ()
    jumps: tuple[Jump, ...] = ()
    lesions: dict[str, int] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Inverse of `to_dict`, also after a way through JSON."""
        jumps = tuple(
            Jump(j["flag"], j["text"], (j["voxel"][0], j["voxel"][1], j["voxel"][2])) for j in fields["jumps"]
        )
        findings = tuple(Finding(**one) for one in fields["findings"])
        return cls(findings, jumps, fields["lesions"], fields["digests"], tuple(fields["troubles"]))


def review_case(case: Case, reference: Path | None, predicted: Path | None) -> Review:
    """Check a case's images and compare its prediction with the expert; a case that is broken raises nothing.

    Parameters
    ----------
    case
        The patient.
    reference
        The image whose grid label maps lie on; None where there is none.
    predicted
        The predicted label map, None where there is none.
    """
    checked = check_case(case)
    layers, troubles = _label_maps(case, reference, predicted)
    jumps: list[Jump] = []
    if len(layers) == 2:
        jumps = find_jumps(layers["expert"], layers["predicted"], Canonical.of(layers["expert"].grid))
    lesions = {name: count_lesions(labels) for name, labels in layers.items()}
    return Review(checked.findings, tuple(jumps), lesions, checked.digests, tuple(troubles))


def _label_maps(case: Case, reference: Path | None, predicted: Path | None) -> tuple[dict[str, Volume], Sequence[str]]:
    layers: dict[str, Volume] = {}
    troubles: list[str] = []
    if reference is None:
        return layers, troubles
    try:
        grid = read_grid(reference)
    except HyoidError:
        return layers, troubles  # the finding says it

    def predicted_layer() -> Served | None:
        return None if predicted is None else load_predicted(predicted, grid)

    loads: dict[str, Callable[[], Served | None]] = {
        "expert": partial(load_expert, case, grid),
        "predicted": predicted_layer,
    }
    for name, load in loads.items():
        try:
            served = load()
        except HyoidError as error:
            troubles.append(str(error))
            continue
        if served is not None:
            layers[name] = served.volume
    return layers, troubles
