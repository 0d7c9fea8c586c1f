from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from hyoid.errors import CohortError
from hyoid.estimators.fitted_icare import FittedBaggedIcare, FittedIcare, Member
from hyoid.estimators.icare import BaggedIcare, Icare
from hyoid.estimators.table import Part
from hyoid.metrics.survival import Observed
from hyoid.survival.icare import canonical_order
from oracles import icare as oracle

NAMES = ("age", "volume", "uptake", "lucky", "noise", "center_free")
PATIENTS = 80


def part(seed: int = 0, missing: float = 0.15) -> Part:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(PATIENTS, len(NAMES)))
    values[:, 2] += values[:, 1]
    times, ends = rng.exponential(500 * np.exp(-values[:, 1])), rng.uniform(100, 900, PATIENTS)
    values[rng.random(values.shape) < missing] = np.nan
    event = times < ends
    days = 2 * np.floor(np.minimum(times, ends)) + 2 + ~event  # events and censorings share no day
    days[:3], event[:3] = 2, True
    return values, Observed(days, event)


def shuffled(data: Part, seed: int) -> Part:
    order = np.random.default_rng(seed).permutation(PATIENTS)
    return data[0][order], data[1].part(order)


def literal(settings: Icare, columns: NDArray[np.intp]) -> oracle.LiteralIcare:
    return oracle.LiteralIcare(
        columns.tolist(),
        settings.signs,
        oracle.by_scikit_survival,
        settings.rho,
        settings.correlation,
        settings.least_concordance,
    )


SETTINGS = [Icare(), Icare(rho=0.3, least_concordance=0.53), Icare(signs=("harrell",), max_features=0.6, seed=3)]


@pytest.mark.parametrize("icare", SETTINGS)
def test_icare_equals_the_literal_oracle(icare: Icare) -> None:
    values, observed = part()
    fitted = icare.fit(NAMES, (values, observed), part(1))
    draw = icare.draw(np.random.default_rng(icare.seed), NAMES, np.ones(PATIENTS, np.intp))
    expected = literal(icare, draw.columns).fit(values, observed.days, observed.event)
    signs = {NAMES[column]: sign for column, sign in expected.signs.items()}
    assert dict(zip(fitted.member.columns, fitted.member.signs, strict=True)) == signs
    assert fitted.columns == NAMES
    new = part(2)[0]
    np.testing.assert_allclose(fitted.risk(new), expected.risk(new), atol=1e-10)


@pytest.mark.parametrize("aggregate", ["mean", "median"])
def test_a_bag_equals_the_literal_oracle_on_the_same_draws(aggregate: Any) -> None:
    bag = BaggedIcare(estimators=6, aggregate=aggregate, parameter_sets=tuple(SETTINGS), seed=5)
    values, observed = part()
    fitted = bag.fit(NAMES, (values, observed), part(1))
    order = canonical_order(values, observed.days, observed.event)
    ordered = values[order], observed.days[order], observed.event[order]
    draws = bag.draws(NAMES, observed.part(order))
    new, risks = part(2)[0], []
    for draw in draws:
        settings = next(each for each in SETTINGS if each.signs == draw.rules and (each.rho or 1.0) == draw.rho)
        model = literal(settings, draw.columns).fit(*(np.repeat(each, draw.counts, axis=0) for each in ordered))
        risks.append(model.risk(new))
    assert len({draw.rho for draw in draws}) == 2
    expected = (np.nanmean if aggregate == "mean" else np.nanmedian)(risks, axis=0)
    np.testing.assert_allclose(fitted.risk(new), expected, atol=1e-10)


@pytest.mark.parametrize("estimator", [Icare(max_features=0.7, rho=0.5), BaggedIcare(estimators=4)])
def test_it_goes_through_json_and_back_and_changes_no_input(estimator: Icare | BaggedIcare) -> None:
    data = part()
    before = data[0].copy(), data[1].days.copy()
    fitted = estimator.fit(NAMES, data, part(1))
    again = type(fitted).model_validate_json(fitted.model_dump_json())
    assert again == fitted
    np.testing.assert_array_equal(again.risk(part(2)[0]), fitted.risk(part(2)[0]))
    np.testing.assert_array_equal(data[0], before[0])
    np.testing.assert_array_equal(data[1].days, before[1])
    assert type(estimator).model_validate_json(estimator.model_dump_json()) == estimator


