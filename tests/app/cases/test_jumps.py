"""Links to failures: the voxel lies in the lesion that is spoken of."""

from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.jumps import find_jumps, flags_of
from support.viewed import CT_GRID, ELSEWHERE, NODE, PRIMARY, labels_of

CANONICAL = Canonical.of(CT_GRID)


def test_a_missed_and_an_invented_node() -> None:
    expert, predicted = labels_of((PRIMARY, 1), (NODE, 2)), labels_of((PRIMARY, 1), (ELSEWHERE, 2))
    jumps = find_jumps(expert, predicted, CANONICAL)
    assert flags_of(jumps) == ["missed_node", "hallucinated_node"]
    for jump, labels in zip(jumps, (expert, predicted), strict=True):
        i, j, k = jump.voxel
        assert CANONICAL.forward(labels.array)[k, j, i] == 2
    assert jumps[0].text == "Node missed: true GTVn 0.3 mL"


def test_a_hallucinated_primary_and_a_split_node() -> None:
    wide = (slice(2, 11), slice(9, 15), slice(11, 17))
    expert = labels_of((wide, 2))
    pieces = [(slice(2, 6), wide[1], wide[2]), (slice(7, 11), wide[1], wide[2])]
    predicted = labels_of(*[(piece, 2) for piece in pieces], (PRIMARY, 1))
    jumps = find_jumps(expert, predicted, CANONICAL)
    assert flags_of(jumps) == ["hallucinated_primary", "split_node"]
    i, j, k = jumps[0].voxel
    assert CANONICAL.forward(predicted.array)[k, j, i] == 1


def test_nothing_where_all_is_right() -> None:
    expert = labels_of((PRIMARY, 1), (NODE, 2))
    assert find_jumps(expert, expert, CANONICAL) == []
    assert find_jumps(labels_of(), labels_of(), CANONICAL) == []
