import numpy as np
import pytest
from pydantic import ValidationError

from hyoid.geometry import Grid, Volume
from hyoid.imaging.neck_uptake import NeckUptake, neck_uptake
from hyoid.imaging.suv_threshold import PrimaryRule, SuvThreshold, ThresholdKind
from imaging.manikin import field, manikin

NODE_MM, SMALL_MM, HOT_MM = (45.0, 0.0, 560.0), (-45.0, 10.0, 550.0), (0.0, 20.0, 590.0)


def _with_ball(suv: Volume, centre: tuple[float, float, float], radius_mm: float, value: float) -> Volume:
    index = np.meshgrid(*(np.arange(n) for n in suv.grid.shape), indexing="ij")
    away = suv.grid.to_world(np.stack(index[::-1], axis=-1)) - np.asarray(centre)
    inside = (away**2).sum(axis=-1) < radius_mm**2
    return suv.with_array(np.where(inside, value, suv.array).astype(np.float32))


def _study(low_z: float) -> tuple[Volume, Volume]:
    """The manikin with its primary (SUV 18, 21 mL), a node (6), a small one (5) and a hot spot (30)."""
    ct, _ = manikin(field(low_z, 850, (4.0, 4.0, 5.0), half_width=140))
    _, pet = manikin(field(low_z, 850, (5.0, 5.0, 4.0), half_width=150))
    pet = _with_ball(pet, NODE_MM, 12.0, 6.0)
    pet = _with_ball(pet, SMALL_MM, 5.5, 5.0)
    return ct, _with_ball(pet, HOT_MM, 8.0, 30.0)


@pytest.fixture(scope="module")
def study() -> tuple[Volume, Volume]:
    return _study(420)


@pytest.fixture(scope="module")
def uptake(study: tuple[Volume, Volume]) -> NeckUptake:
    return neck_uptake(*study)


def _segment(uptake: NeckUptake, setting: SuvThreshold) -> Volume:
    return uptake.restore(setting.segment(uptake))


def _label_at(labels: Volume, world: tuple[float, float, float]) -> int:
    x, y, z = np.rint(labels.grid.to_index(world)).astype(int)
    return int(labels.array[z, y, x])


TUMOUR_MM = (28.0, -20.0, 600.0)


def test_only_the_neck_is_searched_and_the_result_lies_on_the_ct() -> None:
    ct, pet = _study(-150)
    labels, notes = SuvThreshold(value=2.5, primary=PrimaryRule.LARGEST).apply(ct, pet)
    assert labels.grid == ct.grid
    assert notes == ()
    assert _label_at(labels, TUMOUR_MM) == 1
    assert _label_at(labels, NODE_MM) == 2
    assert _label_at(labels, (0.0, 0.0, 722.0)) == 0  # brain
    heights = ct.grid.to_world(np.column_stack(np.nonzero(labels.array))[:, ::-1])[:, 2]
    assert heights.min() > 460  # kidneys, heart and bladder lie below, the brain above
    assert heights.max() < 640


def test_volume_at_half_of_the_uptake_is_the_true_one(uptake: NeckUptake) -> None:
    labels = _segment(uptake, SuvThreshold(value=9.4, primary=PrimaryRule.LARGEST))
    assert labels.volume_ml(1) == pytest.approx(21.4, rel=0.1)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (PrimaryRule.LARGEST, TUMOUR_MM),
        (PrimaryRule.HOTTEST, HOT_MM),
        (PrimaryRule.NEAREST_MIDLINE, HOT_MM),
        (PrimaryRule.LARGEST_NEAR_MIDLINE, TUMOUR_MM),
        (PrimaryRule.HOTTEST_NEAR_MIDLINE, HOT_MM),
    ],
)
def test_rules_for_the_primary(uptake: NeckUptake, rule: PrimaryRule, expected: tuple) -> None:
    labels = _segment(uptake, SuvThreshold(value=2.5, primary=rule, minimum_ml=0.0))
    assert _label_at(labels, expected) == 1
    others = {TUMOUR_MM, NODE_MM, HOT_MM} - {expected}
    assert [_label_at(labels, other) for other in others] == [2, 2]


