import math
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest

from hyoid.dicom.structures import (
    Algorithm,
    LesionMeasures,
    algorithm_of,
    check_volumes,
    labels_of,
    listed_lesions,
    write_report,
    write_seg,
)
from hyoid.dicom.structures.answers import answers_of
from hyoid.errors import DicomError
from hyoid.geometry import Volume
from support.ct_series import GRID, write_ct
from support.independent import run

INFO = {
    "id": "P1",
    "recipe": "baseline-segresnet",
    "recipe_hash": "ab" * 32,
    "preset": "full",
    "networks": 5,
    "lesions": {"gtvp": {"volume_ml": 12.5, "count": 1}, "gtvn": {"volume_ml": 3.25, "count": 2}},
    "components": [
        {"label": "gtvp", "volume_ml": 12.5, "suv_max": 9.1},
        {"label": "gtvn", "volume_ml": 2.0, "suv_max": 5.5},
        {"label": "gtvn", "volume_ml": 1.25},
    ],
    "hpv": {"recipe": "cds-hpv", "probability": 0.7, "threshold": 0.55, "decision": True},
    "rfs": {
        "recipe": "cds-rfs",
        "risk": -0.25,
        "percentile": 40.0,
        "group": 1,
        "groups": 3,
        "survival": {"1_year": {"days": 365, "value": 0.9}, "5_years": {"days": 1825, "value": 0.6}},
    },
}
LESIONS = [
    LesionMeasures("gtvp", 12.5, 9.1, 7.7, 60.0),
    LesionMeasures("gtvn", 2.0, 5.5, math.nan, 4.0),
    LesionMeasures("gtvn", 1.25),
]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("report")
    series = write_ct(folder / "ct")
    labels = np.zeros(GRID.shape, np.uint8)
    labels[3:6, 4:12, 4:14] = 1
    labels[8, 2:4, 20] = 2
    write_seg(folder / "seg.dcm", Volume(labels, GRID), {1: "gtvp", 2: "gtvn"}, series, algorithm_of(INFO))
    write_report(folder / "sr.dcm", INFO, LESIONS, series, pydicom.dcmread(folder / "seg.dcm"))
    return series, folder


def numbers(group) -> dict[str, tuple[float, str]]:
    found = {}
    for item in group.get_measurements():
        derived = f" {item.derivation.meaning}" if item.derivation is not None else ""
        found[item.name.meaning + derived] = (float(item.value), item.unit.value)
    return found


