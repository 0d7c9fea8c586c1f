from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import ImageError
from hyoid.imaging import Connectivity
from hyoid.metrics import CaseFailures, FailureOptions, FailureType, find_failures
from oracles.segmentation import flood_components

SPACING = (1.0, 1.0, 20.0)
"""A voxel of a row is 0.02 mL, so that five are the least that a piece shares."""

SWAPPED = {
    "hallucinated_primary": "missed_primary",
    "missed_primary": "hallucinated_primary",
    "misplaced_primary": "misplaced_primary",
    "split_node": "merged_nodes",
    "merged_nodes": "split_node",
    "missed_node": "hallucinated_node",
    "hallucinated_node": "missed_node",
}


def row(text: str) -> np.ndarray:
    """A row of voxels: '.' background, 'P' GTVp, 'n' GTVn."""
    return np.array([".Pn".index(voxel) for voxel in text], np.uint8).reshape(1, 1, -1)


WORKED = {  # truth, prediction, failures
    "nothing anywhere": ("..........", "..........", []),
    "perfect": ("PPPPP.nnnnn", "PPPPP.nnnnn", []),
    "smaller is no failure": ("PPPPPPPPPP.nnnnnnnnnn", "....PP........nnn....", []),
    "hallucinated primary": (".....", ".PPP.", ["hallucinated_primary"]),
    "two fragments are one failure": (".........", ".PP...PP.", ["hallucinated_primary"]),
    "missed primary": (".PPP.", ".....", ["missed_primary"]),
    "misplaced primary": ("PPP......", "......PPP", ["misplaced_primary"]),
    "one shared voxel is a place": ("PPP......", "..PPPPPPP", []),
    # 10 voxels: 3 are covered (30 %), 2 are not
    "node called primary, at the threshold": ("P.nnnnnnnnnn", "P.PPP.......", ["node_called_primary"]),
    "node of which less than that is drawn": ("P.nnnnnnnnnn", "P.PP........", ["missed_node"]),
    "more node than primary": ("P.nnnnnnnnnn", "P.PPPPPnnnnn", []),
    "more primary than node": ("P.nnnnnnnnnn", "P.PPPPPPnnnn", ["node_called_primary"]),
    # a primary that grows into the node beside it: the node is called primary, nothing is missed
    "touching lesions": ("PPPPPnnnnn", "PPPPPPPPPP", ["node_called_primary"]),
    "on a node, in a patient without": (
        "nnnnn.....",
        "PPPPP.....",
        ["hallucinated_primary", "node_called_primary"],
    ),
    "primary called node": ("PPPPP", "nnnnn", ["missed_primary", "primary_called_node"]),
    "labels exchanged": (
        "PPPPP.nnnnn",
        "nnnnn.PPPPP",
        ["misplaced_primary", "node_called_primary", "primary_called_node"],
    ),
    "split": ("nnnnnnnnnnnnn", "nnnnn...nnnnn", ["split_node"]),
    "a crumb of four voxels is no piece": ("nnnnnnnnnnnnn", "nnnnnn...nnnn", []),
    "split by a primary that is not there": ("P.nnnnnnnnnnnnn", "P.nnnnnPPPnnnnn", ["split_node"]),
    "merged": ("nnnnn...nnnnn", "nnnnnnnnnnnnn", ["merged_nodes"]),
    # 5 of the neighbour's 20 voxels are less than 30 %, and 5 of the prediction's 16 are more than that
    "a neighbour of which the smaller holds enough": (
        "n" * 10 + "." + "n" * 20,
        "n" * 16 + "." * 15,
        ["merged_nodes", "missed_node"],
    ),
    "a neighbour that is only touched": ("n" * 15 + "." + "n" * 20, "n" * 21 + "." * 15, ["missed_node"]),
    # two pieces of 5 voxels in 40 are 25 %, and so are two nodes of 5 in a prediction of 40
    "missed, and therefore not split": ("n" * 40, "n" * 5 + "." * 30 + "n" * 5, ["missed_node"]),
    "hallucinated, and therefore not merged": ("n" * 5 + "." * 30 + "n" * 5, "n" * 40, ["hallucinated_node"]),
    "small beside large": ("nnnnn.nnnnnnnnnnnnnnnnnnnnnnnnn", "n" * 31, ["merged_nodes"]),
    "nodes that touch are one lesion": ("nnnnnnnnnn", "nnnnnnnnnn", []),
    # the first prediction is a piece of the first node; the second one of both
    "a chain": (
        "nnnnnnnnnnnnnnn..nnnnnnnnnn",
        "nnnnn..nnnnnnnnnnnnnnnnnnnn",
        ["split_node", "merged_nodes"],
    ),
    "missed and hallucinated": ("nnnnn......", "......nnnnn", ["missed_node", "hallucinated_node"]),
    "a node on the primary is no hallucination": ("PPPPPPPPPP", "PPPPPPPnnn", []),
}


