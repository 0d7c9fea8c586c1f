"""From DICOM to a prediction and back: the objects lie where the label map does, for readers that are not ours."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from matplotlib.path import Path as Polygon
from typer.testing import CliRunner

import hyoid
from hyoid.cli.app import app
from hyoid.dicom.cohort import import_dicom
from hyoid.errors import DicomError
from hyoid.geometry import Volume
from hyoid.imaging import read_volume, write_volume
from support.dicom_series import ct_slices, pet_slices, stored, write_series
from support.independent import run

OBLIQUE = (0.96, 0.28, 0.0, -0.28, 0.96, 0.0)


def predicted(folder: Path, ct: Volume) -> Volume:
    """Write a prediction of a GTVp and a GTVn, as `hyoid predict` does."""
    array = np.zeros(ct.array.shape, np.uint8)
    z, y, x = (n // 2 for n in array.shape)
    array[z - 1 : z + 2, y - 3 : y + 1, x - 4 : x + 2] = 1
    array[z - 2, y + 2 : y + 4, x + 2 : x + 5] = 2
    labels = Volume(array, ct.grid)
    volumes = {name: {"volume_ml": labels.volume_ml(value)} for value, name in ((1, "gtvp"), (2, "gtvn"))}
    components = [{"label": name, "volume_ml": found["volume_ml"]} for name, found in volumes.items()]
    info = {"id": folder.name, "recipe": "baseline-unet", "lesions": volumes, "components": components}
    write_volume(folder / f"{folder.name}.nii.gz", labels)
    (folder / f"{folder.name}.json").write_text(json.dumps(info))
    return labels


@pytest.fixture
def study(tmp_path: Path) -> tuple[Path, Volume]:
    """A turned CT and its PET as DICOM, imported, and a prediction of it."""
    write_series(ct_slices(stored((12, 20, 24)), orientation=OBLIQUE), tmp_path / "pile")
    write_series(pet_slices(stored((8, 8, 9), seed=1), orientation=OBLIQUE), tmp_path / "pile")
    import_dicom(tmp_path / "pile", tmp_path / "cohort")
    return tmp_path, predicted(tmp_path / "pred" / "P1", read_volume(tmp_path / "cohort" / "P1" / "P1__CT.nii.gz"))


def voxels_of_seg(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return label voxels and their positions (mm, LPS) by highdicom."""
    import highdicom

    volume = highdicom.seg.segread(path).get_volume(combine_segments=True)
    index = np.argwhere(volume.array > 0)
    return volume.array[tuple(index.T)], index @ volume.affine[:3, :3].T + volume.affine[:3, 3]


def voxels_of(labels: Volume) -> tuple[np.ndarray, np.ndarray]:
    index = np.argwhere(labels.array > 0)
    return labels.array[tuple(index.T)], labels.grid.to_world(index[:, ::-1].astype(float))


