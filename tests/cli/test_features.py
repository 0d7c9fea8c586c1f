import csv
import json
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hyoid import api
from hyoid.cli import main
from hyoid.cli.app import app
from hyoid.errors import HyoidError
from hyoid.features import COLUMNS
from hyoid.geometry import Grid, Volume
from hyoid.imaging import write_volume
from support.hpv import TABLE, clinical_network, records, write_table

GRID = Grid((12, 12, 12), (2.0, 2.0, 2.0))
DOSE_GRID = Grid((6, 6, 6), (4.0, 4.0, 4.0), (1.0, 1.0, 1.0))


def _cohort(folder: Path) -> Path:
    """Two patients; the second has no PET."""
    mask = np.zeros(GRID.shape, np.uint8)
    mask[4:8, 4:8, 4:8] = 1
    ct = Volume(np.where(mask, 40, -1000).astype(np.int16), GRID)
    for identifier in ("CHUM-001", "CHUM-002"):
        place = folder / "Task 1" / identifier
        write_volume(place / f"{identifier}.nii.gz", Volume(mask, GRID))
        write_volume(place / f"{identifier}__CT.nii.gz", ct)
    suv = np.random.default_rng(0).uniform(3, 5, GRID.shape).astype(np.float32)
    write_volume(folder / "Task 1" / "CHUM-001" / "CHUM-001__PT.nii.gz", Volume(suv, GRID))
    return folder


def _rows(path: Path) -> dict[str, dict[str, str]]:
    with path.open() as stream:
        return {row["PatientID"]: row for row in csv.DictReader(stream)}


def test_table_is_written_and_what_is_missing_is_said(tmp_path: Path) -> None:
    cohort, out = _cohort(tmp_path / "cohort"), tmp_path / "features.csv"
    result = CliRunner().invoke(app, ["features", str(cohort), "--out", str(out), "--quiet"])
    assert result.exit_code == 0
    assert "2 patients, 1 with notes" in result.output
    rows = _rows(out)
    assert float(rows["CHUM-001"]["gtvp_tlg_g"]) == pytest.approx(4 * 0.512, rel=0.05)
    assert rows["CHUM-002"]["gtvp_tlg_g"] == ""
    assert rows["CHUM-002"]["gtvp_ct_mean_hu"] == "40.0"
    assert rows["CHUM-002"]["Notes"] == "no PET"


def test_each_column_is_explained_and_nothing_else(tmp_path: Path) -> None:
    cohort, out = _cohort(tmp_path / "cohort"), tmp_path / "features.csv"
    CliRunner().invoke(app, ["features", str(cohort), "--out", str(out), "--active-suv", "2.5", "--quiet"])
    content = json.loads((tmp_path / "features.csv.columns.json").read_text())
    assert content["active_suv"] == 2.5
    columns = list(_rows(out)["CHUM-001"])
    assert list(content["columns"]) == [name for name in columns if name not in {"PatientID", "CenterID", "Notes"}]
    assert content["columns"]["gtvp_dmax_mm"]["unit"] == "mm"


def test_the_dose_has_columns_where_a_patient_has_one(tmp_path: Path) -> None:
    cohort, out = _cohort(tmp_path / "cohort"), tmp_path / "features.csv"
    CliRunner().invoke(app, ["features", str(cohort), "--out", str(out), "--quiet"])
    assert not any("dose" in name for name in _rows(out)["CHUM-001"])
    gray = Volume(np.full(DOSE_GRID.shape, 68.0, np.float32), DOSE_GRID)
    write_volume(cohort / "Task 2" / "CHUM-001" / "CHUM-001__RTDOSE.nii.gz", gray)
    CliRunner().invoke(app, ["features", str(cohort), "--out", str(out), "--quiet"])
    rows = _rows(out)
    assert tuple(rows["CHUM-001"]) == COLUMNS
    assert [rows["CHUM-001"][f"gtvp_dose_{name}"] for name in ("d95_gy", "v66", "v70")] == ["68.0", "1.0", "0.0"]
    assert rows["CHUM-002"]["gtvp_dose_mean_gy"] == ""


def test_json_and_other_masks(tmp_path: Path) -> None:
    cohort = _cohort(tmp_path / "cohort")
    nodes = np.zeros(GRID.shape, np.uint8)
    nodes[0, 0, :2] = 2
    write_volume(tmp_path / "masks" / "CHUM-001.nii.gz", Volume(nodes, GRID))
    out = ["--out", str(tmp_path / "f.csv"), "--json"]
    result = CliRunner().invoke(app, ["features", str(cohort), "--masks", str(tmp_path / "masks"), *out])
    rows = {row["PatientID"]: row for row in json.loads(result.stdout)["features"]}
    assert rows["CHUM-001"]["gtvn_volume_ml"] == 0.016
    assert rows["CHUM-002"]["gtvn_volume_ml"] is None
    assert rows["CHUM-002"]["Notes"] == "no mask"


