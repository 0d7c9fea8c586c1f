import numpy as np
import pytest

from hyoid.errors import ImageError
from hyoid.features.component import block_of, find_components
from hyoid.geometry import Grid, Volume

OBLIQUE = Grid((12, 10, 8), (1.0, 2.0, 3.0), (5.0, -4.0, 30.0), (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0))


def _positions(grid: Grid, inside: np.ndarray) -> set[tuple[float, ...]]:
    return {tuple(np.round(p, 6)) for p in grid.to_world(np.argwhere(inside)[:, ::-1])}


def test_components_lie_where_the_labels_do() -> None:
    rng = np.random.default_rng(0)
    labels = rng.choice([0, 1, 2], OBLIQUE.shape, p=[0.95, 0.03, 0.02]).astype(np.uint8)
    found = find_components(Volume(labels, OBLIQUE))
    for name, label in (("gtvp", 1), ("gtvn", 2)):
        own = [_positions(each.grid, each.inside) for each in found[name]]
        assert set().union(*own) == _positions(OBLIQUE, labels == label)
        assert sum(map(len, own)) == (labels == label).sum()
        assert all(each.inside.any(axis=axis)[0].any() for each in found[name] for axis in (1, 2))  # a tight block


def test_touching_lesions_of_two_kinds_are_two_and_corners_join_one_kind() -> None:
    labels = np.zeros((4, 4, 4), np.uint8)
    labels[0, 0, 0] = labels[1, 1, 1] = 1
    labels[2, 2, 2] = labels[2, 2, 0] = 2
    mask = Volume(labels, Grid((4, 4, 4), (1, 1, 1)))
    assert {name: len(each) for name, each in find_components(mask).items()} == {"gtvp": 1, "gtvn": 2}
    assert {name: len(each) for name, each in find_components(mask, 6).items()} == {"gtvp": 2, "gtvn": 2}
    assert find_components(mask)["gtvp"][0].volume_ml == pytest.approx(0.002)


def test_widening_keeps_the_lesion_in_place() -> None:
    inside = np.zeros(OBLIQUE.shape, bool)
    inside[0, 0, 3:5] = True
    lesion = block_of(inside, OBLIQUE)
    wide = lesion.widened(4.0)
    assert _positions(wide.grid, wide.inside) == _positions(lesion.grid, lesion.inside)
    assert np.subtract(wide.inside.shape, lesion.inside.shape).tolist() == [4, 6, 10]  # 2, 3, 5 voxels to each side


def test_no_lesion_and_other_labels() -> None:
    empty = Volume(np.zeros(OBLIQUE.shape, np.uint8), OBLIQUE)
    assert find_components(empty) == {"gtvp": [], "gtvn": []}
    with pytest.raises(ImageError, match="label values 3"):
        find_components(Volume(np.full(OBLIQUE.shape, 3), OBLIQUE))