def sorted_rows(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    rows = np.column_stack([values, np.round(positions, 2)])
    return rows[np.lexsort(np.round(rows.T))]


def inside_contours(path: Path, labels: Volume) -> np.ndarray:
    """Return the label of each voxel centre by matplotlib's point-in-polygon, contour by contour."""
    dataset = pydicom.dcmread(path)
    found = np.zeros(labels.array.shape, np.uint8)
    for value, roi in enumerate(dataset.ROIContourSequence, start=1):
        for contour in roi.get("ContourSequence") or ():
            points = labels.grid.to_index(np.reshape(contour.ContourData, (-1, 3)).astype(float))
            k = round(float(points[0, 2]))
            assert np.abs(points[:, 2] - k).max() < 0.01
            y, x = np.mgrid[: labels.array.shape[1], : labels.array.shape[2]]
            hit = Polygon(points[:, :2]).contains_points(np.column_stack([x.ravel(), y.ravel()]))
            found[k][hit.reshape(y.shape)] = value
    return found


def check_geometry(files: dict[str, Path], labels: Volume) -> None:
    ours, theirs = sorted_rows(*voxels_of(labels)), sorted_rows(*voxels_of_seg(files["seg"]))
    np.testing.assert_allclose(theirs, ours, atol=0.02)
    assert (inside_contours(files["rtstruct"], labels) == labels.array).all()
    frames = {pydicom.dcmread(file).get("FrameOfReferenceUID") for kind, file in files.items() if kind != "report"}
    assert len(frames) == 1


def test_each_object_lies_where_the_label_map_does(study: tuple[Path, Volume]) -> None:
    root, labels = study
    done = hyoid.dicom_results(root / "cohort", root / "pred")
    assert done.failed == {}
    assert list(done.written["P1"]) == ["seg", "rtstruct", "report"]
    check_geometry(done.written["P1"], labels)
    assert sorted(path.name for path in (root / "pred" / "P1").iterdir()) == [
        *("P1.json", "P1.nii.gz", "P1.report.dcm", "P1.rtstruct.dcm", "P1.seg.dcm")
    ]


def test_images_that_were_moved_are_asked_for(study: tuple[Path, Volume]) -> None:
    root, labels = study
    shutil.make_archive(str(root / "moved"), "zip", root / "pile")
    shutil.rmtree(root / "pile")
    arguments = ["export", "results", str(root / "cohort"), str(root / "pred")]
    refused = CliRunner().invoke(app, arguments)
    assert refused.exit_code == 2
    assert "nothing at" in refused.output
    done = CliRunner().invoke(
        app, [*arguments, "--source", str(root / "moved.zip"), "--out", str(root / "o"), "--json"]
    )
    assert done.exit_code == 0, done.output
    files = {kind: Path(path) for kind, path in json.loads(done.stdout)["written"]["P1"].items()}
    assert files["seg"].parent == root / "o" / "P1"
    check_geometry(files, labels)


def test_images_of_which_some_are_gone_are_counted(study: tuple[Path, Volume]) -> None:
    root, _ = study
    ct = next(path for path in (root / "pile").rglob("*") if path.is_file() and pydicom.dcmread(path).Modality == "CT")
    ct.unlink()
    (reason,) = hyoid.dicom_results(root / "cohort", root / "pred").failed.values()
    assert "11 of the 12 images" in reason


def test_what_cannot_be_written_leaves_what_was(study: tuple[Path, Volume]) -> None:
    root, _ = study
    before = {kind: path.read_bytes() for kind, path in first_case(root).items()}
    path = root / "pred" / "P1" / "P1.json"
    info = json.loads(path.read_text())
    info["lesions"]["gtvp"]["volume_ml"] += 1
    path.write_text(json.dumps(info))
    done = hyoid.dicom_results(root / "cohort", root / "pred")
    assert "of the same prediction" in done.failed["P1"]
    assert {kind: (root / "pred" / "P1" / f"P1.{kind}.dcm").read_bytes() for kind in before} == before


def first_case(root: Path) -> dict[str, Path]:
    return hyoid.dicom_results(root / "cohort", root / "pred").written["P1"]


def test_answers_without_contours_are_a_report_alone(study: tuple[Path, Volume]) -> None:
    root, _ = study
    (root / "pred" / "P1" / "P1.nii.gz").unlink()
    info = {"id": "P1", "hpv": {"recipe": "hpv-logistic", "probability": 0.7, "threshold": 0.5, "decision": True}}
    (root / "pred" / "P1" / "P1.json").write_text(json.dumps(info))
    assert list(first_case(root)) == ["report"]


def test_a_study_without_lesions_says_so(study: tuple[Path, Volume]) -> None:
    import highdicom

    root, labels = study
    folder = root / "pred" / "P1"
    nothing = {name: {"volume_ml": 0.0, "count": 0} for name in ("gtvp", "gtvn")}
    info = {"id": "P1", "recipe": "baseline-unet", "lesions": nothing, "components": []}
    write_volume(folder / "P1.nii.gz", labels.with_array(np.zeros_like(labels.array)))
    (folder / "P1.json").write_text(json.dumps(info))
    files = first_case(root)
    groups = highdicom.sr.srread(files["report"]).content.get_image_measurement_groups()
    found = {group.tracking_identifier: [int(m.value) for m in group.get_measurements()] for group in groups}
    assert found == {"GTVp, none found": [0], "GTVn, none found": [0]}
    assert len(pydicom.dcmread(files["seg"]).SegmentSequence) == 2
    assert len(pydicom.dcmread(files["rtstruct"]).StructureSetROISequence) == 2


def test_a_case_without_prediction_stops_no_other(study: tuple[Path, Volume]) -> None:
    root, _ = study
    write_series(ct_slices(stored((6, 8, 9)), patient="P2", study="S2"), root / "pile" / "second")
    import_dicom(root / "pile", root / "cohort")
    done = hyoid.dicom_results(root / "cohort", root / "pred")
    assert list(done.written) == ["P1"]
    assert "the JSON of a prediction" in done.failed["P2"]


def test_a_case_that_was_not_imported_is_told(study: tuple[Path, Volume]) -> None:
    root, _ = study
    done = hyoid.dicom_results(root / "cohort", root / "pred", cases=["P1", "MDA-001"])
    assert list(done.written) == ["P1"]
    assert "no study to go back into" in done.failed["MDA-001"]


def test_a_cohort_that_was_not_imported_is_refused_before_it_is_predicted(tmp_path: Path) -> None:
    (tmp_path / "cohort").mkdir()
    with pytest.raises(DicomError, match="no case with import"):
        hyoid.dicom_results(tmp_path / "cohort", tmp_path)
    for given, said in ((["--cohort", str(tmp_path / "cohort")], "import.json"), ([], "--dicom without --cohort")):
        done = CliRunner().invoke(app, ["predict", "nowhere", *given, "--out", str(tmp_path / "o"), "--dicom"])
        assert isinstance(done.exception, DicomError)
        assert said in str(done.exception)


@pytest.mark.skipif(
    "HYOID_TEST_DATA" not in os.environ, reason="HYOID_TEST_DATA is not set: the real study is not there"
)
def test_the_real_chest_study_there_and_back(tmp_path: Path) -> None:
    pile = Path(os.environ["HYOID_TEST_DATA"]) / "acrin-petct" / "dicom"
    (case,) = import_dicom(pile, tmp_path / "cohort").cases
    ct = read_volume(tmp_path / "cohort" / case.case / f"{case.case}__CT.nii.gz")
    labels = predicted(tmp_path / "pred" / case.case, ct)
    files = hyoid.dicom_results(tmp_path / "cohort", tmp_path / "pred").written[case.case]
    check_geometry(files, labels)
    if shutil.which("dcmdump") is None:
        pytest.skip("dcmtk is not installed: its reading of the three objects is left out")
    for file in files.values():
        assert "ACRIN-NSCLC-FDG-PET-042" in run("dcmdump", "-q", "+P", "PatientID", file)


@pytest.mark.slow
@pytest.mark.skipif(
    "HYOID_TEST_DATA" not in os.environ, reason="HYOID_TEST_DATA is not set: the real study is not there"
)
def test_the_real_chest_study_in_two_commands(tmp_path: Path) -> None:
    """After a few epochs on phantoms the lesions mean nothing; where they lie must be right all the same."""
    from hyoid import api
    from hyoid.phantom import write_cohort

    write_cohort(tmp_path / "phantoms", 6, 3, broken=False)
    hot = "[{name: suv_gate, percentile: 50}, {name: largest_component, labels: [gtvp, gtvn]}]"
    overrides = ["split={name: kfold, folds: 2}", f"inference.postprocess={hot}"]
    trained = api.train(
        tmp_path / "phantoms", "baseline-unet", tmp_path / "run", preset="smoke", overrides=overrides, fold="0"
    )
    pile = Path(os.environ["HYOID_TEST_DATA"]) / "acrin-petct" / "dicom"
    cohort, out = tmp_path / "cohort", tmp_path / "pred"
    for arguments in (
        ["import", "dicom", str(pile), str(cohort)],
        ["predict", str(trained.bundle.folder), "--cohort", str(cohort), "--out", str(out), "--dicom", "--json"],
    ):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
    ((case, files),) = json.loads(done.stdout)["dicom"]["written"].items()
    labels = read_volume(out / case / f"{case}.nii.gz")
    assert labels.array.any()
    check_geometry({kind: Path(path) for kind, path in files.items()}, labels)
