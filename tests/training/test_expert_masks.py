"""Experts' label maps on the frames of stored cases."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from hyoid.cohort import read_cohort
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_volume, resample_labels, write_volume
from hyoid.training.chunked import open_chunked
from hyoid.training.expert_masks import EXPERT_MASKS, mask_file, prepare_expert_masks
from hyoid.training.store import Store
from support.balls import ball_cohort
from support.masks import mask_network


def test_label_maps_come_onto_the_frame_once_and_bad_ones_are_named(tmp_path: Path) -> None:
    cases = {case.id: case for case in read_cohort(ball_cohort(tmp_path / "balls", 4)).cases}
    one, shifted, wrong, without = sorted(cases)
    labels = read_volume(cases[shifted].mask)
    x, y, z = labels.grid.origin
    moved = Grid(labels.grid.size, labels.grid.spacing, (x + 3, y, z))
    write_volume(cases[shifted].mask, Volume(labels.array, moved))
    write_volume(cases[wrong].mask, Volume(np.where(labels.array > 0, 7, 0).astype(np.uint8), labels.grid))
    cases[without] = replace(cases[without], mask=None)
    recipe = mask_network()
    store = Store(tmp_path / "store", recipe.imaging, recipe.inputs.images)
    store.prepare([replace(case, mask=None) for case in cases.values()])
    reasons = prepare_expert_masks(list(cases.values()), store, tmp_path)
    assert set(reasons) == {shifted, wrong}
    assert "Resample the mask" in reasons[shifted]
    assert "labels [0, 7]" in reasons[wrong]
    assert [path.name for path in sorted((tmp_path / EXPERT_MASKS).iterdir())] == [f"{one}.b2nd"]
    path = mask_file(tmp_path / EXPERT_MASKS, one)
    grid = store.open(one).way_back.grid
    np.testing.assert_array_equal(open_chunked(path)[:], resample_labels(read_volume(cases[one].mask), grid).array)
    written = path.stat().st_mtime_ns
    assert prepare_expert_masks([cases[one]], store, tmp_path) == {}
    assert path.stat().st_mtime_ns == written
