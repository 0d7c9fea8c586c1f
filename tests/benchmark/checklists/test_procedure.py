from dataclasses import replace

from hyoid.benchmark.checklists import procedure
from hyoid.benchmark.checklists.known import Known
from support.checklists import KnownOf


def test_training_of_networks_and_number_of_folds(known: Known, known_of: KnownOf) -> None:
    assert procedure.training(known) == "3 runs with 6 folds in all, each fold trained by itself."
    words = procedure.training(replace(known_of("baseline-unet", "glasgow-rfs", "subtle-hpv"), runs=known.runs))
    assert (
        "adamw (learning rate 0.01, weight decay 3e-05), schedule polynomial (power 0.9), at most 350 epochs" in words
    )
    assert "batches of 2 cases, 3 patches of 128 x 128 x 128 mm of each" in words
    assert "gradient norm at most 1, augmentation crop_resize (lower 0.8" in words
    assert "batches of 1 case, augmentation none, seed 0" in words
    more = known_of("cds-dynunet", overrides=["inputs.missing=fill", "stages.0.training.modality_dropout=0.2"])
    assert "each image taken away with probability 0.2, weights averaged (epochs 25" in procedure.training(more)


def test_what_is_chosen_on_select(known: Known, known_of: KnownOf) -> None:
    assert "the penalty of cox_ph on the fold's select part" in procedure.selection(known)
    assert "icare" not in procedure.selection(known)
    words = procedure.selection(known_of("subtle-hpv", "sims-life-multitask", "baseline-rfs-deephit", "glasgow-rfs"))
    assert (
        "subtle-hpv: the epoch with the best balanced_log_loss on the fold's select part, measured every epoch;"
        in words
    )
    assert "and training ends after 100 epochs without a better one" in words
    assert "measured every 10 epochs; and the epoch of deephit on" in words
    assert "glasgow-rfs: every iteration of network and estimator is kept, and none chosen." in words
    assert procedure.selection(known_of("rfs-lesions:icare")) is None


def test_what_is_chosen_on_the_reported_is_called_optimistic(known: Known, known_of: KnownOf) -> None:
    (published,) = known_of("cds-hpv:published").recipes
    runs = (known.runs[0], replace(known.runs[1], recipe=published))
    words = procedure.selection(replace(known, runs=runs))
    assert words.endswith(
        " cds-hpv:published: something is chosen on the patients who are reported, as published, so its figures are "
        "optimistic."
    )
    assert "optimistic" not in procedure.selection(known)


def test_folds_answer_together_or_one_alone(known_of: KnownOf) -> None:
    words = procedure.ensembling(known_of("sims-life-multitask", "cds-hpv:best_fold"))
    assert "rfs by mean_risk of all folds; hpv by mean_logits of all folds; segmentation by mean_probability" in words
    assert "cds-hpv:best_fold: hpv by the one fold that is best on its own select part." in words
    alone = known_of("cds-hpv", overrides=["inference.ensemble={name: single_fold, fold: 2}"])
    assert procedure.ensembling(alone).endswith("hpv by fold 2 alone.")
