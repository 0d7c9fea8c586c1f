from pathlib import Path

import pytest

from hyoid.cohort import read_cohort
from hyoid.cohort.acquisition import read_acquisition
from hyoid.errors import CohortError

HEADER = "PatientID,PET System,PET Dose (MBq),uptake_min,CT kVp,Note"


def _write(folder: Path, *rows: str, header: str = HEADER) -> Path:
    (folder / "acquisition.csv").write_text("\n".join([header, *rows]) + "\n")
    return folder


def test_the_papers_headings_and_the_own_names_are_read(tmp_path: Path) -> None:
    found = read_acquisition(_write(tmp_path, "A-1,Discovery ST,584,90,140,x", "A-2,,368.5,N/A,,"))
    assert found is not None
    assert found.columns == ("scanner", "injected_dose_mbq", "uptake_min", "ct_kvp")
    first = {"scanner": "Discovery ST", "injected_dose_mbq": 584.0, "uptake_min": 90.0, "ct_kvp": 140.0}
    assert found.by_id == {"A-1": first, "A-2": {"injected_dose_mbq": 368.5}}
    assert found.notes == ()


@pytest.mark.parametrize("dose", ["3.7e8", "-5", "0", "ten", "4x4"])
def test_a_number_in_another_unit_is_missing_and_said(tmp_path: Path, dose: str) -> None:
    found = read_acquisition(_write(tmp_path, f"A-1,,{dose},90,,"))
    assert found is not None
    assert found.by_id == {"A-1": {"uptake_min": 90.0}}
    assert found.notes == (f"acquisition.csv: PET Dose (MBq) = {dose!r} of A-1 was read as missing.",)


def test_the_first_of_two_rows_counts(tmp_path: Path) -> None:
    found = read_acquisition(_write(tmp_path, "A-1,,400,,,", "A-1,,500,,,", ",,600,,,"))
    assert found is not None
    assert found.by_id == {"A-1": {"injected_dose_mbq": 400.0}}
    assert [note.split("row of ")[1] for note in found.notes] == ["A-1 was left out.", "no patient was left out."]


def test_a_table_without_ids_or_with_one_parameter_twice_is_refused(tmp_path: Path) -> None:
    assert read_acquisition(tmp_path) is None
    with pytest.raises(CohortError, match="a column PatientID"):
        read_acquisition(_write(tmp_path, "584", header="PET Dose (MBq)"))
    with pytest.raises(CohortError, match="one of injected dose"):
        read_acquisition(_write(tmp_path, "A-1,1,2", header="PatientID,dose_mbq,injected_dose_mbq"))


def test_it_is_no_clinical_table(tmp_path: Path) -> None:
    (tmp_path / "clinical.csv").write_text("PatientID,Age\nA-1,50\n")
    cohort = read_cohort(_write(tmp_path, "A-1,Discovery ST,584,90,140,x", "A-2,,,,,"))
    assert [case.id for case in cohort.cases] == ["A-1"]
    assert cohort.cases[0].clinical == {"age": 50}