def test_highdicom_reads_every_number_back(written) -> None:
    _, folder = written
    report = highdicom.sr.srread(folder / "sr.dcm")
    assert (report.CompletionFlag, report.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    single = report.content.get_image_measurement_groups()
    by_name = {group.tracking_identifier: numbers(group) for group in single}
    assert by_name["GTVp 1"] == {
        "Volume": (12.5, "ml"),
        "SUVbw Maximum": (9.1, "{SUVbw}g/ml"),
        "SUVbw Peak Value Within ROI": (7.7, "{SUVbw}g/ml"),
        "Total Lesion Glycolysis": (60.0, "g"),
    }
    assert set(by_name["GTVn 1"]) == {"Volume", "SUVbw Maximum", "Total Lesion Glycolysis"}
    assert by_name["GTVn 2"] == {"Volume": (1.25, "ml")}
    hpv = by_name["HPV status (research use only)"]
    assert hpv == {
        "Probability of HPV-positive disease": (70.0, "%"),
        "Probability from which on it is positive": (55.0, "%"),
    }
    rfs = by_name["Recurrence-free survival (research use only)"]
    assert rfs["Risk of recurrence, standardised, higher is worse"] == (-0.25, "1")
    assert rfs["Probability of recurrence-free survival at 1825 days"] == (60.0, "%")


def test_every_group_says_that_it_is_for_research(written) -> None:
    _, folder = written
    content = highdicom.sr.srread(folder / "sr.dcm").content
    groups = [
        *content.get_image_measurement_groups(),
        *content.get_volumetric_roi_measurement_groups(),
    ]
    assert len(groups) == 3 + 2 + 2
    for group in groups:
        assert "RESEARCH_ONLY" in {item.value.value for item in group.get_qualitative_evaluations()}
    statements = {item.value.meaning for group in groups for item in group.get_qualitative_evaluations()}
    assert "HPV-positive as inferred from images and record, no p16 test" in statements
    assert "Group 1 of 3, the last has the highest risk" in statements


def test_segments_are_referred_to_with_the_sums(written) -> None:
    _, folder = written
    groups = highdicom.sr.srread(folder / "sr.dcm").content.get_volumetric_roi_measurement_groups()
    seg = pydicom.dcmread(folder / "seg.dcm")
    referred = [group.referenced_segment[0].ReferencedSOPSequence[0] for group in groups]
    found = [(item.ReferencedSOPInstanceUID, item.ReferencedSegmentNumber) for item in referred]
    assert found == [(seg.SOPInstanceUID, 1), (seg.SOPInstanceUID, 2)]
    assert [numbers(group)["Volume"][0] for group in groups] == [12.5, 3.25]
    assert [numbers(group)["Number of lesions"][0] for group in groups] == [1, 2]


def test_dcmtk_reads_it(written) -> None:
    _, folder = written
    printed = run("dsrdump", folder / "sr.dcm")
    assert '"Total Lesion Glycolysis")="60.0"' in printed
    assert printed.count("Research use only, not for diagnosis or treatment") == 7
    run("dcmdump", "-q", folder / "sr.dcm")


def test_the_report_is_of_the_same_patient_and_study(written) -> None:
    series, folder = written
    report = pydicom.dcmread(folder / "sr.dcm")
    assert (report.PatientID, report.StudyInstanceUID) == ("P1", series.study_instance_uid)


def test_answers_alone_make_a_report_and_nothing_makes_none(written, tmp_path: Path) -> None:
    series, _ = written
    only = {"id": "P1", "hpv": INFO["hpv"]}
    write_report(tmp_path / "sr.dcm", only, [], series)
    groups = highdicom.sr.srread(tmp_path / "sr.dcm").content.get_image_measurement_groups()
    assert [group.tracking_identifier for group in groups] == ["HPV status (research use only)"]
    with pytest.raises(DicomError, match="something to report"):
        write_report(tmp_path / "none.dcm", {"id": "P1"}, [], series)
    assert not (tmp_path / "none.dcm").exists()


def test_a_segmentation_of_another_study_is_refused(written, tmp_path: Path) -> None:
    _, folder = written
    other = write_ct(tmp_path / "ct", study="1.2.3.4")
    with pytest.raises(DicomError, match="segmentation of another study"):
        write_report(tmp_path / "sr.dcm", INFO, LESIONS, other, pydicom.dcmread(folder / "seg.dcm"))


def test_what_is_not_known_has_no_number() -> None:
    (answer,) = answers_of({"rfs": {"recipe": "r", "risk": 40.0, "percentile": math.nan, "survival": {}}})
    assert [name[0] for name, _, _ in answer.numbers] == ["RFS_RISK"]
    assert answer.statements == ()


def test_a_predictions_json_names_lesions_labels_and_model() -> None:
    assert listed_lesions(INFO)[2] == LesionMeasures("gtvn", 1.25)
    assert labels_of(INFO) == {1: "gtvp", 2: "gtvn"}
    assert labels_of({"lesions": {"tumour": {}}}) == {1: "tumour"}
    model = algorithm_of(INFO)
    assert model.name == "baseline-segresnet"
    assert model.version.endswith("recipe abababababab")
    assert model.parameters["recipe_hash"] == "ab" * 32
    several = {**INFO, "recipe": "a + b", "recipes": [{"recipe_hash": "1" * 64}, {"recipe_hash": "2" * 64}]}
    assert algorithm_of(several).version.endswith("recipe 111111111111 222222222222")
    long = algorithm_of({**INFO, "recipe": "x" * 100})
    assert len(long.name) == 64
    assert long.parameters["recipe"] == "x" * 100
    with pytest.raises(DicomError, match="without the recipe"):
        algorithm_of({"id": "P1"})
    assert Algorithm("a", "b").parameter_text == ""


def test_a_json_of_another_label_map_is_refused() -> None:
    labels = Volume(np.zeros(GRID.shape, np.uint8), GRID)
    with pytest.raises(DicomError, match=r"0.000 mL of gtvp in the label map and 12.500"):
        check_volumes(INFO, labels, labels_of(INFO))
    with pytest.raises(DicomError, match="nan mL"):
        check_volumes({"id": "P1"}, labels, {1: "gtvp"})
