from pathlib import Path

import pandas as pd
import pytest

from hyoid.cohort import read_cohort
from hyoid.cohort.check import Finding, check_cohort
from hyoid.phantom import FAULTS, TRUTH_FILE, cohort, write_cohort
from hyoid.phantom.faults import FAULT_SHARE, draw_fault

CODES = {
    "pet_in_bqml": "pet-not-in-suv",
    "negative_suv": "negative-suv",
    "extravasation": "extravasation",
    "no_overlap": "no-overlap",
    "missing_pet": "missing-image",
    "truncated_ct": "truncated-file",
    "mask_label_3": "unknown-labels",
    "mask_on_other_grid": "mask-grid",
    "stray_mask_voxels": "stray-component",
    "event_without_time": "event-without-time",
}
"""Fault -> the finding of `hyoid check` that names it."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("broken") / "cohort"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cohort, "draw_fault", lambda _seed, index, _masks: FAULTS[index])
        write_cohort(out, len(FAULTS), seed=4)
    return out


@pytest.fixture(scope="module")
def findings(broken: Path) -> list[Finding]:
    return check_cohort(read_cohort(broken))


def test_every_fault_has_a_finding_of_its_own() -> None:
    assert set(CODES) == set(FAULTS)
    assert len(set(CODES.values())) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_check_finds_the_fault_in_its_case_and_nowhere_else(broken: Path, findings: list[Finding], fault: str) -> None:
    truth = pd.read_csv(broken / TRUTH_FILE)
    (name,) = truth.loc[truth["fault"] == fault, "PatientID"]
    assert {finding.case for finding in findings if finding.code == CODES[fault]} == {name}


def test_sound_cases_carry_no_errors(findings: list[Finding]) -> None:
    errors = {finding.code for finding in findings if finding.severity == "error"}
    assert errors <= set(CODES.values())


def test_one_case_in_a_hundred_is_broken() -> None:
    drawn = [draw_fault(1, index, has_mask=True) for index in range(5000)]
    assert sum(fault is not None for fault in drawn) / 5000 == pytest.approx(FAULT_SHARE, abs=0.005)
    assert {fault for fault in drawn if fault} == set(FAULTS)
    assert drawn[:50] == [draw_fault(1, index, has_mask=True) for index in range(50)]


def test_cases_without_masks_have_no_fault_of_masks() -> None:
    drawn = {draw_fault(2, index, has_mask=False) for index in range(4000)}
    assert not any("mask" in fault for fault in drawn if fault)


def test_faults_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cohort, "draw_fault", lambda *_: "missing_pet")
    write_cohort(tmp_path / "sound", 1, broken=False)
    assert (tmp_path / "sound" / "Task 1" / "MDA-001" / "MDA-001__PT.nii.gz").exists()
