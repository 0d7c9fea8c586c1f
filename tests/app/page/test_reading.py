"""Looking at a case: what stands at the crosshair, slices, windows, layers, the difference, a dose, a PET alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.page_reader import Reader
from support.page_server import serve
from support.viewed import CT_GRID, PET_GRID, ct_volume, labels_of, pet_volume


@pytest.fixture(scope="module")
def visitor(shared_page: Any, viewed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("annotations")
    with serve(viewed / "cohort", viewed / "predictions", folder) as served:
        found = Reader(shared_page, served)
        found.come_in()
        yield found


@pytest.fixture
def reader(visitor: Reader) -> Reader:
    """A reader in front of the cohort; a case that is opened is as if nobody had looked at it before."""
    visitor.press("Escape")  # a dialog that the test before left open
    visitor.window.get_by_role("link", name="hyoid").click()
    visitor.window.wait_for_selector("tr[data-case]")
    return visitor


def _canonical(array: np.ndarray) -> np.ndarray:
    """Return an array of the small CT's grid in the browser's order: its y and z axes run the other way."""
    to_right, to_front, to_head = -np.array(CT_GRID.direction).reshape(3, 3).diagonal() * (1, 1, -1)
    steps = [int(step) for step in (to_head, to_front, to_right)]
    return array[tuple(slice(None, None, step) for step in steps)]


def test_values_at_the_crosshair_are_those_of_the_images(reader: Reader) -> None:
    reader.open("MDA-001")
    reader.press("z")
    ct, pet = _canonical(ct_volume().array), pet_volume()
    dose = np.linspace(0, 70, pet.array.size).reshape(PET_GRID.shape)
    origin, direction = np.array(CT_GRID.origin), np.array(CT_GRID.direction).reshape(3, 3)
    for drag in ((0.0, 0.0), (-5.0, 3.0), (6.0, -4.0)):
        reader.drag("axial", drag, drag)
        i, j, k = reader.voxel()
        assert reader.read("hu") == f"{ct[k, j, i]} HU"
        native = np.array([i, j, k])
        for axis, step in enumerate(-direction.diagonal() * (1, 1, -1)):
            native[axis] = native[axis] if step > 0 else CT_GRID.size[axis] - 1 - native[axis]
        place = origin + direction @ (native * CT_GRID.spacing)
        x, y, z = (place - PET_GRID.origin) / PET_GRID.spacing
        assert reader.read("suv") == f"SUV {_linear(pet.array, (z, y, x)):.2f}"
        assert float(reader.read("gy").removesuffix(" Gy")) == pytest.approx(_linear(dose, (z, y, x)), abs=0.06)


def _linear(array: np.ndarray, at: tuple[float, ...]) -> float:
    from scipy.ndimage import map_coordinates

    return float(map_coordinates(array.astype(float), np.array(at)[:, None], order=1, mode="nearest")[0])


def test_a_jump_brings_all_planes_along(reader: Reader) -> None:
    reader.open("MDA-001")
    x, y = reader.crosshair("axial")
    reader.window.mouse.move(x + 150, y + 120)
    reader.window.keyboard.down("Control")
    for _ in range(12):
        reader.window.mouse.wheel(0, -200)
    reader.window.keyboard.up("Control")
    reader.tab("Case")
    reader.button("Go to predicted GTVn 1")
    for plane in ("axial", "coronal", "sagittal"):
        box = reader.window.locator(f"[data-plane={plane}] canvas").bounding_box()
        x, y = reader.crosshair(plane)
        assert box["x"] <= x <= box["x"] + box["width"]
        assert box["y"] <= y <= box["y"] + box["height"]


def test_labels_at_the_crosshair_are_told_by_layer(reader: Reader) -> None:
    reader.open("MDA-001")
    reader.tab("Case")
    reader.button("Go to expert GTVp 1")
    reader.away()
    assert reader.read("labels") == "expert GTVp · predicted GTVp"
    i, j, k = reader.voxel()
    assert _canonical(labels_of((np.s_[3:6, 4:8, 5:9], 1)).array)[k, j, i] == 1
    reader.tab("Display")
    reader.window.get_by_label("predicted", exact=True).uncheck()
    reader.press("ArrowUp", "ArrowDown")
    assert reader.read("labels") == "expert GTVp"


def test_the_wheel_and_keys_go_through_the_slices(reader: Reader) -> None:
    reader.open("MDA-001")
    start = reader.slice_of("axial")
    reader.wheel("axial", 2)
    reader.window.locator("[data-plane=axial] .slice-label", has_text=f"{start + 2} /").wait_for()
    reader.press("ArrowDown")
    reader.window.locator("[data-plane=axial] .slice-label", has_text=f"{start + 1} /").wait_for()
    side = reader.slice_of("sagittal")
    reader.wheel("sagittal", -3)
    reader.window.locator("[data-plane=sagittal] .slice-label", has_text=f"{side - 3} /").wait_for()


def test_windows_by_key_and_by_drag(reader: Reader) -> None:
    reader.open("MDA-001")
    level, width = reader.window.get_by_label("Level HU"), reader.window.get_by_label("Width HU")
    for key, found in {"2": ("400", "1800"), "3": ("-600", "1500"), "4": ("55", "260"), "1": ("40", "400")}.items():
        reader.press(key)
        assert (level.input_value(), width.input_value()) == found
    x, y = reader.crosshair("axial")
    mouse = reader.window.mouse
    mouse.move(x, y)
    mouse.down(button="right")
    mouse.move(x + 60, y, steps=3)
    mouse.up(button="right")
    assert float(width.input_value()) > 450
    assert float(level.input_value()) == pytest.approx(40, abs=1)


def test_a_distance_is_measured_in_the_patient(reader: Reader) -> None:
    reader.open("MDA-001")
    reader.tab("Annotate")
    reader.press("d")
    reader.drag("axial", (-6, 0), (6, 9))
    assert float(reader.window.locator(".of-ruler").text_content().removesuffix(" mm")) == pytest.approx(15, abs=0.5)
    reader.drag("sagittal", (0, -8), (0, 8))
    assert float(reader.window.locator(".of-ruler").text_content().removesuffix(" mm")) == pytest.approx(16, abs=0.5)


def test_fusion_changes_what_is_seen(reader: Reader) -> None:
    reader.open("MDA-001")
    plane = reader.window.locator("[data-plane=axial] canvas")
    fused = plane.screenshot()
    reader.press("f")
    reader.window.wait_for_timeout(200)
    alone = plane.screenshot()
    assert fused != alone
    reader.press("f")
    reader.window.wait_for_timeout(200)
    assert plane.screenshot() == fused
    reader.window.get_by_label("Fusion opacity").fill("1")
    reader.window.wait_for_timeout(200)
    assert plane.screenshot() not in (fused, alone)


def test_the_difference_names_what_each_colour_means(reader: Reader) -> None:
    reader.open("MDA-001")
    reader.button("Show the difference")
    legend = reader.window.locator(".difference .legend")
    legend.wait_for()
    assert legend.locator("span").all_text_contents() == ["both", "only expert", "only predicted", "labels differ"]
    reader.button("Close it")
    assert legend.locator("span").count() == 0


def test_the_case_panel_tells_what_is_known_and_what_is_missing(reader: Reader) -> None:
    reader.open("MDA-001")
    reader.tab("Case")
    panel = reader.window.locator("#panel-Case")
    text = panel.text_content()
    for said in (
        "62 % probability of HPV-positive",
        "Threshold 40 %",
        "A note on HPV.",
        "Risk 0.90",
        "without pet",
        "61",
    ):
        assert said in text
    assert panel.locator("svg.survival polyline.own").count() == 1
    assert panel.locator("svg.survival polyline.cohort").count() == 1
    reader.button("Go to predicted GTVn 1")
    reader.away()
    assert reader.read("labels") == "predicted GTVn"


def test_a_flag_of_the_cohort_leads_to_its_slice(reader: Reader) -> None:
    window = reader.window
    flag = window.locator('tr[data-case="MDA-001"] a.flag', has_text="hallucinated node")
    flag.wait_for()
    flag.click()
    window.wait_for_selector("main.case[data-ready]")
    reader.away()
    assert "predicted GTVn" in reader.read("labels")


def test_a_case_of_pet_alone_can_be_read(reader: Reader) -> None:
    reader.open("MDA-002")
    assert reader.read("hu") == ""
    assert reader.read("suv").startswith("SUV ")
    assert reader.window.get_by_role("group", name="CT window").count() == 0


def test_a_torn_image_is_told_and_the_page_goes_on(reader: Reader) -> None:
    reader.window.locator('tr[data-case="MDA-004"] a').first.click()
    reader.window.locator(".toast.error").first.wait_for()
    reader.window.get_by_role("link", name="hyoid").click()
    reader.open("MDA-001")


def test_isodoses_follow_what_is_asked_for(reader: Reader) -> None:
    reader.open("MDA-001")
    levels = reader.window.get_by_label("Isodose levels in Gy")
    levels.fill("60; 20 40")
    levels.press("Enter")
    assert reader.window.locator(".isodoses span").all_text_contents() == ["60 Gy", "40 Gy", "20 Gy"]


def test_every_control_has_a_name_and_the_warning_is_always_there(reader: Reader) -> None:
    reader.open("MDA-001")
    for tab in ("Display", "Case", "Annotate", "Protocol"):
        reader.tab(tab)
        nameless = reader.window.evaluate(
            """() => [...document.querySelectorAll("button, input, select, canvas, a[href]")]
                 .filter((e) => e.offsetParent)
                 .filter((e) => !e.getAttribute("aria-label") && !e.textContent.trim())
                 .filter((e) => !e.labels?.[0]?.textContent.trim())
                 .map((e) => e.outerHTML)"""
        )
        assert nameless == []
        assert reader.window.get_by_text("Research use only", exact=True).is_visible()


def test_the_keys_are_listed(reader: Reader) -> None:
    reader.open("MDA-001")
    reader.press("?")
    keys = reader.window.locator("dialog kbd").all_text_contents()
    assert {"1", "2", "3", "4", "B", "E", "K", "J", "Wheel", "Right drag"} <= set(keys)
