"""The tables that are shipped: their recipes exist, and no figure disagrees with what its recipe says of the paper."""

from collections.abc import Iterator
from typing import Any

import pytest

from hyoid.benchmark.paper_tables import load_layouts
from hyoid.benchmark.paper_tables.layout import Source, parse_layout
from hyoid.benchmark.paper_tables.printed import Printed, printed
from hyoid.errors import HyoidError
from hyoid.recipe import Recipe, load_recipe

METRICS = {"GTVp_mean_dice": "gtvp_mean_dsc", "GTVn_DSC_agg": "gtvn_dsc_agg", "GTVn_F1_agg": "gtvn_f1_agg"}
METRICS |= {"brier_730": "brier", "select_c_index": "c_index"}

IN_THE_TEXT = {
    ("cds-hpv", "balanced_accuracy", "challenge validation, best fold"),
    ("subtle-hpv", "balanced_accuracy", "challenge validation"),
    ("subtle-hpv", "specificity", "challenge validation"),
}
"""What recipes quote from the text of a paper, and no table has."""

IN_TABLES_ALONE = {"subtle-table-1", "subtle-table-2", "sims-life-table-1"}
"""Tables of which recipes quote the best row only."""


@pytest.fixture(scope="module")
def recipes() -> dict[str, Recipe]:
    titles = {title for _, source, _ in cells() for title in source.recipes}
    return {title: load_recipe(title) for title in sorted(titles)}


def cells() -> Iterator[tuple[str, Source, Printed]]:
    for layout in load_layouts():
        for row in layout.rows:
            for source, figure in zip(layout.sources(row), row.figures, strict=True):
                if source is not None and figure:
                    yield layout.key, source, printed(figure)


def test_all_tables_are_there() -> None:
    assert [(layout.key, len(layout.rows), len(layout.columns)) for layout in load_layouts()] == [
        ("cds-table-1", 1, 6),
        ("dataset-table-3", 3, 3),
        ("dataset-table-4", 12, 2),
        ("dataset-table-5", 5, 6),
        ("glasgow-table-1", 4, 2),
        ("sims-life-table-1", 11, 6),
        ("sims-life-table-2", 2, 2),
        ("subtle-table-1", 6, 5),
        ("subtle-table-2", 6, 5),
    ]


def test_every_cell_is_of_recipes_of_its_paper_and_of_one_of_their_tasks(recipes: dict[str, Recipe]) -> None:
    papers = {layout.key: layout.paper for layout in load_layouts()}
    for key, source, _ in cells():
        for title in source.recipes:
            assert recipes[title].paper.key == papers[key]
            assert source.task in recipes[title].tasks


def test_every_figure_of_a_table_is_the_one_that_its_recipe_reports(recipes: dict[str, Recipe]) -> None:
    for key, source, figure in cells():
        if key in IN_TABLES_ALONE:
            continue
        metric = METRICS.get(source.measure, source.measure)
        reported = recipes[source.recipes[0]].paper.reported
        known = {(one.value, one.spread) for one in reported if one.metric == metric}
        assert (figure.value, figure.spread) in known, (key, source)


def test_every_figure_that_a_recipe_reports_stands_in_a_table_of_that_recipe(recipes: dict[str, Recipe]) -> None:
    shown: dict[tuple[str, str], set[tuple[float, float | None]]] = {}
    for _, source, figure in cells():
        metric = METRICS.get(source.measure, source.measure)
        for title in source.recipes:
            found = shown.setdefault((title.partition(":")[0], metric), set())
            found.add((figure.value, figure.spread))
    for title, recipe in recipes.items():
        name = title.partition(":")[0]
        for one in recipe.paper.reported:
            if (name, one.metric, one.split) not in IN_THE_TEXT:
                assert (one.value, one.spread) in shown[name, one.metric], (name, one)


