import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hyoid.errors import ImageError
from hyoid.geometry import Box, Grid, Volume
from hyoid.imaging import FullView, NeckBox, read_volume
from hyoid.imaging.frames.neck_box import VERTEX_SKIPPED_MM
from imaging.manikin import BRAIN_CENTRE, VERTEX_Z, field, manikin


@cache
def images(low: float, high: float, **options: object) -> dict[str, Volume]:
    ct, pet = manikin(field(low, high), **options)  # type: ignore[arg-type]
    return {"ct": ct, "pet": pet}


def test_box_has_the_asked_size_and_hangs_from_the_vertex() -> None:
    located = NeckBox().locate(images(-100, 850))
    assert located.notes == ()
    assert located.grid.size == (200, 200, 310)
    assert located.grid.spacing == (1.0, 1.0, 1.0)
    box = Box.of_grid(located.grid)
    assert box.upper[2] == pytest.approx(VERTEX_Z - VERTEX_SKIPPED_MM, abs=12)
    np.testing.assert_allclose(located.grid.centre[:2], BRAIN_CENTRE[:2], atol=12)


def test_size_and_spacing_are_physical() -> None:
    located = NeckBox(size_mm=(160, 180, 300), spacing_mm=(4, 4, 5)).locate(images(450, 830))
    assert located.grid.size == (40, 45, 60)


def test_disease_34_cm_below_the_vertex_is_inside() -> None:
    box = Box.of_grid(NeckBox().locate(images(-100, 850)).grid)
    assert box.lower[2] <= VERTEX_Z - 317
    assert box.lower[2] == pytest.approx(VERTEX_Z - 340, abs=12)


def test_box_begins_where_the_shorter_ct_begins() -> None:
    whole = images(300, 900)
    ct, _ = manikin(field(300, 700))
    box = Box.of_grid(NeckBox().locate({"ct": ct, "pet": whole["pet"]}).grid)
    assert box.upper[2] == pytest.approx(700)


def test_cut_brain_is_noted_and_the_box_begins_at_the_field_end() -> None:
    located = NeckBox().locate(images(400, 740))
    assert Box.of_grid(located.grid).upper[2] == pytest.approx(740)
    assert any("ends within the brain" in note for note in located.notes)


def test_upside_down_patient_is_framed_by_the_anatomy_and_noted() -> None:
    upright = images(-100, 850)
    flipped = {k: v.with_array(np.ascontiguousarray(v.array[::-1])) for k, v in upright.items()}
    located = NeckBox().locate(flipped)
    box = Box.of_grid(located.grid)
    vertex = 2 * upright["pet"].grid.centre[2] - VERTEX_Z
    assert box.lower[2] == pytest.approx(vertex + VERTEX_SKIPPED_MM, abs=12)
    assert any("feet first" in note for note in located.notes)


def test_chest_falls_back_to_the_full_view_and_says_so() -> None:
    chest = images(100, 560)
    located = NeckBox(spacing_mm=(2, 2, 2)).locate(chest)
    assert located.grid == FullView(spacing_mm=(2, 2, 2)).locate(chest).grid
    assert any("No head in view" in note for note in located.notes)


def test_missing_pet_uses_the_skull_and_missing_ct_the_brain() -> None:
    both = images(450, 900)
    whole = Box.of_grid(NeckBox().locate(both).grid)
    by_ct = NeckBox().locate({"ct": both["ct"]})
    assert any("skull in the CT: there is no PET" in note for note in by_ct.notes)
    assert abs(Box.of_grid(by_ct.grid).upper[2] - whole.upper[2]) < 12
    by_pet = NeckBox().locate({"pet": both["pet"]})
    assert abs(Box.of_grid(by_pet.grid).upper[2] - whole.upper[2]) < 12


def test_no_image_at_all_is_refused() -> None:
    with pytest.raises(ImageError, match="a CT or a PET"):
        NeckBox().locate({})


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        NeckBox(size_mm=(0, 200, 310))


def test_real_chest_scan_falls_back() -> None:
    root = os.environ.get("HYOID_TEST_DATA")
    if not root:
        pytest.skip("HYOID_TEST_DATA is not set")
    folder = Path(root) / "acrin-petct" / "nifti"
    study = {"ct": read_volume(folder / "ACRIN-042__CT.nii.gz"), "pet": read_volume(folder / "ACRIN-042__PT.nii.gz")}
    for chosen in ({"ct", "pet"}, {"ct"}, {"pet"}):
        located = NeckBox().locate({name: study[name] for name in chosen})
        assert any("No head in view" in note for note in located.notes)
        box = Box.of_grid(located.grid)
        assert np.allclose(box.size_mm, Box.of_grid(study["pet" if chosen == {"pet"} else "ct"].grid).size_mm, atol=2)


def test_grid_of_the_default_frame_is_axis_aligned() -> None:
    grid = NeckBox().locate(images(450, 830)).grid
    assert grid.direction == Grid((1, 1, 1), (1, 1, 1)).direction
