"""Runs in which nothing leaks are called clean, and are not touched."""

from pathlib import Path

import pytest

from hyoid import api
from hyoid.benchmark.leakage import KINDS, Leak
from hyoid.cohort import Cohort
from hyoid.files import read_json
from support.leaks import Planted
from support.masks import mask_balls, mask_folds, mask_network
from support.multitask import three_tasks


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_clean_run_is_called_clean_and_left_as_it_is(hpv_run: Planted, rfs_run: Planted) -> None:
    for run in (hpv_run, rfs_run):
        before = files(run.folder)
        assert run.leaks() == []
        assert files(run.folder) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "overrides"),
    [
        ("hpv-logistic:clinical", ("split={name: kfold, folds: 2}", "inference.decision.source=select")),
        ("hpv-logistic:clinical", ("split={name: single, report_fraction: 0.3}", "inference.decision.centered=false")),
        ("rfs-lesions:icare_clinical", ("split={name: leave_one_center_out}",)),
    ],
)
def test_other_settings_and_splits_are_clean_too(
    recipe: str, overrides: tuple[str, ...], hpv_cohort: Cohort, rfs_cohort: Cohort, tmp_path: Path
) -> None:
    cohort = hpv_cohort if recipe.startswith("hpv") else rfs_cohort
    api.train(cohort, recipe, tmp_path / "run", overrides=overrides, device="cpu")
    assert Planted(tmp_path / "run", cohort).leaks() == []


@pytest.mark.slow
def test_a_run_with_finished_and_missing_folds_is_clean(hpv_cohort: Cohort, tmp_path: Path) -> None:
    split = "split={name: kfold, folds: 3}"
    api.train(hpv_cohort, "hpv-logistic:clinical", tmp_path / "run", overrides=[split], fold="1", device="cpu")
    assert Planted(tmp_path / "run", hpv_cohort).leaks() == []


@pytest.mark.slow
def test_networks_and_their_upstream_runs_are_clean(tmp_path: Path) -> None:
    """A survival network given predicted masks and an inferred status, and one network of three tasks."""
    cohort = mask_balls(tmp_path / "masks")
    recipe = mask_network(mask_folds(cohort, tmp_path / "folds.json"), "inputs.missing=fill")
    api.train(cohort, recipe, tmp_path / "run", device="cpu")
    run = Planted(tmp_path / "run", cohort)
    assert run.leaks() == []
    seen = read_json(tmp_path / "run" / "fold-0" / "inferred.json")["masks"]
    assert set(seen.values()) == {"out_of_fold", "ensemble"}
    patient = run.fold().parts["train"][-1]
    run.edit("fold-0/inferred.json", lambda known: known["masks"].update({patient: "ensemble"}))
    assert run.leak().patients == (patient,)
    api.train(cohort, three_tasks(epochs=1), tmp_path / "three", device="cpu")
    assert Planted(tmp_path / "three", cohort).leaks() == []


def test_a_leak_names_kind_path_and_patients_and_counts_the_rest() -> None:
    leak = Leak("split", "splits.json: fold-0", "has them", tuple(f"P{i:02d}" for i in range(12)))
    assert str(leak).startswith("split [P00, P01,")
    assert str(leak).endswith("P09 and 2 more]: splits.json: fold-0 has them")
    assert len(leak.to_dict()["patients"]) == 12
    assert leak.kind in KINDS