@pytest.mark.skipif(find_spec("zrad") is not None, reason="the extra is there")
def test_radiomics_without_the_extra_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    cohort = _cohort(tmp_path / "cohort")
    arguments = ["features", str(cohort), "--out", str(tmp_path / "f.csv"), "--radiomics", "default"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, HyoidError)
    assert "hyoid[radiomics]" in str(result.exception)
    assert not (tmp_path / "f.csv").exists()


@pytest.mark.skipif(find_spec("zrad") is None, reason='the extra is not there: pip install "hyoid[radiomics]"')
def test_radiomics_join_the_table(tmp_path: Path) -> None:
    cohort, out, settings = _cohort(tmp_path / "cohort"), tmp_path / "f.csv", tmp_path / "mine.yaml"
    settings.write_text("families: [intensity, glrlm]\nlesions: [gtvp]\n")
    arguments = ["features", str(cohort), "--out", str(out), "--radiomics", str(settings), "--quiet"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    rows = _rows(out)
    assert float(rows["CHUM-001"]["gtvp_pet_intensity_mean"]) == pytest.approx(float(rows["CHUM-001"]["gtvp_suv_mean"]))
    assert rows["CHUM-002"]["gtvp_ct_intensity_mean"] == "40.0"
    assert rows["CHUM-002"]["gtvp_pet_glrlm_run_entropy"] == ""
    content = json.loads((tmp_path / "f.csv.columns.json").read_text())
    assert content["columns"]["gtvp_pet_glrlm_run_entropy"]["library"] == "z-rad"
    assert content["radiomics"]["families"] == ["intensity", "glrlm"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_table(tmp_path_factory.mktemp("records") / TABLE, records(24))


@pytest.fixture(scope="module")
def run(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = clinical_network("split={name: kfold, folds: 2}", epochs=1)
    return api.train(table, recipe, tmp_path_factory.mktemp("run") / "run", device="cpu").run.folder


def test_deep_features_of_one_fold_are_written_with_where_they_come_from(
    table: Path, run: Path, tmp_path: Path
) -> None:
    found, names = {}, []
    for fold in ("0", "1"):
        out = tmp_path / f"deep-{fold}.csv"
        arguments = ["features", str(table), "--bundle", str(run), "--fold", fold, "--out", str(out)]
        result = CliRunner().invoke(app, [*arguments, "--device", "cpu", "--quiet"])
        assert result.exit_code == 0, result.output
        assert "24 patients, 0 with notes" in result.output
        found[fold] = _rows(out)
        names = [name for name in found[fold]["ACEN-000"] if name.startswith("deep_")]
        content = json.loads(out.with_name(f"{out.name}.columns.json").read_text())
        assert list(content["columns"]) == names
        assert {column["fold"] for column in content["columns"].values()} == {f"fold-{fold}"}
        assert {row["fold"] for row in found[fold].values()} == {f"fold-{fold}"}
    assert {row["part"] for row in found["0"].values()} == {"train", "select", "report"}
    assert any(found["0"]["ACEN-000"][name] != found["1"]["ACEN-000"][name] for name in names)


def test_json_holds_the_digits_of_the_table_and_a_bundle_alone_knows_no_part(
    table: Path, run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "deep.csv"
    arguments = ["features", str(table), "--bundle", str(run / "bundle"), "--out", str(out), "--json", "--quiet"]
    result = CliRunner().invoke(app, arguments)
    assert "Give the folder of the run" in result.stderr
    rows = {row["PatientID"]: row for row in json.loads(result.stdout)["features"]}
    written = _rows(out)
    assert {row["part"] for row in written.values()} == {"unknown"}
    for name, row in rows.items():
        assert float(written[name]["deep_0001"]) == row["deep_0001"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fold", "1", "--device", "cpu"], "Found --fold and --device without --bundle"),
        (["--member", "0"], "Found --member without --bundle"),
        (["--bundle", "RUN", "--radiomics", "default"], "Found --radiomics with --bundle"),
        (["--bundle", "RUN", "--active-suv", "2.5", "--jobs", "2"], "Found --active-suv and --jobs with --bundle"),
        (["--bundle", "RUN", "--fold", "2"], "Found fold 2; expected one of fold-0, fold-1"),
        (["--bundle", "RUN", "--masks", "."], "which measures no lesions"),
        (["--bundle", "nowhere"], "no manifest.json in nowhere"),
    ],
)
def test_options_that_would_do_nothing_are_refused_and_nothing_is_written(
    table: Path,
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    given = [str(run) if option == "RUN" else option for option in options]
    out = tmp_path / "f.csv"
    monkeypatch.setattr(sys, "argv", ["hyoid", "features", str(table), "--out", str(out), *given])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
    assert not out.exists()
