"""A whole annotation in the browser, from the box to the exported mask."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from scipy.spatial import ConvexHull

from support.page_phantoms import expert_files
from support.page_reader import Reader
from support.page_server import serve


def _dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other)))


def _contour(reader: Reader, lesion: str, label: str, method: str, **parameters: str) -> None:
    """Go to a lesion, put a box around it by drags on two planes, and run a semi-automatic method in it."""
    reader.tab("Case")
    reader.button(f"Go to expert {lesion}")
    reader.tab("Annotate")
    reader.button(label)
    reader.press("z", "k")
    reader.drag("axial", (-18, -18), (18, 18))
    reader.drag("coronal", (-18, -18), (18, 18))
    reader.run(".semi", method, **parameters)


def _drawn_ml(reader: Reader) -> float:
    """Return the volume of GTVp as the live check has it, once it has caught up."""
    reader.window.wait_for_selector(".check-live[data-state=current]")
    rows = reader.window.locator(".check-live tbody tr", has_text="GTVp")
    return sum(float(row.locator("td").first.text_content()) for row in rows.all())


def _correct(reader: Reader, truth: sitk.Image) -> None:
    """Draw the primary anew as it is seen: an outline on every second slice, and interpolation between them."""
    known = sitk.GetArrayFromImage(truth) == 1
    slices = np.flatnonzero(known.any(axis=(1, 2)))
    reader.press("z", "e", *["]"] * 12)
    i, j, at = reader.voxel()
    for k in range(int(slices[0]), int(slices[-1]) + 1):
        reader.wheel("axial", k - at)
        at = k
        reader.press("e")
        reader.drag("axial", (-8, 0), (8, 0))
        if (k - slices[0]) % 2 and k != slices[-1]:
            continue
        reader.press("o")
        reader.clicks("axial", _around(known[k], (i, j), truth.GetSpacing()))
        reader.press("Enter")
    outlined = _drawn_ml(reader)
    reader.press("v", "j")
    reader.said("^Interpolate between drawn slices: ")
    assert _drawn_ml(reader) > 1.4 * outlined


def _around(mask: np.ndarray, center: tuple[int, int], spacing: tuple[float, ...]) -> list[tuple[float, float]]:
    """Return the hull of a slice's voxels in millimetres right and down of the crosshair, as the screen has them."""
    rows, columns = np.nonzero(mask)
    corners = [(i + a, j + b) for i, j in zip(columns, rows, strict=True) for a in (-0.5, 0.5) for b in (-0.5, 0.5)]
    hull = ConvexHull(corners).vertices
    return [((center[0] - corners[n][0]) * spacing[0], (center[1] - corners[n][1]) * spacing[1]) for n in hull]


def _separate(reader: Reader) -> None:
    """Draw GTVn against the primary, be refused, and have the two separated."""
    reader.button("GTVn")
    reader.press("b", *["["] * 8)
    reader.drag("axial", (0, 0), (40, 0))
    reader.window.locator('[data-touching="true"]').wait_for()
    reader.button("Submit…")
    reader.answer("OK")
    reader.said("touch")
    reader.button("Separate them")
    reader.said("^Separate GTVp and GTVn: ")
    reader.window.locator('[data-touching="false"]').wait_for()
    # the stroke itself was only drawn to touch
    reader.press("e", *["]"] * 6)
    reader.drag("axial", (14, 0), (40, 0))


def _protocol(reader: Reader) -> None:
    reader.button("Submit…")
    reader.answer("OK")
    reader.said("is now submitted")
    reader.tab("Protocol")
    for button, state in (("Mark as reviewed", "reviewed"), ("Accept", "accepted")):
        reader.button(button)
        reader.answer("OK")
        reader.said(f"is now {state}")


def _export(reader: Reader, out: Path) -> Path:
    window = reader.window
    window.get_by_role("link", name="hyoid").first.click()
    window.wait_for_selector("tr[data-case]")
    reader.button("Export…")
    reader.answer("Export")
    with window.expect_download() as download:
        window.locator("dialog a.download").click()
    archive = out / "export.zip"
    download.value.save_as(archive)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(out / "export")
    return out / "export"


def test_a_whole_annotation(page: Any, phantoms: tuple[Path, Path], tmp_path: Path) -> None:
    cohort, predictions = phantoms
    expert = expert_files(cohort)[1]
    case = expert.parent.name
    with serve(cohort, predictions, tmp_path / "annotations") as served:
        reader = Reader(page, served)
        reader.come_in()
        reader.open(case)
        _contour(reader, "GTVp 1", "GTVp", "Fixed SUV threshold", suv="3")
        _correct(reader, sitk.DICOMOrient(sitk.ReadImage(str(expert)), "RAS"))
        _separate(reader)
        _contour(reader, "GTVn 1", "GTVn", "FLAB (fuzzy locally adaptive Bayesian)")
        _protocol(reader)
        exported = _export(reader, tmp_path)
    found = [path for path in exported.rglob("*.nii.gz") if re.fullmatch(rf"{case}.*\.nii\.gz", path.name)]
    masks = [path for path in found if not re.search("__(CT|PT)", path.name)]
    assert len(masks) == 1
    mask, truth = sitk.ReadImage(str(masks[0])), sitk.ReadImage(str(expert))
    ct = sitk.ReadImage(str(next(cohort.glob(f"Task 1/{case}/*CT*.nii.gz"))))
    for name in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
        np.testing.assert_allclose(getattr(mask, name)(), getattr(ct, name)(), rtol=0, atol=1e-5)
    drawn, known = sitk.GetArrayFromImage(mask), sitk.GetArrayFromImage(truth)
    assert set(np.unique(drawn)) == {0, 1, 2}
    assert _dice(drawn == 1, known == 1) > 0.8
    assert _dice(drawn == 2, known == 2) > 0.7
