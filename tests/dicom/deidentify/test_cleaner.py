"""Attributes one by one, where the table alone does not say what happens."""

import warnings
from io import BytesIO

import pytest
from pydicom import DataElement, Dataset, dcmread
from pydicom.tag import Tag

from hyoid.dicom.deidentify import DeidentifyOptions, Secret, deidentify_dataset
from support.dicom_study import CT_CLASS, PET_CLASS, content, image, number, report, save, structure_set
from support.pet_headers import code

KEY = Secret(b"k" * 32)
PLAIN = DeidentifyOptions()


def cleaned(ds: Dataset, options: DeidentifyOptions = PLAIN, *, implicit: bool = False) -> Dataset:
    """Send an object through bytes, de-identify it, and send it through bytes again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stream = BytesIO()
        save(ds, stream, implicit=implicit)
        new = dcmread(BytesIO(stream.getvalue()))
        new.counted = deidentify_dataset(new, KEY, options)
        stream = BytesIO()
        new.save_as(stream, enforce_file_format=True)
        again = dcmread(BytesIO(stream.getvalue()))
    again.counted = new.counted
    return again


def ct(**attributes: object) -> Dataset:
    ds = image(CT_CLASS, "CT", 10, 1)
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    return ds


def test_age_over_89() -> None:
    assert cleaned(ct(PatientAge="093Y")).PatientAge == "090Y"
    assert cleaned(ct(PatientAge="089Y")).PatientAge == "089Y"


def test_a_date_that_is_none_is_emptied_and_said() -> None:
    bad = ct()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bad.AcquisitionDate = "Meier"
    new = cleaned(bad)
    assert new.AcquisitionDate == ""
    assert new.counted[1]["dates that could not be read were emptied"] == 1


def test_a_number_that_is_a_name_is_emptied_and_said() -> None:
    new = cleaned(ct(KVP=None))
    assert new.KVP is None
    bad = ct()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bad[0x0018, 0x0060] = DataElement(0x00180060, "LO", "Meier")
        bad[0x0018, 0x1030] = DataElement(0x00181030, "LO", "x")
    new = cleaned(bad)
    assert "KVP" not in new
    assert new.counted[1]["attributes of another VR than the dictionary's were removed"] == 1
    implicit = cleaned(bad, implicit=True)
    assert implicit.get("KVP") is None
    assert implicit.counted[1]["values that have not the form of their VR were emptied"] == 1


def test_a_name_within_text_that_is_kept() -> None:
    new = cleaned(ct(PatientName="Meier^Anna", Manufacturer="Scanner of meier", ConvolutionKernel="SOFT"))
    assert new.Manufacturer == "Removed"
    assert new.ConvolutionKernel == "SOFT"
    assert new.counted[1]["kept texts that held an identifier were replaced"] == 1


def test_values_that_are_kept_keep_their_bytes() -> None:
    ds = ct()
    ds[0x0028, 0x1053] = DataElement(0x00281053, "DS", "00.500000000 ")
    ds.PatientWeight = "070.50"
    new = cleaned(ds)
    assert new.get_item("RescaleSlope").value.strip() == b"00.500000000"
    assert new.get_item("PatientWeight").value.strip() == b"070.50"


@pytest.mark.parametrize("implicit", [False, True])
def test_private_attributes_are_known_by_creator_and_not_by_block(implicit: bool) -> None:
    ds = image(PET_CLASS, "PT", 11, 1)
    ds.private_block(0x7053, "SOMEBODY ELSE", create=True).add_new(0x00, "DS", "4711")
    philips = ds.private_block(0x7053, "Philips PET Private Group", create=True)
    philips.add_new(0x00, "DS", "0.000412")
    philips.add_new(0x03, "ST", "Meier.img")
    ds.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x3B, "DT", "20240301100000.00")
    new = cleaned(ds, implicit=implicit)
    private = {tag for tag in new.keys() if tag.is_private}  # noqa: SIM118
    assert private == {Tag(0x7053, 0x0011), Tag(0x7053, 0x1100), Tag(0x0009, 0x0010), Tag(0x0009, 0x103B)}
    assert float(new[0x7053, 0x1100].value) == 0.000412
    assert str(new[0x0009, 0x103B].value) == f"{new.StudyDate}100000.00"


def test_safe_private_attributes_with_text_in_them_are_removed() -> None:
    ds = image(PET_CLASS, "PT", 11, 1)
    block = ds.private_block(0x7053, "Philips PET Private Group", create=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        block.add_new(0x00, "LO", "Meier")
        block.add_new(0x09, "UN", b"Meier ")
    assert not [tag for tag in cleaned(ds).keys() if tag.is_private]  # noqa: SIM118


def test_uids_of_the_standard_stay_and_all_others_go() -> None:
    ds = ct(
        FrameOfReferenceUID="1.2.840.10008.1.4.1.1",
        RelatedGeneralSOPClassUID="1.2.3",
        FailedSOPInstanceUIDList=["1.2", "1.3"],
    )
    new = cleaned(ds)
    assert new.FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"
    assert new.RelatedGeneralSOPClassUID == "1.2.3"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bad, named = (
            ct(SynchronizationFrameOfReferenceUID="1.2.840.10008.x"),
            cleaned(ct(RelatedGeneralSOPClassUID="Meier")),
        )
    bad.FrameOfReferenceUID = "1.2.840.10008.19570214"
    disguised = cleaned(bad)
    assert disguised.FrameOfReferenceUID == KEY.uid("1.2.840.10008.19570214")
    assert disguised.SynchronizationFrameOfReferenceUID == KEY.uid("1.2.840.10008.x")
    assert not named.RelatedGeneralSOPClassUID
    assert list(new.FailedSOPInstanceUIDList) == [KEY.uid("1.2"), KEY.uid("1.3")]


def test_device_identity_by_option() -> None:
    ds = ct(
        DeviceSerialNumber="SN4711",
        StationName="CT-ROOM-2",
        DeviceUID="1.2.3",
        DateOfLastCalibration="20240229",
        StationAETitle="AE1",
    )
    off, on = cleaned(ds), cleaned(ds, DeidentifyOptions(keep_device=True))
    assert (off.DeviceSerialNumber, off.StationName, off.DeviceUID) == ("Removed", "Removed", KEY.uid("1.2.3"))
    assert (on.DeviceSerialNumber, on.StationName, on.DeviceUID) == ("SN4711", "CT-ROOM-2", "1.2.3")
    assert off.DateOfLastCalibration == on.DateOfLastCalibration < "20240129"
    assert "StationAETitle" not in on  # cleaned: nothing of it can be kept


def test_descriptions_by_option() -> None:
    ds = ct(SeriesDescription="CT Thorax 3.0mm Meier", StudyDescription="4711", PatientComments="PET")
    off, on = cleaned(ds), cleaned(ds, DeidentifyOptions(clean_descriptors=True))
    assert "SeriesDescription" not in off
    assert on.SeriesDescription == "CT Thorax 3.0mm"
    assert "StudyDescription" not in on
    assert on.PatientComments == "PET"


def test_code_meanings_of_a_site() -> None:
    ds = ct(
        AnatomicRegionSequence=code("69536005", "Head", "SCT"),
        ViewCodeSequence=code("M1", "Room of Mr Meier", "99SITE"),
    )
    ds.RadiopharmaceuticalInformationSequence = [Dataset()]
    ds.RadiopharmaceuticalInformationSequence[0].RadionuclideCodeSequence = code("F18", "18F", "99ME")
    new = cleaned(ds)
    assert new.AnatomicRegionSequence[0].CodeMeaning == "Head"
    assert (new.ViewCodeSequence[0].CodeValue, new.ViewCodeSequence[0].CodeMeaning) == ("M1", "Removed")
    assert new.RadiopharmaceuticalInformationSequence[0].RadionuclideCodeSequence[0].CodeMeaning == "18F"


def test_structures_keep_known_names_but_for_those_with_the_patient_in_them() -> None:
    ds = structure_set([ct()], ("GTVp", "Brain", "my plan"))
    ds.PatientName = "Brain^Anna"
    names = [roi.ROIName for roi in cleaned(ds).StructureSetROISequence]
    assert names == ["GTVp", "ROI-2", "ROI-3"]


def test_structured_report() -> None:
    person = content("PNAME", ("121008", "DCM", "Person Observer Name"), PersonName="Meier^Dr")
    age = content("NUM", ("121033", "DCM", "Subject Age"), MeasuredValueSequence=number("95", "a"))
    volume = content("NUM", ("118565006", "SCT", "Volume"), MeasuredValueSequence=number("95.5", "mL"))
    label = content("TEXT", ("112039", "DCM", "Tracking Identifier"), TextValue="Tumour Meier")
    finding = content("TEXT", ("121071", "DCM", "Finding"), TextValue="PET corrected, Meier")
    accession = content("TEXT", ("121022", "DCM", "Accession Number"), TextValue="ACC-4711")
    moment = content("DATETIME", ("111526", "DCM", "DateTime Started"), DateTime="20240301100000")
    uid = content("UIDREF", ("112040", "DCM", "Tracking Unique Identifier"), UID="1.2.3")
    inner = content("CONTAINER", ("125007", "DCM", "Measurement Group"), ContentSequence=[volume, label, uid])
    new = cleaned(report([ct()], [person, age, finding, accession, moment, inner]))
    items = {item.ConceptNameCodeSequence[0].CodeValue: item for item in new.ContentSequence}
    assert "121022" not in items
    assert items["121071"].TextValue == "Removed"
    assert items["121033"].MeasuredValueSequence[0].NumericValue == 90
    assert str(items["111526"].DateTime) == f"{new.StudyDate}100000"
    nested = {item.ConceptNameCodeSequence[0].CodeValue: item for item in items["125007"].ContentSequence}
    assert nested["118565006"].MeasuredValueSequence[0].NumericValue == 95.5
    assert KEY.uid("1.2.3") == nested["112040"].UID
    assert nested["112039"].TextValue == "Removed"
    assert items["121191"].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == KEY.uid(
        "1.2.826.0.1.3680043.10.9999.10.1"
    )
    assert "Meier" not in str(new)
    words = cleaned(report([ct()], [finding]), DeidentifyOptions(clean_descriptors=True))
    assert words.ContentSequence[1].TextValue == "PET corrected"


def test_an_earlier_de_identification_is_replaced() -> None:
    ds = ct(PatientIdentityRemoved="NO", DeidentificationMethod="By hand, by Mr Meier")
    ds.DeidentificationMethodCodeSequence = code("113100", "x", "DCM") + code("113110", "Retain UIDs Option", "DCM")
    new = cleaned(ds)
    assert new.PatientIdentityRemoved == "YES"
    assert "Meier" not in str(new.DeidentificationMethod)
    assert "113110" not in {item.CodeValue for item in new.DeidentificationMethodCodeSequence}


def test_siemens_and_lost_creators_of_ge_only_in_pet() -> None:
    ds = image(PET_CLASS, "PT", 11, 1)
    ds[0x0009, 0x100D] = DataElement(0x0009100D, "DT", "20240301110000.00")
    new = cleaned(ds)
    assert new[0x0009, 0x0010].value == "GEMS_PETD_01"
    assert str(new[0x0009, 0x100D].value) == f"{new.StudyDate}110000.00"
    other = ct()
    other[0x0009, 0x100D] = DataElement(0x0009100D, "DT", "20240301110000.00")
    assert not [tag for tag in cleaned(other).keys() if tag.is_private]  # noqa: SIM118
