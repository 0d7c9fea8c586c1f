import json
from dataclasses import replace

import pandas as pd
import pytest

from hyoid.benchmark.checklists import division
from hyoid.benchmark.checklists.known import Known
from hyoid.cohort import Fold, FoldsFile, HoldOutKFold, KFold, LeaveOneCenterOut, SizeMatchedKFold, Split
from hyoid.cohort.splits import Single
from support.checklists import Benchmark, KnownOf

SPLITS = [KFold(), HoldOutKFold(), LeaveOneCenterOut(), SizeMatchedKFold(), Single(), FoldsFile(path="folds.json")]


def _with(known: Known, split: Split, folds: tuple[Fold, ...] | None = None) -> Known:
    run = replace(known.runs[0], recipe=known.runs[0].recipe.model_copy(update={"split": split}))
    found = known.folds if folds is None else {run.folder.name: folds}
    return replace(known, runs=(run,), folds=found)


def test_runs_of_one_split_are_one_division(known: Known) -> None:
    assert division.partition(known) == (
        "kfold: stratified k-fold, 2 folds, seed 0; of each training part 15 % is cut off, stratified, to choose on "
        "(select). Stratified means by centre, recurrence, HPV status and sex."
    )


@pytest.mark.parametrize("split", SPLITS, ids=lambda split: split.name)
def test_every_split_has_its_rule(known: Known, split: Split) -> None:
    words = division.partition(_with(known, split))
    assert words.startswith(f"{split.name}: ")
    assert ("the file's own part" in words) == (split.name == "folds_file")
    assert division.disjoint(_with(known, split)).endswith("stands in one part only.")


def test_a_published_choice_is_told(known: Known) -> None:
    published = _with(known, KFold(select="published"))
    assert "what is chosen is chosen on the reported part (optimistic)" in division.partition(published)
    assert division.disjoint(published).endswith("but for kfold, whose select part is the reported one.")


def test_fold_sizes_are_those_of_the_file(known: Known, benchmark: Benchmark, table: pd.DataFrame) -> None:
    folds = json.loads((known.runs[0].folder / "splits.json").read_text())
    positive, event = (set(table.loc[table[column] == 1, "PatientID"]) for column in ("HPV Status", "Relapse"))
    for part, verb in (("train", "train"), ("select", "select"), ("report", "are reported")):
        sizes, events, positives = (
            sorted({len({*fold[part]} & among) for fold in folds})
            for among in (set(table["PatientID"]), event, positive)
        )
        said = [" to ".join(map(str, numbers)) for numbers in (sizes, events, positives)]
        assert f"{said[0]} {verb} ({said[1]} with recurrence, {said[2]} HPV-positive)" in division.fold_sizes(known)


def test_parts_of_stacks_and_held_out_patients_are_counted(known: Known, known_of: KnownOf) -> None:
    ids = [case.id for case in known.cases]
    fold = Fold("fold-0", tuple(ids[:5]), tuple(ids[5:7]), tuple(ids[7:10]), tuple(ids[10:14]), tuple(ids[14:15]))
    segmenting = replace(_with(known, KFold(), (fold,)), recipes=known_of("baseline-unet").recipes)
    assert division.fold_sizes(segmenting) == (
        "kfold, in each of 1 fold: 5 train; 4 are kept for the estimator; 2 select; 3 are reported; 1 are held out of "
        "all folds."
    )
