import csv
import json
import os
import shutil
import stat
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.config import RAISE, settings
from pydicom.dataset import FileDataset

from hyoid.dicom.deidentify import DeidentifyOptions, Secret, deidentify
from hyoid.dicom.deidentify.run import REPORT
from hyoid.dicom.deidentify.suv_check import EQUAL
from hyoid.dicom.suv import suv_of
from hyoid.errors import DicomError
from support.dicom_study import (
    FRAME,
    IDENTIFIER,
    PLANTED,
    PLANTED_DATE,
    PLANTED_UID,
    ROOT,
    image,
    plant,
    save,
    study,
)

KEY = Secret(b"a secret that nobody knows......")
OTHER = Secret(b"another secret of 32 bytes......")
FORBIDDEN = (PLANTED, PLANTED_DATE, PLANTED_UID, ROOT, "20240301", "20240302", "99SITE PLANTED", "Meier")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study with identifying text in every place, at the top of each object and inside one of its sequences."""
    folder = tmp_path_factory.mktemp("planted")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's, of values that the VR does not allow
        for name, ds in study().items():
            inner = Dataset()
            assert plant(inner) > 800
            ds.ReferencedImageSequence = [inner]
            assert plant(ds) > 700
            save(ds, folder / "deep" / f"{PLANTED}-{name}.dcm", implicit=name in {"ct1", "dose", "sr"})
    return folder


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    for name, ds in study().items():
        save(ds, folder / f"{name}.dcm")
    return folder


@pytest.fixture(scope="module")
def done(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("done") / "out"
    deidentify(plain, out, KEY)
    return out


def written(out: Path) -> list[Path]:
    return sorted(out.rglob("*.dcm"))


def objects(out: Path) -> dict[str, list[FileDataset]]:
    found: dict[str, list[FileDataset]] = {}
    for path in written(out):
        ds = dcmread(path)
        found.setdefault(ds.Modality, []).append(ds)
    return found


def bytes_of(out: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(out.rglob("*")):
        yield path, str(path.relative_to(out)).encode()
        if path.is_file():
            yield path, path.read_bytes()


@pytest.mark.parametrize("options", [DeidentifyOptions(), DeidentifyOptions(clean_descriptors=True)], ids=str)
def test_no_byte_of_an_original_identifier_is_left(planted: Path, tmp_path: Path, options: DeidentifyOptions) -> None:
    deidentified = deidentify(planted, tmp_path / "out", KEY, options)
    assert deidentified.written == 9
    seen = 0
    for path, content in bytes_of(tmp_path / "out"):
        small = content.lower()
        for word in FORBIDDEN:
            for encoded in (word.lower().encode(), word.lower().encode("utf-16-le")):
                assert encoded not in small, (
                    f"{word} in {path.name}: {content[max(0, small.find(encoded) - 60) :][:150]!r}"
                )
        seen += len(content)
    assert seen > 20_000


def test_the_scan_would_see_what_is_planted(planted: Path) -> None:
    content = b"".join(content for _, content in bytes_of(planted)).lower()
    assert content.count(PLANTED.lower().encode()) > 9 * 1000
    for word in (PLANTED_DATE, PLANTED_UID, ROOT, "20240301", "Meier"):
        assert word.lower().encode() in content


def references(ds: Dataset) -> Iterator[tuple[str, str]]:
    for element in ds.iterall():
        if element.VR == "UI" and element.value and not str(element.value).startswith("1.2.840.10008."):
            yield element.keyword, str(element.value)


def test_references_lead_to_the_new_objects(done: Path) -> None:
    found = objects(done)
    assert {modality: len(items) for modality, items in found.items()} == {
        "CT": 2, "PT": 2, "RTSTRUCT": 1, "RTDOSE": 1, "SEG": 1, "REG": 1, "SR": 1,
    }  # fmt: skip
    everything = [ds for items in found.values() for ds in items]
    instances = {ds.SOPInstanceUID for ds in everything}
    series = {ds.SeriesInstanceUID for ds in everything}
    studies, frames = {ds.StudyInstanceUID for ds in everything}, {ds.FrameOfReferenceUID for ds in everything}
    assert studies == {KEY.uid(f"{ROOT}.1")}
    assert frames == {KEY.uid(FRAME)}
    known = {"FrameOfReferenceUID": frames, "ReferencedFrameOfReferenceUID": frames, "StudyInstanceUID": studies,
             "SeriesInstanceUID": series, "SOPInstanceUID": instances,
             "ReferencedSOPInstanceUID": instances | studies}  # fmt: skip
    counted = 0
    for ds in everything:
        for keyword, uid in references(ds):
            assert uid in known[keyword], keyword
            assert uid.startswith("2.25.")
            assert len(uid) <= 64
            counted += 1
    assert counted > 50
    struct = found["RTSTRUCT"][0]
    cts = {ds.SOPInstanceUID for ds in found["CT"]}
    drawn = struct.ROIContourSequence[0].ContourSequence[0].ContourImageSequence[0].ReferencedSOPInstanceUID
    seg = found["SEG"][0]
    source = seg.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].SourceImageSequence[0]
    assert {drawn, source.ReferencedSOPInstanceUID} <= cts
    assert found["RTDOSE"][0].ReferencedStructureSetSequence[0].ReferencedSOPInstanceUID == struct.SOPInstanceUID


def test_names_of_structures(done: Path) -> None:
    found = objects(done)
    struct, seg = found["RTSTRUCT"][0], found["SEG"][0]
    assert [roi.ROIName for roi in struct.StructureSetROISequence] == ["GTVp", "ROI-2"]
    assert [o.ROIObservationLabel for o in struct.RTROIObservationsSequence] == ["GTVp", "ROI-2"]
    assert struct.ROIContourSequence[0].ContourSequence[0].ContourData == [0, 0, 0, 4, 0, 0, 4, 4, 0]
    segment = seg.SegmentSequence[0]
    assert (segment.SegmentLabel, segment.SegmentDescription) == ("ROI-7", "")
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeMeaning == "Removed"
    assert segment.SegmentedPropertyCategoryCodeSequence[0].CodeMeaning == "Morphologically Abnormal Structure"


def test_pixels_geometry_and_what_suv_rests_on_stay(plain: Path, done: Path) -> None:
    before = {str(ds.SOPInstanceUID): ds for path in plain.iterdir() for ds in [dcmread(path)]}
    for original in before.values():
        new = next(ds for items in objects(done).values() for ds in items
                   if ds.SOPInstanceUID == KEY.uid(original.SOPInstanceUID))  # fmt: skip
        for keyword in ("PixelData", "ImagePositionPatient", "PixelSpacing", "RescaleSlope", "DoseGridScaling", "Units",
                        "PatientWeight", "PatientSize", "PatientSex", "PatientAge", "SeriesTime",
                        "AcquisitionTime"):  # fmt: skip
            assert original.get(keyword) == new.get(keyword)
    pet = [ds for ds in before.values() if ds.Modality == "PT"]
    after = objects(done)["PT"]
    assert suv_of(after).factor == suv_of(pet).factor
    item = after[0].RadiopharmaceuticalInformationSequence[0]
    days = KEY.shift_days(f"id:{IDENTIFIER}")
    assert (item.RadionuclideTotalDose, item.RadionuclideHalfLife) == (3.5e8, 6586.2)
    assert item.RadiopharmaceuticalStartDateTime[8:] == "100000.00"
    assert item.RadiopharmaceuticalStartDateTime[:8] == after[0].StudyDate != "20240301"
    assert after[0][0x0009, 0x100D].value == f"{after[0].StudyDate}110000.00"
    assert days < 0


def test_every_object_says_what_was_done(done: Path) -> None:
    pseudonym = KEY.pseudonym(f"id:{IDENTIFIER}")
    for path in written(done):
        ds = dcmread(path)
        assert (ds.PatientID, ds.PatientName, ds.PatientIdentityRemoved) == (pseudonym, pseudonym, "YES")
        assert ds.LongitudinalTemporalInformationModified == "MODIFIED"
        codes = [(c.CodeValue, c.CodingSchemeDesignator) for c in ds.DeidentificationMethodCodeSequence]
        assert codes == [(code, "DCM") for code in ("113100", "113104", "113107", "113108", "113111")]
        assert any("2026d" in text for text in ds.DeidentificationMethod)
        assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
        assert "SourceApplicationEntityTitle" not in ds.file_meta
        assert path.relative_to(done).parts == (
            pseudonym, ds.StudyInstanceUID, ds.SeriesInstanceUID, f"{ds.SOPInstanceUID}.dcm",
        )  # fmt: skip


def test_the_report_counts_and_names_nobody(plain: Path, done: Path) -> None:
    report = json.loads((done / REPORT).read_text())
    (run,) = report["runs"]
    assert (run["written"], run["patients"], run["studies"], run["series"]) == (9, 1, 1, 7)
    assert run["suv"] == {EQUAL: 1}
    assert run["attributes"]["dates shifted"] > 30
    assert report["settings"]["key_fingerprint"] == KEY.fingerprint()
    assert KEY.key.decode() not in (done / REPORT).read_text()


def test_same_key_agrees_and_other_keys_differ(plain: Path, done: Path, tmp_path: Path) -> None:
    deidentify(plain, tmp_path / "again", KEY, jobs=2)
    deidentify(plain, tmp_path / "other", OTHER)
    first = {path.relative_to(done): path.read_bytes() for path in written(done)}
    assert first == {path.relative_to(tmp_path / "again"): path.read_bytes() for path in written(tmp_path / "again")}
    other = objects(tmp_path / "other")
    assert not {ds.SOPInstanceUID for d in other.values() for ds in d} & {p.stem for p in first}
    assert other["CT"][0].PatientID != objects(done)["CT"][0].PatientID
    assert other["CT"][0].StudyDate != objects(done)["CT"][0].StudyDate


def test_a_second_run_does_what_is_missing(plain: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    deidentify(plain, out, KEY)
    files = written(out)
    content = files[0].read_bytes()
    stays = files[1].stat().st_mtime_ns
    files[0].unlink()
    (files[0].parent / f".123.{files[0].name}").write_bytes(b"half of a killed run")
    again = deidentify(plain, out, KEY)
    assert (again.written, again.already_there) == (1, 8)
    assert files[0].read_bytes() == content
    assert files[1].stat().st_mtime_ns == stays
    assert not list(out.rglob(".*"))
    assert [run["written"] for run in json.loads((out / REPORT).read_text())["runs"]] == [9, 1]


@pytest.mark.parametrize(
    ("secret", "options"), [(OTHER, DeidentifyOptions()), (KEY, DeidentifyOptions(keep_device=True))]
)
def test_one_folder_holds_files_of_one_key_and_one_set_of_options(
    plain: Path, done: Path, secret: Secret, options: DeidentifyOptions
) -> None:
    with pytest.raises(DicomError, match=r"another (key_fingerprint|options)"):
        deidentify(plain, done, secret, options)


def test_strangers_are_counted_and_never_copied(plain: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(plain, source)
    (source / "letter.txt").write_text("Dear Mrs Plantedmeier")
    (source / "empty").write_bytes(b"")
    (source / "PLANTEDMEIER.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 50)
    whole = (source / "ct0.dcm").read_bytes()
    (source / "cut.dcm").write_bytes((plain / "ct0.dcm").read_bytes()[:150])
    (source / "truncated.dcm").write_bytes(whole.replace(f"{ROOT}.10.1".encode(), f"{ROOT}.10.7".encode())[:-10])
    (source / "z-copy.dcm").write_bytes(whole)
    (source / "z-other.dcm").write_bytes(whole.replace(b"061Y", b"062Y"))
    directory = image("1.2.840.10008.1.3.10", "CT", 20, 1)
    save(directory, source / "DICOMDIR")
    done = deidentify(source, tmp_path / "out", KEY)
    assert done.written == 9
    assert dict(done.left_out) == {
        "not DICOM": 2,
        "refused: no SOP class or instance UID": 2,
        "DICOMDIR, whose records name the old files": 1,
        "identical copy of another file": 1,
        "same SOP Instance UID as another file, but other content": 1,
        "refused: a last element that is cut off: the file is truncated": 1,
    }
    assert len(list((tmp_path / "out").rglob("*.*"))) == 9 + 1 + 1 + 7  # files, report, study, series: nothing else


def table(mapping: Path) -> list[dict[str, str]]:
    with mapping.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_mapping_is_for_its_owner_and_outside(plain: Path, tmp_path: Path) -> None:
    out, mapping = tmp_path / "out", tmp_path / "keep" / "who.csv"
    deidentify(plain, out, KEY, mapping=mapping)
    assert stat.S_IMODE(mapping.stat().st_mode) == 0o600
    rows = table(mapping)
    assert len(rows) == 9
    assert {row["patient_id"] for row in rows} == {IDENTIFIER}
    assert {row["pseudonym"] for row in rows} == {path.name for path in out.iterdir() if path.is_dir()}
    for row in rows:
        assert KEY.uid(row["instance"]) == row["new_instance"]
    for place in (out / "who.csv", plain / "who.csv"):
        with pytest.raises(DicomError, match="outside both"):
            deidentify(plain, tmp_path / "out", KEY, mapping=place)
    more = tmp_path / "more"
    save(image("1.2.840.10008.5.1.4.1.1.2", "CT", 30, 1), more / "x.dcm")
    deidentify(more, out, KEY, mapping=mapping)
    assert len(table(mapping)) == 10
    mapping.write_text("my,own,table\n")
    with pytest.raises(DicomError, match="another file"):
        deidentify(plain, out, KEY, mapping=mapping)
    assert mapping.read_text() == "my,own,table\n"


def test_places_that_would_harm_are_refused(plain: Path, tmp_path: Path) -> None:
    for source, out in ((plain, plain), (plain, plain / "out"), (plain, plain.parent), (tmp_path / "no", tmp_path)):
        with pytest.raises(DicomError):
            deidentify(source, out, KEY)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("x")
    with pytest.raises(DicomError, match="other files"):
        deidentify(plain, tmp_path / "mine", KEY)
    with pytest.raises(DicomError, match="no DICOM file"):
        deidentify(tmp_path / "mine", tmp_path / "new", KEY)


def test_studies_without_patient_id_and_with_several_are_warned_of(tmp_path: Path) -> None:
    one, two = (image("1.2.840.10008.5.1.4.1.1.2", "CT", 10, i) for i in (1, 2))
    one.PatientID = ""
    save(one, tmp_path / "in" / "1")
    save(two, tmp_path / "in" / "2")
    done = deidentify(tmp_path / "in", tmp_path / "out", KEY)
    assert done.patients == 2
    assert any("without PatientID" in warning for warning in done.warnings)
    assert any("several patients" in warning for warning in done.warnings)


@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="dcmtk is not installed")
def test_dcmtk_reads_the_planted_study(planted: Path, tmp_path: Path) -> None:
    deidentify(planted, tmp_path / "out", KEY)
    for path in written(tmp_path / "out"):
        shown = subprocess.run(["dcmdump", "+L", str(path)], capture_output=True, text=True, check=True)
        assert shown.stderr == ""
        assert "SOPInstanceUID" in shown.stdout
        assert PLANTED not in shown.stdout.upper()


def test_pydicom_finds_every_value_valid(done: Path) -> None:
    before = settings.reading_validation_mode
    settings.reading_validation_mode = RAISE
    try:
        for path in written(done):
            dcmread(path).walk(lambda _, element: element.value)
    finally:
        settings.reading_validation_mode = before


@pytest.mark.skipif("HYOID_TEST_DATA" not in os.environ, reason="HYOID_TEST_DATA does not name the real data")
def test_real_study(tmp_path: Path) -> None:
    root = Path(os.environ["HYOID_TEST_DATA"])
    source = tmp_path / "source"
    source.mkdir()
    real = [*sorted((root / "acrin-petct/dicom/PT_AC").iterdir())[:4],
            *sorted((root / "acrin-petct/dicom/CT").iterdir())[:2],
            *sorted((root / "acrin-petct/dicom/RWV_0").iterdir())[:1],
            *sorted((root / "sts-petct-rtstruct/PET/mask").iterdir())[:1]]  # fmt: skip
    for i, path in enumerate(real):
        shutil.copy(path, source / f"{i}.dcm")
    done = deidentify(source, tmp_path / "out", KEY)
    assert (done.written, done.patients) == (8, 2)
    assert done.suv == {EQUAL: 1}
    found = objects(tmp_path / "out")
    original = [dcmread(path) for path in real[:4]]
    assert suv_of(found["PT"]).factor == pytest.approx(4.2111e-4, rel=1e-4)
    assert suv_of(found["PT"]).factor == suv_of(original).factor
    content = b"".join(content for _, content in bytes_of(tmp_path / "out"))
    identifying = {
        "ACRIN",
        "14519",
        "STS_008",
        "1425673519431881",
        "IBSI_1",
        "WMC_PET",
        "70092403",
        "19600116",
        "dedupped",
    }
    for word in identifying:
        assert word.encode() not in content, word
    mapped = found["RWV"][0] if "RWV" in found else found["RWVMAP"][0]
    refs = {uid for keyword, uid in references(mapped) if keyword == "ReferencedSOPInstanceUID"}
    assert {ds.SOPInstanceUID for ds in found["PT"]} <= refs
    assert {ds.PixelData for ds in found["CT"]} == {dcmread(path).PixelData for path in real[4:6]}
    assert {ds.file_meta.TransferSyntaxUID.name for ds in found["CT"]} == {"JPEG-LS Lossless Image Compression"}
