"""The table of the semi-automatic contours in the documentation is the kept result's."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/concepts/semi-automatic-contours.md"
RESULT = json.loads((ROOT / "benchmarks/results/contouring.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("contouring_benchmark", ROOT / "benchmarks/contouring.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_the_kept_result(benchmark: ModuleType) -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = text.split("<!-- table -->")[1].split("<!-- end of table -->")[0]
    assert shown.strip() == benchmark.markdown(RESULT).strip()
    for key in ("more_than_doubled", "more_than_doubled_and_warned"):
        assert f"{sum(cell[key] for cell in RESULT['cells'])} " in text


def test_the_result_is_of_all_methods_sizes_and_contrasts(benchmark: ModuleType) -> None:
    names = (*benchmark.METHODS, benchmark.BOUND)
    cells = {(cell["method"], cell["radius_mm"], cell["contrast"]) for cell in RESULT["cells"]}
    assert cells == {(n, r, c) for n in names for r in benchmark.RADII_MM for c in benchmark.CONTRASTS}
    assert RESULT["simulation"]["psf_mm"] == benchmark.PSF_MM


def test_a_case_is_what_it_says(benchmark: ModuleType) -> None:
    """The same draw gives the same figures, the lesion lies in the box, and the bound is near the truth."""
    first, second = (benchmark.draw_case(np.random.default_rng(3), 13.0, 6.0) for _ in range(2))
    inside, pet, box = first
    np.testing.assert_array_equal(pet.array, second[1].array)
    assert np.count_nonzero(inside) / 1000 == pytest.approx(4 / 3 * np.pi * 1.3**3, rel=0.02)
    assert benchmark.means(inside.astype(float))[box.slices].sum() == pytest.approx(benchmark.means(inside).sum())
    far = pet.array[:3]
    assert far.mean() == pytest.approx(1.0, abs=0.05)
    dsc, error, warned = benchmark.measure(first)[benchmark.BOUND]
    assert dsc > 0.9
    assert abs(error) < 0.1
    assert not warned
