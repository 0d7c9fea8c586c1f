"""Masks and HPV status that a fold's model is given as input: had the models that inferred them seen the patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.split import predicted_by
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun, fold_ids
from hyoid.bundle import UPSTREAM
from hyoid.cohort import Cohort
from hyoid.files import read_json, sha256_of_file
from hyoid.training.inferred import INFERRED, OWN_FOLD, PREDICTED_MASKS
from hyoid.training.seen import SEEN
from hyoid.training.upstream import STORE


@dataclass(frozen=True, slots=True)
class Upstream:
    """An upstream run of a fold: its files, and the cohort that it should have known."""

    fold: FoldParts
    run: TrainedRun


def upstreams(run: TrainedRun) -> list[Upstream]:
    """Return the upstream runs of all finished folds."""
    found = []
    for fold in run.finished:
        part = _known_to(run, fold)
        for recipe in sorted((run.folder / fold.folder / UPSTREAM).glob("*/recipe.yaml")):
            prefix = run.path(f"{fold.folder}/{UPSTREAM}/{recipe.parent.name}/")
            found.append(Upstream(fold, TrainedRun(recipe.parent, part, run.store / STORE, prefix)))
    return found


def inferred_leaks(run: TrainedRun) -> Iterator[Leak]:
    """Look for upstream models that saw whom their fold reports, and for inputs of models that saw the patient."""
    for upstream in upstreams(run):
        yield from _saw_reported(upstream)
        yield from _of_other_patients(run, upstream)
        yield from _other_models(upstream)
        yield from _inputs(run, upstream)


def _known_to(run: TrainedRun, fold: FoldParts) -> Cohort:
    known = {case.id for case in run.cohort.cases}
    return run.cohort.select((fold.learnt - fold.reported) & known)


def _saw_reported(upstream: Upstream) -> Iterator[Leak]:
    inner, reported = upstream.run, upstream.fold.reported
    for one in inner.folds:
        if shared := sorted(fold_ids(one) & reported):
            path = inner.path(f"splits.json: {one.folder}")
            found = f"uses them, whom {upstream.fold.folder} reports and is given inputs of"
            yield Leak("inferred", path, found, tuple(shared))
        for name, ids in inner.read(one, SEEN).items():
            if shared := sorted(set(ids) & reported):
                path = inner.path(f"{one.folder}/{SEEN}: {name}")
                yield Leak("inferred", path, f"saw them, whom {upstream.fold.folder} reports", tuple(shared))


def _of_other_patients(run: TrainedRun, upstream: Upstream) -> Iterator[Leak]:
    """Compare the hash of the cohort that run and bundle were trained on with that of whom the fold learns from."""
    inner, expected = upstream.run, upstream.run.cohort.content_hash()
    said = {"manifest.json: cohort_hash": read_json(inner.folder / "manifest.json")["cohort_hash"]}
    bundle = inner.folder / "bundle" / "manifest.json"
    if bundle.is_file():
        said["bundle/manifest.json: cohort.hash"] = read_json(bundle)["cohort"].get("hash")
    for name, found in said.items():
        if found == expected:
            continue
        patients: frozenset[str] = frozenset()
        for fold in run.folds:
            if found == _known_to(run, fold).content_hash():
                patients = fold.learnt & upstream.fold.reported
        text = f"is not that of the patients whom {upstream.fold.folder} learns from"
        yield Leak("inferred", inner.path(name), text, tuple(sorted(patients)))


def _other_models(upstream: Upstream) -> Iterator[Leak]:
    """Make sure that the bundle, which infers, holds the models of the run, of which is known whom they saw."""
    inner = upstream.run
    for fold in inner.finished:
        for path in sorted((inner.folder / "bundle" / fold.folder).glob("*")):
            own = inner.folder / fold.folder / path.name
            if path.is_file() and (not own.is_file() or sha256_of_file(own) != sha256_of_file(path)):
                text = "is not of this run: whom it was trained on cannot be told"
                yield Leak("inferred", inner.path(f"bundle/{fold.folder}/{path.name}"), text)


def _inputs(run: TrainedRun, upstream: Upstream) -> Iterator[Leak]:
    """Compare by whom each input is said to be inferred with whom those models learnt from."""
    fold, inner = upstream.fold, upstream.run
    known = run.read(fold, INFERRED)
    path = run.path(f"{fold.folder}/{INFERRED}")
    if inner.recipe.task == "hpv":
        decided: Mapping[str, Mapping[str, Any]] = known.get("hpv", {})
        sources = [(i, source) for source, each in decided.items() for i in each]
        yield from _another_decision(inner, decided.get(OWN_FOLD, {}), f"{path}: hpv.{OWN_FOLD}")
    else:
        sources = list(known.get("masks", {}).items())
        files: list[Path] = sorted((run.folder / fold.folder / PREDICTED_MASKS).glob("*.b2nd"))
        if unknown := tuple(sorted({file.stem for file in files} - {i for i, _ in sources})):
            yield Leak("unproven", path, "does not say who predicted their masks; train the run anew", unknown)
    learnt = {i for one in inner.folds for i in fold_ids(one)}
    seen = tuple(sorted({i for i, source in sources if source != OWN_FOLD and i in learnt}))
    if seen:
        yield Leak("inferred", path, f"has them inferred by all folds of {inner.recipe.title}, which saw them", seen)
    by = {i: name for file in predicted_by(inner).values() for i, name in file.items()}
    strange = tuple(sorted({i for i, source in sources if source == OWN_FOLD and i not in by}))
    if strange:
        yield Leak(
            "inferred", path, f"has them inferred by a fold of {inner.recipe.title}, and none reports them", strange
        )


def _another_decision(inner: TrainedRun, decided: Mapping[str, bool], path: str) -> Iterator[Leak]:
    """Compare the statuses that the fold's model was given with what the patients' own inner folds decided."""
    table = inner.table("predictions.csv")
    if table is None:
        return
    own = dict(zip(table["PatientID"], table["hpv_decision"].astype(bool), strict=True))
    other = tuple(sorted(i for i, status in decided.items() if i in own and bool(status) != own[i]))
    if other:
        yield Leak("inferred", path, f"is not what the patients' own folds of {inner.recipe.title} decided", other)
