"""What is said on the page can be read: nothing overprints another, nothing is cut, boxes say what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from support.page_reader import Reader
from support.page_server import serve


@pytest.fixture(scope="module")
def visitor(shared_page: Any, viewed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with serve(viewed / "cohort", viewed / "predictions", tmp_path_factory.mktemp("layout")) as server:
        yield Reader(shared_page, server)


@pytest.fixture
def reader(visitor: Reader) -> Reader:
    visitor.come_in()
    visitor.open("MDA-001")
    return visitor


PRESENCE = "anna.de.longname, bartholomew, christina.other are on this case too"


def test_values_are_never_overprinted(reader: Reader) -> None:
    boxes = reader.window.evaluate(
        """(text) => {
            const set = (name, said) => (document.querySelector(`.readout .${name}`).textContent = said);
            set("position", "R 140.2  P 149.9  S 1120.4 mm"); set("voxel", "voxel 140, 149, 112");
            set("hu", "-1045 HU"); set("suv", "SUV 112.45"); set("gy", "70.1 Gy");
            set("labels", "expert GTVp · predicted GTVp · drawn GTVp · anna 12 GTVp");
            const others = document.createElement("span");
            others.className = "others";
            others.textContent = text;
            document.querySelector(".save-status").prepend(others);
            return [...document.querySelectorAll(".readout span, .save-status span")].map((each) => {
                const { left, right } = each.getBoundingClientRect();
                const cut = each.scrollWidth > each.clientWidth + 1;
                return { name: each.className, left, right, cut, hides: getComputedStyle(each).overflow === "hidden" };
            });
        }""",
        PRESENCE,
    )
    assert len(boxes) == 9
    assert all(one["right"] <= other["left"] + 0.5 for one, other in pairwise(boxes)), boxes
    assert boxes[-1]["right"] <= 1280
    for box in boxes:
        assert box["hides"] or not box["cut"], box
        assert not (box["name"] in ("position", "voxel", "hu", "suv", "gy") and box["hides"])


def _box(reader: Reader, name: str) -> Any:
    return reader.window.locator("#panel-Display").get_by_label(name, exact=True)


def test_boxes_are_in_step_with_keys(reader: Reader) -> None:
    reader.press("x")
    assert not _box(reader, "Crosshair (X)").is_checked()
    reader.press("x")
    assert _box(reader, "Crosshair (X)").is_checked()
    _box(reader, "predicted").uncheck()
    reader.press("h")
    hidden = reader.window.locator("[data-plane=axial] .hidden-note")
    hidden.wait_for()
    for name in ("Show contours (H)", "expert", "predicted"):
        assert not _box(reader, name).is_checked()
    _box(reader, "expert").check()
    hidden.wait_for(state="hidden")
    assert _box(reader, "Show contours (H)").is_checked()
    assert _box(reader, "expert").is_checked()
    assert not _box(reader, "predicted").is_checked()


def _cut(reader: Reader, where: str) -> list[str]:
    """Return what of a panel reaches beyond its right edge."""
    return list(
        reader.window.evaluate(
            """(where) => {
                const panel = document.querySelector(where);
                const edge = panel.getBoundingClientRect().left + panel.clientWidth;
                return [...panel.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > edge)
                    .map((e) => e.outerHTML.slice(0, 90));
            }""",
            where,
        )
    )


def test_no_panel_is_wider_than_its_place(reader: Reader) -> None:
    """With long numbers in the lesion tables, and with a layer that can be closed."""
    reader.tab("Case")
    assert reader.window.locator("#panel-Case th", has_text="unc.").count() == 1
    reader.window.evaluate(
        """() => {
            for (const row of document.querySelectorAll("#panel-Case table.numbers tbody tr")) {
                const said = ["234.56", "112.4", "101.2", "2345.6", "0.12"];
                [...row.querySelectorAll("td")].forEach((cell, at) => (cell.textContent = said[at]));
                row.querySelector("button").textContent = "GTVn 12";
            }
        }"""
    )
    assert _cut(reader, "#panel-Case") == []
    reader.tab("Annotate")
    reader.button("Start from predicted")
    reader.press("Control+s")
    reader.window.locator(".save-status", has_text="as version").wait_for()
    reader.tab("Protocol")
    reader.window.locator("table.history button").first.click()
    reader.answer("Show as a layer")
    reader.tab("Display")
    assert reader.window.locator(".layer").count() == 4
    assert _cut(reader, "#panel-Display") == []


def test_the_difference_is_of_what_is_chosen(reader: Reader) -> None:
    """Expert against itself has nothing of one alone; the picture and its legend follow the choice at once."""
    section = reader.window.locator(".difference")
    reader.button("Show the difference")
    legend = section.locator(".legend span")
    legend.first.wait_for()
    with reader.window.expect_response("**/difference") as told:
        section.get_by_label("Second").select_option("expert")
    assert told.value.ok
    section.get_by_text("only expert").nth(1).wait_for()
    assert legend.all_text_contents()[1:3] == ["only expert", "only expert"]
    reader.button("Close it")
    section.get_by_label("Second").select_option("predicted")
    assert legend.count() == 0


def test_an_error_is_said_once_and_stays_with_its_page(reader: Reader) -> None:
    errors = reader.window.locator(".toast.error")
    reader.window.route("**/difference", lambda route: route.abort())
    for _ in range(3):
        with reader.window.expect_event("requestfailed"):
            reader.button("Show the difference")
    errors.first.wait_for()
    reader.window.unroute("**/difference")
    reader.tab("Annotate")
    for _ in range(3):  # notes that only inform do not push it out
        for name in ("Start from expert", "Start from predicted", "Undo"):
            reader.button(name)
    assert errors.count() == 1
    assert reader.window.locator(".toast").count() <= 4
    reader.window.get_by_role("link", name="hyoid").click()
    reader.window.wait_for_selector("tr[data-case]")
    assert errors.count() == 0


def test_the_projection_tells_the_sides_of_the_patient(reader: Reader) -> None:
    """From the front the patient's right is on the left; after a half turn it is the other way round."""
    sides = reader.window.locator("[data-plane=mip] .side")
    assert sides.all_text_contents() == ["R", "L"]
    box = reader.window.locator("[data-plane=mip] canvas").bounding_box()
    seen = []
    for _ in range(2):  # 0.01 radians a pixel: a quarter turn each
        reader.window.mouse.move(box["x"] + 20, box["y"] + 60)
        reader.window.mouse.down()
        reader.window.mouse.move(box["x"] + 20 + 157, box["y"] + 60, steps=4)
        reader.window.mouse.up()
        reader.window.wait_for_timeout(100)
        seen.append(sides.all_text_contents())
    assert sorted(seen[0]) == ["A", "P"]
    assert seen[1] == ["L", "R"]
