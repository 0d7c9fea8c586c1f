import pytest

from hyoid.benchmark.checklists.words import by_recipe, described, listed, percent, span
from hyoid.cohort.words import counted
from hyoid.recipe import load_recipe
from hyoid.recipe.training import AdamW, Selection


def test_lists_and_counts() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(iter(["a", "b", "c"])) == "a, b and c"
    assert counted(1, "fold") == "1 fold"
    assert counted(0, "fold") == "0 folds"
    assert counted(2, "family", "families") == "2 families"
    assert (percent(0.15), percent(1), percent(0.006)) == ("15 %", "100 %", "1 %")
    assert (span([4, 4]), span([7, 5, 6])) == ("4", "5 to 7")


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (AdamW(learning_rate=0.001, weight_decay=3e-5), "adamw (learning rate 0.001, weight decay 3e-05)"),
        (
            Selection(metric="auc"),
            "metric auc, every epochs 5, training part no",
        ),  # a part without a name; None is left out
        (load_recipe("cds-hpv").decision.calibration, "platt"),
    ],
)
def test_parts_are_named_with_all_settings(part: object, expected: str) -> None:
    assert described(part) == expected


def test_parts_within_parts_are_named_too() -> None:
    (head,) = load_recipe("glasgow-rfs").network_stage.network.heads.values()
    assert described(head.loss).startswith(
        "weighted_sum (parts weight 1, loss cox (ties efron) + weight 0.3, loss ranking"
    )


def test_recipes_of_which_the_same_is_said_share_it() -> None:
    recipes = [load_recipe(name) for name in ("hpv-logistic", "rfs-lesions", "hpv-logistic:clinical")]
    assert (
        by_recipe(recipes, lambda recipe: recipe.task)
        == "hpv-logistic and hpv-logistic:clinical: hpv; rfs-lesions: rfs."
    )
    assert by_recipe(recipes, lambda recipe: "x" if recipe.task == "rfs" else None) == "rfs-lesions: x."
    assert by_recipe(recipes, lambda _: None) is None
