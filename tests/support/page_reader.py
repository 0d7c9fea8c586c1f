"""What a person does on the page, in words of the page."""

from __future__ import annotations

import re
from typing import Any

from support.page_server import Served


class Reader:
    """A person at a window of the browser; everything goes through mouse, keys, and what is on the screen."""

    def __init__(self, window: Any, served: Served) -> None:
        self.window = window
        self.served = served

    def come_in(self) -> None:
        """Open the printed address and wait for the cohort."""
        self.window.goto(self.served.address())
        self.window.wait_for_selector("tr[data-case]")

    def open(self, case: str) -> None:
        """Open a case from the cohort and wait until one may draw."""
        self.window.locator(f'tr[data-case="{case}"] a').first.click()
        self.window.wait_for_selector("main.case[data-ready]")

    def tab(self, name: str) -> None:
        self.window.get_by_role("tab", name=name).click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.window.keyboard.press(key)

    def button(self, name: str) -> None:
        self.window.get_by_role("button", name=name, exact=True).click()

    def said(self, pattern: str) -> None:
        """Wait for a note that matches."""
        self.window.locator(".toast", has_text=re.compile(pattern)).last.wait_for()

    def crosshair(self, plane: str) -> tuple[float, float]:
        """Return where on the screen the crosshair of a plane is, once what was changed is drawn."""
        canvas = self._drawn(plane)
        box = canvas.bounding_box()
        x, y = (float(part) for part in canvas.get_attribute("data-crosshair").split(","))
        return box["x"] + x, box["y"] + y

    def pixels_per_mm(self, plane: str) -> float:
        """Return the scale of a plane."""
        return float(self._drawn(plane).get_attribute("data-pixels-per-mm"))

    def _drawn(self, plane: str) -> Any:
        """Return a plane's canvas after two frames: what was changed before is on it."""
        self.window.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self.window.locator(f"[data-plane={plane}] canvas")

    def drag(self, plane: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag with the left button between two points, in millimetres right and down of the crosshair."""
        (x, y), scale = self.crosshair(plane), self.pixels_per_mm(plane)
        mouse = self.window.mouse
        mouse.move(x + start[0] * scale, y + start[1] * scale)
        mouse.down()
        mouse.move(x + end[0] * scale, y + end[1] * scale, steps=6)
        mouse.up()

    def clicks(self, plane: str, points: list[tuple[float, float]]) -> None:
        """Click at points, in millimetres right and down of the crosshair."""
        (x, y), scale = self.crosshair(plane), self.pixels_per_mm(plane)
        for right, down in points:
            self.window.mouse.click(x + right * scale, y + down * scale)

    def wheel(self, plane: str, slices: int) -> None:
        """Turn the wheel over a plane; positive goes to the head, front or right."""
        self.window.mouse.move(*self.crosshair(plane))
        for _ in range(abs(slices)):
            self.window.mouse.wheel(0, -100 if slices > 0 else 100)

    def read(self, name: str) -> str:
        """Return a field of the line of values: `hu`, `suv`, `gy`, `voxel`, `labels`, `source`."""
        return str(self.window.locator(f".readout .{name}").text_content())

    def away(self) -> None:
        """Move the pointer off the planes, so that the values are the crosshair's."""
        self.window.mouse.move(640, 5)

    def voxel(self) -> tuple[int, int, int]:
        """Return the canonical voxel of the crosshair."""
        self.away()
        self._drawn("axial")
        i, j, k = (int(part) for part in self.read("voxel").removeprefix("voxel ").split(", "))
        return i, j, k

    def slice_of(self, plane: str) -> int:
        """Return the number of a plane's slice, from 1."""
        self._drawn(plane)
        text = self.window.locator(f"[data-plane={plane}] .slice-label").text_content()
        return int(re.search(r"(\d+) /", text)[1])  # type: ignore[index]

    def run(self, section: str, title: str, **parameters: str) -> None:
        """Run an operation of `.semi` or `.edits` and wait for its note."""
        part = self.window.locator(section)
        part.get_by_role("combobox").first.select_option(label=title)
        for name, value in parameters.items():
            part.locator(f"input[name={name}]").fill(value)
        part.locator("button.run").click()
        self.said(f"^{re.escape(title)}: ")

    def answer(self, button: str) -> None:
        """Press a button of the open dialog."""
        self.window.locator("dialog").get_by_role("button", name=button, exact=True).click()
