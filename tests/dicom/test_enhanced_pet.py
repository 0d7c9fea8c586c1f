"""Enhanced PET images: the same SUV as the classic series of the same scan, and as other people's implementation."""

from __future__ import annotations

import copy
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom import dcmread
from pydicom.dataset import Dataset

from hyoid.dicom.cohort import import_dicom
from hyoid.imaging import read_volume
from support.dicom_series import DOSE_BQ, SUV_FACTOR, edited, pet_slices, stored, write_file, write_series

SLOPES = (0.5, 1.0, 2.0, 4.0)
VALUES = stored((4, 5, 6), seed=1)
PER_FRAME = ("ImagePositionPatient", "RescaleSlope", "RescaleIntercept", "FrameReferenceTime", "InstanceNumber")
CLASSIC = ("Units", "SeriesType", "CorrectedImage", "DecayCorrection", "ActualFrameDuration", "NumberOfSlices",
           "ImageIndex", "PixelSpacing", "ImageOrientationPatient", "AttenuationCorrectionMethod", "SeriesTime",
           "SeriesDate", "AcquisitionTime", "AcquisitionDate")  # fmt: skip
YES = ("DecayCorrected", "AttenuationCorrected", "ScatterCorrected", "DetectorNormalizationCorrection")
NO = ("DeadTimeCorrected", "GantryMotionCorrected", "PatientMotionCorrected", "CountLossNormalizationCorrected",
      "RandomsCorrected", "NonUniformRadialSamplingCorrected", "SensitivityCalibrated")  # fmt: skip


def item(**elements: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in elements.items():
        setattr(dataset, keyword, value)
    return dataset


def mapping(slope: float, unit: str = "Bq/ml", last: int = 32767) -> Dataset:
    code = item(CodeValue=unit, CodingSchemeDesignator="UCUM", CodeMeaning=unit)
    made = item(LUTLabel="PET", LUTExplanation="PET", RealWorldValueSlope=slope, RealWorldValueIntercept=0.0)
    made.add_new("RealWorldValueFirstValueMapped", "SS", -32768)
    made.add_new("RealWorldValueLastValueMapped", "SS", last)
    made.MeasurementUnitsCodeSequence = [code]
    return made


def enhanced(unit: str = "Bq/ml", slopes: tuple[float, ...] = SLOPES, moment: str = "20200131110000") -> Dataset:
    """Return the scan of `pet_slices` as one Enhanced PET object (PS3.3 A.56), its frames in no order."""
    slices = pet_slices(VALUES, slopes=slopes)
    dataset = copy.deepcopy(slices[0])
    for keyword in (*PER_FRAME, *CLASSIC):
        if keyword in dataset:
            delattr(dataset, keyword)
    dataset.SOPClassUID, dataset.NumberOfFrames = "1.2.840.10008.5.1.4.1.1.130", len(slices)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "STATIC", "NONE"]
    for keyword in (*YES, *NO):
        setattr(dataset, keyword, "YES" if keyword in YES else "NO")
    dataset.CountsSource, dataset.DecayCorrectionDateTime = "EMISSION", moment
    tracer = dataset.RadiopharmaceuticalInformationSequence[0]
    del tracer.RadiopharmaceuticalStartTime
    tracer.RadiopharmaceuticalAgentNumber, tracer.RadionuclideTotalDose = 1, DOSE_BQ / 1e6
    tracer.RadiopharmaceuticalStartDateTime = "20200131100000"
    tracer.RadionuclideCodeSequence = [item(CodeValue="77004003", CodingSchemeDesignator="SCT", CodeMeaning="F18")]
    order = [2, 0, 3, 1]
    dataset.PixelData = VALUES[order].astype("<i2").tobytes()
    frames = []
    for place in order:
        content = item(FrameAcquisitionDateTime=f"202001311100{place:02d}", FrameAcquisitionDuration=120000.0)
        group = item(PlanePositionSequence=[item(ImagePositionPatient=slices[place].ImagePositionPatient)])
        group.FrameContentSequence = [content]
        group.RealWorldValueMappingSequence = [mapping(slopes[place], unit)]
        frames.append(group)
    shared = item(PixelMeasuresSequence=[item(PixelSpacing=[4.0, 4.0], SliceThickness=3.0)])
    shared.PlaneOrientationSequence = [item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])]
    shared.PETFrameTypeSequence = [item(FrameType=["ORIGINAL", "PRIMARY", "STATIC", "NONE"])]
    shared.RadiopharmaceuticalUsageSequence = [item(RadiopharmaceuticalAgentNumber=1)]
    dataset.SharedFunctionalGroupsSequence, dataset.PerFrameFunctionalGroupsSequence = [shared], frames
    return dataset


