import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hyoid.cohort import Case
from hyoid.cohort.encoders import ClinicalEncoder, FittedEncoder, Median, MinusOne, OneHot, Regression, Shifted
from hyoid.errors import CohortError

COLUMNS = ("age", "gender", "tobacco", "performance_status", "m_stage", "hpv")
ALL = [
    OneHot(),
    OneHot(flag=True, unseen="zeros"),
    MinusOne(),
    Shifted(),
    Median(),
    Median(flag=True),
    Regression(),
    Regression(flag=True),
]

_record = st.fixed_dictionaries(
    {},
    optional={
        "age": st.floats(18, 100) | st.integers(18, 100),
        "gender": st.sampled_from([0, 1, "0", 1.0]),
        "tobacco": st.sampled_from([0, 1]),
        "performance_status": st.sampled_from([0, 1, 2, 3, 4]),
        "m_stage": st.sampled_from(["M0", "M1", "Mx"]),
    },
)
_cohorts = st.lists(st.tuples(_record, st.sampled_from([True, False, None])), min_size=1, max_size=12).map(
    lambda rows: [Case(f"p{k}", clinical=record, hpv=hpv) for k, (record, hpv) in enumerate(rows)]
)


def _cases(*records: dict) -> list[Case]:
    return [Case(f"p{k}", clinical=record) for k, record in enumerate(records)]


@pytest.mark.parametrize("encoder", ALL, ids=lambda e: f"{e.name}")
@settings(deadline=None, max_examples=50)
@given(cases=_cohorts, others=_cohorts)
def test_json_gives_back_the_same_encoder_and_the_same_numbers(encoder, cases, others) -> None:
    fitted = encoder.fit(cases, COLUMNS)
    back = FittedEncoder.from_json(json.loads(json.dumps(fitted.to_json())))
    assert back == fitted
    first, second = fitted.encode(others), back.encode(others)
    assert first.values.tobytes() == second.values.tobytes()
    assert first.values.shape == (len(others), len(fitted.names)) == (len(others), len(first.names))
    assert first.values.dtype == np.float32
    assert np.isfinite(first.values).all()


@pytest.mark.parametrize("encoder", ALL, ids=lambda e: f"{e.name}")
@settings(deadline=None, max_examples=50)
@given(cases=_cohorts, others=_cohorts)
def test_nothing_is_fitted_by_encoding_and_rows_do_not_see_each_other(encoder, cases, others) -> None:
    fitted = encoder.fit(cases, COLUMNS)
    before = fitted.to_json()
    together = fitted.encode([*others, *cases]).values
    alone = [fitted.encode([case]).values for case in (*others, *cases)]
    np.testing.assert_array_equal(together, np.concatenate(alone))
    assert fitted.to_json() == before


@pytest.mark.parametrize("encoder", ALL, ids=lambda e: f"{e.name}")
@settings(deadline=None, max_examples=50)
@given(cases=_cohorts)
def test_the_order_of_the_fitted_cases_changes_nothing(encoder, cases) -> None:
    assert encoder.fit(cases, COLUMNS) == encoder.fit(cases[::-1], COLUMNS)


@pytest.mark.parametrize("encoder", ALL, ids=lambda e: f"{e.name}")
@pytest.mark.parametrize("one", ["1", 1.0, "1.0", True])
def test_text_integer_and_float_are_one_category(encoder, one) -> None:
    plain = _cases({"tobacco": 0, "age": 60}, {"tobacco": 1, "age": 50})
    other = _cases({"tobacco": "0", "age": "60"}, {"tobacco": one, "age": 50.0})
    fitted = encoder.fit(plain, ["age", "tobacco"])
    assert fitted == encoder.fit(other, ["age", "tobacco"])
    np.testing.assert_array_equal(fitted.encode(other).values, fitted.encode(plain).values)


