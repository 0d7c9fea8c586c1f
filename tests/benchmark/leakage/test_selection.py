"""What is chosen on reported patients: a leak, or what a published variant announces."""

from typing import Any

from hyoid.benchmark.leakage import find_leaks
from hyoid.benchmark.leakage.selection import selection_leaks
from hyoid.benchmark.leakage.trained import TrainedRun
from hyoid.cohort import Cohort
from hyoid.files import read_json, write_text
from hyoid.recipe import dump_recipe, load_recipe
from hyoid.training import train_run
from support.leaks import Planted

OPTIMISTIC = ("split={name: kfold, folds: 2, select: published}",)


def test_folds_that_select_on_whom_they_report_are_found_and_only_a_published_variant_may(
    hpv_cohort: Cohort, tmp_path: Any
) -> None:
    recipe = load_recipe("hpv-logistic:clinical", overrides=OPTIMISTIC)
    train_run(hpv_cohort, recipe, tmp_path, device="cpu")
    for variant in ("clinical", "published"):
        write_text(tmp_path / "recipe.yaml", dump_recipe(recipe.model_copy(update={"variant": variant})))
        (leak,) = find_leaks(tmp_path, hpv_cohort)
        assert (leak.kind, leak.path) == ("selection", "splits.json: fold-0, fold-1")
        assert leak.patients == tuple(sorted(case.id for case in hpv_cohort.cases))
        assert leak.labelled is (variant == "published")


def test_a_fold_of_an_honest_recipe_whose_select_part_was_exchanged_is_found(hpv_run: Planted) -> None:
    def exchange(folds: list[dict[str, Any]]) -> None:
        folds[1]["select"] = folds[1]["report"]

    hpv_run.edit("splits.json", exchange)
    (leak,) = selection_leaks(hpv_run.read)
    assert (leak.path, leak.labelled) == ("splits.json: fold-1", False)
    assert leak.patients == tuple(sorted(hpv_run.fold(1).parts["report"]))


def test_a_fold_that_was_chosen_by_the_held_out_patients_is_found(hpv_cohort: Cohort, tmp_path: Any) -> None:
    settings = ["split={name: holdout_kfold, folds: 2}", "inference.ensemble={name: best_fold, chosen_by: held_out}"]
    train_run(hpv_cohort, load_recipe("hpv-logistic:clinical", overrides=settings), tmp_path, device="cpu")
    (leak,) = selection_leaks(TrainedRun(tmp_path, hpv_cohort, tmp_path))
    assert (leak.kind, leak.path, leak.labelled) == ("selection", "decision.json: best_fold", False)
    assert leak.patients == tuple(sorted(read_json(tmp_path / "splits.json")[0]["held_out"]))
    assert leak.found.startswith(f"is {read_json(tmp_path / 'decision.json')['best_fold']}")
