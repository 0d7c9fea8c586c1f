"""Whom each fitted thing of a run saw: written where it is fitted, from what it was fitted on.

Ids stay in the run. They are no part of `fitted.json`, which goes into the bundle and with it to other hospitals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from hyoid.cohort import Case
from hyoid.files import read_json, write_json
from hyoid.training.patients import Patients

SEEN = "seen.json"
"""In a fold's folder: the ids of those that each fitted thing saw.

`encoder`, `model` (a network, or an estimator on the table), `estimator` (on a network's features) and `baseline`;
`selection`: on whom weights or a penalty were chosen; `middle`, `calibrator` and `threshold` of a classifier,
`cut_points` of risk groups. What a recipe does not have saw nobody.
"""


def write_seen(folder: Path, seen: Mapping[str, Iterable[str]]) -> None:
    """Add to `folder/seen.json` whom these fitted things saw; what is fitted again replaces what was known of it."""
    path = folder / SEEN
    known = read_json(path) if path.is_file() else {}
    write_json(path, known | {name: sorted(set(ids)) for name, ids in seen.items()})


def seen_by_baseline(select: Patients, train: Patients) -> list[str]:
    """Return whom a baseline survival sees: `select`, and where that has no event the training part too."""
    return ids_of(select.cases if select.observed.events else (*select.cases, *train.cases))


def ids_of(cases: Iterable[Case]) -> list[str]:
    """Return the ids of the cases that something is fitted on."""
    return [case.id for case in cases]