@given(st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_the_order_of_the_patients_changes_no_digit(seed: int) -> None:
    data = part()
    for estimator in (Icare(rho=0.3), BaggedIcare(estimators=3)):
        assert estimator.fit(NAMES, shuffled(data, seed), data) == estimator.fit(NAMES, data, data)


def test_the_seed_draws_other_patients_and_other_columns() -> None:
    data = part()
    bags = [BaggedIcare(estimators=2, seed=seed).fit(NAMES, data, data) for seed in (0, 0, 1)]
    assert bags[0] == bags[1] != bags[2]
    assert bags[0].members[0] != bags[0].members[1]
    settings = (Icare(), Icare(seed=1))
    assert (
        len({BaggedIcare(estimators=1, parameter_sets=(each,)).fit(NAMES, data, data).members for each in settings})
        == 2
    )
    few = [Icare(max_features=0.2, seed=seed).fit(NAMES, data, data).member.columns for seed in range(20)]
    assert len(set(few)) > 3


def test_it_finds_the_column_that_matters_and_turns_with_it() -> None:
    values, observed = part(missing=0)
    only = Icare(least_concordance=0.65).fit(NAMES, (values, observed), part(1))
    assert set(only.member.columns) <= {"volume", "uptake"}
    assert set(only.member.signs) == {1}
    turned = Icare(least_concordance=0.65).fit(NAMES, (-values, observed), part(1))
    np.testing.assert_allclose(turned.risk(-values), only.risk(values), atol=1e-12)
    early = observed.event & (observed.days < np.median(observed.days))
    assert only.risk(values)[early].mean() > only.risk(values)[~early].mean() + 0.5


def test_groups_mandatory_columns_and_rules() -> None:
    data = part(missing=0)
    groups = {"image": ("volume", "uptake"), "record": ("age",), "rest": ("noise", "lucky")}
    icare = Icare(groups=groups, use_groups=("image", "record"), mandatory=("lucky",), signs=("harrell",))
    assert icare.fit(NAMES, data, data).member.columns == ("age", "volume", "uptake", "lucky")
    few = icare.model_copy(update={"max_features": 0.01})
    for seed in range(5):
        assert "lucky" in few.model_copy(update={"seed": seed}).fit(NAMES, data, data).member.columns


def test_constant_unknown_and_rare_columns_have_no_weight() -> None:
    values, observed = part(missing=0)
    values[:, 3], values[:, 4] = 7.3, np.nan
    values[:, 5] = np.arange(PATIENTS) == 4
    for estimator in (Icare(), BaggedIcare(estimators=5)):
        fitted = estimator.fit(NAMES, (values, observed), part(1))
        assert fitted.notes == ("Constant or never known in the training part, and without weight: lucky, noise.",)
        members = [fitted.member] if isinstance(fitted, FittedIcare) else fitted.members
        assert all(not {"lucky", "noise"} & set(member.columns) for member in members)
        odd = values.copy()
        odd[:, 3], odd[:, 4] = 1e6, -1e6
        np.testing.assert_array_equal(fitted.risk(odd), fitted.risk(values))
        assert np.abs(fitted.risk(values)).max() < 20  # a column without spread in a bootstrap would give thousands


def test_many_constant_columns_are_not_all_named() -> None:
    names = tuple(f"c{number}" for number in range(9))
    fitted = Icare().fit(names, (np.ones((PATIENTS, 9)), part()[1]), part(1))
    assert fitted.notes == (
        "Constant or never known in the training part, and without weight: c0, c1, c2, c3, c4 and 4 more.",
        "iCARE kept no column: every risk is 0.",
    )
    np.testing.assert_array_equal(fitted.risk(np.full((3, 9), np.nan)), [0, 0, 0])


def test_members_without_a_column_have_no_say() -> None:
    data = part()
    none = BaggedIcare(estimators=2, parameter_sets=(Icare(least_concordance=0.99),)).fit(NAMES, data, data)
    assert none.notes == ("iCARE kept no column: every risk is 0.",)
    np.testing.assert_array_equal(none.risk(data[0]), np.zeros(PATIENTS))
    sets = (Icare(least_concordance=0.99), Icare())
    some = BaggedIcare(estimators=6, parameter_sets=sets).fit(NAMES, data, data)
    kept = [member for member in some.members if member.columns]
    assert 0 < len(kept) < 6
    assert some.notes == (f"{6 - len(kept)} of 6 iCARE models kept no column and have no say.",)
    without = some.model_copy(update={"members": tuple(kept)})
    np.testing.assert_array_equal(some.risk(data[0]), without.risk(data[0]))


def test_risk_of_a_bag_by_hand() -> None:
    def member(name: str, sign: Any) -> Member:
        return Member(columns=(name,), signs=(sign,), means=(1.0,), stds=(2.0,), output_mean=0.5, output_std=0.25)

    empty = Member(columns=(), signs=(), means=(), stds=(), output_mean=0.0, output_std=1.0)
    members = (member("a", 1), member("a", -1), member("b", 1), empty)
    values = np.array([[5.0, 1.0], [5.0, np.nan], [np.nan, 3.0], [np.nan, np.nan]], np.float32)
    risks = {"mean": [(6 - 10 - 2) / 3, (6 - 10) / 2, 2, np.nan], "median": [-2, -2, 2, np.nan]}
    for aggregate, expected in risks.items():
        bag = FittedBaggedIcare(columns=("a", "b"), members=members, aggregate=aggregate)  # type: ignore[arg-type]
        np.testing.assert_allclose(bag.risk(values), expected)


def test_one_event_and_one_patient_have_a_defined_result() -> None:
    values, observed = part()
    one = Observed(observed.days, np.arange(PATIENTS) == int(np.argmin(observed.days)))
    assert Icare(signs=("harrell",)).fit(NAMES, (values, one), part(1)).member.columns
    for estimator in (Icare(), BaggedIcare(estimators=2)):  # Uno's rule leaves the latest event out
        assert estimator.fit(NAMES, (values, one), part(1)).notes == ("iCARE kept no column: every risk is 0.",)
        alone = estimator.fit(NAMES, (values[:1], observed.part([0])), part(1))
        np.testing.assert_array_equal(alone.risk(values), np.zeros(PATIENTS))


@pytest.mark.parametrize("estimator", [Icare(), BaggedIcare()])
def test_wrong_tables_are_refused(estimator: Icare | BaggedIcare) -> None:
    values, observed = part()
    infinite = values.copy()
    infinite[3, 1] = np.inf
    censored = Observed(observed.days, np.zeros(PATIENTS, bool))
    for columns, train, message in [
        (NAMES, (values, censored), "no event among 80 training cases"),
        (NAMES, (values[:, :5], observed), r"table of shape \(80, 5\); expected one of 6 columns"),
        (NAMES, (values[:9], observed), "9 rows and 80 outcomes"),
        (NAMES, (infinite, observed), "infinite value in column 'volume'"),
        ((*NAMES[:5], "age"), (values, observed), "two columns named 'age'"),
        ((), (values[:, :0], observed), "a table without a column"),
    ]:
        with pytest.raises(CohortError, match=message):
            estimator.fit(columns, train, part(1))
    fitted = estimator.fit(NAMES, (values, observed), part(1))
    for wrong, message in [(values[0], "table of shape"), (infinite, "infinite value in column 'volume'")]:
        with pytest.raises(CohortError, match=message):
            fitted.risk(wrong)


def test_columns_that_are_not_there_are_named() -> None:
    with pytest.raises(CohortError, match=r"no column 'volumes'.*did you mean 'volume'"):
        Icare(mandatory=("volumes",)).fit(NAMES, part(), part(1))
    many = tuple(f"column {number}" for number in range(200))
    with pytest.raises(CohortError, match=r"no column 'zzz'.*one of the 200 columns\. Correct the name\.$"):
        Icare(mandatory=("zzz",)).fit(many, (np.ones((PATIENTS, 200)), part()[1]), part(1))
    with pytest.raises(CohortError, match=r"no column 'height'.*valid are: age, center_free"):
        Icare(groups={"body": ("height",)}, use_groups=("body",)).fit(NAMES, part(), part(1))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"signs": ("uno", "uno")}, "name a rule twice"),
        ({"groups": {"image": ("volume",)}, "use_groups": ("imag",)}, "did you mean 'image'"),
        ({"groups": {"image": ("volume",)}}, "groups without use_groups"),
        ({"rho": 1.0}, "less than 1"),
        ({"cmin": 0.6}, "unknown key 'cmin'"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Icare(**wrong)
