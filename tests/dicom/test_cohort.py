"""A pile becomes a cohort that the rest of hyoid reads; again, later, elsewhere, and with one bad case in it."""

import csv
import json
import shutil
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from hyoid.cohort import read_cohort
from hyoid.cohort.acquisition import read_acquisition
from hyoid.dicom import case_writer
from hyoid.dicom.cohort import ImportSettings, import_dicom
from hyoid.errors import DicomError
from hyoid.evaluation.description.acquisition import summarise_acquisition
from hyoid.imaging import read_volume
from support.dicom_series import SUV_FACTOR, ct_slices, edited, pet_slices, stored, write_series


@pytest.fixture
def pile(tmp_path):
    write_series(ct_slices(), tmp_path / "pile" / "x")
    write_series(pet_slices(), tmp_path / "pile" / "x")
    write_series(ct_slices(patient="P/2", frame="F2"), tmp_path / "pile" / "deep" / "er")
    (tmp_path / "pile" / "notes.txt").write_text("no image " * 100)
    return tmp_path / "pile"


def states(result) -> dict[str, dict[str, str]]:
    return {c.case: {tag: image.state for tag, image in c.images.items()} for c in result.cases if c.case}


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_a_pile_becomes_a_cohort_that_is_read(tmp_path, pile):
    out = tmp_path / "out"
    result = import_dicom(pile, out)
    assert states(result) == {"P1": {"CT": "written", "PT": "written"}, "P-2": {"CT": "written"}}
    assert result.survey.left_out == {"no DICOM": 1}
    cohort = read_cohort(out)
    assert {case.id: set(case.images) for case in cohort.cases} == {"P1": {"ct", "pet"}, "P-2": {"ct"}}
    ct, pet = (read_volume(out / "P1" / f"P1__{tag}.nii.gz") for tag in ("CT", "PT"))
    np.testing.assert_array_equal(ct.array, stored((6, 8, 10)) - 1000)
    np.testing.assert_allclose(pet.array, stored((4, 5, 6), seed=1) * 1.5 * SUV_FACTOR, rtol=1e-6)
    assert (ct.array.dtype, pet.array.dtype) == (np.int16, np.float32)
    assert pet.grid.spacing == (4.0, 4.0, 3.0)
    assert sorted(path.name for path in out.rglob("*")) == sorted(
        [
            "P1",
            "P-2",
            "P1__CT.nii.gz",
            "P1__PT.nii.gz",
            "P-2__CT.nii.gz",
            "import.json",
            "import.json",
            "acquisition.csv",
        ]
    )


def test_the_manifest_says_what_was_taken_and_why(tmp_path, pile):
    import_dicom(pile, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "P1" / "import.json").read_text())
    assert "not de-identified" in manifest["privacy"]
    pet = manifest["images"]["PT"]
    expected = [dataset.SOPInstanceUID for dataset in pet_slices()]
    assert pet["instance_uids"] == expected
    assert pet["suv"]["factor"] == pytest.approx(SUV_FACTOR)
    assert pet["unit"] == "SUVbw g/mL"
    assert {series["use"] for series in manifest["series"]} == {"CT", "PT"}
    other = json.loads((tmp_path / "out" / "P-2" / "import.json").read_text())
    assert other["patient_id"] == "P/2"
    assert "became the case id 'P-2'" in other["notes"][0]


def test_acquisition_is_what_describe_draws(tmp_path, pile):
    out = tmp_path / "out"
    import_dicom(pile, out)
    with (out / "acquisition.csv").open(newline="") as stream:
        rows = {row["PatientID"]: row for row in csv.DictReader(stream)}
    assert rows["P1"] == {
        "PatientID": "P1",
        "manufacturer": "SIEMENS",
        "scanner": "Biograph 40",
        "injected_dose_mbq": "350",
        "uptake_min": "60",
        "seconds_per_bed": "120",
        "pet_slice_mm": "3",
        "pet_in_plane_mm": "4",
        "ct_kvp": "120",
        "ct_slice_mm": "2",
    }
    found = read_acquisition(out)
    assert found is not None
    assert found.notes == ()
    assert len(found.columns) == 8  # every parameter that describe knows has a column, and each was understood
    drawn = summarise_acquisition(read_cohort(out).cases, found, "all")
    (center,) = drawn.values()
    assert center.scanners == {"Biograph 40": 2}
    assert center.spreads["uptake_min"].to_dict()["n"] == 1