def _spellings(number: int) -> st.SearchStrategy:
    """All ways in which tables and JSON write a whole number."""
    ways = [number, float(number), str(number), f"{number}.0", f" {number} "]
    return st.sampled_from([*ways, bool(number)] if number in (0, 1) else ways)


@pytest.mark.parametrize("encoder", ALL, ids=lambda e: f"{e.name}")
@settings(deadline=None, max_examples=30)
@given(st.data())
def test_every_spelling_of_a_number_is_one_category_at_fit_and_at_encoding(encoder, data) -> None:
    columns = ["age", "tobacco", "treatment", "score"]
    numbers = data.draw(st.lists(st.tuples(*[st.integers(0, 2)] * len(columns)), min_size=1, max_size=8))
    plain = _cases(*(dict(zip(columns, row, strict=True)) for row in numbers))
    spelt = _cases(*({name: data.draw(_spellings(n)) for name, n in zip(columns, row, strict=True)} for row in numbers))
    fitted = encoder.fit(plain, columns)
    assert encoder.fit(spelt, columns) == fitted
    first, second = fitted.encode(plain), fitted.encode(spelt)
    assert first.values.tobytes() == second.values.tobytes()
    assert first.notes == second.notes == ()


@pytest.mark.parametrize("encoder", ALL, ids=lambda e: f"{e.name}")
@pytest.mark.parametrize(
    "nothing", [{}, {"tobacco": ""}, {"tobacco": None}, {"tobacco": float("nan")}, {"tobacco": "N/A"}]
)
def test_all_ways_of_missing_are_one(encoder, nothing) -> None:
    fitted = encoder.fit(_cases({"tobacco": 0}, {"tobacco": 1}), ["tobacco"])
    encoded = fitted.encode(_cases(nothing))
    np.testing.assert_array_equal(encoded.values, fitted.encode(_cases({})).values)
    assert encoded.notes == ()


def test_one_hot_by_hand() -> None:
    cases = _cases({"age": 40, "m_stage": "M0"}, {"age": 60, "m_stage": "M1"}, {"age": 80}, {})
    fitted = OneHot(flag=True).fit(cases, ["age", "m_stage"])
    encoded = fitted.encode(cases)
    assert encoded.names == ("age", "age_present", "m_stage=M0", "m_stage=M1", "m_stage=missing")
    z = 20 / np.sqrt((400 + 0 + 400) / 3)
    expected = [[-z, 1, 1, 0, 0], [0, 1, 0, 1, 0], [z, 1, 0, 0, 1], [0, 0, 0, 0, 1]]
    np.testing.assert_allclose(encoded.values, expected, rtol=1e-6)


def test_minus_one_and_shifted_by_hand() -> None:
    cases = _cases({"age": 40, "tobacco": 0, "m_stage": "M1"}, {"age": 60, "tobacco": 1, "m_stage": "M0"}, {})
    columns = ["age", "tobacco", "m_stage"]
    np.testing.assert_allclose(MinusOne().fit(cases, columns).encode(cases).values, [[-1, 0, 1], [1, 1, 0], [-1] * 3])
    np.testing.assert_allclose(Shifted().fit(cases, columns).encode(cases).values, [[-1, 1, 2], [1, 2, 1], [0] * 3])


def test_an_ordinal_scale_keeps_its_steps_where_one_is_absent() -> None:
    fitted = MinusOne().fit(_cases({"performance_status": 0}, {"performance_status": 3}), ["performance_status"])
    np.testing.assert_array_equal(fitted.encode(_cases({"performance_status": 3})).values, [[3]])


def test_no_code_falls_on_the_missing_one() -> None:
    cases = _cases({"score": -1}, {"score": 2}, {})
    for encoder in (MinusOne(), Shifted()):
        values = encoder.fit(cases, ["score"]).encode(cases).values.ravel()
        assert len(set(values.tolist())) == 3


