"""The folder that an import writes in: looked at before any work, named where a write fails."""

import errno
import os

import pytest

from hyoid.dicom import case_writer, cohort, out_folder
from hyoid.dicom.cohort import ImportSettings, import_dicom
from hyoid.dicom.out_folder import FullDiskError, check_out
from hyoid.errors import DicomError
from support.dicom_series import ct_slices, pet_slices, write_series


@pytest.fixture
def pile(tmp_path):
    write_series(ct_slices(), tmp_path / "pile")
    write_series(pet_slices(), tmp_path / "pile")
    write_series(ct_slices(patient="P2"), tmp_path / "pile" / "other")
    return tmp_path / "pile"


def no_room(number: int):
    def fail(*_arguments, **_options):
        raise OSError(number, os.strerror(number), "/somewhere")

    return fail


def test_a_folder_that_takes_nothing_is_told_before_any_work(tmp_path, pile, monkeypatch):
    monkeypatch.setattr(out_folder.tempfile, "TemporaryFile", no_room(errno.EACCES))
    monkeypatch.setattr(cohort, "survey", no_room(errno.EIO))
    with pytest.raises(DicomError, match=r"no way to write in .*out \(Permission denied\); expected a folder of yours"):
        import_dicom(pile, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_refused_for_all_but_a_dry_run(tmp_path, pile):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    with pytest.raises(DicomError, match="Permission denied"):
        import_dicom(pile, locked / "out")
    assert import_dicom(pile, locked / "out", ImportSettings(dry_run=True)).imported == 2


def test_looking_leaves_nothing_behind(tmp_path):
    check_out(tmp_path / "a" / "b", [tmp_path / "none"], writes=True)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(DicomError, match="Not a directory"):
        check_out(tmp_path / "file" / "out", [], writes=True)


def test_a_full_disk_ends_the_import_and_names_out_and_the_next_call_goes_on(tmp_path, pile, monkeypatch):
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(case_writer, "write_volume", no_room(errno.ENOSPC))
        with pytest.raises(FullDiskError, match=r"no way to write in .*P1 \(No space left on device\).*Make room"):
            import_dicom(pile, out)
        patch.setattr(case_writer, "write_manifest", no_room(errno.ENOSPC))
        with pytest.raises(FullDiskError, match="No space left"):
            import_dicom(pile, tmp_path / "other")
    assert import_dicom(pile, out).imported == 2


def test_a_case_folder_that_takes_nothing_fails_that_case_by_the_folders_name(tmp_path, pile, monkeypatch):
    real = case_writer.write_volume

    def fail_for_one(path, volume):
        if path.parent.name == "P1":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        real(path, volume)

    monkeypatch.setattr(case_writer, "write_volume", fail_for_one)
    result = import_dicom(pile, tmp_path / "out")
    assert {case.case: {image.state for image in case.images.values()} for case in result.cases} == {
        "P1": {"failed"},
        "P2": {"written"},
    }
    assert all("no way to write in" in error for case in result.cases for error in case.errors)
    monkeypatch.undo()
    again = import_dicom(pile, tmp_path / "out")
    assert {case.case: {image.state for image in case.images.values()} for case in again.cases} == {
        "P1": {"written"},
        "P2": {"there"},
    }


@pytest.mark.parametrize("way", ["same", "link"])
def test_out_that_is_src_is_refused_and_said(tmp_path, pile, way):
    out = pile
    if way == "link":
        out = tmp_path / "link"
        out.symlink_to(pile)
    for dry_run in (False, True):
        with pytest.raises(DicomError, match=r"as SRC and as OUT.*what lies in OUT is left out.*Name another OUT"):
            import_dicom([tmp_path / "pile" / "other", pile], out, ImportSettings(dry_run=dry_run))


def test_src_within_out_and_out_within_src_are_both_imported_and_again(tmp_path, pile):
    for out in (tmp_path, pile / "cohort"):
        assert import_dicom(pile, out).imported == 2
        again = import_dicom(pile, out)
        assert {image.state for case in again.cases for image in case.images.values()} == {"there"}
