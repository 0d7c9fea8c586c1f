"""The listener: titles, bounds, copies, what peers say of names."""

import socket
import struct
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian
from pynetdicom import AE, _config

from hyoid.dicom.network import Caller, Limits, Listening, Peer, Receiver, Store, echo, send_files, study_key
from hyoid.dicom.network.limits import MAX_CONNECTIONS
from hyoid.dicom.network.streamed import ARRIVING
from hyoid.errors import NetworkError
from support.dicom_series import ct_slices, edited, pet_slices, stored, write_file
from support.network import HYOID, SMALL, receiving, send_datasets, study_files

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""pynetdicom leaves the socket of a connection that breaks off to the garbage collector."""


def kept(root: Path) -> list[Path]:
    return sorted(root.glob("*/received/*.dcm"))


def everything(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_a_study_arrives_bit_by_bit(tmp_path: Path) -> None:
    files = study_files(tmp_path / "in")
    with receiving(tmp_path / "work") as (peer, placed, said):
        echo(peer, HYOID)
        outcomes = send_files(files, peer, HYOID)
    assert all(one.ok for one in outcomes)
    assert len(kept(tmp_path / "work")) == len(files) == len(placed)
    assert said == []
    sent = {one.SOPInstanceUID: one for one in map(pydicom.dcmread, files)}
    for path in kept(tmp_path / "work"):
        found = pydicom.dcmread(path)
        assert found == sent[found.SOPInstanceUID]
        assert path.parent.parent.name == study_key(found.StudyInstanceUID)
        assert found.SOPInstanceUID not in path.name
    assert not list((tmp_path / "work" / ARRIVING).iterdir())
    assert (_config.STORE_RECV_CHUNKED_DATASET, tempfile.tempdir) != (True, str(tmp_path / "work" / ARRIVING))


@pytest.mark.parametrize(
    ("called", "calling", "reason"),
    [
        ("OTHER", "SCANNER", "called by another title than its own ('OTHER')"),
        ("HYOID", "STRANGER", "the calling title is not allowed"),
        ("hyoid", "SCANNER", "called by another title than its own ('hyoid')"),
    ],
)
def test_wrong_titles_are_rejected_and_said(tmp_path: Path, called: str, calling: str, reason: str) -> None:
    with receiving(tmp_path, allowed=("SCANNER",)) as (peer, placed, said):
        echo(peer, Caller("SCANNER"))
        with pytest.raises(NetworkError, match="which rejects us"):
            echo(Peer(called, peer.host, peer.port), Caller(calling))
    assert len(said) == 1
    assert reason in said[0]
    assert calling in said[0]
    assert placed == []


def test_other_machines_need_titles_that_are_allowed(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "10.0.0.1", ""):  # noqa: S104 - what is refused
        with pytest.raises(NetworkError, match="no calling title that is allowed"):
            Listening("HYOID", host, 0).check()
        Listening("HYOID", host, 0, ("PACS",)).check()
    Listening("HYOID", "127.0.0.1", 0).check()


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    with receiving(tmp_path / "a") as (peer, _, _):
        other = Receiver(Listening("B", "127.0.0.1", peer.port), Store(tmp_path / "b", SMALL), [])
        with pytest.raises(NetworkError, match="nothing can listen"):
            other.start()
        echo(peer, HYOID)


def test_copies_are_a_success_and_another_object_with_the_same_uid_is_refused(tmp_path: Path) -> None:
    first = ct_slices()[:2]
    with receiving(tmp_path) as (peer, placed, _):
        assert send_datasets(peer, first) == [0, 0]
        before = [path.read_bytes() for path in kept(tmp_path)]
        assert send_datasets(peer, first) == [0, 0]
        assert [one.added for one in placed] == [True, True, False, False]
        changed = edited(ct_slices()[:1], PatientWeight=99)
        assert send_datasets(peer, changed) == [0xC000]
    assert [path.read_bytes() for path in kept(tmp_path)] == before
    assert placed[-1].said == "another object with its UID is here"


def test_a_copy_in_another_transfer_syntax_is_a_copy(tmp_path: Path) -> None:
    dataset = ct_slices()[0]
    explicit = write_file(dataset, tmp_path / "explicit")
    implicit = write_file(dataset, tmp_path / "implicit", syntax=ImplicitVRLittleEndian)
    other = write_file(edited([dataset], KVP=80)[0], tmp_path / "other", syntax=ImplicitVRLittleEndian)
    with receiving(tmp_path / "work") as (peer, placed, _):
        for path in (explicit, implicit, other):
            entity = AE("HYOID")
            syntax = pydicom.dcmread(path).file_meta.TransferSyntaxUID
            entity.add_requested_context(dataset.SOPClassUID, syntax)
            association: Any = entity.associate(peer.host, peer.port, ae_title=peer.title)
            association.send_c_store(str(path))
            association.release()
    assert [(one.status, one.added) for one in placed] == [(0, True), (0, False), (0xC000, False)]


@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
@pytest.mark.parametrize(
    "trick", ["../../escape", "/etc/cron.d/x", "..", "1.2/../../3", "1.2\\..\\3", "C:1.2", "1.2\n.3"]
)
def test_tricks_in_uids_lead_nowhere(tmp_path: Path, trick: str) -> None:
    """Names come from hashes: what a peer writes is at most refused."""
    root = tmp_path / "deep" / "work"
    with receiving(root) as (peer, _, _):
        before = everything(tmp_path)
        for keyword in ("StudyInstanceUID", "SOPInstanceUID", "SeriesInstanceUID", "PatientID"):
            dataset = ct_slices()[0]
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("pydicom.config.settings._reading_validation_mode", 0)
                patch.setattr("pydicom.config.settings._writing_validation_mode", 0)
                setattr(dataset, keyword, trick)
                try:
                    send_datasets(peer, [dataset])
                except (ValueError, TypeError):  # pynetdicom itself does not send it
                    continue
    made = everything(tmp_path) - before
    assert made
    assert all(Path(name).parts[:2] == ("deep", "work") and len(Path(name).name) == 44 for name in made)


def test_what_the_request_says_must_be_what_the_data_set_says(tmp_path: Path) -> None:
    first, second = ct_slices()[:2]
    no_study = ct_slices()[2]
    del no_study.StudyInstanceUID
    with receiving(tmp_path) as (peer, placed, _):
        entity = AE("HYOID")
        entity.add_requested_context(first.SOPClassUID)
        association: Any = entity.associate(peer.host, peer.port, ae_title=peer.title)
        path = write_file(first, tmp_path / "file")
        wrong = pydicom.dcmread(path)
        send = association.dimse.send_msg

        def lie(primitive: Any, context: int) -> None:
            primitive.AffectedSOPInstanceUID = second.SOPInstanceUID
            send(primitive, context)

        association.dimse.send_msg = lie
        status = association.send_c_store(wrong)
        association.release()
        assert status.Status == 0xA900
        assert send_datasets(peer, [no_study]) == [0xA900]
    assert [one.said for one in placed] == [
        "its data set names other UIDs than the request",
        "it has no study, or a UID that is none",
    ]
    assert kept(tmp_path) == []


def test_instances_of_other_studies_are_refused_where_one_is_asked_for(tmp_path: Path) -> None:
    wanted, other = ct_slices()[0], ct_slices(study="S2")[0]
    with receiving(tmp_path, wanted={str(wanted.StudyInstanceUID)}) as (peer, _, _):
        assert send_datasets(peer, [other, wanted]) == [0xA900, 0]
    assert len(kept(tmp_path)) == 1


@pytest.mark.parametrize(
    "limits", [Limits(instances=3, free_bytes=0), Limits(total_bytes=4000, free_bytes=0), Limits(free_bytes=2**62)]
)
def test_a_full_folder_says_so_and_takes_no_more(tmp_path: Path, limits: Limits) -> None:
    many = ct_slices(stored((12, 8, 10)))
    with receiving(tmp_path, limits) as (peer, _, _):
        statuses = send_datasets(peer, many)
    taken = statuses.count(0)
    assert statuses == [0] * taken + [0xA700] * (12 - taken)
    assert taken == (0 if limits.free_bytes else 3)
    assert len(kept(tmp_path)) == taken
    with receiving(tmp_path, limits) as (peer, _, _):  # what lies there counts after a restart
        assert send_datasets(peer, many[-1:]) == [0xA700]
        assert send_datasets(peer, many[:1]) == [0 if taken else 0xA700]  # a copy needs no room


def test_an_instance_beyond_the_bound_breaks_off_and_leaves_nothing(tmp_path: Path) -> None:
    huge, small = ct_slices(stored((1, 2000, 1000)))[0], ct_slices(stored((2, 8, 10)))[1]
    with receiving(tmp_path, Limits(instance_bytes=500_000, free_bytes=0)) as (peer, placed, _):
        assert send_datasets(peer, [huge]) == [None]
        assert send_datasets(peer, [small]) == [0]
        _until(lambda: not list((tmp_path / ARRIVING).iterdir()))
    assert [one.status for one in placed] == [0]
    assert len(kept(tmp_path)) == 1


def test_a_data_unit_that_announces_gigabytes_is_not_waited_for(tmp_path: Path) -> None:
    with receiving(tmp_path) as (peer, _, _):
        with socket.create_connection((peer.host, peer.port), 10) as raw:
            raw.sendall(struct.pack(">BBL", 1, 0, 2**32 - 1) + b"x" * 100)
            raw.settimeout(10)
            assert raw.recv(100) == b""
        with socket.create_connection((peer.host, peer.port), 10) as raw:
            raw.sendall(b"\x99" * 64)
            raw.settimeout(10)
            assert raw.recv(100)[0] == 7  # an A-ABORT
        echo(peer, HYOID)


def test_idle_connections_are_bounded_and_those_before_are_served(tmp_path: Path) -> None:
    with receiving(tmp_path) as (peer, _, _), ExitStack() as open_ones:
        entity = AE("HYOID")
        entity.add_requested_context("1.2.840.10008.1.1")
        association: Any = entity.associate(peer.host, peer.port, ae_title=peer.title)
        idle = [
            open_ones.enter_context(socket.create_connection((peer.host, peer.port), 10))
            for _ in range(MAX_CONNECTIONS + 3)
        ]
        idle[-1].settimeout(10)
        assert idle[-1].recv(1) == b""  # closed at once
        assert association.send_c_echo().Status == 0
        association.release()


def test_a_connection_that_ends_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    dataset = ct_slices(stored((1, 600, 600)))[0]
    with receiving(tmp_path) as (peer, placed, _):
        entity = AE("HYOID")
        entity.add_requested_context(dataset.SOPClassUID)
        association: Any = entity.associate(peer.host, peer.port, ae_title=peer.title)
        dataset = pydicom.dcmread(write_file(dataset, tmp_path / "file"))
        sent, send = [], association.dul.socket.send

        def cut(data: bytes) -> None:
            sent.append(data)
            if len(sent) > 3:
                association.dul.socket.socket.shutdown(socket.SHUT_RDWR)
            send(data)

        association.dul.socket.send = cut
        status = association.send_c_store(dataset)
        assert "Status" not in status
        _until(lambda: not list((tmp_path / ARRIVING).iterdir()))
        assert send_datasets(peer, [dataset]) == [0]
    assert [one.status for one in placed] == [0]


def test_what_a_killed_process_left_half_done_is_removed_at_the_start(tmp_path: Path) -> None:
    (tmp_path / ARRIVING).mkdir()
    (tmp_path / ARRIVING / "tmp123.dcm").write_bytes(b"half")
    with receiving(tmp_path):
        assert not list((tmp_path / ARRIVING).iterdir())


def test_kinds_that_are_not_taken_find_no_context(tmp_path: Path) -> None:
    dataset = pet_slices()[0]
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.66.4"
    path = write_file(dataset, tmp_path / "seg")
    with receiving(tmp_path / "work") as (peer, _, _):
        (outcome,) = send_files([path], peer, HYOID)
    assert not outcome.ok
    assert not outcome.again


def _until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
