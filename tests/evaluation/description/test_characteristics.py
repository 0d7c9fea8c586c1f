import collections

import numpy as np

from hyoid.cohort import Case
from hyoid.evaluation.description.characteristics import summarise_characteristics
from hyoid.evaluation.description.missing import clinical_columns, count_missing


def _cases(**columns: list) -> list[Case]:
    n = len(next(iter(columns.values())))
    rows = [{name: values[k] for name, values in columns.items() if values[k] is not None} for k in range(n)]
    return [Case(f"P-{k}", "AB"[k % 2], clinical=row) for k, row in enumerate(rows)]


def test_numbers_categories_and_free_text() -> None:
    n = 14
    cases = _cases(
        age=[50] * n,
        gender=[0, 1] * 7,
        performance_status=[0, 1, 2, None, None, 3, 4] * 2,
        site=["Larynx", None] * 7,
        remark=[f"text {k}" for k in range(n)],
        volume=[float(k) for k in range(n)],
        grade=[1, 2] * 7,
    )
    found = {one.column: one for one in summarise_characteristics(cases)}
    assert list(found) == ["age", "gender", "performance_status", "grade", "remark", "site", "volume"]
    assert str(found["age"].spread) == "50"  # a number, though it has one value alone
    assert found["gender"].counts == {"female": 7, "male": 7}
    assert (found["performance_status"].n, found["performance_status"].counts) == (10, {str(k): 2 for k in range(5)})
    assert (found["remark"].counts, found["remark"].spread, found["remark"].distinct) == (None, None, n)
    assert found["volume"].spread is not None
    assert (found["volume"].spread.median, found["volume"].counts) == (6.5, None)
    assert found["grade"].counts == {"1": 7, "2": 7}


def test_counts_against_the_standard_library() -> None:
    rng = np.random.default_rng(0)
    values = rng.choice(["M0", "M1", "Mx", None], 200).tolist()  # type: ignore[arg-type]
    (found,) = summarise_characteristics(_cases(m_stage=values))
    assert found.counts == {k: v for k, v in collections.Counter(values).items() if k is not None}
    assert found.n == 200 - values.count(None)


def test_what_is_missing() -> None:
    cases = _cases(age=[1, None, None, 2, 3], gender=[0] * 5, extra=[None, "x", None, None, None])
    cells = {(m.item, m.center): (m.missing, m.n) for m in count_missing(cases, "all")}
    assert (cells["age", "A"], cells["age", "B"], cells["age", "all"]) == ((1, 3), (1, 2), (2, 5))
    assert cells["extra", "B"] == (1, 2)
    assert cells["tobacco", "all"] == cells["rfs", "all"] == cells["ct", "all"] == cells["mask", "all"] == (5, 5)
    assert "t_stage" not in clinical_columns(cases)  # optional, and nobody has it
    one_center = count_missing([cases[0]], "all")
    assert {m.center for m in one_center} == {"A"}
    assert {m.share for m in one_center} == {0.0, 1.0}
