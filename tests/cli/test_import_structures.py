import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import typer
from pydicom.uid import generate_uid
from typer.testing import CliRunner

from hyoid.cli.import_structures import structures
from hyoid.errors import DicomError
from hyoid.imaging import read_volume
from support.ct_series import GRID, on_slice, save_structure_set, square, write_ct

app = typer.Typer()
app.command()(structures)

RINGS = [on_slice(GRID, k, square(3, 4, 5)) for k in range(2, 6)]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_ct(tmp_path / "ct")
    rois = {"GTVp": RINGS, "GTVn_L": [on_slice(GRID, 7, square(12, 4, 3))], "GTVp_old": RINGS, "GTV": RINGS}
    save_structure_set(tmp_path / "rs.dcm", rois)
    return tmp_path


def invoke(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_label_map_is_written_on_the_cts_grid(study: Path) -> None:
    done = invoke(study / "rs.dcm", "--ct", study / "ct", "--out", study / "l.nii.gz", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    made = read_volume(study / "l.nii.gz")
    assert [(made.array == label).sum() for label in (1, 2)] == [100, 9]
    assert made.grid.same_as(GRID, 1e-2)
    assert [region["meaning"] for region in told["regions"]] == ["gtvp", "gtvn", "ignore", None]
    assert told["volume_ml"]["gtvp"] == pytest.approx(made.volume_ml(1), abs=1e-3)


def test_a_dry_run_lists_every_name_and_writes_nothing(study: Path) -> None:
    before = sorted(study.iterdir())
    done = invoke(study / "rs.dcm", "--dry-run")
    lines = done.stdout.splitlines()
    assert [line.split(" by ")[0] for line in lines] == [
        "GTVp -> gtvp",
        "GTVn_L -> gtvn",
        "GTVp_old -> ignored",
        "GTV -> not used: no rule matches",
    ]
    assert "would also match" in lines[2]
    assert sorted(study.iterdir()) == before
    told = json.loads(invoke(study / "rs.dcm", "--dry-run", "--json").stdout)
    assert len(told["regions"]) == 4


def test_own_rules_gaps_and_spacing_are_used(study: Path) -> None:
    (study / "names.yaml").write_text("rules: [{to: gtvn, pattern: 'GTV'}]\n")
    arguments = (study / "rs.dcm", "--ct", study / "ct", "--out", study / "l.nii.gz")
    assert invoke(*arguments, "--names", study / "names.yaml").exit_code == 0
    assert np.unique(read_volume(study / "l.nii.gz").array).tolist() == [0, 2]
    save_structure_set(study / "rs.dcm", {"GTVp": [RINGS[0], RINGS[1], RINGS[3]]})
    done = invoke(*arguments)
    assert "1 slices without a contour within it were interpolated" in done.stderr
    assert (read_volume(study / "l.nii.gz").array == 1).sum() == 100
    invoke(*arguments, "--gaps", "leave")
    assert (read_volume(study / "l.nii.gz").array == 1).sum() == 75
    assert isinstance(invoke(*arguments, "--gaps", "refuse").exception, DicomError)
    invoke(*arguments, "--slice-spacing", "6")
    assert (read_volume(study / "l.nii.gz").array == 1).sum() > 100
    assert "above 0 mm" in str(invoke(*arguments, "--slice-spacing", "0").exception)


def test_contours_of_a_planning_ct_need_the_transform(study: Path) -> None:
    save_structure_set(study / "rs.dcm", {"GTVp": RINGS}, frame=generate_uid(prefix=None))
    arguments = (study / "rs.dcm", "--ct", study / "ct", "--out", study / "l.nii.gz")
    assert "frame of reference" in str(invoke(*arguments).exception)
    sitk.WriteTransform(sitk.TranslationTransform(3, (0.0, 0.0, -3.0)), str(study / "t.tfm"))
    done = invoke(*arguments, "--transform", study / "t.tfm")
    assert "carried by the transform" in done.stderr
    made = read_volume(study / "l.nii.gz").array
    assert np.flatnonzero(made.any(axis=(1, 2))).tolist() == [3, 4, 5, 6]


def test_what_is_missing_is_said(study: Path) -> None:
    assert "no --ct or no --out" in str(invoke(study / "rs.dcm").exception)
    done = invoke(study / "ct", "--dry-run")
    assert done.exit_code == 2


def test_of_several_series_the_one_is_named_as_the_refusal_says(study: Path) -> None:
    second = write_ct(study / "second")
    for path in (study / "second").iterdir():
        path.rename(study / "ct" / f"other-{path.name}")
    arguments = (study / "rs.dcm", "--ct", study / "ct", "--out", study / "l.nii.gz")
    with pytest.raises(DicomError, match=r"Found 2 image series.*Name it with --series UID"):
        raise invoke(*arguments).exception
    assert invoke(*arguments, "--series", second.series_instance_uid).exit_code == 0
