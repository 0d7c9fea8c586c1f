"""Drawing by hand: what each tool changes, undo and redo, saving, and two windows on one annotation."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
import SimpleITK as sitk

from support.page_reader import Reader
from support.page_server import Served
from support.viewed import CT_GRID

VOXEL_ML = math.prod(CT_GRID.spacing) / 1000.0


@pytest.fixture
def reader(page: Any, served: Served) -> Reader:
    """A reader in front of MDA-001 with the crosshair in the middle of all planes."""
    found = Reader(page, served)
    found.come_in()
    found.open("MDA-001")
    found.tab("Annotate")
    found.press("z")
    return found


def _voxels(reader: Reader, label: str = "GTVp") -> int:
    """Return how many voxels are drawn of a label, by the server's check."""
    reader.window.wait_for_selector(".check-live[data-state=current]")
    rows = reader.window.locator(".check-live tbody tr", has_text=label)
    # two decimals of a mL tell the voxels of one lesion, and not of a sum
    return sum(round(float(row.locator("td").first.text_content()) / VOXEL_ML) for row in rows.all())


def _size(reader: Reader, millimetres: int) -> None:
    reader.window.get_by_label("Size", exact=True).fill(str(millimetres))


def _disk(millimetres: float, *, through: bool = False) -> int:
    """Return how many voxel centers lie within a disk (or sphere) around the center of a voxel.

    The sizes asked for leave 0.1 mm to the nearest other voxel, for a click is true to a pixel.
    """
    radius, (sx, sy, sz) = millimetres / 2, CT_GRID.spacing
    span = range(-30, 31)
    heights = span if through else [0]
    return sum((i * sx) ** 2 + (j * sy) ** 2 + (k * sz) ** 2 <= radius**2 for i in span for j in span for k in heights)


def test_a_dab_draws_the_voxels_within_its_radius(reader: Reader) -> None:
    reader.press("b")
    _size(reader, 7)
    reader.clicks("axial", [(0, 0)])
    assert _voxels(reader) == _disk(7)
    reader.button("Undo")
    reader.window.get_by_label("Sphere (through the slices)").check()
    _size(reader, 11)
    reader.clicks("axial", [(0, 0)])
    assert _voxels(reader) == _disk(11, through=True)


def test_undo_and_redo_go_back_and_forth(reader: Reader) -> None:
    reader.press("b")
    _size(reader, 7)
    reader.clicks("axial", [(0, 0)])
    first = _voxels(reader)
    reader.drag("axial", (0, 0), (10, 0))
    second = _voxels(reader)
    assert second > first
    reader.press("Control+z")
    assert _voxels(reader) == first
    reader.press("Control+y")
    assert _voxels(reader) == second
    reader.press("Control+z", "Control+z")
    reader.window.locator(".check-live", has_text="No lesions are drawn").wait_for()


def test_an_outline_can_be_emptied_and_filled_again(reader: Reader) -> None:
    reader.press("o")
    reader.clicks("axial", [(-9, -9), (9, -9), (9, 9), (-9, 9)])
    reader.press("Enter")
    square = _voxels(reader)
    assert square == 9 * 9
    reader.press("e")
    _size(reader, 5)
    reader.clicks("axial", [(0, 0)])
    assert _voxels(reader) == square - _disk(5)
    reader.press("i")
    reader.clicks("axial", [(0, 0)])
    assert _voxels(reader) == square


def test_the_other_label_is_left_alone_unless_it_is_allowed(reader: Reader) -> None:
    reader.press("b")
    _size(reader, 7)
    reader.clicks("axial", [(0, 0)])
    reader.press("l")
    reader.clicks("axial", [(0, 0)])
    assert _voxels(reader, "GTVp") == _disk(7)
    reader.window.get_by_label("Leave the other label alone").uncheck()
    reader.clicks("axial", [(0, 0)])
    assert _voxels(reader, "GTVn") == _disk(7)


def test_air_is_spared_where_ct_values_are_asked_for(reader: Reader) -> None:
    reader.window.get_by_label("Draw only on CT values").check()
    reader.press("b")
    _size(reader, 60)
    reader.clicks("axial", [(0, 0)])
    assert _voxels(reader) == 13 * 15  # the body of the small CT: the rest of the slice is air


def test_slices_are_copied_and_interpolated(reader: Reader) -> None:
    reader.press("b")
    _size(reader, 7)
    reader.clicks("axial", [(0, 0)])
    at = reader.slice_of("axial")
    reader.press("c")
    assert reader.slice_of("axial") == at - 1
    assert _voxels(reader) == 2 * _disk(7)
    reader.wheel("axial", -2)
    reader.clicks("axial", [(0, 0)])
    assert _voxels(reader) == 3 * _disk(7)
    reader.press("j")
    reader.said("^Interpolate between drawn slices: ")
    assert _voxels(reader) == 4 * _disk(7)


def test_growing_follows_the_uptake(reader: Reader) -> None:
    reader.tab("Case")
    reader.button("Go to expert GTVp 1")
    reader.tab("Annotate")
    reader.press("z", "g")
    reader.clicks("axial", [(0, 0)])
    reader.said("^Grown from SUV ")
    assert _voxels(reader) > 20


