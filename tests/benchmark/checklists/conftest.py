"""A small benchmark of table recipes with an external cohort, and all that facts are taken from."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from hyoid.benchmark import BenchmarkResult, run_benchmark
from hyoid.benchmark.checklists.known import Known
from hyoid.cohort import Cohort, read_cohort
from hyoid.recipe import load_recipe
from hyoid.training import Run
from support.checklists import Benchmark, KnownOf
from support.hpv import write_table
from support.rfs import TABLE, outcome_records

RECIPES = ["hpv-logistic:clinical", "rfs-lesions:clinical", "rfs-lesions:icare_clinical"]
PATIENTS, OUTSIDE, UNKNOWN = 60, 24, "ACEN-000"


@pytest.fixture(scope="session")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    """Two folds of each recipe; one patient of unknown status is left out for all. The report is not drawn."""
    root, runs = tmp_path_factory.mktemp("checklists"), []

    def keep(result: BenchmarkResult, done: Sequence[Run], *_: object) -> None:
        runs.extend(done)

    inside = outcome_records(PATIENTS)
    inside[UNKNOWN] |= {"HPV Status": "", "Relapse": "", "RFS": ""}
    write_table(root / "inside" / TABLE, inside)
    write_table(root / "outside" / TABLE, {f"X{case}": row for case, row in outcome_records(OUTSIDE, seed=1).items()})
    cohort, external = read_cohort(root / "inside"), read_cohort(root / "outside")
    options = {"overrides": ["split={name: kfold, folds: 2}"], "cost_cases": 0, "device": "cpu", "replicates": 50}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hyoid.benchmark.run.write_results", keep)
        patch.setattr("hyoid.benchmark.findings.PERMUTATIONS", 5)
        result = run_benchmark(cohort, RECIPES, root / "out", external=external, **options)
    return Benchmark(result, runs, cohort, external)


@pytest.fixture(scope="session")
def known_of() -> KnownOf:
    """Give what would be known of these shipped recipes, without patients or runs."""

    def known(*recipes: str, overrides: Sequence[str] = ()) -> Known:
        loaded = tuple(load_recipe(name, overrides=overrides) for name in recipes)
        return Known(BenchmarkResult("nowhere", 0, {}, ()), (), Cohort(Path(), (), "table"), None, (), {}, loaded)

    return known


@pytest.fixture(scope="session")
def known(benchmark: Benchmark) -> Known:
    return Known.of(benchmark.result, benchmark.runs, benchmark.cohort, benchmark.external)


@pytest.fixture(scope="session")
def table(benchmark: Benchmark) -> pd.DataFrame:
    """The patients inside whom all recipes can use, as they were written: an oracle that reads no case."""
    read = pd.read_csv(benchmark.cohort.root / TABLE)
    return read[read["PatientID"] != UNKNOWN].assign(center=read["PatientID"].str[:4])
