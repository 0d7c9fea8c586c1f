"""Two real studies: a factor that others have computed too, a series that must be refused, one that is SUV already."""

import os
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread

from hyoid.dicom.suv import Suv, suv_of
from hyoid.errors import DicomError

DATA = os.environ.get("HYOID_TEST_DATA")
pytestmark = pytest.mark.skipif(
    DATA is None, reason="HYOID_TEST_DATA is not set: the real PET/CT studies are not there"
)


def headers(folder: str) -> list[Dataset]:
    paths = sorted((Path(str(DATA)) / folder).glob("*.dcm"))
    assert paths
    return [dcmread(path, stop_before_pixels=True) for path in paths]


@pytest.fixture(scope="module")
def corrected() -> Suv:
    return suv_of(headers("acrin-petct/dicom/PT_AC"))


def test_attenuation_corrected_series(corrected: Suv) -> None:
    """91 kg, 588.802304 MBq at 07:21:00, scanned at 09:59:47, 6588 s: worked by hand."""
    assert corrected.factor == pytest.approx(91_000 / (588_802_304 * 0.5 ** (9527 / 6588)), rel=1e-12)
    assert corrected.factor == pytest.approx(4.2111e-4, rel=1e-5)
    assert len(corrected.factors) == 135
    assert corrected.assumptions == ()
    assert corrected.decay_seconds == 9527
    assert any("lies 23 days before the acquisition's" in note for note in corrected.notes)


@pytest.mark.parametrize("maps", ["RWV_0", "RWV_1"])
def test_the_studys_own_real_world_value_maps(corrected: Suv, maps: str) -> None:
    """Computed by the SUV factor calculator of 3D Slicer, to six digits, and stored beside the images.

    Its lean body mass is James's, its ideal body weight Sugawara's. Its SUVbsa is a tenth of that in the units that
    the map declares, cm2/mL: it takes 1 m2 as 1000 cm2.
    """
    (mapping,) = headers(f"acrin-petct/dicom/{maps}")
    slopes: dict[str, set[float]] = {}
    uids: set[str] = set()
    for image in mapping.ReferencedImageRealWorldValueMappingSequence:
        uids |= {reference.ReferencedSOPInstanceUID for reference in image.ReferencedImageSequence}
        for value in image.RealWorldValueMappingSequence:
            slopes.setdefault(value.LUTLabel, set()).add(value.RealWorldValueSlope)
    assert uids == set(corrected.factors)
    assert corrected.factor is not None
    found = {label: next(iter(values)) / corrected.factor for label, values in slopes.items() if len(values) == 1}
    assert found == {
        "{SUVbw}g/ml": pytest.approx(1, rel=5e-6),
        "{SUVlbm}g/ml": pytest.approx(corrected.of("lbm_james"), rel=5e-6),
        "{SUVibw}g/ml": pytest.approx(corrected.of("ibw_sugawara"), rel=5e-6),
        "{SUVbsa}cm2/ml": pytest.approx(corrected.of("bsa") / 10, rel=5e-6),
    }


def test_the_series_without_attenuation_correction_is_refused() -> None:
    with pytest.raises(DicomError, match=r"Units \(0054,1001\) PROPCNTS, which is counts of unknown scale"):
        suv_of(headers("acrin-petct/dicom/PT_NAC"))


def test_both_series_at_once_are_refused() -> None:
    with pytest.raises(DicomError, match="disagree on Series Instance UID"):
        suv_of(headers("acrin-petct/dicom/PT_AC")[:3] + headers("acrin-petct/dicom/PT_NAC")[:3])


def test_a_series_that_is_suv_already() -> None:
    suv = suv_of(headers("sts-petct-rtstruct/PET/image"))
    assert suv.factor == 1.0
    assert suv.kind == "stored_suv_bw"
    assert suv.inputs.decay_correction == "ADMIN"
    assert suv.of("lbm_james") == pytest.approx((1.07 * 55 - 148 * (55 / 153) ** 2) / 55)
