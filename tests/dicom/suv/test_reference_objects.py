"""Digital reference objects: pixels of known uptake, one object per rule and combination, through bytes and back."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom import Dataset, dcmread

from hyoid.dicom.suv import suv_of
from support.pet_headers import (
    GE_BLOCK,
    HALF_LIFE_S,
    HOUR,
    PHILIPS_BLOCK,
    SIEMENS_BLOCK,
    UPTAKES,
    activity_of_one,
    as_file,
    code,
    mean_activity_of_one,
    paint,
    pet_series,
    read_back,
    with_private,
)

ONE = activity_of_one(HOUR)
LATE = {"SeriesTime": "143000"}
"""A series processed again in the afternoon."""

JAMES = 1.10 * 70 - 128 * (70 / 175) ** 2
MISPRINT = 1.10 * 70 - 120 * (70 / 175) ** 2
JANMA = 9270 * 70 / (6680 + 216 * 70 / 1.75**2)
SUGAWARA = 48 + 1.06 * (175 - 152), 45.5 + 0.91 * (175 - 152)
DU_BOIS_CM2 = 71.84 * 70**0.425 * 175**0.725
BEDS = {"AcquisitionTime": ["110000", "110300", "110600"]}


def average_time(duration: float, half_life: float = HALF_LIFE_S) -> float:
    """By numerical search, not by formula: when the activity equals its mean over the frame."""
    t = (np.arange(1_000_000) + 0.5) * duration / 1_000_000
    decay = np.exp(-np.log(2) / half_life * t)
    return float(t[np.argmin(np.abs(decay - decay.mean()))])


def milliseconds(*seconds: float) -> list[str]:
    return [f"{1000 * s:.0f}" for s in seconds]


def bqml(**changes: object) -> Callable[[], list[Dataset]]:
    return lambda: paint(pet_series(**changes), ONE)  # type: ignore[arg-type]


def stored_suv(one: float, **changes: object) -> Callable[[], list[Dataset]]:
    """Values that are SUV already: `one` is what the scanner stored for an SUVbw of 1 g/mL."""
    return lambda: paint(pet_series(**{"Units": "GML", **changes}), one)  # type: ignore[arg-type]


def uncorrected() -> list[Dataset]:
    starts = (0.0, 180.0, 360.0)
    series = pet_series(per_slice=BEDS, DecayCorrection="NONE", CorrectedImage=["ATTN", "SCAT"])
    return paint(series, [mean_activity_of_one(HOUR + s, 180) for s in starts])


def uncorrected_but_listed() -> list[Dataset]:
    series = pet_series(per_slice=BEDS, DecayCorrection="NONE")
    return paint(series, [mean_activity_of_one(HOUR + s, 180) for s in (0.0, 180.0, 360.0)])


def counts(offset: int, value: object, one: float) -> list[Dataset]:
    series = pet_series(Units="CNTS", Manufacturer="Philips Medical Systems")
    return paint(with_private(series, 0x7053, PHILIPS_BLOCK, offset, "DS", value), one)


def both_factors() -> list[Dataset]:
    series = counts(0x00, "0.0004", 1 / 0.0004)
    return with_private(series, 0x7053, PHILIPS_BLOCK, 0x09, "DS", f"{0.0004 * ONE:.8g}")


def zero_suv_factor() -> list[Dataset]:
    return with_private(counts(0x09, "1.6", ONE / 1.6), 0x7053, PHILIPS_BLOCK, 0x00, "DS", "0")


def factor_per_slice() -> list[Dataset]:
    return paint(counts(0x00, ["0.0004", "0.0005", "0.0008"], 1), [1 / 0.0004, 1 / 0.0005, 1 / 0.0008])


def ge_post_processed() -> list[Dataset]:
    series = pet_series(Manufacturer="GE MEDICAL SYSTEMS", AcquisitionTime="113000", **LATE)
    return paint(with_private(series, 0x0009, GE_BLOCK, 0x0D, "DT", "20240301110000.00"), ONE)


def ge_without_creator() -> list[Dataset]:
    series = ge_post_processed()
    for header in series:
        del header[0x0009, 0x0010]
    return series


def siemens_post_processed() -> list[Dataset]:
    series = pet_series(Manufacturer="SIEMENS", AcquisitionTime="113000", **LATE)
    return paint(with_private(series, 0x0071, SIEMENS_BLOCK, 0x22, "DT", "20240301110000.000000"), ONE)


def ga68() -> list[Dataset]:
    isotope = {
        "RadionuclideHalfLife": "4062.6",
        "RadionuclideCodeSequence": code("35337001", "^68^Gallium", "SCT"),
        "Radiopharmaceutical": "PSMA-11 Ga-68",
        "RadionuclideTotalDose": "150000000",
    }
    return paint(pet_series(isotope=isotope), activity_of_one(HOUR, dose_bq=1.5e8, half_life_s=4062.6))


def zr89_after_three_days() -> list[Dataset]:
    isotope = {
        "RadionuclideHalfLife": "282276",
        "RadionuclideCodeSequence": code("63360001", "^89^Zirconium", "SCT"),
        "Radiopharmaceutical": "Trastuzumab",
        "RadiopharmaceuticalStartDateTime": "20240227100000",
        "RadionuclideTotalDose": "37000000",
    }
    one = activity_of_one(73 * HOUR, dose_bq=3.7e7, half_life_s=282276)
    return paint(pet_series(isotope=isotope), one)


NIGHT = {"SeriesDate": "20240302", "AcquisitionDate": "20240302", "SeriesTime": "003000", "AcquisitionTime": "003000"}
EVENING_ISOTOPE = {"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": "233000"}

REFERENCE_OBJECTS: dict[str, Callable[[], list[Dataset]]] = {
    "BQML, START": bqml(),
    "several beds, one reference": bqml(per_slice=BEDS),
    "GML, BW": stored_suv(1.0, SUVType="BW"),
    "GML, no type": stored_suv(1.0),
    "GML, BW, ADMIN": stored_suv(1.0, SUVType="BW", DecayCorrection="ADMIN"),
    "GML, LBMJAMES128": stored_suv(JAMES / 70, SUVType="LBMJAMES128"),
    "GML, LBM": stored_suv(MISPRINT / 70, SUVType="LBM"),
    "GML, LBMJANMA": stored_suv(JANMA / 70, SUVType="LBMJANMA"),
    "GML, IBW": stored_suv(SUGAWARA[0] / 70, SUVType="IBW"),
    "GML, IBW, woman": stored_suv(SUGAWARA[1] / 70, SUVType="IBW", PatientSex="F"),
    "GML, IBW, other sex": stored_suv(sum(SUGAWARA) / 2 / 70, SUVType="IBW", PatientSex="O"),
    "CM2ML": stored_suv(DU_BOIS_CM2 / 70_000, Units="CM2ML"),
    "CM2ML, BSA": stored_suv(DU_BOIS_CM2 / 70_000, Units="CM2ML", SUVType="BSA"),
    "CNTS, SUV factor": lambda: counts(0x00, "0.000412", 1 / 0.000412),
    "CNTS, activity factor": lambda: counts(0x09, "1.6", ONE / 1.6),
    "CNTS, SUV factor 0": zero_suv_factor,
    "CNTS, both factors": both_factors,
    "CNTS, factor per slice": factor_per_slice,
    "dose in MBq": bqml(isotope={"RadionuclideTotalDose": "350"}),
    "ADMIN": lambda: paint(pet_series(DecayCorrection="ADMIN"), activity_of_one(0)),
    "ADMIN, no injection time": lambda: paint(
        pet_series(
            DecayCorrection="ADMIN",
            isotope={"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": None},
        ),
        activity_of_one(0),
    ),
    "NONE": uncorrected,
    "NONE beside DECY": uncorrected_but_listed,
    "series time late, earliest bed": bqml(per_slice=BEDS, **LATE),
    "series time late, frames": lambda: paint(
        pet_series(
            per_slice={"FrameReferenceTime": milliseconds(*(s + average_time(180) for s in (600, 780, 960)))}
            | {"AcquisitionTime": ["111000", "111300", "111600"]},
            **LATE,
        ),
        ONE,
    ),
    "series time late, GE frames": lambda: paint(
        pet_series(
            per_slice={"FrameReferenceTime": milliseconds(600, 780, 960)}
            | {"AcquisitionTime": ["111000", "111300", "111600"]},
            Manufacturer="GE MEDICAL SYSTEMS",
            **LATE,
        ),
        ONE,
    ),
    "GE private time": ge_post_processed,
    "GE private time, creator removed": ge_without_creator,
    "Siemens private time": siemens_post_processed,
    "late window of a long scan": bqml(
        AcquisitionTime="115000", FrameReferenceTime=milliseconds(3000 + average_time(180))[0]
    ),
    "series time early, frames start at acquisition": bqml(
        SeriesTime="105000", FrameReferenceTime=milliseconds(average_time(180))[0]
    ),
    "injection: datetime alone": bqml(isotope={"RadiopharmaceuticalStartTime": None}),
    "injection: time alone": bqml(isotope={"RadiopharmaceuticalStartDateTime": None}),
    "injection: across midnight": bqml(**NIGHT, isotope=EVENING_ISOTOPE),
    "injection: datetime across midnight": bqml(
        **NIGHT, isotope={"RadiopharmaceuticalStartDateTime": "20240301233000", "RadiopharmaceuticalStartTime": None}
    ),
    "injection: date shifted": bqml(
        isotope={"RadiopharmaceuticalStartDateTime": "20240207100000", "RadiopharmaceuticalStartTime": None}
    ),
    "injection: UTC": bqml(
        TimezoneOffsetFromUTC="+0200",
        isotope={"RadiopharmaceuticalStartDateTime": "20240301080000+0000", "RadiopharmaceuticalStartTime": None},
    ),
    "acquisition date not advanced": bqml(
        SeriesTime="234500",
        per_slice={"AcquisitionTime": ["234500", "235500", "000500"]},
        isotope={"RadiopharmaceuticalStartDateTime": None, "RadiopharmaceuticalStartTime": "224500"},
    ),
    "half-life from the nuclide": bqml(isotope={"RadionuclideHalfLife": None}),
    "Ga-68": ga68,
    "Zr-89": zr89_after_three_days,
}


REFUSED_BY_ZRAD = {
    "several beds, one reference",
    "series time late, earliest bed",
    "injection: date shifted",
    "acquisition date not advanced",
    "half-life from the nuclide",
}
"""It asks for Frame Reference Time or Radionuclide Half Life, which these lack."""


def measured(series: list[Dataset]) -> list[set[float]]:
    """Rounded SUV of each slice's pixels."""
    suv = suv_of(series)
    found = []
    for header in series:
        values = header.pixel_array * float(header.RescaleSlope) + float(header.RescaleIntercept)
        found.append({round(float(v), 4) for v in np.unique(values * suv.factors[header.SOPInstanceUID])})
    return found