def test_a_row_that_a_person_corrected_stays(tmp_path, pile):
    out = tmp_path / "out"
    import_dicom(pile, out)
    table = out / "acquisition.csv"
    table.write_text(table.read_text().replace("Biograph 40,350", "mCT,351").replace("ct_slice_mm", "ct_slice_mm,note"))
    import_dicom(pile, out)
    text = table.read_text()
    assert "P1,SIEMENS,mCT,351," in text
    assert "ct_slice_mm,note" in text


def test_a_dry_run_writes_nothing_and_says_everything(tmp_path, pile):
    write_series(pet_slices(series="nac", number=4, units="PROPCNTS", description="NAC"), pile / "nac")
    result = import_dicom(pile, tmp_path / "out", ImportSettings(dry_run=True))
    assert not (tmp_path / "out").exists()
    assert states(result) == {"P1": {"CT": "planned", "PT": "planned"}, "P-2": {"CT": "planned"}}
    (case,) = (c for c in result.to_dict()["cases"] if c["case"] == "P1")
    assert case["images"]["PT"]["factor"] == pytest.approx(SUV_FACTOR)
    assert {(s["description"], s["use"]) for s in case["series"]} == {("CT WB", "CT"), ("PET AC", "PT"), ("NAC", "")}
    assert json.loads(json.dumps(result.to_dict())) == result.to_dict()


def test_a_second_call_does_only_what_is_missing(tmp_path, pile):
    out = tmp_path / "out"
    import_dicom(pile, out)
    before = snapshot(out)
    result = import_dicom(pile, out)
    assert states(result) == {"P1": {"CT": "there", "PT": "there"}, "P-2": {"CT": "there"}}
    assert snapshot(out) == before
    (out / "P1" / "P1__PT.nii.gz").unlink()
    result = import_dicom(pile, out)
    assert states(result)["P1"] == {"CT": "there", "PT": "written"}
    after = snapshot(out)
    assert {name: content for name, (content, _) in after.items()} == {n: content for n, (content, _) in before.items()}


def test_a_killed_import_goes_on_where_it_was(tmp_path, pile, monkeypatch):
    out = tmp_path / "out"

    def killed(path, volume):
        if path.name == "P1__PT.nii.gz":
            raise KeyboardInterrupt
        return write(path, volume)

    write = case_writer.write_volume
    monkeypatch.setattr(case_writer, "write_volume", killed)
    with pytest.raises(KeyboardInterrupt):
        import_dicom(pile, out)
    monkeypatch.undo()
    assert not (out / "P1" / "P1__PT.nii.gz").exists()
    result = import_dicom(pile, out)
    assert states(result)["P1"] == {"CT": "there", "PT": "written"}
    assert set(states(result)) == {"P1", "P-2"}


def test_slices_that_arrive_later_make_the_image_again(tmp_path):
    late = tmp_path / "late"
    write_series(ct_slices(stored((8, 4, 4)))[:6], tmp_path / "pile")
    import_dicom(tmp_path / "pile", tmp_path / "out")
    write_series(ct_slices(stored((8, 4, 4))), late)
    result = import_dicom([tmp_path / "pile", late], tmp_path / "out")
    assert states(result) == {"P1": {"CT": "written"}}
    assert read_volume(tmp_path / "out" / "P1" / "P1__CT.nii.gz").grid.size == (4, 4, 8)


