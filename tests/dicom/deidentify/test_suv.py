"""SUV before equals SUV after, in every digital reference object, by hyoid and by a formula of a few lines."""

from datetime import datetime

import pytest
from pydicom import Dataset

from dicom.suv.test_reference_objects import REFERENCE_OBJECTS
from hyoid.dicom.deidentify import DeidentifyOptions, Secret, deidentify_dataset
from hyoid.dicom.suv import suv_of
from support.pet_headers import pet_series, read_back

KEY = Secret(b"a secret that nobody knows......")


def by_hand(header: Dataset) -> float:
    """Weight over the dose that is left when the series starts; all from date-times, and nothing of hyoid."""
    item = header.RadiopharmaceuticalInformationSequence[0]
    start = datetime.strptime(f"{header.SeriesDate}{str(header.SeriesTime)[:6]}", "%Y%m%d%H%M%S")  # noqa: DTZ007
    injected = datetime.strptime(str(item.RadiopharmaceuticalStartDateTime)[:14], "%Y%m%d%H%M%S")  # noqa: DTZ007
    seconds = (start - injected).total_seconds()
    left = float(item.RadionuclideTotalDose) * 0.5 ** (seconds / float(item.RadionuclideHalfLife))
    return float(header.PatientWeight) * 1000 / left


@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
@pytest.mark.parametrize("name", REFERENCE_OBJECTS)
def test_factors_of_every_rule_stay(name: str, implicit: bool) -> None:
    series = read_back(REFERENCE_OBJECTS[name](), implicit=implicit)
    before = [suv_of(series).factors[header.SOPInstanceUID] for header in series]
    pixels = [header.pixel_array.tolist() for header in series]
    new = read_back(REFERENCE_OBJECTS[name](), implicit=implicit)
    for header in new:
        deidentify_dataset(header, KEY, DeidentifyOptions())
    assert [suv_of(new).factors[header.SOPInstanceUID] for header in new] == before
    assert [header.pixel_array.tolist() for header in new] == pixels
    assert new[0].SeriesDate != series[0].SeriesDate


@pytest.mark.parametrize(
    ("series", "injected"),
    [(("20240301", "110000"), "20240301100000"), (("20240301", "003000"), "20240229233000.00"),
     (("20230101", "000100"), "20221231235900")],
    ids=["same day", "across midnight and the leap day", "across the year"],
)  # fmt: skip
def test_factor_by_hand_across_midnight(series: tuple[str, str], injected: str) -> None:
    date, time = series
    attributes = {"SeriesDate": date, "SeriesTime": time, "AcquisitionDate": date, "AcquisitionTime": time}
    (header,) = pet_series(1, isotope={"RadiopharmaceuticalStartDateTime": injected}, **attributes)
    (header,) = read_back([header])
    before = by_hand(header)
    deidentify_dataset(header, KEY, DeidentifyOptions())
    assert by_hand(header) == before
    assert str(header.SeriesTime) == time
