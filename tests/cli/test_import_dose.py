import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
import typer
from typer.testing import CliRunner, Result

from hyoid.cli.import_dose import dose
from hyoid.cohort import read_cohort
from hyoid.errors import HyoidError
from hyoid.features.dose import check_dose
from hyoid.geometry import Grid, Volume
from hyoid.imaging import read_volume, write_volume
from support.dicom_ct import write_ct
from support.dicom_dose import FRAME, file_bytes, rtdose
from support.dicom_registration import reg
from support.moved_ct import body_points, head_ct, lower_end, rigid, seen_through

PET_CT_FRAME = "1.2.826.0.1.3680043.8.498.9"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A planning CT as DICOM with a dose around a place in the neck, and the PET/CT's CT of the same patient."""
    folder = tmp_path_factory.mktemp("study")
    planning = lower_end(head_ct(), 170)
    true = rigid(planning, (7.0, 2.0, -3.0), (12.0, -25.0, 400.0))
    fixed = seen_through(planning, true, (3.5, 3.5, 3.3))
    write_volume(folder / "A-1__CT.nii.gz", fixed)
    write_ct(folder / "planning", planning)
    write_volume(folder / "planning.nii.gz", planning)
    centre = body_points(planning, 2000)
    centre = centre[np.linalg.norm(centre - planning.grid.centre, axis=1).argmin()]
    grid = Grid((40, 40, 32), (3.0, 3.0, 3.0), tuple(centre - 3.0 * np.array([19.5, 19.5, 15.5])))
    z, y, x = np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")
    away = np.linalg.norm(grid.to_world(np.stack([x, y, z], -1)) - centre, axis=-1)
    gray = 70 * np.exp(-0.5 * (away / 12) ** 2)
    source = rtdose(
        np.rint(gray * 1000).astype(np.uint32), scaling=0.001, position=[f"{v:.6g}" for v in grid.origin],
        spacing=(3.0, 3.0), offsets=3.0 * np.arange(32),
    )  # fmt: skip
    (folder / "dose.dcm").write_bytes(file_bytes(source))
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(true.GetMatrix(), (3, 3))
    matrix[:3, 3] = true.TransformPoint((0, 0, 0))
    (folder / "reg.dcm").write_bytes(file_bytes(reg(FRAME, {PET_CT_FRAME: [("RIGID", matrix)]})))
    return {"folder": folder, "true": true, "centre": centre, "dose": Volume(gray, grid)}


def run(study: dict[str, Any], *arguments: str, out: Path, rtdose: str = "dose.dcm") -> Result:
    app = typer.Typer()
    app.command()(dose)
    folder = study["folder"]
    paths = [str(folder / a) if (folder / a).exists() else a for a in arguments]
    given = [str(folder / rtdose), "--ct", str(folder / "A-1__CT.nii.gz"), "--out", str(out), *paths]
    return CliRunner().invoke(app, given)


def hottest(volume: Volume) -> np.ndarray:
    """Centroid (LPS mm) of the half of the dose that is high."""
    where = np.argwhere(volume.array >= 0.5 * volume.array.max())
    return volume.grid.to_world(where[:, ::-1].mean(axis=0))


@pytest.mark.parametrize("way", ["registration", "computed", "both"])
def test_a_dose_lands_where_it_was_planned(study: dict[str, Any], tmp_path: Path, way: str) -> None:
    out = tmp_path / "A-1__RTDOSE.nii.gz"
    arguments = {
        "registration": ["--registration", "reg.dcm"],
        "computed": ["--planning-ct", "planning"],
        "both": ["--registration", "reg.dcm", "--planning-ct", "planning.nii.gz"],
    }[way]
    done = run(study, *arguments, "--json", out=out)
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    written = read_volume(out)
    ct = read_volume(study["folder"] / "A-1__CT.nii.gz")
    assert written.grid.same_as(ct.grid)
    expected = study["true"].GetInverse().TransformPoint(study["centre"].tolist())
    np.testing.assert_allclose(hottest(written), expected, atol=1.0)
    assert float(written.array.max()) == pytest.approx(70, abs=2)
    integrals = [float(v.array.sum()) * v.grid.voxel_volume_mm3 for v in (study["dose"], written)]
    assert integrals[1] == pytest.approx(integrals[0], rel=0.02)
    on_ct = report["on_ct"]
    assert on_ct["verdict"] == "usable"
    assert on_ct["way"] == ("computed registration" if way == "computed" else "registration object")
    assert (on_ct["registration"] is None) == (way == "registration")
    assert report["dose"]["max_gy"] == pytest.approx(float(study["dose"].array.max()), abs=0.001)
    quality = json.loads((tmp_path / "A-1__RTDOSE.quality.json").read_text())
    assert quality["on_ct"]["half_maximum_in_body"] > 0.9
    transform = sitk.ReadTransform(str(tmp_path / "A-1__RTDOSE.transform.h5"))
    np.testing.assert_allclose(transform.TransformPoint(expected), study["centre"], atol=1.0)


def test_a_dose_planned_on_the_ct_itself(study: dict[str, Any], tmp_path: Path) -> None:
    """Beside the planning CT as the case's own, nothing is registered; on the other CT the dose misses the body."""
    folder = study["folder"]
    app = typer.Typer()
    app.command()(dose)
    out = tmp_path / "B__RTDOSE.nii.gz"
    own = ["--ct", str(folder / "planning.nii.gz"), "--out", str(out), "--same-frame"]
    done = CliRunner().invoke(app, [str(folder), *own])
    assert done.exit_code == 0, done.output
    assert "by same frame: usable" in done.stdout
    assert "does not reach" in done.stderr
    np.testing.assert_allclose(hottest(read_volume(out)), study["centre"], atol=1.0)