@pytest.mark.parametrize("implicit", [False, True], ids=["explicit", "implicit"])
@pytest.mark.parametrize("name", REFERENCE_OBJECTS)
def test_known_uptake(name: str, implicit: bool) -> None:
    series = read_back(REFERENCE_OBJECTS[name](), implicit=implicit)
    for found in measured(series):
        assert sorted(found) == pytest.approx(UPTAKES, abs=1.01e-4)


@pytest.mark.parametrize("name", REFERENCE_OBJECTS)
def test_one_factor_or_one_per_slice(name: str) -> None:
    series = REFERENCE_OBJECTS[name]()
    suv = suv_of(series)
    assert set(suv.factors) == {header.SOPInstanceUID for header in series}
    if name.startswith("NONE") or "per slice" in name:
        assert suv.factor is None
        assert len(set(suv.factors.values())) == 3
    else:
        assert set(suv.factors.values()) == {suv.factor}


def naive_factor(header: Dataset) -> float:
    """The factor of a reader that knows the usual case alone."""
    item = header.RadiopharmaceuticalInformationSequence[0]
    seconds = [int(t[:2]) * 3600 + int(t[2:4]) * 60 for t in (header.SeriesTime, item.RadiopharmaceuticalStartTime)]
    elapsed = seconds[0] - seconds[1]
    left = float(item.RadionuclideTotalDose) * 2 ** (-elapsed / float(item.RadionuclideHalfLife))
    return 1000 * float(header.PatientWeight) / left


