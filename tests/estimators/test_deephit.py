import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sksurv.metrics import concordance_index_censored

from hyoid.errors import HyoidError
from hyoid.estimators.deephit import DeepHit, FittedDeepHit
from hyoid.losses.survival import bin_of, deephit_loss
from hyoid.metrics.survival import Observed

NAMES = ("age", "tobacco", "volume")
SMALL = DeepHit(hidden=(8,), epochs=60, patience=20)
Cases = tuple[NDArray[np.float64], Observed]


def part(seed: int, cases: int = 60) -> Cases:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(cases, 3))
    days = np.ceil(rng.exponential(300 * np.exp(-values[:, 0] + 0.7 * values[:, 1]), cases))
    return 50 + values * [10.0, 1.0, 0.01], Observed(np.minimum(days, 800), days < 800)


def loss_on(fitted: FittedDeepHit, cases: Cases, alpha: float = 0.2) -> float:
    logits = torch.from_numpy(np.log(fitted.probabilities(cases[0])))
    bins, (days, event) = bin_of(cases[1].days, fitted.edges), (cases[1].days, cases[1].event)
    outcomes = [torch.from_numpy(values) for values in (bins, event, days)]
    return float(deephit_loss(logits, *outcomes, alpha=alpha, sigma=0.1))


def test_it_learns_a_hazard_that_it_was_not_told() -> None:
    fitted, new = DeepHit(epochs=80).fit(NAMES, part(0, 200), part(1)), part(2, 300)
    assert concordance_index_censored(new[1].event, new[1].days, fitted.risk(new[0]))[0] > 0.68
    survival, alive = fitted.survival(new[0], [365.0])[:, 0], new[1].days > 365
    assert ((survival - alive) ** 2).mean() < 0.9 * alive.mean() * (1 - alive.mean())


def test_a_hazard_that_is_not_monotone_is_learnt_by_hidden_layers_alone() -> None:
    """Both ends of the column are bad: no line can say so."""
    rng = np.random.default_rng(0)
    values = rng.uniform(-2, 2, size=(500, 1))
    days = np.ceil(rng.exponential(2000 * np.exp(-1.5 * np.abs(values[:, 0]))))
    observed = Observed(np.minimum(days, 2000), days < 2000)
    parts = [(values[k : k + 250], observed.part(np.arange(k, k + 250))) for k in (0, 250)]

    def index(estimator: DeepHit) -> float:
        risk = estimator.fit(("a",), parts[0], parts[1]).risk(parts[1][0])
        return float(concordance_index_censored(parts[1][1].event, parts[1][1].days, risk)[0])

    assert index(DeepHit(epochs=60, dropout=0, weight_decay=0)) > 0.65
    assert index(DeepHit(epochs=20, hidden=())) < 0.6


def test_the_kept_epoch_has_the_least_loss_on_select() -> None:
    train, select = part(0), part(1)
    fitted = SMALL.fit(NAMES, train, select)
    assert 0 < fitted.epoch <= 60
    least = loss_on(fitted, select)
    without = (select[0], Observed(select[1].days, np.zeros(60)))
    every = [
        SMALL.model_copy(update={"epochs_unselected": epoch}).fit(NAMES, train, without)
        for epoch in range(1, min(fitted.epoch + 20, 60) + 1, 12)
    ]
    assert all(least <= loss_on(other, select) + 1e-6 for other in every)
    same = SMALL.model_copy(update={"epochs_unselected": fitted.epoch}).fit(NAMES, train, without)
    assert same.layers == fitted.layers


def test_training_ends_where_select_says_the_opposite() -> None:
    train, select = part(0), part(1)
    turned = ([100, 100, 100] - select[0], select[1])
    impatient = SMALL.model_copy(update={"patience": 3, "learning_rate": 0.05})
    assert impatient.fit(NAMES, train, turned).epoch < impatient.fit(NAMES, train, select).epoch


@pytest.mark.parametrize("events", [0, 4])
def test_a_select_part_with_few_events_ends_training_at_a_set_epoch_and_says_so(events: int) -> None:
    values, observed = part(1)
    select = values, Observed(observed.days, np.arange(60) < events)
    fitted = DeepHit(hidden=(4,), epochs_unselected=7).fit(NAMES, part(0), select)
    assert fitted.epoch == 7
    assert fitted.notes == ("The select part has too few events to end training on: 7 epochs.",)


def test_the_seed_decides_and_the_generator_of_others_does_not() -> None:
    train, select = part(0), part(1)
    first = SMALL.fit(NAMES, train, select)
    torch.manual_seed(99)
    state = torch.get_rng_state()
    assert SMALL.fit(NAMES, train, select) == first
    assert torch.equal(torch.get_rng_state(), state)
    assert SMALL.model_copy(update={"seed": 1}).fit(NAMES, train, select) != first


@pytest.mark.parametrize(
    "change",
    [{"dropout": 0.0}, {"alpha": 1.0}, {"sigma": 1.0}, {"weight_decay": 0.0}, {"learning_rate": 0.01}, {"hidden": ()}],
)
def test_every_setting_changes_the_fit(change: dict[str, object]) -> None:
    train, select = part(0), part(1)
    short = SMALL.model_copy(update={"epochs": 5})
    changed = short.model_copy(update=change).fit(NAMES, train, select)
    assert changed.layers != short.fit(NAMES, train, select).layers


def test_a_training_that_diverges_is_said() -> None:
    with pytest.raises(HyoidError, match="Lower the learning rate"):
        SMALL.model_copy(update={"learning_rate": 1e300}).fit(NAMES, part(0), part(1))
