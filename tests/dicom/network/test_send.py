"""C-STORE to peers that take, warn, refuse, break off, or are not there."""

from pathlib import Path

import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian, RLELossless

from hyoid.dicom.network import Caller, Peer, send_files
from support.dicom_series import CT_CLASS, PET_CLASS, ct_slices, pet_slices, write_file, write_series
from support.network import HYOID, archive
from support.orthanc import free_port

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""pynetdicom leaves the socket of a connection that was refused to the garbage collector."""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return write_series(ct_slices(), tmp_path / "in")


def test_files_arrive_as_they_are(files: list[Path]) -> None:
    received: list[pydicom.Dataset] = []
    with archive([CT_CLASS], received=received) as peer:
        outcomes = send_files([*files, files[0]], peer, HYOID)  # a file that is named twice is sent once
    assert [(one.path, one.ok, one.said) for one in outcomes] == [(path, True, "") for path in files]
    assert received == [pydicom.dcmread(path) for path in files]


def test_each_answer_becomes_a_sentence_about_its_file(files: list[Path]) -> None:
    answers = [0, 0xA700, 0xB007, 0x0124, 0xC123, 0]
    with archive([CT_CLASS], answers) as peer:
        outcomes = send_files(files, peer, HYOID)
    assert [(one.ok, one.again) for one in outcomes] == [
        (True, False),
        (False, True),
        (True, False),
        (False, False),
        (False, False),
        (True, False),
    ]
    for one, code in zip(outcomes, answers, strict=True):
        assert (one.said == "") == (code == 0)
        if code:
            assert one.path.name in one.said
            assert f"{code:04X}" in one.said
    assert "we are not authorised" in outcomes[3].said


def test_a_peer_that_breaks_off_fails_the_rest_and_may_be_tried_again(files: list[Path]) -> None:
    with archive([CT_CLASS], [0, 0, -1]) as peer:
        outcomes = send_files(files, peer, HYOID)
    assert [one.ok for one in outcomes] == [True, True, False, False, False, False]
    assert all(one.again and "broke off" in one.said for one in outcomes[2:])


def test_nobody_there_may_be_tried_again_and_a_wrong_title_not(files: list[Path]) -> None:
    outcomes = send_files(files, Peer("ARCHIVE", "127.0.0.1", free_port()), HYOID)
    assert all(not one.ok and one.again and "nobody who answers" in one.said for one in outcomes)
    with archive([CT_CLASS]) as peer:
        outcomes = send_files(files, Peer("WRONG", peer.host, peer.port), HYOID)
    assert all(not one.ok and not one.again and "Its own title is not WRONG" in one.said for one in outcomes)


def test_kinds_that_are_not_taken_are_named_and_the_rest_is_sent(tmp_path: Path, files: list[Path]) -> None:
    pets = write_series(pet_slices(), tmp_path / "in")
    compressed = write_file(ct_slices(series="J")[0], tmp_path / "rle", compressed=RLELossless)
    received: list[pydicom.Dataset] = []
    with archive([CT_CLASS], received=received) as peer:
        outcomes = send_files([*pets, compressed, *files], peer, HYOID)
        nothing = send_files(pets, peer, HYOID)
    assert [one.ok for one in outcomes] == [False] * len(pets) + [False] + [True] * len(files)
    assert "takes no objects of this kind" in outcomes[0].said
    assert not any(one.again for one in outcomes)
    assert all("offers nothing of what is asked" in one.said and not one.again for one in nothing)
    assert len(received) == len(files)


def test_a_native_file_is_sent_in_the_native_syntax_that_is_taken(tmp_path: Path) -> None:
    path = write_file(pet_slices()[0], tmp_path / "one", syntax=ImplicitVRLittleEndian)
    received: list[pydicom.Dataset] = []
    with archive([PET_CLASS], received=received) as peer:
        (outcome,) = send_files([path], peer, Caller("ANYONE"))
    assert outcome.ok
    assert received == [pydicom.dcmread(path)]


def test_strangers_are_named_and_stop_nothing(tmp_path: Path, files: list[Path]) -> None:
    (tmp_path / "text").write_text("no DICOM")
    bare = write_file(ct_slices(series="B")[0], tmp_path / "bare", preamble=False)
    with archive([CT_CLASS]) as peer:
        outcomes = send_files([tmp_path / "none", tmp_path / "text", bare, *files], peer, HYOID)
    assert [one.ok for one in outcomes] == [False] * 3 + [True] * len(files)
    assert "no complete DICOM file (No such file or directory)" in outcomes[0].said
    assert not any(one.again for one in outcomes)
