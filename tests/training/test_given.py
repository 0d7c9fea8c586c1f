"""Who is given what: sources by part of the fold, and what happens where there is none."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hyoid.cohort import Case, Fold
from hyoid.errors import CohortError
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import given as module
from hyoid.training.expert_masks import EXPERT_MASKS, mask_file
from hyoid.training.given import given_inputs

CASES = {i: Case(i, hpv=hpv) for i, hpv in zip("abcdef", [True, False, None, True, False, None], strict=True)}
FOLD = Fold("fold-0", train=("a", "b"), select=("c",), report=("d", "e"), held_out=("f",))
PARTS = ("train", "select", "stack", "report")


class Told:
    """In the place of upstream models: notes who is asked for, and answers the opposite of every record."""

    asked: list[tuple[str, tuple[str, ...], str | None]]

    def __init__(self, folder: Path, *_: object) -> None:
        self.folder = folder
        Told.asked = []

    def masks(self, ids: Iterable[str]) -> dict[str, Path]:
        chosen = tuple(sorted(ids))
        Told.asked.append(("masks", chosen, None))
        return {i: self.folder / f"predicted-{i}" for i in chosen if i != "c"}

    def hpv(self, ids: Iterable[str], source: str | None) -> dict[str, bool | None]:
        chosen = tuple(sorted(ids))
        Told.asked.append(("hpv", chosen, source))
        return {i: not CASES[i].hpv for i in chosen}


@pytest.fixture(autouse=True)
def upstream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Inferred", Told)


@pytest.fixture
def fold_folder(tmp_path: Path) -> Path:
    for i in "abde":  # neither c nor f has an expert's mask
        path = mask_file(tmp_path / EXPERT_MASKS, i)
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path / "fold-0"


def recipe(variant: str = "", missing: str = "fill") -> Recipe:
    return load_recipe(f"cds-rfs{variant}", overrides=[f"inputs.missing={missing}"])


def sources(masks: Any) -> dict[str, str]:
    return {i: "predicted" if path.name.startswith("predicted") else "expert" for i, path in masks.files.items()}


def test_each_part_is_given_what_the_recipe_names(fold_folder: Path) -> None:
    given = given_inputs(recipe(":as_submitted"), FOLD, PARTS, CASES, None, fold_folder, "cpu")
    assert sources(given.masks) == {"a": "expert", "b": "expert", "d": "predicted", "e": "predicted"}
    assert [given.cases[i].hpv for i in "abcde"] == [True, False, None, False, True]
    assert Told.asked == [("masks", ("d", "e"), None), ("hpv", ("d", "e"), "single_fold")]
    assert given.masks.size == (192, 192, 192)


def test_by_default_everything_is_inferred_and_the_cross_fit_is_asked_for_the_learnt(fold_folder: Path) -> None:
    given = given_inputs(recipe(), FOLD, PARTS, CASES, None, fold_folder, "cpu")
    assert sources(given.masks) == dict.fromkeys("abde", "predicted")
    assert [given.cases[i].hpv for i in "abcde"] == [False, True, True, False, True]
    asked = [("masks", tuple("abcde"), None), ("hpv", ("a", "b", "c"), None), ("hpv", ("d", "e"), "ensemble")]
    assert Told.asked == asked
    assert given.cases["f"] == CASES["f"]  # in no part that was asked for


def test_held_out_patients_are_given_what_reported_ones_are(fold_folder: Path) -> None:
    given = given_inputs(recipe(":as_submitted"), FOLD, ("held_out",), CASES, None, fold_folder, "cpu")
    assert Told.asked == [("masks", ("f",), None), ("hpv", ("f",), "single_fold")]
    assert sources(given.masks) == {"f": "predicted"}


def test_where_the_reported_part_selects_it_is_given_what_it_is_reported_with(fold_folder: Path) -> None:
    """As papers select; the mask of a patient cannot be two at once, and no upstream model has seen a reported one."""
    published = replace(FOLD, select=FOLD.report)
    given_inputs(recipe(), published, PARTS, CASES, None, fold_folder, "cpu")
    assert Told.asked == [("masks", tuple("abde"), None), ("hpv", ("a", "b"), None), ("hpv", ("d", "e"), "ensemble")]


def test_nobody_is_asked_where_nothing_is_inferred(fold_folder: Path) -> None:
    given = given_inputs(recipe(":expert"), FOLD, PARTS, CASES, None, fold_folder, "cpu")
    assert Told.asked == [("masks", (), None)]
    assert sources(given.masks) == dict.fromkeys("abde", "expert")
    assert given.cases == CASES
    plain = given_inputs(load_recipe("glasgow-rfs"), FOLD, PARTS, CASES, None, fold_folder, "cpu")
    assert plain.masks is None
    assert plain.cases is CASES


@pytest.mark.parametrize("variant", ["", ":expert"])
def test_a_patient_without_a_mask_is_refused_where_the_recipe_refuses(variant: str, fold_folder: Path) -> None:
    with pytest.raises(CohortError, match=r"no mask of 1 patients \(first: c\)"):
        given_inputs(recipe(variant, "refuse"), FOLD, PARTS, CASES, None, fold_folder, "cpu")
