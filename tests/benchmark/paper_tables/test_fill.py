"""Tables filled from run folders that are written by hand, cell by cell."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from hyoid import api
from hyoid.benchmark.paper_tables import PaperTable, as_csv, as_html, as_markdown, paper_tables, write_paper_tables
from hyoid.errors import CohortError, HyoidError
from hyoid.files import write_text
from support.hpv import write_table
from support.paper_runs import lesions, patients, pooled, segmentation, status, write_run
from support.rfs import TABLE, outcome_records

TWO = ["A", "B"], ["C", "D"]
LESIONS = segmentation(
    [
        lesions("A", 0.8, (1, 2, 2), (1, 0, 0)),
        lesions("B", 0.6, (0, 2, 0), (0, 0, 1)),
        lesions("C", None, (1, 1, 1), (1, 0, 0)),
        lesions("D", 0.3, (0, 0, 0), (0, 0, 0)),
    ],
    GTVp_mean_dice=(0.567, 0.3, 0.8),
    GTVn_DSC_agg=(0.5, 0.2, 0.9),
    GTVn_F1_agg=(0.8, 0.5, 1.0),
)
STATUS = [
    status("A", True, 0.9, True),
    status("B", False, 0.8, True, "HMR"),
    status("C", True, 0.7, True, "NEW"),
    status("D", False, 0.1, False),
]
HPV = patients(
    STATUS,
    {"balanced_accuracy": pooled(0.75, 0.5, 1.0), "f1_macro": pooled(0.733, 0.4, 1.0), "auc": pooled(None, n=0)}
    | {name: pooled(0.5) for name in ("sensitivity", "specificity", "f1_weighted", "accuracy")},
    center_counts=[
        {"center": "CHUM", "cases": 2, "negatives": 1, "wrong": 0, "share_of_negatives": 0.5, "share_of_wrong": 0.0},
        {"center": "HMR", "cases": 1, "negatives": 1, "wrong": 1, "share_of_negatives": 1.0, "share_of_wrong": 1.0},
        {"center": "NEW", "cases": 1, "negatives": 0, "wrong": 0, "share_of_negatives": 0.0, "share_of_wrong": 0.0},
    ],
)


def only(tables: list[PaperTable], key: str) -> PaperTable:
    return next(table for table in tables if table.key == key)


def rows(found: PaperTable) -> list[list[str]]:
    lines = [line for line in as_markdown(found).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_segmentation_stands_beneath_the_paper_as_mean_and_deviation_over_folds(tmp_path: Path) -> None:
    run = write_run(tmp_path / "u", "baseline-unet", TWO, {"out-of-fold": LESIONS}, preset="tiny")
    (found,) = paper_tables([run], "phantom, 4 patients")
    # of each fold: mean Dice of whom GTVp is known of, twice the shared mL over the sum, twice the hits over all
    spread = [(0.7, 0.3), (1 / 3, 1.0), (2 / 3, 1.0)]
    expected = [f"{np.mean(pair):.3f} ± {np.std(pair, ddof=1):.3f}" for pair in spread]
    ours = "baseline-unet (preset tiny, kfold, 2 folds, 4 patients)"
    assert rows(found)[1] == ["UNet", "paper, its patients", "0.6176 ± 0.0341", "0.6967 ± 0.0147", "0.3198 ± 0.0916"]
    assert rows(found)[2] == ["UNet", ours, *expected]
    assert [row[0] for row in rows(found)[3:]] == ["SegResNet", "SwinUNETR"]
    figure = found.rows[0].ours[0].figures[0]
    assert (figure.value, figure.interval, figure.n) == (0.567, (0.3, 0.8), 4)
    assert figure.folds == pytest.approx((0.7, 0.3))


def test_the_cohort_is_named_and_the_patients_are_said_to_differ(tmp_path: Path) -> None:
    run = write_run(tmp_path / "u", "baseline-unet", TWO, {"out-of-fold": LESIONS})
    (found,) = paper_tables([run], "phantom <4>")
    assert "Ours, beneath each row: phantom <4>, out of fold" in as_markdown(found)
    assert "The paper's figures are optimistic" in as_markdown(found)
    assert "phantom &lt;4&gt;" in as_html(found)
    assert '<td class="number">0.6176 ± 0.0341</td>' in as_html(found)
    assert found.to_dict()["cohort"] == "phantom <4>"
    with pytest.raises(HyoidError, match="no name of the cohort"):
        paper_tables([run], " ")


def test_hpv_is_pooled_with_its_interval_and_an_undefined_value_says_so(tmp_path: Path) -> None:
    run = write_run(tmp_path / "h", "baseline-hpv-vit", TWO, {"out-of-fold": HPV})
    found = only(paper_tables([run], "four"), "dataset-table-5")
    assert rows(found)[4][2:] == [
        "0.733 (0.400 to 1.000)",
        "undefined",
        "0.500",
        "0.500",
        "0.750 (0.500 to 1.000)",
        "0.500",
    ]
    # balanced accuracy of fold 1: A right, B wrong; of fold 2 both right
    assert found.rows[2].ours[0].figures[4].folds == (0.5, 1.0)
    lines = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(lines) == 5 * 6
    ours = [line for line in lines if line["run"]]
    assert {line["row"] for line in ours} == {"ViT + MLP"}
    assert (ours[4]["paper_value"], ours[4]["value"], ours[4]["low"]) == ("0.5332", "0.75", "0.5")
    assert (ours[4]["fold_mean"], ours[1]["value"]) == ("0.75", "")


def test_a_fold_of_cds_stands_under_the_fold_of_the_paper(tmp_path: Path) -> None:
    run = write_run(tmp_path / "c", "cds-hpv", TWO, {"out-of-fold": HPV})
    found = only(paper_tables([run], "four"), "cds-table-1")
    assert rows(found)[1][2:] == ["0.8443", "0.8753", "0.8622", "0.8681", "0.9201", "0.7085"]
    assert rows(found)[2][2:] == ["0.500", "1.000", "", "", "", ""]


def test_a_center_that_is_left_out_is_no_numbered_fold(tmp_path: Path) -> None:
    split = ["split={name: leave_one_center_out}"]
    run = write_run(tmp_path / "c", "cds-hpv", TWO, {"out-of-fold": HPV}, overrides=split)
    assert paper_tables([run], "four") == []


def test_subtle_has_its_folds_its_test_part_and_its_centers(tmp_path: Path) -> None:
    held_out = patients(STATUS[:2], {name: pooled(0.25) for name in HPV["cohort"]})
    run = write_run(tmp_path / "s", "subtle-hpv", TWO, {"out-of-fold": HPV, "held-out": held_out})
    lines = '{"epoch": 0, "select_accuracy": 0.8}\n{"epoch": 1, "select_accuracy": 0.9}\n{"epoch": 2}\n'
    write_text(run / "fold-1" / "metrics.jsonl", lines)
    first, second = paper_tables([run], "four")
    assert [row[2:] for row in rows(first) if row[1].startswith("subtle-hpv")] == [
        ["", "0.500", "0.500", "1.000", "0.000"],
        ["0.900", "1.000", "1.000", "1.000", "1.000"],
        ["", "0.250", "0.250", "0.250", "0.250"],
    ]
    assert rows(first)[-1][0] == "test part, all folds together"
    ours = {row[0]: row[2:] for row in rows(second) if row[1].startswith("subtle-hpv")}
    assert ours == {
        "CHUM": ["2", "1", "50.00 %", "0", "0.00 %"],
        "HMR": ["1", "1", "100.00 %", "1", "100.00 %"],
        "NEW": ["1", "0", "0.00 %", "0", "0.00 %"],
    }
    assert [row[0] for row in rows(second) if row[1].startswith("paper")][-1] == "MDA"


def test_the_ablation_reads_one_line_of_three_runs_and_keeps_presets_apart(tmp_path: Path) -> None:
    runs = []
    for name, best in (("ablation_seg_surv", 0.6), ("ablation_surv", 0.7), ("ablation", 0.8)):
        run = write_run(
            tmp_path / name, f"sims-life-multitask:{name}", [["A"]], {"out-of-fold": patients([], {})}, preset="tiny"
        )
        line = f'{{"epoch": 9, "train_c_index": 0.9, "select_c_index": {best}}}\n'
        write_text(run / "fold-0" / "metrics.jsonl", '{"epoch": 8, "loss": 1.0}\n' + line)
        runs.append(run)
    full = write_run(tmp_path / "full", "sims-life-multitask:ablation", [["A"]], {"out-of-fold": patients([], {})})
    write_text(full / "fold-0" / "metrics.jsonl", '{"epoch": 99, "train_c_index": null, "select_c_index": 0.5}\n')
    (found,) = paper_tables([*runs, full], "one")
    ours = {row[0]: row[1:] for row in rows(found) if "ablation" in row[1]}
    assert set(ours) == {"10", "100"}
    assert ours["10"][0].endswith("sims-life-multitask:ablation (preset tiny, single, 1 fold, 2 patients)")
    assert ours["10"][1:] == ["0.900", "0.900", "0.900", "0.600", "0.700", "0.800"]
    assert ours["100"] == [
        "sims-life-multitask:ablation (single, 1 fold, 2 patients)",
        "",
        "",
        "undefined",
        "",
        "",
        "0.500",
    ]


def test_a_second_answer_is_read_from_its_own_file_and_the_challenge_has_no_figure_of_ours(tmp_path: Path) -> None:
    evaluation = patients([], {"c_index": pooled(0.61, 0.55, 0.67)})
    run = write_run(tmp_path / "p", "sims-life-multitask:partial_label", TWO, {"out-of-fold": evaluation})
    (found,) = paper_tables([run], "four")
    assert [row[2:] for row in rows(found)[1:]] == [
        ["0.666 [0.632, 0.705]", "0.566"],
        ["0.682 [0.671, 0.703]", "0.583"],
        ["0.610 (0.550 to 0.670)", ""],
    ]


def test_glasgow_keeps_its_ranking_and_other_networks_stay_out(tmp_path: Path) -> None:
    other = write_run(tmp_path / "o", "glasgow-hpv:clinical", TWO, {"out-of-fold": HPV})
    assert paper_tables([other], "four") == []
    run = write_run(tmp_path / "g", "glasgow-hpv", TWO, {"out-of-fold": HPV})
    (found,) = paper_tables([run, other], "four")
    assert rows(found)[-2][1:] == ["Balanced Accuracy", "paper, its patients", "0.4655", "2nd Place"]
    assert rows(found)[-1][1:] == [
        "Balanced Accuracy",
        "glasgow-hpv (kfold, 2 folds, 4 patients)",
        "0.750 (0.500 to 1.000)",
        "",
    ]


def test_what_would_mix_patients_or_runs_is_refused(tmp_path: Path) -> None:
    one = write_run(tmp_path / "1", "glasgow-hpv", TWO, {"out-of-fold": HPV})
    same = write_run(tmp_path / "2", "glasgow-hpv", TWO, {"out-of-fold": HPV})
    other = write_run(tmp_path / "3", "cds-hpv", TWO, {"out-of-fold": HPV}, cohort="c1")
    with pytest.raises(HyoidError, match="two runs of glasgow-hpv"):
        paper_tables([one, same], "four")
    with pytest.raises(CohortError, match="different cohorts"):
        paper_tables([one, other], "four")
    (same / "out-of-fold.json").unlink()
    with pytest.raises(CohortError, match=r"no out-of-fold\.json"):
        paper_tables([same], "four")


def test_a_real_run_of_records_fills_table_4(tmp_path: Path) -> None:
    records = outcome_records(60)
    for i, row in enumerate(records.values()):
        row |= {"Relapse": i % 2, "RFS": 500 + 25 * i}  # followed for long enough to be asked for two years
    cohort = write_table(tmp_path / TABLE, records)
    split = ["split={name: kfold, folds: 2}"]
    trained = api.train(cohort, "baseline-rfs-coxph:ehr", tmp_path / "run", overrides=split, device="cpu")
    (found,) = paper_tables([trained.run], "60 records")
    line = found.rows[0].ours[0]
    assert line.title == "baseline-rfs-coxph:ehr (kfold, 2 folds, 60 patients)"
    concordance, brier = line.figures
    evaluation = trained.survival
    assert concordance.value == evaluation.cohort["c_index"].value
    assert brier.value == evaluation.cohort["brier_730"].value
    assert brier.interval == (evaluation.cohort["brier_730"].low, evaluation.cohort["brier_730"].high)
    # pooled by pairs and by patients: between the folds' own values
    assert min(concordance.folds) <= concordance.value <= max(concordance.folds)
    assert min(brier.folds) - 1e-6 <= brier.value <= max(brier.folds) + 1e-6
    assert not any(row.ours for row in found.rows[1:])
    files = write_paper_tables([found], tmp_path / "tables")
    assert [path.name for path in files] == ["dataset-table-4.csv", "paper-tables.md"]
    assert files[1].read_text(encoding="utf-8") == as_markdown(found)