def test_rows_of_table_4_have_the_figures_of_their_own_modality(recipes: dict[str, Recipe]) -> None:
    layout = next(one for one in load_layouts() if one.key == "dataset-table-4")
    for row in layout.rows:
        for source, figure in zip(layout.sources(row), row.figures, strict=True):
            metric = METRICS.get(source.measure, source.measure)
            reported = [one for one in recipes[source.recipes[0]].paper.reported if one.metric == metric]
            modality = {one.split.removeprefix("5-fold, ").split(" (")[0].split(", ")[0]: one for one in reported}
            assert printed(figure).value == modality[row.labels[0]].value


def test_shares_of_table_2_are_those_of_its_counts_but_for_the_misprint() -> None:
    layout = next(one for one in load_layouts() if one.key == "subtle-table-2")
    wrong = []
    for row in layout.rows:
        cases, negatives, share, missed, share_missed = (printed(figure).value for figure in row.figures)
        assert missed / cases == pytest.approx(share_missed, abs=0.005)
        if negatives / cases != pytest.approx(share, abs=0.00005):
            wrong.append(row.labels[0])
    assert wrong == ["CHUP"]
    assert sum(printed(row.figures[0]).value for row in layout.rows) == 588
    assert sum(printed(row.figures[1]).value for row in layout.rows) == 58


def test_table_1_of_subtle_agrees_with_a_test_part_of_106_positives_and_12_negatives() -> None:
    layout = next(one for one in load_layouts() if one.key == "subtle-table-1")
    for row in layout.rows[:5]:
        _, accuracy, balanced, sensitivity, specificity = (printed(figure).value for figure in row.figures)
        positives, negatives = round(106 * sensitivity), round(12 * specificity)
        assert (positives + negatives) / 118 == pytest.approx(accuracy, abs=0.00005)
        assert (positives / 106 + negatives / 12) / 2 == pytest.approx(balanced, abs=0.0001)


def test_table_5_fits_nine_positives_in_ten_and_not_two_in_three() -> None:
    def weighted_f1(prevalence: float) -> float:
        tp, fp = prevalence * 0.9981, (1 - prevalence) * (1 - 0.2166)
        fn, tn = prevalence - tp, (1 - prevalence) * 0.2166
        return prevalence * 2 * tp / (2 * tp + fp + fn) + (1 - prevalence) * 2 * tn / (2 * tn + fp + fn)

    assert weighted_f1(530 / 588) == pytest.approx(0.89212, abs=0.01)
    assert weighted_f1(587 / 873) == pytest.approx(0.68, abs=0.005)


def layout_of(**ours: Any) -> None:
    values = {"task": "hpv", "measure": "auc", "recipes": ["cds-hpv"], **ours}
    parse_layout(
        "t",
        {
            "paper": "p",
            "title": "T",
            "labels": ["Model"],
            "columns": [{"heading": "AUC"}],
            "rows": [{"labels": ["a"], "figures": ["0.5"], "ours": values}],
        },
    )


@pytest.mark.parametrize(
    ("ours", "message"),
    [
        ({"measure": "auk"}, "no measure 'auk' of hpv"),
        ({"task": "rfs", "measure": "brier_soon"}, "no measure 'brier_soon' of rfs"),
        ({"task": "segmentation", "measure": "auc"}, "no measure 'auc' of segmentation"),
        ({"center": "CHUM"}, "no measure 'auc' of hpv"),
        ({"epoch": 10, "fold": 0}, "no measure 'auc' of hpv"),
        ({"epoch": 10, "measure": "select_auc"}, "an epoch without its fold"),
        ({"center": "CHUM", "measure": "wrong", "fold": 1}, "a center in one fold"),
        ({"part": "held-out", "fold": 1}, "all folds predict together"),
    ],
)
def test_a_cell_that_could_never_be_filled_is_refused(ours: dict[str, Any], message: str) -> None:
    layout_of()
    with pytest.raises(HyoidError, match=message):
        layout_of(**ours)


def test_a_row_without_one_figure_for_each_column_is_refused() -> None:
    values = {"paper": "p", "title": "T", "labels": ["Model"], "columns": [{"heading": "a"}, {"heading": "b"}]}
    with pytest.raises(HyoidError, match=r"Table t: .*one figure for each column"):
        parse_layout("t", values | {"rows": [{"labels": ["a"], "figures": ["0.5"]}]})
