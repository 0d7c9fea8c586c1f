import os
from pathlib import Path

import pytest

from hyoid.cohort import read_cohort
from hyoid.cohort.check import check_cohort

DATA = os.environ.get("HYOID_TEST_DATA")


@pytest.mark.skipif(DATA is None, reason="HYOID_TEST_DATA is not set: the real PET/CT study is not there")
def test_a_real_chest_study_has_no_fault_of_its_images() -> None:
    """Two native grids, arms, table and breathing: neither misregistered, nor extravasated, nor anything else."""
    findings = check_cohort(read_cohort(Path(str(DATA)) / "acrin-petct" / "nifti"))
    assert {finding.code for finding in findings} == {"no-table", "unknown-center"}
