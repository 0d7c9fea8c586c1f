from pathlib import Path

import numpy as np
import pytest
from pydicom import DataElement, Dataset

from hyoid.dicom.deidentify import DeidentifyOptions, Secret, deidentify_file
from support.dicom_study import CT_CLASS, image, save, study

KEY = Secret(b"k" * 32)


def outcome(ds: Dataset, folder: Path) -> str:
    """Why an object is refused; empty where it is written."""
    save(ds, folder / "in.dcm")
    found = deidentify_file(folder / "in.dcm", folder / "out.dcm", KEY, DeidentifyOptions())
    assert (folder / "out.dcm").exists() == (found.status == "written")
    assert sorted(path.name for path in folder.iterdir()) == ["in.dcm", *["out.dcm"] * (found.status == "written")]
    return found.reason


def ct(**attributes: object) -> Dataset:
    ds = image(CT_CLASS, "CT", 10, 1)
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    return ds


@pytest.mark.parametrize("name", sorted(study()))
def test_what_radiotherapy_and_pet_write_is_taken(name: str, tmp_path: Path) -> None:
    assert outcome(study()[name], tmp_path) == ""


@pytest.mark.parametrize(
    ("uid", "named"),
    [
        ("1.2.840.10008.5.1.4.1.1.7", "Secondary Capture"),
        ("1.2.840.10008.5.1.4.1.1.7.4", "True Color Secondary Capture"),
        ("1.2.840.10008.5.1.4.1.1.6.1", "Ultrasound"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "Encapsulated PDF"),
        ("1.2.840.10008.5.1.4.1.1.11.1", "Presentation State"),
        ("1.2.840.10008.5.1.4.1.1.77.1.4", "Photographic"),
        ("1.2.840.10008.5.1.4.1.1.66", "Raw Data"),
        ("1.3.12.2.1107.5.9.1", "the standard does not define"),
    ],
)
def test_classes_without_a_rule_are_refused(uid: str, named: str, tmp_path: Path) -> None:
    assert named in outcome(image(uid, "OT", 10, 1), tmp_path)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"BurnedInAnnotation": "YES"}, "BurnedInAnnotation"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "ImageType"),
        ({"ImageType": ["DERIVED", "SECONDARY", "OTHER", "CT_SOM5 PROT"]}, "ImageType"),
        ({"ConversionType": "WSD"}, "ConversionType"),
        ({"PhotometricInterpretation": "RGB"}, "colour"),
        ({"Rows": 5}, "truncated"),
        ({"SOPInstanceUID": ""}, "no SOP class or instance"),
    ],
)
def test_images_that_may_show_text_are_refused(attributes: dict[str, object], reason: str, tmp_path: Path) -> None:
    ds = ct()
    saved = ds.SOPInstanceUID
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    if not ds.SOPInstanceUID:
        ds.file_meta = None
        ds.SOPInstanceUID = saved
        save(ds, tmp_path / "in.dcm")
        content = (tmp_path / "in.dcm").read_bytes()
        (tmp_path / "in.dcm").write_bytes(content.replace(saved.encode(), b" " * len(saved)))
        assert reason in deidentify_file(tmp_path / "in.dcm", tmp_path / "o", KEY, DeidentifyOptions()).reason
        return
    assert reason in outcome(ds, tmp_path)


def test_an_overlay_in_the_pixels_is_refused_and_one_beside_them_removed(tmp_path: Path) -> None:
    embedded, beside = ct(), ct()
    for ds in (embedded, beside):
        ds[0x6000, 0x0010] = DataElement(0x60000010, "US", 4)
    embedded[0x6000, 0x0102] = DataElement(0x60000102, "US", 12)
    beside[0x6000, 0x0102] = DataElement(0x60000102, "US", 0)
    beside[0x6000, 0x3000] = DataElement(0x60003000, "OW", b"\1\0")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert "overlay" in outcome(embedded, tmp_path / "a")
    assert outcome(beside, tmp_path / "b") == ""


def test_cautions(tmp_path: Path) -> None:
    ds = ct(RecognizableVisualFeatures="YES", PatientIdentityRemoved="YES", PatientID="", IconImageSequence=[Dataset()])
    ds.DigitalSignaturesSequence = [Dataset()]
    save(ds, tmp_path / "in.dcm")
    found = deidentify_file(tmp_path / "in.dcm", tmp_path / "out.dcm", KEY, DeidentifyOptions())
    said = " | ".join(found.warnings)
    for word in ("deface", "before", "without PatientID", "icons", "signatures"):
        assert word in said


def contents(name: str, *, undefined: bool, folder: Path) -> bytes:
    ds = study()[name]
    for element in ds.iterall():
        if element.VR == "SQ" and undefined:
            element.is_undefined_length = True
            for item in element.value:
                item.is_undefined_length_sequence_item = True
    save(ds, folder / "whole.dcm")
    return (folder / "whole.dcm").read_bytes()


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("name", ["ct0", "struct", "seg", "sr", "dose"])
def test_a_file_that_was_cut_off_anywhere_is_refused(name: str, undefined: bool, tmp_path: Path) -> None:
    whole = contents(name, undefined=undefined, folder=tmp_path)
    for length in range(132, len(whole), 37):
        (tmp_path / "in.dcm").write_bytes(whole[:length])
        found = deidentify_file(tmp_path / "in.dcm", tmp_path / "out.dcm", KEY, DeidentifyOptions())
        assert found.status in {"refused", "unreadable"}, length
        assert "PLANTED" not in found.reason
    assert not (tmp_path / "out.dcm").exists()


@pytest.mark.parametrize("name", ["ct0", "struct", "sr", "pt1"])
def test_flipped_bits_raise_nothing(name: str, tmp_path: Path) -> None:
    whole = contents(name, undefined=False, folder=tmp_path)
    random, seen = np.random.default_rng(7), set()
    for _ in range(60):
        damaged = bytearray(whole)
        for place in random.integers(132, len(whole), 4):
            damaged[place] ^= int(random.integers(1, 256))
        (tmp_path / "in.dcm").write_bytes(bytes(damaged))
        seen.add(deidentify_file(tmp_path / "in.dcm", tmp_path / "out.dcm", KEY, DeidentifyOptions()).status)
    assert "written" in seen
    assert seen & {"refused", "unreadable"}
