"""One header for all that hyoid writes."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from hyoid.dicom.structures import LesionMeasures, write_report, write_rtstruct, write_seg
from hyoid.dicom.structures.own_header import SERIES_NUMBERS
from hyoid.geometry import Volume
from support.ct_series import GRID, write_ct

SHARED = ("Manufacturer", "ManufacturerModelName", "DeviceSerialNumber", "SoftwareVersions", "InstanceNumber")


def test_three_objects_are_three_series_of_one_maker(tmp_path: Path) -> None:
    pytest.importorskip("highdicom", reason="highdicom, which writes segmentations and reports, is missing")
    series = write_ct(tmp_path / "ct")
    labels = np.zeros(GRID.shape, np.uint8)
    labels[3:6, 5:9, 5:9] = 1
    for write, name in ((write_seg, "seg"), (write_rtstruct, "rtstruct")):
        write(tmp_path / name, Volume(labels, GRID), {1: "gtvp"}, series, None)
    write_report(tmp_path / "report", {"recipe": "r"}, [LesionMeasures("gtvp", 1.0)], series)
    objects = [dcmread(tmp_path / name) for name in ("seg", "rtstruct", "report")]
    for keyword in SHARED:
        assert len({str(one[keyword].value) for one in objects}) == 1, keyword
    for keyword in ("SeriesInstanceUID", "SOPInstanceUID"):
        assert len({one[keyword].value for one in objects}) == 3, keyword
    assert [one.SeriesNumber for one in objects] == list(SERIES_NUMBERS.values())
    assert all("research use only" in one.SeriesDescription for one in objects)
