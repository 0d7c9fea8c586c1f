"""What leaks ends a benchmark, with every leak named and written down first; what is announced does not."""

import sys
from pathlib import Path

import pytest

from hyoid.benchmark import run_benchmark
from hyoid.benchmark.leakage import LEAKAGE, Leak, Verdict, refuse_leaks
from hyoid.cli import main
from hyoid.cohort import Cohort
from hyoid.errors import HyoidError, LeakageError
from hyoid.files import read_json, write_json
from hyoid.recipe import load_recipe

LEAKS = (
    Leak("split", "splits.json: fold-0", "has them in both train and report", ("A", "B")),
    Leak("fitted", "fold-1/fitted.json: encoder", "saw these", ("C",)),
)
OPTIMISM = Leak("selection", "splits.json: fold-0", "selects on them", ("D",), labelled=True)
OPTIONS = {"overrides": ("split={name: kfold, folds: 2}",), "floor": False, "cost_cases": 0, "device": "cpu"}


def test_every_leak_is_named_and_written_before_it_is_raised(tmp_path: Path) -> None:
    with pytest.raises(LeakageError, match=r"(?s)2 leak.*split \[A, B\]: splits.*fitted \[C\]: fold-1/fitted.json"):
        refuse_leaks([Verdict("first"), Verdict("second", (*LEAKS, OPTIMISM))], tmp_path)
    first, second = read_json(tmp_path / LEAKAGE)["runs"]
    assert first == {"run": "first", "clean": True, "leaks": [], "labelled_optimism": []}
    assert [leak["patients"] for leak in second["leaks"]] == [["A", "B"], ["C"]]
    assert not second["clean"]
    assert issubclass(LeakageError, HyoidError)


def test_announced_optimism_is_told_and_no_failure(tmp_path: Path) -> None:
    refuse_leaks([Verdict("run", (OPTIMISM,))], tmp_path)
    (found,) = read_json(tmp_path / LEAKAGE)["runs"]
    assert found["clean"]
    assert found["labelled_optimism"][0]["kind"] == "selection"


def test_a_benchmark_says_that_nothing_leaks_and_ends_where_something_does(
    hpv_cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = load_recipe("hpv-logistic:clinical")
    run_benchmark(hpv_cohort, [recipe], tmp_path, **OPTIONS)
    clean = {"run": "hpv-logistic-clinical--kfold", "clean": True, "leaks": [], "labelled_optimism": []}
    assert read_json(tmp_path / "results.json")["leakage"] == [clean]
    seen = tmp_path / "hpv-logistic-clinical--kfold" / "fold-0" / "seen.json"
    patient = read_json(seen.parents[1] / "splits.json")[0]["report"][0]
    write_json(seen, {**read_json(seen), "model": [patient]})
    command = ["benchmark", str(hpv_cohort.root), "--recipes", "hpv-logistic:clinical", "--out", str(tmp_path)]
    options = ["--without-floor", "--cost-cases", "0", "--quiet", "--set", OPTIONS["overrides"][0]]
    monkeypatch.setattr(sys, "argv", ["hyoid", *command, *options])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    message = " ".join(capsys.readouterr().err.split())
    assert "fold-0/seen.json: model saw them, whom the fold reports" in message
    assert patient in message
    assert not read_json(tmp_path / LEAKAGE)["runs"][0]["clean"]