def found_types(found: CaseFailures) -> list[str]:
    return [failure.type.value for failure in found.failures]


@pytest.mark.parametrize("name", WORKED)
def test_worked_table(name: str) -> None:
    truth, prediction, expected = WORKED[name]
    assert found_types(find_failures(row(truth), row(prediction), SPACING)) == expected


def test_every_type_stands_in_the_table() -> None:
    assert {kind for _, _, kinds in WORKED.values() for kind in kinds} == set(FailureType)


def test_what_is_involved_and_what_it_could_have_been() -> None:
    truth, prediction, _ = WORKED["a chain"]
    found = find_failures(row(truth + ".PP"), row(prediction + "..."), SPACING)
    missed, split, merged = found.failures
    assert [c.voxels for c in split.truth] == [15]
    assert [c.voxels for c in split.prediction] == [5, 20]
    assert [c.volume_ml for c in merged.truth] == pytest.approx([0.3, 0.2])
    assert [c.start for c in merged.prediction] == [(0, 0, 7)]
    assert (split.volume_ml, merged.volume_ml) == pytest.approx((0.3, 0.4))
    assert (missed.truth[0].start, missed.truth[0].stop, missed.prediction) == ((0, 0, 28), (1, 1, 30), ())
    assert missed.volume_ml == pytest.approx(0.04)
    assert found.of(FailureType.SPLIT_NODE) == (split,)
    assert {kind.value: n for kind, n in found.eligible.items()} == {
        "hallucinated_primary": 0,
        "missed_primary": 1,
        "misplaced_primary": 0,
        "node_called_primary": 2,
        "primary_called_node": 1,
        "split_node": 2,
        "merged_nodes": 2,
        "missed_node": 2,
        "hallucinated_node": 2,
    }


def test_options_move_the_thresholds() -> None:
    truth, prediction, _ = WORKED["node called primary, at the threshold"]
    found = find_failures(row(truth), row(prediction), SPACING, FailureOptions(covered_share=0.31))
    assert found_types(found) == ["missed_node"]
    truth, prediction, _ = WORKED["a crumb of four voxels is no piece"]
    assert found_types(find_failures(row(truth), row(prediction), SPACING, FailureOptions(piece_ml=0.08))) == [
        "split_node"
    ]


@pytest.mark.parametrize(("connectivity", "expected"), [(26, []), (18, []), (6, ["split_node"])])
def test_connectivity_says_what_one_node_is(connectivity: Connectivity, expected: list[str]) -> None:
    truth = np.zeros((2, 2, 3), np.uint8)
    truth[0, 0] = truth[1, 1] = 2  # two rows that meet in an edge
    truth[0, 1, 0] = 2
    prediction = truth.copy()
    prediction[0, 1, 0] = prediction[0, 0, 0] = prediction[1, 1, 2] = 0
    options = FailureOptions(connectivity=connectivity)
    assert found_types(find_failures(truth, prediction, (5.0, 5.0, 5.0), options)) == expected


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ImageError, match="shape"):
        find_failures(row("PP"), row("PPP"), SPACING)
    with pytest.raises(ImageError, match="label values 3"):
        find_failures(row("PP"), np.full((1, 1, 2), 3), SPACING)


