import json
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.errors import HyoidError
from hyoid.geometry import Volume
from hyoid.imaging import read_volume, write_volume
from imaging.manikin import field, manikin
from support.dicom_study import IDENTIFIER, image, save, study


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name, ds in study().items():
        save(ds, tmp_path / "source" / f"{name}.dcm")
    save(image("1.2.840.10008.5.1.4.1.1.7", "OT", 40, 1), tmp_path / "source" / "screen.dcm")
    return tmp_path / "source"


def run(*arguments: object) -> tuple[str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def test_a_folder_is_deidentified(source: Path, tmp_path: Path) -> None:
    out, key, mapping = tmp_path / "out", tmp_path / "key", tmp_path / "who.csv"
    shown, said = run("deidentify", source, out, "--new-key", key, "--mapping", mapping, "--quiet")
    assert "9 files of 1 patients, 1 studies and 7 series" in shown
    assert "1 PET series whose SUV factors are the same before and after." in shown
    assert "1 files not written: refused: Secondary Capture Image Storage" in said
    assert IDENTIFIER not in shown + said
    assert stat.S_IMODE(key.stat().st_mode) == stat.S_IMODE(mapping.stat().st_mode) == 0o600
    again, _ = run("deidentify", source, out, "--key", key, "--json", "--quiet")
    answer = json.loads(again)
    assert (answer["written"], answer["already_there"]) == (0, 9)
    assert len(json.loads((out / "deidentification.json").read_text())["runs"]) == 2


def test_a_folder_without_dicom_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(HyoidError, match="no DICOM file"):
        run("deidentify", tmp_path / "empty", tmp_path / "out", "--quiet")
    assert not (tmp_path / "out").exists()


def test_the_help_of_jobs_speaks_of_files() -> None:
    shown, _ = run("deidentify", "--help")
    assert "folds" not in shown


def test_without_a_key_nothing_can_be_added(source: Path, tmp_path: Path) -> None:
    run("deidentify", source, tmp_path / "out", "--quiet")
    with pytest.raises(HyoidError, match="another key_fingerprint"):
        run("deidentify", source, tmp_path / "out", "--quiet")


def test_keys_lie_apart_from_the_images(source: Path, tmp_path: Path) -> None:
    for place in (source / "key", tmp_path / "out" / "key"):
        with pytest.raises(HyoidError, match="another place"):
            run("deidentify", source, tmp_path / "out", "--new-key", place)
        assert not place.exists()
    with pytest.raises(HyoidError, match="one of them"):
        run("deidentify", source, tmp_path / "out", "--key", tmp_path / "a", "--new-key", tmp_path / "b")
    with pytest.raises(HyoidError, match="no key file"):
        run("deidentify", source, tmp_path / "out", "--key", tmp_path / "a")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def head(tmp_path: Path) -> dict[str, Path]:
    ct, pet = manikin(field(500, 880, (5.0, 5.0, 5.0), half_width=150))
    labels = ct.with_array(np.zeros(ct.grid.shape, np.uint8))
    index = np.rint(ct.grid.to_index((0, -95, 690))).astype(int)
    labels.array[index[2], index[1], index[0]] = 1
    volumes: dict[str, Volume] = {"ct": ct, "pet": pet, "labels": labels}
    for name, volume in volumes.items():
        write_volume(tmp_path / "in" / f"{name}.nii.gz", volume)
    return {name: tmp_path / "in" / f"{name}.nii.gz" for name in volumes}


def test_deface(head: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ("--ct", head["ct"], "--pet", head["pet"])
    shown, said = run("deface", *arguments, "--out", out)
    assert "ct: " in shown
    assert "voxels cut off (" in shown
    assert not said
    report = json.loads((out / "deface.json").read_text())
    for name in ("ct", "pet"):
        before, after = read_volume(head[name]), read_volume(out / head[name].name)
        assert int((before.array != after.array).sum()) == report["images"][name]["voxels"] > 100
    (ct_line, pet_line) = shown.splitlines()[:2]
    assert "of tissue" in ct_line
    assert pet_line.startswith("pet: ")
    assert "tissue" not in pet_line
    shown, said = run("deface", *arguments, "--labels", head["labels"], "--out", tmp_path / "spared")
    assert "voxels of the face stay, near labels" in said
    spared = json.loads(run("deface", *arguments, "--labels", head["labels"], "--out", tmp_path / "j", "--json")[0])
    assert spared["images"]["ct"]["limited_by_labels"]


def test_deface_says_that_labels_are_empty_and_refuses_those_elsewhere(head: dict[str, Path], tmp_path: Path) -> None:
    labels = read_volume(head["labels"])
    write_volume(tmp_path / "in" / "empty.nii.gz", labels.with_array(np.zeros_like(labels.array)))
    _, said = run("deface", "--ct", head["ct"], "--labels", tmp_path / "in" / "empty.nii.gz", "--out", tmp_path / "out")
    assert "empty.nii.gz: no voxel is labelled" in said
    grid = replace(labels.grid, origin=(0.0, 0.0, 5000.0))
    write_volume(tmp_path / "in" / "far.nii.gz", Volume(labels.array, grid))
    with pytest.raises(HyoidError, match="no labelled voxel"):
        run("deface", "--ct", head["ct"], "--labels", tmp_path / "in" / "far.nii.gz", "--out", tmp_path / "far")
    assert not (tmp_path / "far").exists()


def test_deface_overwrites_no_input(head: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(HyoidError, match="not overwritten"):
        run("deface", "--ct", head["ct"], "--out", head["ct"].parent)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "ct.nii.gz").write_bytes(head["pet"].read_bytes())
    with pytest.raises(HyoidError, match="different names"):
        run("deface", "--ct", head["ct"], "--pet", tmp_path / "b" / "ct.nii.gz", "--out", tmp_path / "out")
    with pytest.raises(HyoidError, match="neither"):
        run("deface", "--out", tmp_path / "out")
