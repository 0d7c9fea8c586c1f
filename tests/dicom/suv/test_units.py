import pytest

from hyoid.dicom.suv import suv_of
from hyoid.dicom.suv.units import NO_ACTIVITY
from hyoid.errors import DicomError
from support.pet_headers import ROOT, pet_series


@pytest.mark.parametrize("units", [*NO_ACTIVITY, "FURLONGS"])
def test_other_units_are_refused_by_name(units: str) -> None:
    with pytest.raises(DicomError, match=rf"Units \(0054,1001\) {units}.*No SUV can be made of it"):
        suv_of(pet_series(Units=units))


def test_the_reason_is_said() -> None:
    with pytest.raises(DicomError, match="PROPCNTS, which is counts of unknown scale"):
        suv_of(pet_series(Units="PROPCNTS"))
    with pytest.raises(DicomError, match=r"\(missing\)"):
        suv_of(pet_series(Units=None))


def test_bare_counts_are_refused() -> None:
    with pytest.raises(DicomError, match=r"CNTS without .*7053,1000.*7053,1009"):
        suv_of(pet_series(Units="CNTS", Manufacturer="Philips Medical Systems"))


@pytest.mark.parametrize(
    ("units", "suv_type"), [("GML", "BSA"), ("GML", "XYZ"), ("CM2ML", "BW"), ("CM2ML", "LBM"), ("CNTS", "LBM")]
)
def test_types_that_do_not_go_with_the_units(units: str, suv_type: str) -> None:
    with pytest.raises(DicomError, match=rf"SUV Type \(0054,1006\) {suv_type} with"):
        suv_of(pet_series(Units=units, SUVType=suv_type))


@pytest.mark.parametrize(
    ("attributes", "found"),
    [
        ({"Modality": "CT"}, "Modality .* CT"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.130"}, "Found an Enhanced PET image"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.128.1"}, "Found a Legacy Converted"),
        ({"CountsSource": "TRANSMISSION"}, "TRANSMISSION"),
        ({"SOPInstanceUID": f"{ROOT}.9"}, "with the same, SOP Instance UID"),
        ({"SOPInstanceUID": None}, "SOP Instance UID"),
    ],
)
def test_other_objects_are_refused(attributes: dict[str, object], found: str) -> None:
    with pytest.raises(DicomError, match=found):
        suv_of(pet_series(**attributes))  # type: ignore[arg-type]


def test_no_slice() -> None:
    with pytest.raises(DicomError, match="no slice"):
        suv_of([])


def test_two_series() -> None:
    with pytest.raises(DicomError, match="disagree on Series Instance UID"):
        suv_of(pet_series(per_slice={"SeriesInstanceUID": [f"{ROOT}.2", f"{ROOT}.2", f"{ROOT}.7"]}))


def test_an_absent_type_is_said() -> None:
    assert any("SUV Type (0054,1006) is absent; with GML it is BW" in n for n in suv_of(pet_series(Units="GML")).notes)
