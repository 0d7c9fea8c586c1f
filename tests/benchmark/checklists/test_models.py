from dataclasses import replace

from hyoid.benchmark import BenchmarkRow
from hyoid.benchmark.checklists import models
from hyoid.benchmark.checklists.known import Known
from support.checklists import KnownOf


def test_outcomes_are_those_of_the_recipes(known: Known, known_of: KnownOf) -> None:
    assert models.outcomes(known).startswith("HPV status: positive or negative")
    assert "survival is predicted at 365, 730, 1095, 1460 and 1825 days" in models.outcomes(known)
    assert models.outcomes(known_of("baseline-unet")) == "where the tumour is: the expert's label map."


def test_parts_losses_and_parameters(known_of: KnownOf) -> None:
    bare = known_of("cds-hpv", "glasgow-rfs")
    row = BenchmarkRow("cds-hpv", "kfold", "hpv", {}, parameters=1234567)
    words = models.models(replace(bare, result=replace(bare.result, rows=(row,))))
    assert "cds-hpv: backbone (dynunet (filters 16/32/64/128/256," in words
    assert "hpv with loss cross_entropy, 1,234,567 parameters;" in words
    assert "fusion (hidden 128, dropout 0, norm none)" in words
    assert words.count("fusion") == 1  # that of cds-hpv has no layers
    assert words.endswith("on deep features, fitted on stack.")


def test_estimators_have_no_network(known: Known, known_of: KnownOf) -> None:
    assert "rfs-lesions:clinical: estimator cox_ph (penalties 3/10/30" in models.models(known)
    assert models.initialisation(known) is None
    seeded = known_of("baseline-unet", overrides=["stages.0.training.seed=7"])
    assert models.initialisation(seeded) == "baseline-unet: random weights of seed 7. No network is pretrained."


def test_output_says_where_thresholds_come_from(known_of: KnownOf) -> None:
    words = models.output(known_of("cds-hpv", "cds-hpv:published", "sims-life-multitask"))
    assert (
        "cds-hpv: a probability of HPV-positive (calibration: platt) and a decision (threshold: balanced_accuracy)"
        in words
    )
    assert "(calibration: none) and a decision (threshold: fixed (value 0.5))" in words
    assert "a label map of tumour on the CT's grid" in words
    assert "one of 3 risk groups" in words
    own = known_of("cds-hpv", overrides=["inference.decision.source=select"])
    assert "fitted on the fold's select part" in models.output(own)
    cleaned = known_of("baseline-unet", overrides=["inference.postprocess=[{name: largest_component}]"])
    assert models.output(cleaned).endswith("on the CT's grid, after largest_component (labels gtvp).")


def test_imbalance_of_classes_and_voxels(known_of: KnownOf) -> None:
    words = models.imbalance(known_of("cds-hpv", "hpv-logistic", "rfs-lesions"))
    assert "cds-hpv: cases drawn by balanced_batches, patches drawn by class_balanced (ratios background 0.1" in words
    assert "hpv-logistic: classes weigh the same in the loss, calibration afterwards: platt." in words
    assert models.imbalance(known_of("rfs-lesions")) is None
    plain = known_of("hpv-logistic", overrides=["stages.0.estimator.balanced=false"])
    assert models.imbalance(plain) == "hpv-logistic: calibration afterwards: platt."