def imported(dataset: Dataset, folder: Path) -> np.ndarray:
    write_file(dataset, folder / "pile.dcm")
    result = import_dicom(folder / "pile.dcm", folder / "out")
    assert result.imported == 1, [verdict.reason for case in result.cases for verdict in case.plan.verdicts]
    assert not any(image.error for case in result.cases for image in case.images.values())
    return np.asarray(read_volume(next((folder / "out").rglob("*__PT.nii.gz"))).array)


def refused(dataset: Dataset, folder: Path) -> str:
    write_file(dataset, folder / "pile.dcm")
    result = import_dicom(folder / "pile.dcm", folder / "out")
    assert not list((folder / "out").rglob("*__PT.nii.gz"))
    (case,) = result.cases
    return " ".join([*(verdict.reason for verdict in case.plan.verdicts), *(i.error for i in case.images.values())])


def uncorrected(dataset: Dataset) -> Dataset:
    dataset.DecayCorrected = "NO"
    del dataset.DecayCorrectionDateTime
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        frame.FrameContentSequence[0].FrameAcquisitionDateTime = "20200131110000"
    return dataset


@pytest.mark.parametrize("said", ["START", "ADMIN", "NONE"])
def test_it_is_the_classic_series_of_the_same_scan(tmp_path: Path, said: str) -> None:
    if said == "NONE":
        dataset = uncorrected(enhanced())
    else:
        dataset = enhanced(moment="20200131100000" if said == "ADMIN" else "20200131110000")
    classic = edited(pet_slices(VALUES, slopes=SLOPES), DecayCorrection=said)
    if said == "NONE":
        classic = edited(classic, AcquisitionTime="110000", CorrectedImage=["ATTN", "SCAT", "NORM"])
    write_series(classic, tmp_path / "classic")
    import_dicom(tmp_path / "classic", tmp_path / "expected")
    expected = read_volume(next((tmp_path / "expected").rglob("*__PT.nii.gz")))
    found = imported(dataset, tmp_path)
    np.testing.assert_array_equal(found, expected.array)
    if said == "START":
        by_hand = VALUES * np.reshape(SLOPES, (4, 1, 1)) * SUV_FACTOR
        np.testing.assert_allclose(found, by_hand, rtol=1e-6)


def twice_mapped(dataset: Dataset) -> Dataset:
    """SUV beside Bq/mL, as scanners write both: they agree, and either would do."""
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        (activity,) = frame.RealWorldValueMappingSequence
        factor = mapping(float(activity.RealWorldValueSlope) * SUV_FACTOR, "{SUVbw}g/ml")
        frame.RealWorldValueMappingSequence = [factor, activity]
    return dataset


VARIANTS: dict[str, Callable[[], Dataset]] = {
    "start": enhanced,
    "a moment before": lambda: enhanced(moment="20200131105500.500000"),
    "with time zones": lambda: edited([enhanced(moment="20200131100000+0000")], TimezoneOffsetFromUTC="+0100")[0],
    "admin": lambda: enhanced(moment="20200131100000"),
    "none": lambda: uncorrected(enhanced()),
    "suvbw": lambda: enhanced("{SUVbw}g/ml", (1e-3, 2e-3, 3e-3, 4e-3)),
    "suvbw as written before": lambda: enhanced("g/ml{SUVbw}", (1e-3, 2e-3, 3e-3, 4e-3)),
    "suvbsa": lambda: enhanced("{SUVbsa}cm2/ml", (1e-3, 2e-3, 3e-3, 4e-3)),
    "both": lambda: twice_mapped(enhanced()),
}


