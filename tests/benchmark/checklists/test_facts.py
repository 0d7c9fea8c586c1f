from dataclasses import replace

from hyoid.benchmark.checklists import FACTS, benchmark_facts, load_checklists
from support.checklists import Benchmark


def test_facts_of_a_real_benchmark_are_sentences(benchmark: Benchmark) -> None:
    facts = benchmark_facts(benchmark.result, benchmark.runs, benchmark.cohort, benchmark.external)
    assert set(FACTS) - set(facts) == {"preprocessing", "initialisation"}  # of images and networks there are none
    for key, words in facts.items():
        assert words.endswith("."), key
        assert words == " ".join(words.split()), key
        assert "None" not in words, key
        assert "nan" not in words.replace("anan", ""), key
        assert str(benchmark.cohort.root) not in words, key


def test_without_an_external_cohort_nothing_is_said_of_one(benchmark: Benchmark) -> None:
    rows = tuple(row for row in benchmark.result.rows if row.split != "external")
    facts = benchmark_facts(replace(benchmark.result, rows=rows), benchmark.runs, benchmark.cohort, None)
    assert "updating" not in facts
    assert facts["external"].startswith("There is no external cohort")
    for list_ in load_checklists(facts):
        assert "External cohort:" not in " ".join(item.answer or "" for item in list_.items)
