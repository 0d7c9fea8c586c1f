"""A real study, whose CT and PET lie on two grids: contoured, checked, saved, submitted, exported, and read back."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import read_cohort
from hyoid.imaging import read_grid, read_volume
from support.review_client import Browser, packed, review_app, unpacked

DATA = os.environ.get("HYOID_TEST_DATA")
STUDY = Path(DATA or "") / "acrin-petct" / "nifti"


@pytest.mark.slow
@pytest.mark.skipif(not DATA or not STUDY.is_dir(), reason="HYOID_TEST_DATA names no folder with acrin-petct/nifti")
def test_a_real_study_from_the_box_to_the_exported_mask(tmp_path: Path) -> None:
    app = review_app(STUDY, tmp_path / "annotations")
    browser, library = Browser(app), app.state.library
    (case,) = library.ids
    here, order = f"/api/cases/{case}", library.canonical(case)
    pet, size = library.pet(case), np.array(order.canonical_grid.size)
    hottest = np.unravel_index(int(pet.array.argmax()), pet.array.shape)[::-1]
    native = np.rint(order.grid.to_index(pet.grid.to_world(hottest))).astype(int)
    voxel = np.array(order.voxel(native))
    half = np.array([3, 3, 1])
    box = [np.maximum(np.add(voxel, -8 * half), 0).tolist(), np.minimum(np.add(voxel, 8 * half), size).tolist()]
    empty = packed(np.zeros(order.canonical_grid.shape, np.uint8))
    asked = json.dumps({"box": box, "label": 2})
    answer = browser.send("POST", f"{here}/operations/threshold_41", voxels=empty, parameters=asked)
    labels = unpacked(answer, app, case)
    assert labels[tuple(voxel[::-1])] == 2
    told = browser.send("POST", f"{here}/check", voxels=packed(labels)).json()
    assert [one["label"] for one in told["lesions"]] == ["GTVn"]
    assert told["lesions"][0]["suv_max"] == pytest.approx(float(pet.array.max()), rel=0.05)
    assert (told["touching"], told["outside"], told["rules"][0]["ok"]) == (False, 0, True)
    saved = browser.send("PUT", f"{here}/annotation", voxels=packed(labels), base=0).json()
    change = {"to": "submitted", "version": saved["version"]}
    assert browser.send("POST", f"{here}/annotation/{browser.me['name']}/state", json=change).status_code == 200
    for layout in ("nifti", "nnunet"):
        made = browser.send("POST", "/api/exports", json={"format": layout, "state": "submitted"}).json()
        (back,) = read_cohort(app.state.annotations.folder / "exports" / made["id"]).cases
        assert read_grid(back.mask) == read_grid(back.images["ct"]) == library.reference_grid(case)
        assert np.array_equal(order.forward(read_volume(back.mask).array), labels)
    app.state.annotations.close()
