from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import Case
from hyoid.cohort.acquisition import Acquisitions
from hyoid.evaluation.description.acquisition import summarise_acquisition
from hyoid.evaluation.description.grids import ImageGrid, read_grids, summarise_grids
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

SAGITTAL = (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0)  # index axes x, y, z run along world y, z, x


def _image(path: Path, grid: Grid) -> Path:
    write_volume(path, Volume(np.zeros(grid.shape, np.int16), grid))
    return path


def test_slices_are_counted_along_the_patient_however_the_file_lies() -> None:
    axial = ImageGrid.of("A", "ct", Grid((512, 500, 90), (0.98, 0.977, 3.27)))
    assert (axial.in_plane_mm, axial.slice_mm, axial.matrix, axial.slices) == (0.98, 3.27, 512, 90)
    assert axial.extent_mm == pytest.approx(90 * 3.27)
    sagittal = ImageGrid.of("A", "ct", Grid((512, 90, 500), (0.98, 3.27, 0.977), direction=SAGITTAL))
    assert (sagittal.in_plane_mm, sagittal.slice_mm, sagittal.matrix, sagittal.slices) == (0.98, 3.27, 512, 90)


def test_headers_are_read_and_bad_files_named(tmp_path: Path) -> None:
    grid = Grid((8, 8, 10), (2.0, 2.0, 3.0))
    good, mask = _image(tmp_path / "a__CT.nii.gz", grid), _image(tmp_path / "a.nii.gz", grid)
    cut = _image(tmp_path / "b__CT.nii.gz", grid)
    cut.write_bytes(cut.read_bytes()[:-20])
    nonsense = tmp_path / "b__PT.nii.gz"
    nonsense.write_bytes(b"nonsense")
    cases = [
        Case("A", "X", {"ct": good}, mask),
        Case("B", "X", {"pet": nonsense, "ct": cut}),
        Case("C", "Y", {"pet": tmp_path / "gone.mha"}),
        Case("D", "Y"),
    ]
    grids, unreadable = read_grids(cases)
    assert [(g.case, g.image, g.slice_mm) for g in grids] == [("A", "ct", 3.0), ("A", "mask", 3.0)]
    assert [(u.case, u.image) for u in unreadable] == [("B", "ct"), ("B", "pet"), ("C", "pet")]
    assert "b__CT.nii.gz" in unreadable[0].reason
    summaries = [(s.image, s.center, s.n) for s in summarise_grids(cases, grids, "all")]
    assert summaries == [("ct", "X", 1), ("ct", "all", 1), ("mask", "X", 1), ("mask", "all", 1)]


def test_spreads_and_whole_body_scans_by_center() -> None:
    cases = [Case(f"P-{k}", "X" if k < 3 else "Y") for k in range(4)]
    slices = [100, 200, 350, 250]
    grids = [ImageGrid.of(c.id, "pet", Grid((9, 9, n), (4.0, 4.0, 2.0))) for c, n in zip(cases, slices, strict=True)]
    x, y, everyone = summarise_grids(cases, grids, "all")
    assert (x.spreads["extent_mm"].median, x.spreads["extent_mm"].high, x.whole_body) == (400.0, 700.0, 1)
    assert (y.n, y.spreads["slices"].median, y.whole_body) == (1, 250, 0)
    assert (everyone.n, everyone.spreads["slices"].median, everyone.whole_body) == (4, 225, 1)


def test_acquisition_by_center() -> None:
    cases = [Case("P-0", "X"), Case("P-1", "X"), Case("P-2", "X"), Case("P-3", "Y")]
    found = Acquisitions(
        {
            "P-0": {"scanner": "ST", "ct_kvp": 120.0},
            "P-1": {"scanner": "mCT", "ct_kvp": 140.0},
            "P-2": {"scanner": "mCT"},
            "elsewhere": {"ct_kvp": 80.0},
        },
        ("scanner", "ct_kvp", "uptake_min"),
    )
    by_center = summarise_acquisition(cases, found, "all")
    assert list(by_center) == ["X", "Y", "all"]
    assert list(by_center["X"].scanners.items()) == [("mCT", 2), ("ST", 1)]
    kvp = by_center["X"].spreads["ct_kvp"]
    assert (kvp.n, kvp.median, kvp.low, kvp.high) == (2, 130.0, 120.0, 140.0)
    assert (by_center["Y"].n, by_center["Y"].spreads["ct_kvp"].n, by_center["all"].spreads["uptake_min"].n) == (1, 0, 0)
