from dataclasses import replace

import pytest

from hyoid.benchmark.checklists.known import Known
from hyoid.errors import HyoidError
from support.checklists import Benchmark


def test_the_cohort_may_hold_those_left_out_or_not(benchmark: Benchmark) -> None:
    given = (benchmark.result, benchmark.runs)
    whole = Known.of(*given, benchmark.cohort, benchmark.external)
    used = benchmark.cohort.select({case.id for case in benchmark.cohort.cases} - {*benchmark.result.excluded})
    assert whole.cases == Known.of(*given, used, benchmark.external).cases == used.cases


def test_recipes_stand_once_in_the_order_of_the_runs(known: Known) -> None:
    twice = replace(known, runs=(*known.runs, *known.runs))
    again = Known.of(twice.result, twice.runs, twice.cohort, twice.external)
    assert [recipe.title for recipe in again.recipes] == [run.recipe.title for run in known.runs]
    assert again.tasks == ("hpv", "rfs")


def test_what_is_of_another_benchmark_is_refused(benchmark: Benchmark) -> None:
    result, runs, cohort, external = benchmark.result, benchmark.runs, benchmark.cohort, benchmark.external
    with pytest.raises(HyoidError, match="no run"):
        Known.of(result, [], cohort, external)
    with pytest.raises(HyoidError, match="the 59 patients"):
        Known.of(result, runs, replace(cohort, cases=cohort.cases[1:-1]), external)
    others = replace(cohort, cases=tuple(replace(case, id=f"Z{case.id}") for case in cohort.cases[1:]))
    with pytest.raises(HyoidError, match="59 patients to compare"):
        Known.of(result, runs, others, external)
    with pytest.raises(HyoidError, match="no external cohort"):
        Known.of(result, runs, cohort, None)
    inside = replace(result, rows=tuple(row for row in result.rows if row.split != "external"))
    with pytest.raises(HyoidError, match="an external cohort"):
        Known.of(inside, runs, cohort, external)