def test_a_cohort_finds_the_dose_and_nothing_else_of_what_is_written(study: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "Task 2" / "A-1"
    folder.mkdir(parents=True)
    (folder / "A-1__CT.nii.gz").write_bytes((study["folder"] / "A-1__CT.nii.gz").read_bytes())
    out = folder / "A-1__RTDOSE.nii.gz"
    assert run(study, "--registration", "reg.dcm", out=out).exit_code == 0
    cohort = read_cohort(tmp_path)
    assert [case.id for case in cohort.cases] == ["A-1"]
    assert cohort.cases[0].images == {"ct": folder / "A-1__CT.nii.gz", "dose": out}
    assert cohort.cases[0].mask is None
    assert [problem.code for problem in cohort.problems] == ["no-table"]
    check_dose(read_volume(out))


def test_a_doubtful_place_is_reported_but_not_written(study: dict[str, Any], tmp_path: Path) -> None:
    folder = study["folder"]
    ct = read_volume(folder / "planning.nii.gz")
    aside = Grid(ct.grid.size, ct.grid.spacing, (ct.grid.origin[0] + 110, *ct.grid.origin[1:]))
    write_volume(tmp_path / "C__CT.nii.gz", Volume(ct.array, aside))
    app = typer.Typer()
    app.command()(dose)
    out = tmp_path / "C__RTDOSE.nii.gz"
    arguments = [str(folder / "dose.dcm"), "--ct", str(tmp_path / "C__CT.nii.gz"), "--out", str(out), "--same-frame"]
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, HyoidError)
    assert "lies in the body" in str(done.exception)
    assert not out.exists()
    assert json.loads((tmp_path / "C__RTDOSE.quality.json").read_text())["on_ct"]["verdict"] == "doubtful"
    accepted = CliRunner().invoke(app, [*arguments, "--accept-doubtful"])
    assert accepted.exit_code == 0, accepted.output
    assert "doubtful" in accepted.stdout
    assert out.exists()


def test_a_blank_planning_ct_has_no_registration(study: dict[str, Any], tmp_path: Path) -> None:
    ct = read_volume(study["folder"] / "planning.nii.gz")
    write_volume(tmp_path / "blank.nii.gz", ct.with_array(np.full_like(ct.array, -1000)))
    out = tmp_path / "A-1__RTDOSE.nii.gz"
    done = run(study, "--planning-ct", str(tmp_path / "blank.nii.gz"), out=out)
    assert "planning CT does not show a body" in str(done.exception)
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "out", "said"),
    [
        ([], "A-1__RTDOSE.nii.gz", "--planning-ct, --registration, or --same-frame"),
        (["--same-frame", "--registration", "reg.dcm"], "A-1__RTDOSE.nii.gz", "Choose"),
        (["--same-frame"], "dose.nii.gz", "ID__RTDOSE.nii.gz"),
        (["--same-frame"], "A-2__RTDOSE.nii.gz", "one case"),
        (["--same-frame", "--ct-frame", "1.2"], "A-1__RTDOSE.nii.gz", "--ct-frame without --registration"),
        (["--same-frame", "--deformable"], "A-1__RTDOSE.nii.gz", "--deformable"),
        (["--same-frame", "--dose-type", "total"], "A-1__RTDOSE.nii.gz", "physical or effective"),
        (["--same-frame", "--dose-type", "effective"], "A-1__RTDOSE.nii.gz", "type EFFECTIVE"),
        (["--same-frame", "--plan", "1.2.3"], "A-1__RTDOSE.nii.gz", "no dose of plan 1.2.3"),
        (["--registration", "reg.dcm", "--ct-frame", "1.2"], "A-1__RTDOSE.nii.gz", "one that holds 1.2"),
    ],
)
def test_wrong_input_is_refused_by_a_sentence(
    study: dict[str, Any], tmp_path: Path, arguments: list[str], out: str, said: str
) -> None:
    done = run(study, *arguments, out=tmp_path / out)
    assert isinstance(done.exception, HyoidError), done.output
    assert said in str(done.exception)
    assert not list(tmp_path.iterdir())


def test_a_planning_ct_of_another_frame_patient_or_place_is_refused(study: dict[str, Any], tmp_path: Path) -> None:
    planning = lower_end(head_ct(), 170)
    out = tmp_path / "A-1__RTDOSE.nii.gz"
    write_ct(tmp_path / "frame", planning, frame="1.2.3")
    assert "1.2.3" in str(run(study, "--planning-ct", str(tmp_path / "frame"), out=out).exception)
    write_ct(tmp_path / "patient", planning, patient="P2")
    assert "two patients" in str(run(study, "--planning-ct", str(tmp_path / "patient"), out=out).exception)
    far = Grid(planning.grid.size, planning.grid.spacing, (2000.0, 0.0, 0.0))
    write_volume(tmp_path / "far.nii.gz", Volume(planning.array, far))
    assert "beside the planning CT" in str(run(study, "--planning-ct", str(tmp_path / "far.nii.gz"), out=out).exception)
    assert "no RTDOSE" in str(run(study, "--same-frame", out=out, rtdose="planning").exception)
