"""`hyoid import dicom`: what a person and a machine see."""

import json

import pytest
from typer.testing import CliRunner

from hyoid.cli import app, main
from support.dicom_series import ct_slices, edited, pet_slices, write_series


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
