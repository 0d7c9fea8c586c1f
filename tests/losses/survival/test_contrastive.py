import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import HyoidError
from hyoid.losses.survival import contrastive_loss
from hyoid.losses.survival.contrastive import Pairs, pair_sets
from oracles import survival_losses as oracle

PAIRS: tuple[Pairs, ...] = ("comparable", "published")


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("normalise", [True, False])
@pytest.mark.parametrize("margin", [1.0, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_value_and_gradient_equal_the_definition(pairs: Pairs, normalise: bool, margin: float, seed: int) -> None:
    (days, event), features = oracle.outcomes(seed, 12, 30), oracle.normal(seed, 12, 3)
    ours = contrastive_loss(features, days, event, margin, normalise, pairs)
    theirs = oracle.contrastive(features, days, event, margin, normalise, pairs)
    assert ours.item() > 0
    oracle.assert_same_value_and_gradient(ours, theirs, features)
    assert torch.autograd.gradcheck(lambda x: contrastive_loss(x, days, event, margin, normalise, pairs), (features,))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=9), st.sampled_from(PAIRS))
def test_pair_sets(patients: list[tuple[int, bool]], pairs: Pairs) -> None:
    rows = torch.tensor(patients, dtype=torch.float64).reshape(-1, 2)
    days, event = rows[:, 0], rows[:, 1] == 1
    expected = oracle.contrastive_pairs(days, event, pairs) if len(rows) > 1 else ([], [])
    found = pair_sets(days, event, pairs)
    assert tuple([tuple(pair) for pair in one.tolist()] for one in found) == expected
    assert not set(expected[0]) & set(expected[1])
    if pairs == "comparable":
        order = set(oracle.comparable(days, event))
        assert all((i, j) in order or (j, i) in order for i, j in expected[1])


def test_by_hand() -> None:
    # differences 1, 9, 9, 8, 8, 0: median 8, 75th percentile 8.75
    days, event = torch.tensor([0.0, 1.0, 9.0, 9.0]), torch.tensor([True, True, True, False])
    similar, dissimilar = pair_sets(days, event, "comparable")
    assert similar.tolist() == [[0, 1]]
    assert dissimilar.tolist() == [[0, 2], [0, 3]]  # a patient who is free of the event at 9 has it even later
    features = torch.tensor([[1.0, 0.0], [1.0, 0.5], [1.0, 0.6], [3.0, 0.0]])
    loss = contrastive_loss(features, days, event, margin=1.0, normalise=False)
    assert loss.item() == pytest.approx(0.5 + (0.4 + 0.0) / 2)


def test_what_the_published_sets_get_wrong() -> None:
    days, nobody = torch.tensor([1.0, 2.0, 3.0, 300.0]), torch.zeros(4, dtype=torch.bool)
    last = torch.tensor([False, False, False, True])
    for event in (nobody, last):  # whoever left early may have the event late or never
        assert pair_sets(days, event, "published")[1].tolist() == [[0, 3], [1, 3]]
        assert not len(pair_sets(days, event, "comparable")[1])
    days, every = torch.tensor([0.0, 10.0, 11.0]), torch.ones(3, dtype=torch.bool)
    assert pair_sets(days, every, "comparable")[0].tolist() == [[1, 2]]
    # the three differences of zero, those to oneself, lower the median
    assert not len(pair_sets(days, every, "published")[0])
    days, every = torch.tensor([0.0, 1.0, 3.0, 7.0]), torch.ones(4, dtype=torch.bool)
    assert pair_sets(days, every, "comparable")[0].tolist() == [[0, 1], [0, 2], [1, 2]]  # nearer than 3.5
    assert pair_sets(days, every, "published")[0].tolist() == [[0, 1]]  # nearer than 2, the lower of the middle two


@pytest.mark.parametrize("pairs", PAIRS)
def test_the_right_arrangement_costs_less(pairs: Pairs) -> None:
    days, every = torch.tensor([1.0, 2.0, 3.0, 100.0, 101.0, 102.0]), torch.ones(6, dtype=torch.bool)
    right = torch.tensor([[1.0, 0.0], [1.0, 0.1], [1.0, 0.2], [-1.0, 0.0], [-1.0, 0.1], [-1.0, 0.2]])
    wrong = right[[0, 3, 1, 4, 2, 5]]
    assert contrastive_loss(right, days, every, pairs=pairs) < contrastive_loss(wrong, days, every, pairs=pairs)


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_patients_does_not_matter(pairs: Pairs, seed: int) -> None:
    (days, event), features = oracle.outcomes(seed, 12, 30), oracle.normal(seed, 12, 3)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(seed))
    loss = contrastive_loss(features, days, event, pairs=pairs)
    torch.testing.assert_close(contrastive_loss(features[order], days[order], event[order], pairs=pairs), loss)
    later = contrastive_loss(features, 30 * days + 7, event, pairs=pairs)  # days or months
    torch.testing.assert_close(later, loss)


@pytest.mark.parametrize("pairs", PAIRS)
def test_without_a_pair_nothing_is_learnt(pairs: Pairs) -> None:
    for patients in (0, 1, 2, 5):
        features = torch.randn((patients, 3), generator=torch.Generator().manual_seed(0)).requires_grad_()
        for event in (torch.zeros(patients, dtype=torch.bool), torch.ones(patients, dtype=torch.bool)):
            loss = contrastive_loss(features, torch.full((patients,), 7.0), event, pairs=pairs)  # all on one day
            assert loss.item() == torch.autograd.grad(loss, features)[0].abs().sum().item() == 0


@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("normalise", [True, False])
def test_extreme_and_equal_and_zero_features_stay_finite(pairs: Pairs, normalise: bool) -> None:
    days, every = torch.tensor([1.0, 2.0, 4.0, 50.0, 90.0, 91.0]), torch.ones(6, dtype=torch.bool)
    rows = [[1e4, -1e4], [1e4, -1e4], [0.0, 0.0], [1e-9, 0.0], [0.0, 0.0], [-1e4, 1e4]]
    features = torch.tensor(rows, requires_grad=True)
    loss = contrastive_loss(features, days, every, 1.0, normalise, pairs)
    (gradient,) = torch.autograd.grad(loss, features)
    assert torch.isfinite(loss)
    assert torch.isfinite(gradient).all()
    assert gradient.abs().max() < 10


def test_half_precision_is_computed_in_single() -> None:
    (days, event), features = oracle.outcomes(1, 12, 30), oracle.normal(1, 12, 5).detach().bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = contrastive_loss(features, days, event)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, contrastive_loss(features.float(), days, event))


def test_nonsense_is_refused() -> None:
    features, days, event = torch.zeros(3, 2), torch.ones(3), torch.ones(3, dtype=torch.bool)
    with pytest.raises(HyoidError, match=r"\(n, f\)"):
        contrastive_loss(features[:, 0], days, event)
    with pytest.raises(HyoidError, match="margin of 0"):
        contrastive_loss(features, days, event, 0)
    with pytest.raises(HyoidError, match="comparable or published"):
        contrastive_loss(features, days, event, pairs="all")  # type: ignore[arg-type]
    with pytest.raises(HyoidError, match="a survival time of nan"):
        contrastive_loss(features, torch.tensor([1.0, math.nan, 2.0]), event)
