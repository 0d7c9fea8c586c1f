import json
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hyoid.cohort import Case, Fold, FoldsFile, HoldOutKFold, KFold, LeaveOneCenterOut, SizeMatchedKFold, Split
from hyoid.cohort.splits import folds_from_json, folds_to_json
from hyoid.errors import CohortError

_cases = st.lists(
    st.tuples(
        st.sampled_from(["CHUM", "CHUS", "MDA"]),
        st.sampled_from([True, False, None]),
        st.sampled_from([True, False, None]),
        st.sampled_from([0, 1, None]),
    ),
    min_size=12,
    max_size=80,
).map(lambda rows: [_case(k, *row) for k, row in enumerate(rows)])


def _case(k: int, center: str | None = "CHUM", event=None, hpv=None, sex=None) -> Case:
    clinical = {} if sex is None else {"gender": sex}
    rfs = None if event is None else 100.0 + k
    return Case(f"{center}-{k:03d}", center, clinical=clinical, relapse=event, rfs_days=rfs, hpv=hpv)


def _everybody(cases) -> set[str]:
    return {case.id for case in cases}


@settings(max_examples=40, deadline=None)
@given(cases=_cases, folds=st.integers(2, 5), seed=st.integers(0, 5))
def test_kfold_is_a_partition_with_a_nested_selection(cases, folds, seed) -> None:
    made = KFold(folds=folds, seed=seed).make_folds(cases)
    assert [fold.name for fold in made] == [f"fold-{k}" for k in range(folds)]
    assert sorted(i for fold in made for i in fold.report) == sorted(_everybody(cases))
    sizes = [len(fold.report) for fold in made]
    assert max(sizes) - min(sizes) <= 1
    for fold in made:
        assert {*fold.train, *fold.select, *fold.report} == _everybody(cases)
        assert len(fold.train) + len(fold.select) + len(fold.report) == len(cases)
        training = len(cases) - len(fold.report)
        assert len(fold.select) == max(1, round(0.15 * training))
        assert not fold.optimistic


@settings(max_examples=20, deadline=None)
@given(cases=_cases, shuffle=st.integers(0, 99))
def test_folds_do_not_depend_on_the_order_of_the_cases(cases, shuffle) -> None:
    shuffled = cases.copy()
    random.Random(shuffle).shuffle(shuffled)
    for split in (KFold(), HoldOutKFold(folds=2)):
        assert split.make_folds(shuffled) == split.make_folds(cases)


def test_seeds_differ() -> None:
    cases = [_case(k) for k in range(40)]
    assert KFold(seed=0).make_folds(cases) != KFold(seed=1).make_folds(cases)


def test_published_selection_is_the_reported_part_and_says_so() -> None:
    cases = [_case(k) for k in range(20)]
    split = KFold(select="published")
    assert split.optimistic
    assert not KFold().optimistic
    for fold in split.make_folds(cases):
        assert fold.optimistic
        assert fold.select == fold.report
        assert len(fold.train) == 16


@settings(max_examples=20, deadline=None)
@given(cases=_cases)
def test_held_out_cases_are_in_no_part_of_any_fold(cases) -> None:
    made = HoldOutKFold(test_fraction=0.2, folds=3).make_folds(cases)
    held_out = made[0].held_out
    assert len(held_out) == max(1, round(0.2 * len(cases)))
    for fold in made:
        assert fold.held_out == held_out
        assert not set(held_out) & {*fold.train, *fold.select, *fold.report}
    assert sorted([*held_out, *(i for fold in made for i in fold.report)]) == sorted(_everybody(cases))


def test_leave_one_center_out() -> None:
    cases = [_case(k, center) for k, center in enumerate(["CHUM"] * 5 + ["MDA"] * 7 + ["USZ"])]
    made = LeaveOneCenterOut().make_folds(cases)
    assert [fold.name for fold in made] == ["center-CHUM", "center-MDA", "center-USZ"]
    for fold in made:
        center = fold.name.removeprefix("center-")
        assert set(fold.report) == {case.id for case in cases if case.center == center}
        assert {*fold.train, *fold.select} == _everybody(cases) - set(fold.report)


@settings(max_examples=20, deadline=None)
@given(cases=_cases, seed=st.integers(0, 5))
def test_size_matched_folds_train_on_as_many_as_leave_one_center_out(cases, seed) -> None:
    left_out, mixed = LeaveOneCenterOut(seed=seed), SizeMatchedKFold(seed=seed)
    if len({case.center for case in cases}) < 2:
        with pytest.raises(CohortError, match="at least two"):
            mixed.make_folds(cases)
        return
    assume(max(Counter(case.center for case in cases).values()) <= len(cases) - 2)
    made = mixed.make_folds(cases)
    for one, other in zip(made, left_out.make_folds(cases), strict=True):
        assert one.name == other.name.replace("center-", "size-of-")
        parts = ("train", "select", "report")
        assert [len(getattr(one, part)) for part in parts] == [len(getattr(other, part)) for part in parts]
    assert sorted(i for fold in made for i in fold.report) == sorted(_everybody(cases))


