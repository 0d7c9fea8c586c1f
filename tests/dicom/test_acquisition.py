"""The row of `acquisition.csv`: from the headers where the SUV did not need them, and empty where nothing is known."""

import numpy as np
import pytest

from hyoid.dicom.acquisition import pet_row, write_acquisition
from hyoid.dicom.suv import suv_of
from hyoid.errors import DicomError
from hyoid.geometry import Grid
from support.dicom_series import edited, pet_slices

GRID = Grid((6, 5, 4), (4.0, 4.0, 3.0))


def row(**elements):
    slices = edited(pet_slices(units="GML"), SUVType="BW", **elements)
    return pet_row(slices, GRID, suv_of(slices))


def test_a_pet_that_is_suv_already_tells_its_dose_and_uptake_all_the_same():
    found = row()
    assert (found["injected_dose_mbq"], found["uptake_min"], found["seconds_per_bed"]) == (350.0, 60.0, 120.0)


def test_an_injection_before_midnight_and_a_scan_after_it_are_an_hour_apart():
    slices = edited(pet_slices(units="GML", time="003000"), SUVType="BW")
    for one in slices:
        one.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartTime = "233000"
    assert pet_row(slices, GRID, suv_of(slices))["uptake_min"] == 60.0


def test_what_is_not_known_is_empty():
    found = row(RadiopharmaceuticalInformationSequence=None, ActualFrameDuration=None, ManufacturerModelName=None)
    assert [found[name] for name in ("injected_dose_mbq", "uptake_min", "seconds_per_bed", "scanner")] == [None] * 4


def test_the_beds_median_and_oblong_pixels():
    slices = edited(pet_slices(units="GML"), SUVType="BW")
    for one, ms in zip(slices, (90000, 90000, 120000, 180000), strict=True):
        one.ActualFrameDuration = ms
    found = pet_row(slices, Grid((6, 5, 4), (4.0, 2.0, 3.0)), suv_of(slices))
    assert found["seconds_per_bed"] == np.median([90, 120, 180])
    assert found["pet_in_plane_mm"] is None


def test_a_table_that_is_none_is_not_overwritten(tmp_path):
    (tmp_path / "acquisition.csv").write_text("name,scanner\nx,y\n")
    with pytest.raises(DicomError, match="expected a column PatientID"):
        write_acquisition(tmp_path, {"P1": {"scanner": "mCT"}}, {"P1"})
    assert (tmp_path / "acquisition.csv").read_text() == "name,scanner\nx,y\n"
