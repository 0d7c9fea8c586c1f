from pathlib import Path

import pytest
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.cohort import read_cohort
from hyoid.cohort.check import check_cohort
from hyoid.phantom import cohort as writer
from hyoid.phantom import write_cohort

USUAL = {"misregistration", "node-not-suspicious", "gtvp-touches-gtvn", "lesion-cut-by-frame"}
"""Warnings that a sound case may have: 5 % of phantoms have a PET that moved by 7-14 mm, and faint nodes are drawn."""


def _check_clean(folder: Path, patients: int) -> None:
    write_cohort(folder, patients, seed=11, size="tiny", broken=False)
    findings = check_cohort(read_cohort(folder))
    assert [str(finding) for finding in findings if finding.severity == "error"] == []
    assert {finding.code for finding in findings if finding.severity == "warning"} <= USUAL


def test_a_clean_phantom_cohort_passes_strictly(tmp_path: Path) -> None:
    write_cohort(tmp_path / "cohort", 2, seed=11, size="tiny", broken=False)
    result = CliRunner().invoke(app, ["check", str(tmp_path / "cohort"), "--strict", "--quiet"])
    assert result.exit_code == 0, result.output
    assert "0 error, 0 warning" in result.output


@pytest.mark.slow
def test_a_larger_clean_phantom_cohort_passes_strictly(tmp_path: Path) -> None:
    """None of these patients moved or has a faint node; what the images truly show would be a warning."""
    write_cohort(tmp_path / "cohort", 12, seed=1, size="tiny", broken=False)
    result = CliRunner().invoke(app, ["check", str(tmp_path / "cohort"), "--strict", "--quiet"])
    assert result.exit_code == 0, result.output


@pytest.mark.slow
def test_a_larger_clean_phantom_cohort_has_no_error(tmp_path: Path) -> None:
    _check_clean(tmp_path / "cohort", 16)


FAULTS = {
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


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_the_phantom_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setattr(writer, "draw_fault", lambda *_: fault)
    write_cohort(tmp_path / "cohort", 1, seed=3, size="tiny")
    codes = [finding.code for finding in check_cohort(read_cohort(tmp_path / "cohort"))]
    assert FAULTS[fault] in codes