SOLVED_NAIVELY = {
    "BQML, START",
    "several beds, one reference",
    "Ga-68",
    "injection: time alone",
    "late window of a long scan",
    "acquisition date not advanced",
}
"""The last two trap readers that take Acquisition Time."""


@pytest.mark.parametrize("name", REFERENCE_OBJECTS)
def test_each_object_needs_its_rule(name: str) -> None:
    """An object that a naive reader gets right as well would test no rule."""
    series = REFERENCE_OBJECTS[name]()
    try:
        naive = naive_factor(series[0])
    except (AttributeError, TypeError):
        return  # the naive reader fails on a missing attribute
    factor = suv_of(series).factors[series[0].SOPInstanceUID]
    assert (factor == pytest.approx(naive, rel=0.005)) == (name in SOLVED_NAIVELY)


@pytest.mark.skipif(find_spec("zrad") is None, reason='the extra is not there: pip install "hyoid[radiomics]"')
@pytest.mark.parametrize("name", sorted(set(REFERENCE_OBJECTS) - REFUSED_BY_ZRAD))
@pytest.mark.filterwarnings("ignore")
def test_z_rad_measures_the_same(name: str, tmp_path: Path) -> None:
    """Z-Rad, a participant of the IBSI-SUV benchmark, is an implementation of the rules by other people."""
    pet_suv = import_module("zrad.io.pet_suv")
    files = []
    for i, header in enumerate(REFERENCE_OBJECTS[name]()):
        path = tmp_path / f"{i}.dcm"
        path.write_bytes(as_file(header))
        files.append({"ds": dcmread(path, stop_before_pixels=True), "file_path": str(path)})
    image = pet_suv.apply_suv_correction(files, sitk.Image(6, 4, len(files), sitk.sitkFloat64))
    assert sorted(set(np.round(sitk.GetArrayFromImage(image), 3).ravel())) == list(UPTAKES)
