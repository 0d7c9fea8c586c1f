"""Every image encoder learns four phantoms by heart: the shortest proof that a gradient reaches every part of it.

A survival network learns the order of six of whom three recur.
"""

from pathlib import Path

import pytest

from hyoid.cohort import Case, Fold, read_cohort
from hyoid.files import read_json
from hyoid.inference.prognosis import load_risk_model, network_risks
from hyoid.metrics.survival import concordance
from hyoid.phantom import draw_patients, write_cohort
from hyoid.recipe import Recipe, load_recipe
from hyoid.survival import partial_log_likelihood
from hyoid.training.checkpoint import read_metrics
from hyoid.training.classifier import fit_classifier, write_logits
from hyoid.training.given import Given
from hyoid.training.machine import Machine
from hyoid.training.patients import patients_of
from hyoid.training.prognosis import fit_prognosis
from hyoid.training.store import Store


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """Two positives and two negatives, the first that seed 0 draws."""
    known = [patient for patient in draw_patients(40, 0) if "hpv" not in patient.missing]
    keep = [patient.id for status in (True, False) for patient in [p for p in known if p.disease.hpv is status][:2]]
    root = tmp_path_factory.mktemp("phantoms") / "cohort"
    write_cohort(root, 40, 0, broken=False, keep=keep)
    cases = {case.id: case for case in read_cohort(root).cases}
    assert sorted(case.hpv for case in cases.values()) == [False, False, True, True]
    return cases