@pytest.mark.skipif(find_spec("zrad") is None, reason='the extra is not there: pip install "hyoid[radiomics]"')
@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.filterwarnings("ignore")
def test_z_rad_measures_the_same(tmp_path: Path, name: str) -> None:
    """Z-Rad, a participant of the IBSI-SUV benchmark, reads Enhanced PET by its own rules."""
    found = imported(VARIANTS[name](), tmp_path)
    file = {"ds": dcmread(tmp_path / "pile.dcm"), "file_path": str(tmp_path / "pile.dcm")}
    theirs = import_module("zrad.io.pet_suv").apply_suv_correction([file], sitk.Image(6, 5, 4, sitk.sitkFloat64))
    in_file_order = sitk.GetArrayFromImage(theirs)
    np.testing.assert_allclose(found, in_file_order[np.argsort([2, 0, 3, 1])], rtol=1e-5)


def test_frames_that_share_a_mapping(tmp_path: Path) -> None:
    dataset = enhanced(slopes=(2.0,) * 4)
    for frame in dataset.PerFrameFunctionalGroupsSequence:
        del frame.RealWorldValueMappingSequence
    dataset.SharedFunctionalGroupsSequence[0].RealWorldValueMappingSequence = [mapping(2.0)]
    np.testing.assert_allclose(imported(dataset, tmp_path), VALUES * 2 * SUV_FACTOR, rtol=1e-6)


def test_a_dose_in_bq_is_left_as_it_is(tmp_path: Path) -> None:
    dataset = enhanced()
    dataset.RadiopharmaceuticalInformationSequence[0].RadionuclideTotalDose = DOSE_BQ
    by_hand = VALUES * np.reshape(SLOPES, (4, 1, 1)) * SUV_FACTOR
    np.testing.assert_allclose(imported(dataset, tmp_path), by_hand, rtol=1e-6)


def each_frame(change: Callable[[Dataset], object]) -> Callable[[Dataset], object]:
    return lambda dataset: [change(frame) for frame in dataset.PerFrameFunctionalGroupsSequence]


REFUSED: dict[str, tuple[Callable[[Dataset], object], str]] = {
    "no mapping": (each_frame(lambda f: delattr(f, "RealWorldValueMappingSequence")), "none of them to Bq/mL or SUV"),
    "counts": (
        each_frame(lambda f: setattr(f, "RealWorldValueMappingSequence", [mapping(1.0, "{counts}")])),
        "none of them to Bq/mL or SUV",
    ),
    "two mappings": (
        each_frame(lambda f: setattr(f, "RealWorldValueMappingSequence", [mapping(1.0), mapping(2.0)])),
        "2 mappings to BQML",
    ),
    "a table": (
        each_frame(lambda f: delattr(f.RealWorldValueMappingSequence[0], "RealWorldValueSlope")),
        "no line between two stored values",
    ),
    "values beyond": (
        each_frame(lambda f: setattr(f, "RealWorldValueMappingSequence", [mapping(1.0, last=1000)])),
        "of which only -32768 to 1000 are mapped",
    ),
    "no attenuation correction": (lambda d: setattr(d, "AttenuationCorrected", "NO"), "not attenuation corrected"),
    "no word on decay": (lambda d: delattr(d, "DecayCorrected"), "Decay Corrected"),
    "no moment of decay": (lambda d: delattr(d, "DecayCorrectionDateTime"), "date and time"),
    "dynamic": (
        lambda d: d.SharedFunctionalGroupsSequence[0].PETFrameTypeSequence[0].__setattr__(
            "FrameType", ["ORIGINAL", "PRIMARY", "DYNAMIC", "NONE"]
        ),
        "a dynamic acquisition",
    ),
    "no dose": (
        lambda d: delattr(d.RadiopharmaceuticalInformationSequence[0], "RadionuclideTotalDose"),
        "Radionuclide Total Dose",
    ),
    "no weight": (lambda d: delattr(d, "PatientWeight"), "Weight"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_say_what_its_values_mean_is_refused(tmp_path: Path, name: str) -> None:
    dataset = enhanced()
    change, said = REFUSED[name]
    change(dataset)
    assert said in refused(dataset, tmp_path)
