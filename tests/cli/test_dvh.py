import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.errors import HyoidError
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume

GRID = Grid((10, 10, 10), (2.0, 2.0, 2.0))
COARSE = Grid((5, 5, 5), (4.0, 4.0, 4.0), (1.0, 1.0, 1.0))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    cord, target = np.zeros(GRID.shape, np.uint8), np.zeros(GRID.shape, np.uint8)
    cord[:, 0, 0] = 1
    target[3:7, 4:8, 4:8] = 7  # any one value that is not 0
    gray = np.repeat(np.arange(0.0, 50.0, 10.0, dtype=np.float32), 25).reshape(COARSE.shape)  # 0 to 40 Gy along z
    volumes = {
        "dose": Volume(gray, COARSE),
        "cord": Volume(cord, GRID),
        "target": Volume(target, GRID),
        "labels": Volume(cord + target, GRID),
        "empty": Volume(np.zeros_like(cord), GRID),
        "far": Volume(cord, Grid(GRID.size, GRID.spacing, (500.0, 0.0, 0.0))),
        "above": Volume(cord, Grid(GRID.size, GRID.spacing, (0.0, 0.0, 10.0))),
    }
    for name, volume in volumes.items():
        write_volume(tmp_path / f"{name}.nii.gz", volume)
    return {name: tmp_path / f"{name}.nii.gz" for name in volumes}


def test_tables_and_picture_are_written(files: dict[str, Path], tmp_path: Path) -> None:
    structures = ["--structure", f"target={files['target']}", "--structure", f"spinal cord={files['cord']}"]
    done = CliRunner().invoke(app, ["dvh", "--dose", str(files["dose"]), *structures, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "spinal cord" in done.output
    measures = pd.read_csv(tmp_path / "out" / "dose-measures.csv").set_index("structure")
    # between the coarse centres at z = 1, 5, 9 ... the dose rises by 2.5 Gy a mm; the target lies at z = 6 to 12
    assert measures.loc["target", "dose_mean_gy"] == pytest.approx(2.5 * (9 - 1))
    assert measures.loc["target", "dose_max_gy"] == pytest.approx(2.5 * (12 - 1))
    assert list(measures.index) == ["target", "spinal cord"]
    curves = pd.read_csv(tmp_path / "out" / "dvh.csv")
    assert list(curves.columns) == ["dose_gy", "target", "spinal cord"]
    assert (curves.iloc[0] == [0, 1, 1]).all()
    assert (curves.iloc[-1][1:] == 0).all()
    assert curves.set_index("dose_gy").loc[20.0, "target"] == pytest.approx(0.5)
    assert (tmp_path / "out" / "dvh.png").read_bytes().startswith(b"\x89PNG")


def test_json_and_a_structure_that_leaves_the_dose_grid(files: dict[str, Path], tmp_path: Path) -> None:
    arguments = ["dvh", "--dose", str(files["dose"]), "--structure", f"cord={files['above']}", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert json.loads(done.stdout)["structures"]["cord"]["dose_coverage"] == 0.5
    done = CliRunner().invoke(app, arguments)
    assert "cord: 50% of it lies in the dose grid" in done.stderr


@pytest.mark.parametrize(
    ("structures", "message"),
    [
        (["cord"], "expected NAME=FILE"),
        (["=cord.nii.gz"], "expected NAME=FILE"),
        (["a={cord}", "a={target}"], "two structures named a"),
        (["a={labels}"], "2 values beside 0"),
        (["a={empty}"], "no voxel but 0"),
        (["a={far}", "b={cord}"], "no part of a within the dose grid"),
        (["a=nowhere.nii.gz"], "no file at nowhere"),
    ],
)
def test_wrong_structures_are_refused(
    files: dict[str, Path], tmp_path: Path, structures: list[str], message: str
) -> None:
    given = [argument for each in structures for argument in ("--structure", each.format_map(files))]
    done = CliRunner().invoke(app, ["dvh", "--dose", str(files["dose"]), *given, "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, HyoidError)
    assert message in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_real_plan(tmp_path: Path) -> None:
    root = os.environ.get("HYOID_TEST_DATA")
    if root is None:
        pytest.skip("HYOID_TEST_DATA is not set: the real dose is not there")
    folder = Path(root) / "openkbp-dose"
    structures = [("--structure", f"{name}={folder / f'pt_1__{name}.nii.gz'}") for name in ("PTV70", "SpinalCord")]
    arguments = [str(argument) for pair in structures for argument in pair]
    dose = ["--dose", str(folder / "pt_1__RTDOSE.nii.gz")]
    done = CliRunner().invoke(app, ["dvh", *dose, *arguments, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    measures = pd.read_csv(tmp_path / "dose-measures.csv").set_index("structure")
    found = [measures.loc["PTV70", "dose_mean_gy"], measures.loc["PTV70", "dose_d95_gy"]]
    assert found == pytest.approx([71.419, 68.649], abs=1e-3)
    assert measures.loc["SpinalCord", "dose_max_gy"] == pytest.approx(32.026, abs=1e-3)
