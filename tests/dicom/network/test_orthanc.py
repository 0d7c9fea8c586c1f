"""Asking, fetching and sending with Orthanc, a PACS that is not ours."""

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import RLELossless

from hyoid.dicom.network import Caller, Limits, Listening, Peer, Retrieved, find_studies, retrieve, send_files
from hyoid.dicom.network.retrieve import How
from hyoid.errors import NetworkError
from support.dicom_series import ct_slices, pet_slices, write_series
from support.network import HYOID, SMALL, study_files
from support.orthanc import TITLE, free_port, orthanc

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""pynetdicom leaves the socket of a connection that breaks off to the garbage collector."""


@pytest.fixture(scope="module")
def port() -> int:
    """Where Orthanc believes HYOID to listen."""
    return free_port()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("in")
    first = study_files(folder / "1")
    first += write_series(ct_slices(series="NM", number=9, description="other"), folder / "1b")
    for path in first[-6:]:
        dataset = pydicom.dcmread(path)
        dataset.Modality = "NM"
        dataset.save_as(path)
    second = write_series(pet_slices(study="S2", date="20210131"), folder / "2")
    stranger = study_files(folder / "3", patient="P10")
    compressed = write_series(ct_slices(patient="P3"), folder / "4", compressed=RLELossless)
    return [*first, *second, *stranger, *compressed]


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory, files: list[Path], port: int) -> Iterator[Peer]:
    with orthanc(tmp_path_factory.mktemp("orthanc"), HYOID=("127.0.0.1", port)) as peer:
        assert all(one.ok for one in send_files(files, peer, HYOID))
        yield peer


def fetched(found: list[Retrieved]) -> set[str]:
    return {pydicom.dcmread(path).SOPInstanceUID for one in found for path in one.folder.glob("*.dcm")}


def test_a_patient_has_these_studies_and_no_other_patient_s(pacs: Peer) -> None:
    first, second = find_studies(pacs, HYOID, patient_id="P1")
    assert (first.date, second.date) == ("20200131", "20210131")
    assert {(one.modality, one.instances) for one in first.series} == {("CT", 6), ("PT", 4), ("NM", 6)}
    assert [one.description for one in second.series] == ["PET AC"]
    assert find_studies(pacs, HYOID, study_uid=second.uid) == [second]
    assert find_studies(pacs, HYOID, patient_id="nobody") == []


@pytest.mark.parametrize("asked", [{}, {"patient_id": "*"}, {"patient_id": "P?"}, {"study_uid": "1.2\\1.3"}])
def test_a_question_for_many_patients_is_refused(pacs: Peer, asked: dict[str, str]) -> None:
    with pytest.raises(NetworkError, match="expected one"):
        find_studies(pacs, HYOID, **asked)


@pytest.mark.parametrize("how", ["get", "move"])
@pytest.mark.parametrize("patient", ["P1", "P3"])
def test_what_was_stored_comes_back(
    pacs: Peer, port: int, files: list[Path], tmp_path: Path, how: How, patient: str
) -> None:
    studies = find_studies(pacs, HYOID, patient_id=patient)
    listening = Listening("HYOID", "127.0.0.1", port, (TITLE,))
    found = retrieve(studies, pacs, HYOID, tmp_path, how=how, listening=listening, limits=SMALL)
    assert [one.problems for one in found] == [()] * len(studies)
    sent = {one.SOPInstanceUID: one for one in map(pydicom.dcmread, files)}
    wanted = {uid for uid, one in sent.items() if one.PatientID == patient and one.Modality in ("CT", "PT")}
    assert fetched(found) == wanted
    for path in found[0].folder.glob("*.dcm"):
        got = pydicom.dcmread(path)
        assert (got.pixel_array == sent[got.SOPInstanceUID].pixel_array).all()
    again = retrieve(studies, pacs, HYOID, tmp_path, how=how, listening=listening, limits=SMALL)
    assert again == found


def test_a_destination_that_the_archive_does_not_know_is_said(pacs: Peer, port: int, tmp_path: Path) -> None:
    studies = find_studies(pacs, HYOID, patient_id="P3")
    listening = Listening("NOBODY", "127.0.0.1", port, (TITLE,))
    (found,) = retrieve(studies, pacs, HYOID, tmp_path, how="move", listening=listening, limits=SMALL)
    assert found.instances == 0
    assert "0 of 6 instances of CT series" in found.problems[0]
    assert "does it know NOBODY" in found.problems[0]
    with pytest.raises(NetworkError, match="--listen"):
        retrieve(studies, pacs, HYOID, tmp_path, how="move")


def test_a_destination_elsewhere_is_said(pacs: Peer, tmp_path: Path) -> None:
    """The archive sends to the address of its own settings, where nothing listens now."""
    studies = find_studies(pacs, HYOID, patient_id="P3")
    listening = Listening("HYOID", "127.0.0.1", free_port(), (TITLE,))
    (found,) = retrieve(studies, pacs, HYOID, tmp_path, how="move", listening=listening, limits=SMALL)
    assert (found.instances, len(found.problems)) == (0, 1)


def test_the_spool_is_bounded(pacs: Peer, tmp_path: Path) -> None:
    studies = find_studies(pacs, HYOID, patient_id="P1")
    found = retrieve(studies[:1], pacs, HYOID, tmp_path, limits=Limits(instances=5, free_bytes=0))
    assert found[0].instances == 5
    assert "which is the bound" in " ".join(found[0].problems)


def test_titles_that_the_archive_does_not_take_are_said(pacs: Peer) -> None:
    with pytest.raises(NetworkError, match="Its own title is not OTHER"):
        find_studies(Peer("OTHER", pacs.host, pacs.port), Caller("HYOID"), patient_id="P1")
