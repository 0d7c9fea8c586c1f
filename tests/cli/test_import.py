"""`hyoid import dicom`: what a person and a machine see."""

import json
import warnings
from pathlib import Path

import pytest
from pydicom import config
from pydicom.valuerep import validate_value
from typer.testing import CliRunner

from hyoid.cli import app, main
from hyoid.dicom.cohort import import_dicom
from support.dicom_series import CT_CLASS, PET_CLASS, ct_slices, edited, pet_slices, write_series
from support.network import archive


@pytest.fixture
def pile(tmp_path):
    write_series(ct_slices(), tmp_path / "pile")
    write_series(pet_slices(), tmp_path / "pile")
    write_series(
        edited(pet_slices(series="nac", number=4, description="NAC"), CorrectedImage=["DECY"]), tmp_path / "nac"
    )
    return tmp_path / "pile"


def run(*arguments):
    return CliRunner().invoke(app, ["import", "dicom", *map(str, arguments)])


def test_a_dry_run_names_every_series_and_why(tmp_path, pile):
    result = run(pile, tmp_path / "nac", tmp_path / "out", "--dry-run")
    assert result.exit_code == 0
    assert "PT planned: series 3 (PET AC), PT, 4 images, factor 0.000292" in result.output
    assert "not series 4 (NAC), PT, 4 images: not attenuation corrected (Corrected Image holds DECY" in result.output
    assert "1 cases would be imported, 0 with an image that failed." in result.output
    assert not (tmp_path / "out").exists()


def test_json_is_one_object(tmp_path, pile):
    result = run(pile, tmp_path / "out", "--json", "--quiet")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["cases"][0]["images"]["CT"]["state"] == "written"
    assert found["dry_run"] is False


def test_nothing_to_import_is_exit_code_2_and_a_sentence(tmp_path, pile):
    result = run(tmp_path / "nac", tmp_path / "out")
    assert result.exit_code == 2
    assert "no PET or CT that can be imported in 4 files" in result.output
    assert "not attenuation corrected" in result.output


def test_wrong_input_is_exit_code_2_and_a_sentence(tmp_path, pile, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["hyoid", "import", "dicom", str(tmp_path / "none"), str(tmp_path / "out")])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "hyoid: Found nothing at" in capsys.readouterr().err


def test_options_reach_the_import(tmp_path, pile):
    given = tmp_path / "given.csv"
    given.write_text("PatientID,weight_kg,override\nP1,35,yes\n")
    result = run(pile, tmp_path / "out", "--dry-run", "--given", given, "--pet", "pet ac", "--ct", "nothing", "--json")
    found = json.loads(result.stdout)
    assert found["cases"][0]["images"]["PT"]["factor"] == pytest.approx(0.000292 / 2, rel=1e-2)
    assert "CT" not in found["cases"][0]["images"]


def test_images_that_all_fail_are_not_said_to_be_missing(tmp_path):
    write_series(edited(pet_slices(), PatientWeight=None), tmp_path / "pile")
    result = run(tmp_path / "pile", tmp_path / "out")
    assert result.exit_code == 2
    assert "Found 1 CT and PET series that can be imported, and no image could be made of them" in result.output
    assert "Found no PET or CT" not in result.output


def test_an_import_warns_of_a_pet_that_is_hardly_suv_and_ends_with_the_next_step(tmp_path):
    write_series(pet_slices(units="GML"), tmp_path / "pile")
    out = tmp_path / "my out"
    result = run(tmp_path / "pile", out)
    assert result.exit_code == 0
    assert result.stdout.endswith(f"Now run: hyoid check '{out}'\n")
    assert "WARNING: this PET is hardly SUV" in result.stderr
    notes = json.loads((out / "P1" / "import.json").read_text())["images"]["PT"]["notes"]
    assert any(note.startswith("WARNING: this PET is hardly SUV") for note in notes)
    assert "Now run" not in run(tmp_path / "pile", out, "--dry-run").output


def odd_files(folder: Path) -> list[Path]:
    """Write a study whose values break the rules of their VRs, as hospitals' do."""
    with config.disable_value_validation():
        odd = {
            "Manufacturer": "M" * 70,
            "ManufacturerModelName": "N" * 70,
            "StationName": "S" * 18,
            "StudyID": "I" * 18,
        }
        slices = [*edited(ct_slices(), **odd), *edited(pet_slices(), **(odd | {"FrameOfReferenceUID": "1.02.abc"}))]
        return write_series(slices, folder)


def test_values_that_break_a_rule_of_their_vr_make_no_noise(tmp_path):
    files = odd_files(tmp_path / "odd")
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        assert import_dicom(tmp_path / "odd", tmp_path / "library").imported == 1
    assert not raised
    assert "M" * 70 in (tmp_path / "library" / "acquisition.csv").read_text()
    with archive([CT_CLASS, PET_CLASS]) as peer, warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        imported = run(tmp_path / "odd", tmp_path / "out", "--quiet")
        sent = CliRunner().invoke(app, ["send", "--to", str(peer), *map(str, files)])
        warn_of_a_value()
    assert not raised
    assert imported.exit_code == 0
    assert sent.exit_code == 0, sent.output
    assert f"took {len(files)} of {len(files)} files" in sent.output


def warn_of_a_value() -> None:
    """Do what a received instance may do in any thread: read a value that is too long, with nobody to quiet it."""
    validate_value("SH", "S" * 18, config.WARN)