def test_what_is_drawn_is_saved_on_leaving_and_there_again(reader: Reader) -> None:
    reader.press("b")
    reader.clicks("axial", [(0, 0)])
    drawn = _voxels(reader)
    reader.window.get_by_role("link", name="hyoid").click()
    state = reader.window.locator('tr[data-case="MDA-001"] .state')
    state.wait_for()
    assert re.fullmatch(r".+: draft", state.text_content())
    reader.open("MDA-001")
    reader.tab("Annotate")
    assert _voxels(reader) == drawn


def test_two_windows_overwrite_nothing_silently(reader: Reader, served: Served) -> None:
    other = Reader(reader.window.context.new_page(), served)
    other.window.set_default_timeout(20_000)
    other.window.goto(reader.window.url.split("#")[0])
    other.window.wait_for_selector("tr[data-case]")
    other.open("MDA-001")
    other.tab("Annotate")
    other.press("z", "b")
    other.clicks("axial", [(0, 0)])
    other.press("Control+s")
    other.window.locator(".save-status", has_text="as version 1").wait_for()
    reader.press("b")
    reader.clicks("axial", [(-12, 0), (12, 0)])
    mine = _voxels(reader)
    reader.press("Control+s")
    reader.answer("Keep mine as version 2")
    reader.window.locator(".save-status", has_text="as version 2").wait_for()
    other.clicks("axial", [(0, 12)])
    other.press("Control+s")
    other.answer("Take version 2")
    assert _voxels(other) == mine
    reader.tab("Protocol")
    entries = reader.window.locator("table.history tbody tr")
    entries.nth(1).wait_for()
    assert entries.count() == 2
    other.window.close()


@pytest.mark.slow
def test_an_older_version_can_be_gone_on_from(reader: Reader) -> None:
    reader.press("b")
    reader.clicks("axial", [(0, 0)])
    first = _voxels(reader)
    reader.press("Control+s")
    reader.window.locator(".save-status", has_text="as version 1").wait_for()
    reader.clicks("axial", [(20, 0)])
    assert _voxels(reader) > first
    reader.press("Control+s")
    reader.window.locator(".save-status", has_text="as version 2").wait_for()
    reader.tab("Protocol")
    reader.window.get_by_role("button", name=re.compile("^Open version 1 ")).click()
    reader.answer("Go on from it")
    reader.tab("Annotate")
    assert _voxels(reader) == first


def test_what_cannot_be_saved_is_not_left_without_a_word(reader: Reader) -> None:
    reader.press("b")
    reader.clicks("axial", [(0, 0)])
    reader.window.route("**/annotation?base=*", lambda route: route.abort())
    reader.window.get_by_role("link", name="hyoid").click()
    reader.answer("Stay")
    assert "#case/MDA-001" in reader.window.url
    reader.window.unroute("**/annotation?base=*")
    reader.press("Control+s")
    reader.window.locator(".save-status", has_text="as version 1").wait_for()


def test_what_cannot_be_saved_is_downloaded_on_the_ct_grid(reader: Reader, tmp_path: Path) -> None:
    reader.press("b")
    reader.clicks("axial", [(0, 0)])
    drawn, (i, j, k) = _voxels(reader), reader.voxel()
    reader.window.route("**/annotation?base=*", lambda route: route.abort())
    reader.window.get_by_role("link", name="hyoid").click()
    with reader.window.expect_download() as offered:
        reader.answer("Download mine")
    assert offered.value.suggested_filename.endswith("-unsaved-labels.nii.gz")
    offered.value.save_as(tmp_path / "mine.nii.gz")
    mine = sitk.ReadImage(str(tmp_path / "mine.nii.gz"))
    origin = reader.window.url.partition("#")[0]
    (tmp_path / "ct.nii").write_bytes(reader.window.request.get(f"{origin}api/cases/MDA-001/volumes/ct.nii").body())
    ct = sitk.ReadImage(str(tmp_path / "ct.nii"))
    assert mine.GetPixelID() == sitk.sitkUInt8
    for ours, theirs in (
        (mine.GetSize(), ct.GetSize()),
        (mine.GetSpacing(), ct.GetSpacing()),
        (mine.GetOrigin(), ct.GetOrigin()),
        (mine.GetDirection(), ct.GetDirection()),
    ):
        assert ours == theirs
    labels = sitk.GetArrayViewFromImage(mine)
    assert labels[k, j, i] == 1
    assert (labels == 1).sum() == labels.sum() == drawn
    reader.answer("Leave without it")


def test_an_emptied_annotation_is_not_submitted_unasked(reader: Reader) -> None:
    reader.press("b")
    reader.clicks("axial", [(0, 0)])
    reader.press("Control+s")
    reader.window.locator(".save-status", has_text="as version 1").wait_for()
    reader.button("Undo")
    reader.button("Submit…")
    question = reader.window.locator("dialog", has_text="No lesion is drawn. Submit as a case without tumour?")
    question.wait_for()
    reader.answer("Cancel")
    reader.button("Submit…")
    question.wait_for()
    reader.answer("Submit without tumour")
    reader.answer("OK")
    reader.said("is now submitted")


def test_it_is_saved_by_itself(reader: Reader, page: Any) -> None:
    page.clock.install()
    reader.window.reload()
    reader.window.wait_for_selector("main.case[data-ready]")
    reader.tab("Annotate")
    reader.press("z", "b")
    reader.clicks("axial", [(0, 0)])
    page.clock.run_for(21_000)
    reader.window.locator(".save-status", has_text="autosaved as version 1").wait_for()
