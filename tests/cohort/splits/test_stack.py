"""The part of the training patients that a network never sees."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.cohort import Case, Fold, KFold
from hyoid.cohort.splits import with_stack
from hyoid.errors import CohortError

_cases = st.lists(
    st.tuples(st.sampled_from(["CHUM", "CHUS", "MDA"]), st.booleans(), st.sampled_from([0, 1, None])),
    min_size=12,
    max_size=80,
).map(lambda rows: [_case(k, *row) for k, row in enumerate(rows)])


def _case(k: int, center: str = "CHUM", event: bool = False, sex: int | None = None) -> Case:
    clinical = {} if sex is None else {"gender": sex}
    return Case(f"{center}-{k:03d}", center, clinical=clinical, relapse=event, rfs_days=100.0 + k)


@settings(max_examples=40, deadline=None)
@given(cases=_cases, fraction=st.floats(0.05, 0.5), seed=st.integers(0, 5))
def test_train_is_divided_and_nothing_else_changes(cases: list[Case], fraction: float, seed: int) -> None:
    for fold in KFold(folds=3).make_folds(cases):
        made = with_stack(fold, cases, fraction, seed)
        assert sorted((*made.train, *made.stack)) == sorted(fold.train)
        assert not set(made.train) & set(made.stack)
        assert len(made.stack) == min(max(1, round(fraction * len(fold.train))), len(fold.train) - 1)
        assert made.train
        assert replace(made, train=fold.train, stack=()) == fold


@settings(max_examples=20, deadline=None)
@given(cases=_cases, shuffle=st.integers(0, 99))
def test_it_depends_on_the_training_patients_alone_and_not_on_their_order(cases: list[Case], shuffle: int) -> None:
    """The leakage test's ground: what is known of reported patients moves nobody between train and stack."""
    (fold, *_) = KFold(folds=3).make_folds(cases)
    expected = with_stack(fold, cases, 0.3, 0)
    other = [
        case if case.id in fold.train else replace(case, center="ELSE", relapse=not case.relapse, clinical={})
        for case in cases
    ]
    random.Random(shuffle).shuffle(other)
    assert with_stack(fold, other, 0.3, 0) == expected


def test_events_and_centers_are_spread() -> None:
    cases = [_case(k, ["CHUM", "MDA"][k % 2], event=k % 5 == 0) for k in range(100)]
    (fold, *_) = KFold(folds=2).make_folds(cases)
    made = with_stack(fold, cases, 0.3, 0)
    known = {case.id: case for case in cases}
    for value in (lambda case: case.relapse, lambda case: case.center == "MDA"):
        share = [sum(value(known[i]) for i in part) / len(part) for part in (fold.train, made.stack, made.train)]
        assert share[1] == pytest.approx(share[0], abs=2 / len(made.stack))
        assert share[2] == pytest.approx(share[0], abs=2 / len(made.train))


def test_seeds_differ() -> None:
    cases = [_case(k) for k in range(40)]
    (fold, *_) = KFold().make_folds(cases)
    assert with_stack(fold, cases, 0.3, 0) != with_stack(fold, cases, 0.3, 1)


def test_a_fold_that_has_the_part_keeps_it() -> None:
    cases = [_case(k) for k in range(10)]
    ids = [case.id for case in cases]
    fold = Fold("mine", tuple(ids[:4]), (ids[4],), tuple(ids[5:7]), stack=tuple(ids[7:]))
    assert with_stack(fold, cases, 0.5, 0) is fold


def test_two_patients_are_one_each_and_one_is_too_few() -> None:
    cases = [_case(k) for k in range(4)]
    ids = [case.id for case in cases]
    made = with_stack(Fold("two", tuple(ids[:2]), (ids[2],), (ids[3],)), cases, 0.5, 0)
    assert (len(made.train), len(made.stack)) == (1, 1)
    with pytest.raises(CohortError, match=r"1 case\(s\) to train and stack on in one; expected at least 2"):
        with_stack(Fold("one", (ids[0],), (ids[2],), (ids[3],)), cases, 0.5, 0)
