import numpy as np
from lifelines.statistics import multivariate_logrank_test

from hyoid.evaluation.survival_cases import SurvivalCase
from hyoid.evaluation.survival_groups import summarise_groups
from support.survival import draw


def _cases(groups: list[str | None], seed: int = 0) -> list[SurvivalCase]:
    drawn = draw(len(groups), seed)
    rows = zip(groups, drawn.observed.event, drawn.observed.days, drawn.risk, drawn.fold, strict=True)
    return [
        SurvivalCase(f"p{k:03d}", None, bool(event), float(days), float(risk), fold=str(fold), group=group)
        for k, (group, event, days, risk, fold) in enumerate(rows)
    ]


def test_groups_are_ordered_by_risk_and_tested() -> None:
    names = ["high" if risk > 0.4 else "low" if risk < -0.4 else "between" for risk in draw(150).risk]
    cases = _cases(names)
    found = summarise_groups(cases)
    assert found is not None
    assert found.test is not None
    assert [group.name for group in found.groups] == ["low", "between", "high"]
    oracle = multivariate_logrank_test([c.days for c in cases], names, [c.event for c in cases])
    np.testing.assert_allclose(found.test.p_value, oracle.p_value, rtol=1e-6)
    for group in found.groups:
        own = [case for case in cases if case.group == group.name]
        assert (group.n, group.events) == (len(own), sum(case.event for case in own))
        assert group.at_risk([0, 700]) == [len(own), sum(case.days >= 700 for case in own)]
    written = found.to_dict([365.0, 1e5])
    assert written["groups"][0]["survival"][1] is None
    assert written["groups"][0]["at_risk"] == [found.groups[0].at_risk([365])[0], 0]
    assert written["log_rank_p"] == found.test.p_value


def test_folds_of_another_scale_keep_the_order() -> None:
    cases = _cases(["high" if risk > 0 else "low" for risk in draw(60).risk])
    shifted = [
        SurvivalCase(c.id, None, c.event, c.days, c.risk - 100 * int(c.fold or 0), fold=c.fold, group=c.group)
        for c in cases
    ]
    found = summarise_groups(shifted)
    assert found is not None
    assert [group.name for group in found.groups] == ["low", "high"]


def test_one_group_or_none() -> None:
    assert summarise_groups(_cases([None] * 5)) is None
    found = summarise_groups(_cases(["all", None, "all", None, "all"]))
    assert found is not None
    assert (found.test, found.without, found.groups[0].n) == (None, 2, 3)
    assert found.to_dict([])["log_rank_p"] is None