def test_hot_node_off_the_midline_is_no_primary_by_the_midline_rules(study: tuple[Volume, Volume]) -> None:
    ct, pet = study
    hotter = _with_ball(pet, NODE_MM, 14.0, 60.0)
    uptake = neck_uptake(ct, hotter)
    assert _label_at(_segment(uptake, SuvThreshold(primary=PrimaryRule.HOTTEST)), NODE_MM) == 1
    near = _segment(uptake, SuvThreshold(primary=PrimaryRule.HOTTEST_NEAR_MIDLINE))
    assert (_label_at(near, NODE_MM), _label_at(near, HOT_MM)) == (2, 1)


def test_lateral_nodes_leave_the_midline_out(uptake: NeckUptake) -> None:
    labels = _segment(uptake, SuvThreshold(primary=PrimaryRule.LARGEST, nodes="lateral"))
    assert [_label_at(labels, at) for at in (TUMOUR_MM, NODE_MM, HOT_MM)] == [1, 2, 0]


def test_least_volume(uptake: NeckUptake) -> None:
    kept, dropped = (_segment(uptake, SuvThreshold(value=2.0, minimum_ml=ml)) for ml in (0.1, 2.0))
    assert (_label_at(kept, SMALL_MM), _label_at(dropped, SMALL_MM)) == (2, 0)


def test_kinds_of_threshold(uptake: NeckUptake) -> None:
    greatest = float(uptake.suv.array[uptake.allowed].max())
    of_neck = SuvThreshold(kind=ThresholdKind.FRACTION_OF_NECK, value=0.41, minimum_ml=0).segment(uptake)
    fixed = SuvThreshold(value=0.41 * greatest, minimum_ml=0).segment(uptake)
    np.testing.assert_array_equal(of_neck, fixed)
    of_lesion = uptake.restore(
        SuvThreshold(kind=ThresholdKind.FRACTION_OF_LESION, value=0.41, minimum_ml=0).segment(uptake)
    )
    assert _label_at(uptake.restore(of_neck), NODE_MM) == 0  # 6 of 30
    assert _label_at(of_lesion, NODE_MM) > 0  # 6 of 6
    wide = uptake.restore(SuvThreshold(value=2.0, minimum_ml=0).segment(uptake))
    assert np.count_nonzero(of_lesion.array) < np.count_nonzero(wide.array)
    assert bool((wide.array[of_lesion.array > 0] > 0).all())


def test_air_and_bone_are_no_lesion(study: tuple[Volume, Volume]) -> None:
    ct, pet = study
    hu = ct.array.copy()
    planes = np.abs(ct.grid.origin[2] + np.arange(ct.grid.size[2]) * ct.grid.spacing[2] - NODE_MM[2]) < 25
    right = ct.grid.origin[0] + np.arange(ct.grid.size[0]) * ct.grid.spacing[0] > 20
    head = neck_uptake(ct, pet).head
    for value in (-1000.0, 1200.0):
        changed = hu.copy()
        changed[np.ix_(planes, np.ones(hu.shape[1], bool), right)] = value
        labels = _segment(neck_uptake(ct.with_array(changed), pet, head), SuvThreshold())
        assert _label_at(labels, NODE_MM) == 0, value


def test_no_head_in_view_is_said() -> None:
    ct, pet = manikin(field(200, 640, (6.0, 6.0, 6.0), half_width=200))
    labels, notes = SuvThreshold(value=4.0).apply(ct, pet)
    assert any("No head in view" in note for note in notes)
    assert labels.array.any()


def test_nothing_above_the_threshold_is_an_empty_map(uptake: NeckUptake) -> None:
    for kind, value in [(ThresholdKind.FIXED, 500.0), (ThresholdKind.FRACTION_OF_NECK, 0.999)]:
        assert not SuvThreshold(kind=kind, value=value, minimum_ml=1.0).segment(uptake).any()


def test_pet_elsewhere_gives_an_empty_map_and_says_so() -> None:
    ct, pet = manikin(field(400, 850, (8.0, 8.0, 8.0), half_width=120))
    far = Volume(pet.array, Grid(pet.grid.size, pet.grid.spacing, (5000.0, 0.0, 0.0)))
    labels, notes = SuvThreshold().apply(ct, far)
    assert not labels.array.any()
    assert notes


def test_settings_are_checked() -> None:
    with pytest.raises(ValidationError, match="below 1"):
        SuvThreshold(kind=ThresholdKind.FRACTION_OF_NECK, value=41)
    with pytest.raises(ValidationError, match="did you mean 'value'"):
        SuvThreshold.model_validate({"valu": 3})