@pytest.fixture(scope="module")
def followed(phantoms: dict[str, Case], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """The same four, of whom one recurs, and two more who do: nine pairs that can be compared."""
    known = [patient for patient in draw_patients(40, 0) if "outcome" not in patient.missing]
    more = [patient.id for patient in known if patient.outcome.relapse and patient.id not in phantoms][:2]
    root = tmp_path_factory.mktemp("followed") / "cohort"
    write_cohort(root, 40, 0, broken=False, keep=more)
    cases = phantoms | {case.id: case for case in read_cohort(root).cases}
    events = sorted(case.rfs_days for case in cases.values() if case.relapse)
    assert len(events) == 3
    assert sum(case.rfs_days > day for day in events for case in cases.values()) == 9
    return cases


def overfit(spec: str, phantoms: dict[str, Case], out: Path, epochs: int, *overrides: str) -> None:
    """Train without augmentation and compare the answers in evaluation mode with the truth."""
    recipe = load_recipe(
        spec,
        preset="tiny",
        overrides=[
            f"stages.0.training.epochs={epochs}",
            f"stages.0.training.select={{metric: balanced_log_loss, every_epochs: {epochs}, training_part: true}}",
            "stages.0.training.augment=[]",
            "stages.0.training.schedule={name: cosine}",  # at rest in the end, as running statistics need it
            "stages.0.training.optimizer.learning_rate=0.003",
            *overrides,
        ],
    )
    ids, store = tuple(phantoms), stored(recipe, phantoms, out)
    folder = out / "fold-0"
    fit_classifier(recipe, Fold("all", ids, (), ("other",)), 0, phantoms, store, folder, Machine.of(recipe, "cpu"))
    lines = read_metrics(folder / "metrics.jsonl")
    losses = [line["loss"] for line in lines]
    assert lines[-1]["train_accuracy"] == 1.0
    assert losses[0] > 0.2
    assert losses[-1] < 0.05
    write_logits(recipe, {"all": ids}, phantoms, store, folder, "cpu")
    logits = read_json(folder / "logits.json")["all"]
    assert {i: value > 0 for i, value in logits.items()} == {i: case.hpv for i, case in phantoms.items()}


def overfit_survival(spec: str, followed: dict[str, Case], out: Path, epochs: int, *overrides: str) -> None:
    """Train on all at once and compare the order of the network's risks in evaluation mode with that of the events."""
    recipe = load_recipe(
        spec,
        preset="tiny",
        overrides=[
            f"stages.0.training.epochs={epochs}",
            f"stages.0.training.select={{metric: cox_loss, every_epochs: {epochs}, training_part: true}}",
            "stages.0.training.augment=[]",
            "stages.0.training.schedule={name: cosine}",
            "stages.0.training.optimizer.learning_rate=0.003",
            "stages.1={kind: estimator, estimator: {name: cox_ph}, fit_on: train}",
            *overrides,
        ],
    )
    ids, store = tuple(sorted(followed)), stored(recipe, followed, out)
    folder = out / "fold-0"
    fold, machine = Fold("all", ids, (), ("other",)), Machine.of(recipe, "cpu")
    fit_prognosis(recipe, fold, 0, Given(followed), store, folder, machine)
    lines = read_metrics(folder / "metrics.jsonl")
    assert lines[-1]["train_c_index"] == 1.0
    assert lines[-1]["loss"] < 0.5 * lines[0]["loss"]
    model = load_risk_model(recipe, folder, "cpu")
    (member,) = model.members
    assert member.network is not None
    patients = patients_of([followed[i] for i in ids], store, model.encoder)
    risk = network_risks(member.network, len(ids), patients.read, patients.clinical, "cpu").risk
    assert concordance(patients.observed, risk).index == 1.0
    assert -partial_log_likelihood(risk, patients.observed) / patients.observed.events < 0.1  # equal risks: 1.36


def stored(recipe: Recipe, cases: dict[str, Case], out: Path) -> Store | None:
    if recipe.preprocess is None:
        return None
    store = Store(out / "store", recipe.preprocess, recipe.inputs.images)
    assert not store.prepare(list(cases.values())).quarantined
    return store


QUICK = [
    (
        "baseline-hpv-resnet18:image",
        40,
        ["stages.0.network.encoder.channels=[8,8,16,16]", "preprocess.frame.size_voxels=[18,18,18]"],
    ),
    (
        "baseline-hpv-vit:image",
        40,
        ["stages.0.network.encoder={name: vit, hidden: 48, mlp: 96, layers: 3, heads: 4, out_features: 16}"],
    ),
    (
        "baseline-hpv-densenet121:image",
        12,
        [
            "stages.0.network.encoder={name: densenet121, filters: 8, growth: 4, out_features: 16}",
            "stages.0.training.optimizer.learning_rate=0.01",
        ],
    ),
    ("glasgow-hpv:clinical", 100, ["stages.0.training.optimizer.learning_rate=0.01"]),
]
SLOW = [
    (
        "baseline-hpv-efficientnet:image",
        30,
        [  # at its own momentum of 0.01 the running statistics of evaluation would need hundreds of steps
            "stages.0.network.encoder={name: efficientnet_b0, width: 0.125, momentum: 0.2, out_features: 16}",
            "stages.0.training.optimizer.learning_rate=0.005",
        ],
    ),
    (
        "baseline-hpv-senet:image",
        18,
        [  # two steps an epoch, for the running statistics
            "stages.0.network.encoder={name: seresnet50, blocks: [1, 1, 1, 1], out_features: 16}",
            "stages.0.training.optimizer.learning_rate=0.0005",
            "stages.0.training.batch_size=2",
            "preprocess.frame.size_voxels=[35,35,35]",
        ],
    ),
    *(
        (spec, 40, ["stages.0.training.optimizer.learning_rate=0.001"])
        for spec in ("baseline-hpv-resnet18", "glasgow-hpv", "subtle-hpv", "subtle-hpv:image")
    ),
    *(
        (spec, 80, ["stages.0.training.optimizer.learning_rate=0.0003"])  # slow enough for the running statistics
        for spec in ("glasgow-hpv:ct", "glasgow-hpv:pet")
    ),
]


@pytest.mark.parametrize(
    ("spec", "epochs", "changes"),
    [*QUICK, *(pytest.param(*one, marks=pytest.mark.slow) for one in SLOW)],
    ids=[spec for spec, *_ in (*QUICK, *SLOW)],
)
def test_a_recipe_learns_four_phantoms_by_heart(
    spec: str, epochs: int, changes: list[str], phantoms: dict[str, Case], tmp_path: Path
) -> None:
    overfit(spec, phantoms, tmp_path, epochs, *changes)


SURVIVAL = [
    (
        "glasgow-rfs",
        60,
        ["inputs.images=[]", "preprocess=null", "stages.0.network.encoder=null", "stages.0.training.batch_size=6"],
    ),
    (
        "glasgow-rfs:images",
        40,
        ["stages.0.network.encoder.channels=[8,8,16,16]", "preprocess.frame.size_voxels=[18,18,18]"],
    ),
]
SLOW_SURVIVAL = [(spec, 60, []) for spec in ("glasgow-rfs", "glasgow-rfs:images", "baseline-rfs-icare")]


@pytest.mark.parametrize(
    ("spec", "epochs", "changes"),
    [*SURVIVAL, *(pytest.param(*one, marks=pytest.mark.slow) for one in SLOW_SURVIVAL)],
    ids=["record", "small images", *(spec for spec, *_ in SLOW_SURVIVAL)],
)
def test_a_recipe_learns_the_order_of_six_phantoms_by_heart(
    spec: str, epochs: int, changes: list[str], followed: dict[str, Case], tmp_path: Path
) -> None:
    overfit_survival(spec, followed, tmp_path, epochs, *changes)