def _maps(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Blocks in both maps, and a prediction that is the truth but for some blocks."""
    rng = np.random.default_rng(seed)
    truth, prediction = np.zeros((2, 5, 7, 9), np.uint8)
    for labels in (truth, prediction):
        for _ in range(rng.integers(0, 7)):
            block = tuple(slice(a, a + rng.integers(1, 4)) for a in rng.integers(0, labels.shape))
            labels[block] = rng.integers(0, 3)
        if labels is truth:
            prediction[:] = truth * rng.integers(0, 2)
    return truth, prediction


def _by_sets(truth: np.ndarray, prediction: np.ndarray, shared: int, share: float, least: int) -> Counter[str]:
    """The definitions once more, from sets of voxels."""
    true, predicted = ([flood_components(labels == k, shared) for k in (1, 2)] for labels in (truth, prediction))
    whole = [[set().union(*components) for components in side] for side in (true, predicted)]
    found: Counter[str] = Counter()
    if whole[0][0] and whole[1][0]:
        found["misplaced_primary"] += not whole[0][0] & whole[1][0]
    elif whole[0][0] or whole[1][0]:
        found["missed_primary" if whole[0][0] else "hallucinated_primary"] += 1
    for own, name in ((1, "node_called_primary"), (0, "primary_called_node")):
        for lesion in true[own]:
            wrong = len(lesion & whole[1][1 - own])
            found[name] += wrong >= share * len(lesion) and wrong > len(lesion & whole[1][own])
    for one, other, tumour, split, missed in (
        (true[1], predicted[1], whole[1], "split_node", "missed_node"),
        (predicted[1], true[1], whole[0], "merged_nodes", "hallucinated_node"),
    ):
        for lesion in one:
            meet = [len(lesion & piece) >= max(least, share * min(len(lesion), len(piece))) for piece in other]
            covered = len(lesion & tumour[1]) >= share * len(lesion)
            found[split] += covered and sum(meet) > 1
            found[missed] += all(len(lesion & voxels) < share * len(lesion) for voxels in tumour)
    return +found


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    connectivity=st.sampled_from([6, 18, 26]),
    share=st.sampled_from([0.25, 0.5, 1.0]),
    least=st.sampled_from([1, 3]),
)
def test_random_maps_equal_set_arithmetic(seed: int, connectivity: Connectivity, share: float, least: int) -> None:
    truth, prediction = _maps(seed)
    options = FailureOptions(connectivity=connectivity, covered_share=share, piece_ml=least)
    found = find_failures(truth, prediction, (10.0, 10.0, 10.0), options)
    shared = {6: 1, 18: 2, 26: 3}[connectivity]
    assert Counter(found_types(found)) == _by_sets(truth, prediction, shared, share, least)
    assert all(len(found.of(kind)) <= eligible for kind, eligible in found.eligible.items())


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_truth_and_prediction_exchanged(seed: int) -> None:
    truth, prediction = _maps(seed)
    there = find_failures(truth, prediction, (6.0, 6.0, 6.0))
    back = find_failures(prediction, truth, (6.0, 6.0, 6.0))
    # whether a lesion is called by the other label is asked of true lesions only
    expected = Counter((SWAPPED[f.type], f.prediction, f.truth) for f in there.failures if f.type in SWAPPED)
    assert Counter((f.type.value, f.truth, f.prediction) for f in back.failures if f.type in SWAPPED) == expected


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), axis=st.sampled_from([0, 1, 2]))
def test_a_mirrored_case_fails_in_the_same_way_and_a_perfect_one_in_none(seed: int, axis: int) -> None:
    truth, prediction = _maps(seed)

    def summary(*maps: np.ndarray) -> list[tuple[str, list[int], list[int]]]:
        found = find_failures(*maps, (6.0, 6.0, 6.0)).failures
        return sorted(
            (f.type.value, sorted(c.voxels for c in f.truth), sorted(c.voxels for c in f.prediction)) for f in found
        )

    assert summary(np.flip(truth, axis), np.flip(prediction, axis)) == summary(truth, prediction)
    assert summary(truth, truth) == []
