import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.dicom.structures import read_regions, structure_labels
from hyoid.errors import HyoidError
from hyoid.geometry import Volume
from hyoid.imaging import write_volume
from support.ct_series import GRID, write_ct


def labels() -> np.ndarray:
    array = np.zeros(GRID.shape, np.uint8)
    array[2:5, 4:10, 4:12] = 1
    array[7, 3:6, 15:18] = array[3, 15:17, 15:17] = 2
    return array


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A CT as DICOM, and what `hyoid predict` writes of it."""
    write_ct(tmp_path / "ct")
    volume = Volume(labels(), GRID)
    write_volume(tmp_path / "P1.nii.gz", volume)
    pet = np.ones(GRID.shape, np.float32)
    pet[2:5, 4:10, 4:12], pet[7, 3:6, 15:18] = 6.0, 3.0
    write_volume(tmp_path / "pet.nii.gz", Volume(pet, GRID))
    millilitres = [volume.volume_ml(label) for label in (1, 2)]
    voxel = GRID.voxel_volume_mm3 / 1000
    info = {
        "id": "P1",
        "recipe": "baseline-segresnet",
        "recipe_hash": "ab" * 32,
        "lesions": {"gtvp": {"volume_ml": round(millilitres[0], 3)}, "gtvn": {"volume_ml": round(millilitres[1], 3)}},
        "components": [
            {"label": "gtvp", "volume_ml": millilitres[0]},
            {"label": "gtvn", "volume_ml": 9 * voxel},
            {"label": "gtvn", "volume_ml": 4 * voxel},
        ],
        "hpv": {"recipe": "cds-hpv", "probability": 0.7, "threshold": 0.5, "decision": True},
    }
    (tmp_path / "P1.json").write_text(json.dumps(info))
    return tmp_path


def invoke(*arguments: object):
    return CliRunner().invoke(app, ["export", *map(str, arguments)])


@pytest.mark.parametrize("verb", ["dicom-seg", "rtstruct"])
def test_a_prediction_goes_out_with_its_model(study: Path, verb: str) -> None:
    done = invoke(verb, study / "P1.nii.gz", "--ct", study / "ct", "--out", study / "o.dcm", "--json")
    assert done.exit_code == 0, done.output
    dataset = pydicom.dcmread(study / "o.dcm")
    assert json.loads(done.stdout)["sop_instance_uid"] == dataset.SOPInstanceUID
    from hyoid.dicom.structures import read_reference_series

    made = structure_labels(read_regions(study / "o.dcm"), read_reference_series(study / "ct"))
    assert (made.labels.array == labels()).all()
    assert "baseline-segresnet" in str(dataset)


def test_a_manual_map_names_no_model(study: Path) -> None:
    (study / "P1.json").unlink()
    arguments = ("rtstruct", study / "P1.nii.gz", "--ct", study / "ct", "--out", study / "o.dcm")
    refused = invoke(*arguments)
    assert isinstance(refused.exception, HyoidError)
    assert "no P1.json beside" in str(refused.exception)
    done = invoke(*arguments, "--manual")
    assert "drawn by a person" in done.stdout
    assert pydicom.dcmread(study / "o.dcm").StructureSetROISequence[0].ROIGenerationAlgorithm == "MANUAL"


def test_the_json_of_another_case_is_refused(study: Path) -> None:
    info = json.loads((study / "P1.json").read_text())
    info["lesions"]["gtvp"]["volume_ml"] += 0.1
    (study / "other.json").write_text(json.dumps(info))
    arguments = ("dicom-seg", study / "P1.nii.gz", "--ct", study / "ct", "--out", study / "o.dcm")
    done = invoke(*arguments, "--prediction-json", study / "other.json")
    assert "of the same prediction" in str(done.exception)
    (study / "other.json").write_text("{")
    done = invoke(*arguments, "--prediction-json", study / "other.json")
    assert "no JSON" in str(done.exception)
    assert not (study / "o.dcm").exists()


def test_a_label_map_of_another_ct_is_refused(study: Path) -> None:
    from hyoid.geometry import Grid

    write_ct(study / "other", Grid(GRID.size, GRID.spacing, (0.0, 0.0, 0.0)))
    done = invoke("dicom-seg", study / "P1.nii.gz", "--ct", study / "other", "--out", study / "o.dcm")
    assert isinstance(done.exception, HyoidError)
    assert "voxels off" in str(done.exception)


def report_numbers(path: Path) -> dict[str, list[float]]:
    import highdicom

    groups = highdicom.sr.srread(path).content.get_image_measurement_groups()
    return {group.tracking_identifier: [float(m.value) for m in group.get_measurements()] for group in groups}


def test_the_report_measures_each_lesion_in_the_pet(study: Path) -> None:
    done = invoke(
        *("report", study / "P1.json", "--ct", study / "ct", "--out", study / "sr.dcm"),
        *("--labels", study / "P1.nii.gz", "--pet", study / "pet.nii.gz"),
    )
    assert done.exit_code == 0, done.output
    assert "3 lesions and HPV status" in done.stdout
    found = report_numbers(study / "sr.dcm")
    voxel = GRID.voxel_volume_mm3 / 1000
    volume, most, _, glycolysis = found["GTVp 1"]
    assert (volume, most) == pytest.approx((144 * voxel, 6.0), rel=1e-4)
    assert glycolysis == pytest.approx(144 * voxel * 6.0, rel=1e-4)
    assert found["GTVn 1"][:2] == pytest.approx([9 * voxel, 3.0], rel=1e-4)
    assert found["GTVn 2"][:2] == pytest.approx([4 * voxel, 1.0], rel=1e-4)
    assert found["HPV status (research use only)"] == [70.0, 50.0]


def test_without_the_pet_the_report_has_what_the_json_lists(study: Path) -> None:
    seg = ("dicom-seg", study / "P1.nii.gz", "--ct", study / "ct", "--out", study / "seg.dcm")
    assert invoke(*seg).exit_code == 0
    arguments = ("report", study / "P1.json", "--ct", study / "ct", "--out", study / "sr.dcm")
    done = invoke(*arguments, "--seg", study / "seg.dcm", "--json")
    assert json.loads(done.stdout)["lesions"] == 3
    assert len(report_numbers(study / "sr.dcm")["GTVp 1"]) == 1
    done = invoke(*arguments, "--pet", study / "pet.nii.gz")
    assert "both or neither" in str(done.exception)


def test_a_pet_in_becquerels_is_refused(study: Path) -> None:
    write_volume(study / "bq.nii.gz", Volume(np.full(GRID.shape, 9000.0, np.float32), GRID))
    done = invoke(
        *("report", study / "P1.json", "--ct", study / "ct", "--out", study / "sr.dcm"),
        *("--labels", study / "P1.nii.gz", "--pet", study / "bq.nii.gz"),
    )
    assert "probably in Bq/mL" in str(done.exception)