def test_one_bad_image_is_said_and_stops_nothing(tmp_path, pile):
    for path in sorted((pile / "x").glob("PT*"))[:1]:
        path.write_bytes(path.read_bytes()[:-20])  # too little for the header alone to tell
    result = import_dicom(pile, tmp_path / "out")
    assert states(result) == {"P1": {"CT": "written", "PT": "failed"}, "P-2": {"CT": "written"}}
    (case,) = (c for c in result.cases if c.case == "P1")
    assert "pixels that cannot be decoded in PT" in case.errors[0]
    assert not (tmp_path / "out" / "P1" / "P1__PT.nii.gz").exists()


def test_a_pet_without_weight_waits_for_the_users(tmp_path, pile):
    shutil.rmtree(pile)
    write_series(ct_slices(), pile)
    write_series(edited(pet_slices(), PatientWeight=None), pile)
    out = tmp_path / "out"
    result = import_dicom(pile, out)
    assert states(result) == {"P1": {"CT": "written", "PT": "failed"}}
    assert "weight" in result.cases[0].errors[0]
    table = tmp_path / "given.csv"
    table.write_text("PatientID,weight_kg\nP1,70\nP9,80\n")
    result = import_dicom(pile, out, ImportSettings(given=table))
    assert states(result) == {"P1": {"CT": "there", "PT": "written"}}
    assert any("'P9' is no patient" in note for note in result.notes)
    pet = read_volume(out / "P1" / "P1__PT.nii.gz")
    np.testing.assert_allclose(pet.array, stored((4, 5, 6), seed=1) * 1.5 * SUV_FACTOR, rtol=1e-6)
    table.write_text("PatientID,weight_kg\nP1,140\n")  # another weight: another image
    assert states(import_dicom(pile, out, ImportSettings(given=table)))["P1"] == {"CT": "there", "PT": "written"}


def test_folders_that_are_not_ours_are_left_alone(tmp_path, pile):
    out = tmp_path / "out"
    (out / "P1").mkdir(parents=True)
    (out / "P1" / "P1__CT.nii.gz").write_text("somebody's")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (out / "P-2").symlink_to(elsewhere)
    result = import_dicom(pile, out)
    assert result.imported == 0
    assert "files in" in result.cases[1].errors[0] or "files in" in result.cases[0].errors[0]
    assert any("a link at" in error for case in result.cases for error in case.errors)
    assert (out / "P1" / "P1__CT.nii.gz").read_text() == "somebody's"
    assert list(elsewhere.iterdir()) == []
    assert sorted(p.name for p in out.iterdir()) == ["P-2", "P1"]


def test_wishes_that_nothing_answers_to_are_told(tmp_path, pile):
    result = import_dicom(pile, tmp_path / "out", ImportSettings(pet=("1.2.3.4.5",), ct=("neck",), dry_run=True))
    assert "--pet 1.2.3.4.5: no such PT series here." in result.notes
    assert "--ct 'neck': no CT series is described so." in result.notes


def test_out_that_is_a_file_is_refused(tmp_path, pile):
    with pytest.raises(DicomError, match="a file at"):
        import_dicom(pile, pile / "notes.txt")


def test_memory_holds_one_series_and_not_the_pile(tmp_path):
    """Eight patients of 4 MiB of voxels each: more than a few of them at once would show."""
    shape = (32, 256, 256)
    for patient in range(8):
        write_series(
            ct_slices(np.zeros(shape, np.int16), patient=f"P{patient}", frame=f"F{patient}"), tmp_path / f"{patient}"
        )
    import_dicom(tmp_path / "0", tmp_path / "warm")
    tracemalloc.start()
    import_dicom([tmp_path / str(patient) for patient in range(8)], tmp_path / "out")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    voxels = int(np.prod(shape)) * 2
    assert peak < 4 * voxels < 8 * voxels
    assert len(list((tmp_path / "out").iterdir())) == 9