def test_median_by_hand() -> None:
    cases = _cases({"age": 40, "treatment": 1}, {"age": 42, "treatment": 0}, {"age": 80}, {"treatment": 1})
    fitted = Median(flag=True).fit(cases, ["age", "treatment"])
    encoded = fitted.encode(cases)
    assert encoded.names == ("age", "age_present", "treatment=0", "treatment=1", "treatment=missing")
    assert encoded.values[3, 0] == encoded.values[1, 0]
    np.testing.assert_array_equal(encoded.values[:, 1], [1, 1, 1, 0])


@pytest.mark.parametrize("count", [1, 3, 6])
def test_a_number_that_all_fitted_cases_share_is_the_mean_exactly(count) -> None:
    fitted = Median().fit(_cases(*[{"age": 0.1}] * count), ["age"])
    np.testing.assert_array_equal(fitted.encode(_cases({"age": 0.1}, {}, {"age": 1.1})).values, [[0], [0], [1]])


def test_unseen_values_are_encoded_as_said_and_reported() -> None:
    fit_on = _cases({"m_stage": "M0", "age": 60}, {"m_stage": "Mx", "age": 62})
    new = _cases({"m_stage": "M1", "age": "sixty"})
    as_missing = OneHot().fit(fit_on, ["m_stage", "age"]).encode(new)
    np.testing.assert_array_equal(as_missing.values, [[0, 0, 1, 0]])
    assert "m_stage = 'M1' was never seen" in as_missing.notes[0]
    assert "age = 'sixty' is no number" in as_missing.notes[1]
    zeros = OneHot(unseen="zeros").fit(fit_on, ["m_stage"]).encode(new)
    np.testing.assert_array_equal(zeros.values, [[0, 0, 0]])
    for encoder, missing in ((MinusOne(), -1), (Shifted(), 0)):
        encoded = encoder.fit(fit_on, ["m_stage"]).encode(new)
        np.testing.assert_array_equal(encoded.values, [[missing]])
        assert "never seen" in encoded.notes[0]


def test_a_column_without_any_value_is_said() -> None:
    fitted = Median(flag=True).fit(_cases({}, {}), ["age"])
    assert "age has no value in any of the 2 fitted cases" in fitted.notes[0]
    np.testing.assert_array_equal(fitted.encode(_cases({}, {"age": 1})).values, [[0, 0], [1, 1]])


@pytest.mark.parametrize("column", ["center", "relapse", "rfs_days", "id"])
def test_center_and_outcomes_are_no_inputs(column) -> None:
    with pytest.raises(CohortError, match=column):
        OneHot().fit(_cases({"age": 1}), ["age", column])


def test_wrong_use_is_refused() -> None:
    with pytest.raises(CohortError, match="each once"):
        OneHot().fit(_cases({"age": 1}), ["age", "age"])
    with pytest.raises(CohortError, match="no case"):
        OneHot().fit([], ["age"])
    with pytest.raises(CohortError, match="no fitted clinical encoder"):
        FittedEncoder.from_json({"columns": [{"kind": "coded"}]})


def test_settings_are_told_apart_by_name() -> None:
    adapter = TypeAdapter(ClinicalEncoder)
    for encoder in ALL:
        assert adapter.validate_python(encoder.model_dump()) == encoder
    with pytest.raises(ValidationError, match="did you mean 'flag'"):
        adapter.validate_python({"name": "one_hot", "flags": True})


@settings(deadline=None, max_examples=50)
@given(ages=st.lists(st.integers(1, 119), min_size=2, max_size=30, unique=True))
def test_standardisation_equals_scikit_learn(ages) -> None:
    from sklearn.preprocessing import StandardScaler

    cases = _cases(*({"age": age} for age in ages))
    expected = StandardScaler().fit_transform(np.array(ages)[:, None])
    np.testing.assert_allclose(MinusOne().fit(cases, ["age"]).encode(cases).values, expected, rtol=1e-4, atol=1e-4)