def test_size_matched_folds_mix_the_centers() -> None:
    cases = [_case(k, center) for k, center in enumerate(["CHUM"] * 20 + ["MDA"] * 40)]
    for fold in SizeMatchedKFold().make_folds(cases):
        assert abs(sum(i.startswith("CHUM") for i in fold.report) - len(fold.report) / 3) < 1


def test_leave_one_center_out_refuses_one_center_and_unknown_ones() -> None:
    with pytest.raises(CohortError, match="at least two"):
        LeaveOneCenterOut().make_folds([_case(k) for k in range(9)])
    with pytest.raises(CohortError, match=r"1 case\(s\) without a center"):
        LeaveOneCenterOut().make_folds([_case(0, "A"), _case(1, "B"), _case(2, None)])


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(CohortError, match=r"4 usable case\(s\)"):
        KFold(folds=5).make_folds([_case(k) for k in range(4)])
    with pytest.raises(CohortError, match=r"2 usable case\(s\)"):
        KFold(folds=2).make_folds([_case(k) for k in range(2)])
    with pytest.raises(CohortError, match="held out"):
        HoldOutKFold(folds=5).make_folds([_case(k) for k in range(5)])
    with pytest.raises(CohortError, match="more than once"):
        KFold(folds=2).make_folds([_case(1)] * 5)


def test_official_folds_file(tmp_path: Path) -> None:
    path = tmp_path / "splits_final.json"
    lists = [{"train": ["a", "b", "c", "gone"], "val": ["d"]}, {"train": ["a", "d"], "val": ["b", "left"]}]
    path.write_text(json.dumps(lists))
    cases = [Case(i) for i in "abcde"]
    first, second = FoldsFile(path=path).make_folds(cases)
    assert {*first.train, *first.select} == {"a", "b", "c"}
    assert (len(first.select), first.report, second.report) == (1, ("d",), ("b",))
    assert first.notes == (
        "1 of 5 ids of the folds file are not in the cohort: left out.",
        "1 of 5 cases of the cohort are not in the folds file: not used.",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[{", "no JSON"),
        ("{}", "a JSON list"),
        ('[{"train": ["a"]}]', "train and val"),
        ('[{"train": ["a", "b"], "val": ["b"]}]', r"b\) in both train and val"),
        ('[{"train": ["a", "b"], "val": ["x"]}]', "0 val cases"),
    ],
)
def test_wrong_folds_files(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "splits.json"
    path.write_text(content)
    with pytest.raises(CohortError, match=message):
        FoldsFile(path=path).make_folds([Case("a"), Case("b")])
    with pytest.raises(CohortError, match="no file at"):
        FoldsFile(path=tmp_path / "none.json").make_folds([Case("a")])


def test_own_folds_file_is_taken_as_it_is(tmp_path: Path) -> None:
    cases = [_case(k) for k in range(20)]
    folds = HoldOutKFold(folds=3).make_folds(cases)
    path = tmp_path / "splits.json"
    path.write_text(json.dumps(folds_to_json(folds)))
    assert folds_from_json(json.loads(path.read_text())) == folds
    assert FoldsFile(path=path).make_folds(cases) == folds
    fewer = FoldsFile(path=path).make_folds(cases[1:])
    assert "1 of 20 ids" in fewer[0].notes[0]


def test_a_patient_cannot_be_in_two_parts() -> None:
    with pytest.raises(CohortError, match="in both train and report"):
        Fold("f", ("a", "b"), ("c",), ("b",))
    with pytest.raises(CohortError, match="in both select and report"):
        Fold("f", ("a",), ("c",), ("c", "d"))
    with pytest.raises(CohortError, match="twice"):
        Fold("f", ("a", "a"), ("c",), ("d",))
    with pytest.raises(CohortError, match="in both stack and held_out"):
        Fold("f", ("a",), ("c",), ("d",), stack=("e",), held_out=("e",))
    with pytest.raises(CohortError, match="no case in report"):
        Fold("f", ("a",), ("c",), ())


@pytest.mark.parametrize("value", [[], {}, [{"name": "f"}], [1]])
def test_wrong_folds_json(value) -> None:
    with pytest.raises(CohortError):
        folds_from_json(value)


def test_splits_are_told_apart_by_name() -> None:
    adapter = TypeAdapter(Split)
    for split in (KFold(folds=3), HoldOutKFold(), LeaveOneCenterOut(seed=4), FoldsFile(path=Path("x.json"))):
        assert adapter.validate_python(split.model_dump()) == split
    for wrong in ({"name": "kfold", "folds": 1}, {"name": "kfold", "select_fraction": 0.9}, {"name": "kfold", "k": 3}):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)
