"""The node from end to end on loopback: what comes, what is made of it, what is sent, what is left in the folder."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import highdicom
import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE

from hyoid.dicom.network import Peer, send_files
from hyoid.errors import HyoidError
from hyoid.node import Node, StepError, read_state
from hyoid.node.run import MAX_ATTEMPTS
from hyoid.node.state import State, inputs_of, write_state
from support.dicom_series import CT_CLASS, ct_slices, edited, pet_slices, write_series
from support.network import HYOID, archive, send_datasets
from support.node import SETTLE_SECONDS, bundle, log_of, neck_study, phases, running, settings_of, study_folders, until

RESULTS = ["1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.88.33"]


pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""pynetdicom leaves the socket of a connection that breaks off to the garbage collector."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(tmp_path_factory.mktemp("bundle"))


class Stub:
    """A stand-in for the bundles, that copies one instance as the result and counts how often it is called."""

    def __init__(self, fails: str = "") -> None:
        self.calls: list[int] = []
        self.fails = fails

    def __call__(self, folder: Path, said: Callable[[str], None]) -> list[Path]:
        received = sorted((folder / "received").iterdir())
        self.calls.append(len(received))
        said("made by a stub")
        if self.fails:
            raise StepError("predict", self.fails)
        (folder / "results").mkdir(exist_ok=True)
        made = folder / "results" / "result.dcm"
        shutil.copyfile(received[0], made)
        return [made]


def test_a_study_is_answered_with_segmentation_contours_and_report(tmp_path: Path, model: Path) -> None:
    files = neck_study(tmp_path / "in", patient="SECRET")
    got: list[pydicom.Dataset] = []
    work = tmp_path / "work"
    with archive(RESULTS, received=got) as pacs, running(settings_of(work, (model,), pacs)) as peer:
        assert all(one.ok for one in send_files(files, peer, HYOID))
        until(lambda: phases(work) in (["done"], ["failed"]))
    assert phases(work) == ["done"], (study_folders(work)[0] / "problem.txt").read_text()
    assert [one.Modality for one in got] == ["SEG", "RTSTRUCT", "SR"]
    source = pydicom.dcmread(files[0])
    assert {one.StudyInstanceUID for one in got} == {source.StudyInstanceUID}
    assert {one.PatientID for one in got} == {"SECRET"}
    segmentation = highdicom.seg.Segmentation.from_dataset(got[0])
    ct = {one.SOPInstanceUID for one in map(pydicom.dcmread, files) if one.Modality == "CT"}
    assert {str(uid) for _, _, uid in segmentation.get_source_image_uids()} <= ct
    log = log_of(work)
    for step in (
        "receiving",
        "32 instances",
        "importing",
        "predicting 1 cases",
        "writing results",
        "sent to",
        "stopped",
    ):
        assert step in log
    assert "SECRET" not in log


def test_results_stay_where_nobody_is_named_and_results_that_come_back_are_not_taken(tmp_path: Path) -> None:
    stub, work = Stub(), tmp_path / "work"
    segmentation = ct_slices()[0]
    segmentation.SOPClassUID, segmentation.Modality = RESULTS[0], "SEG"
    segmentation.SOPInstanceUID = "1.2.3.4"
    with running(settings_of(work), stub) as peer:
        send_datasets(peer, ct_slices())
        until(lambda: phases(work) == ["done"])
        assert send_datasets(peer, [segmentation]) == [None]
        time.sleep(0.8)
    assert stub.calls == [6]


def test_copies_are_no_new_work_and_late_instances_are(tmp_path: Path) -> None:
    stub, work = Stub(), tmp_path / "work"
    with running(settings_of(work), stub) as peer:
        assert send_datasets(peer, ct_slices()[:4]) == [0] * 4
        until(lambda: phases(work) == ["done"])
        assert send_datasets(peer, ct_slices()[:4]) == [0] * 4
        time.sleep(0.8)
        assert stub.calls == [4]
        assert send_datasets(peer, ct_slices()[4:]) == [0] * 2
        until(lambda: stub.calls == [4, 6] and phases(work) == ["done"])
    with running(settings_of(work), stub):  # nothing is left to do
        time.sleep(0.8)
    assert stub.calls == [4, 6]


def test_a_study_is_not_begun_while_the_connection_that_brings_it_is_open(tmp_path: Path) -> None:
    stub, work = Stub(), tmp_path / "work"
    files = write_series(ct_slices(), tmp_path / "in")
    entity = AE("SENDER")
    entity.add_requested_context(CT_CLASS, ExplicitVRLittleEndian)
    with running(settings_of(work), stub) as peer:
        association = entity.associate(peer.host, peer.port, ae_title=peer.title)
        for path in files:
            assert association.send_c_store(str(path)).Status == 0
            time.sleep(SETTLE_SECONDS + 0.3)
        assert stub.calls == []
        association.release()
        until(lambda: phases(work) == ["done"])
    assert stub.calls == [6]


def test_studies_that_come_mixed_are_kept_apart(tmp_path: Path) -> None:
    stub, work = Stub(), tmp_path / "work"
    mixed = [one for pair in zip(ct_slices(), ct_slices(patient="P2"), strict=True) for one in pair]
    with running(settings_of(work), stub) as peer:
        assert send_datasets(peer, mixed[:-1]) == [0] * 11
        until(lambda: phases(work) == ["done"] * 2)
    assert sorted(stub.calls) == [5, 6]


@pytest.mark.parametrize(
    ("datasets", "step", "sentence"),
    [
        (edited(pet_slices(patient="SECRET"), CorrectedImage=["DECY"]), "import", "not attenuation corrected"),
        (edited(pet_slices(patient="SECRET"), PatientWeight=None), "import", "eight"),
        (ct_slices(patient="SECRET")[:1], "import", "can be imported in 1 files"),
        (ct_slices(patient="SECRET"), "predict", "SECRET: "),
    ],
)
def test_a_study_that_cannot_be_answered_says_why_and_stops_nothing(
    tmp_path: Path, model: Path, datasets: list[pydicom.Dataset], step: str, sentence: str
) -> None:
    work = tmp_path / "work"
    with running(settings_of(work, (model,))) as peer:
        send_datasets(peer, datasets)
        until(lambda: phases(work) == ["failed"])
    (folder,) = study_folders(work)
    assert (folder / "problem.txt").read_text().startswith(f"{step}: ")
    assert sentence in read_state(folder).problem
    assert f"failed at {step}" in log_of(work)
    assert "SECRET" not in log_of(work)
    assert len(list((folder / "received").iterdir())) == len(datasets)
    with running(settings_of(work, (model,))):  # what failed for good is not tried again
        time.sleep(0.8)
    assert log_of(work).count("failed at") == 1


def test_what_failed_is_taken_up_again_where_that_is_asked_for(tmp_path: Path) -> None:
    work = tmp_path / "work"
    with running(settings_of(work), Stub(fails="It is out of order.")) as peer:
        send_datasets(peer, ct_slices())
        until(lambda: phases(work) == ["failed"])
    stub = Stub()
    with running(settings_of(work, retry_failed=True), stub):
        until(lambda: phases(work) == ["done"])
    assert stub.calls == [6]
    assert not (study_folders(work)[0] / "problem.txt").exists()


@contextmanager
def process(work: Path, *, dies: bool) -> Iterator[tuple[Peer, "subprocess.Popen[bytes]"]]:
    """Run a node as a process that may kill itself at work."""
    port = work.parent / f"port-{dies}-{time.monotonic_ns()}"
    tests = Path(__file__).parents[1]
    script = tests / "support" / "node_process.py"
    environment = {**os.environ, "PYTHONPATH": f"{tests}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    with subprocess.Popen([sys.executable, script, work, port, str(int(dies))], env=environment) as child:
        try:
            until(lambda: port.exists() or child.poll() is not None)
            yield Peer("HYOID", "127.0.0.1", int(port.read_text())), child
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
            child.wait(60)


def test_a_node_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    work = tmp_path / "work"
    with process(work, dies=True) as (peer, child):
        assert send_datasets(peer, ct_slices()) == [0] * 6
        until(lambda: child.poll() is not None)
        assert child.returncode == -signal.SIGKILL
    (folder,) = study_folders(work)
    assert read_state(folder).phase == "making"
    assert len(list((folder / "received").iterdir())) == 6
    with process(work, dies=False) as (peer, child):
        until(lambda: phases(work) == ["done"])
        made = (folder / "results" / "made.txt").read_text().splitlines()
        assert made == sorted(path.name for path in (folder / "received").iterdir())
        assert len(made) == 6
        send_datasets(peer, ct_slices(patient="P2")[:3])
        child.kill()  # while a study arrives: what was answered is there
        child.wait(60)
    assert sorted(len(list((one / "received").iterdir())) for one in study_folders(work)) == [3, 6]
    stub = Stub()
    with running(settings_of(work), stub):
        until(lambda: phases(work) == ["done", "done"])
    assert stub.calls == [3]


def test_a_study_that_kills_the_node_again_and_again_is_given_up(tmp_path: Path) -> None:
    work = tmp_path / "work"
    folder = work / "studies" / ("0" * 20)
    write_series(ct_slices(), folder / "received")
    for path in (folder / "received").iterdir():
        path.rename(path.with_suffix(".dcm"))
    write_state(folder, State("making", inputs_of(folder)[0], MAX_ATTEMPTS))
    stub = Stub()
    with running(settings_of(work), stub):
        until(lambda: phases(work) == ["failed"])
    assert stub.calls == []
    assert "ended 3 times while it worked on this study" in (folder / "problem.txt").read_text()


def test_one_folder_has_one_node(tmp_path: Path) -> None:
    with running(settings_of(tmp_path)):
        second = Node(settings_of(tmp_path), logging.getLogger("second"), Stub())
        with pytest.raises(HyoidError, match="another node at work"):
            second.run()
    with running(settings_of(tmp_path)):
        pass


def test_studies_go_some_days_after_their_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyoid.node.run._EXPIRY_SECONDS", 0.1)
    work = tmp_path / "work"
    with running(settings_of(work, keep_days=1), Stub()) as peer:
        send_datasets(peer, ct_slices())
        send_datasets(peer, ct_slices(patient="P2"))
        until(lambda: phases(work) == ["done"] * 2)
        old, young = study_folders(work)
        write_state(old, read_state(old).but(finished=time.time() - 90_000))
        until(lambda: not old.exists())
        assert young.is_dir()
        assert send_datasets(peer, ct_slices()) == [0] * 6  # they may come again
        until(lambda: phases(work) == ["done"] * 2)
    assert "removed, 1 days after its end" in log_of(work)


def test_a_state_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    work, stub = tmp_path / "work", Stub()
    with running(settings_of(work), stub) as peer:
        send_datasets(peer, ct_slices())
        until(lambda: phases(work) == ["done"])
    for text in ("{", "[]", json.dumps({"format": 99}), json.dumps({"format": 1, "phase": "done", "other": 1})):
        (study_folders(work)[0] / "state.json").write_text(text)
        with running(settings_of(work), stub):
            until(lambda: phases(work) == ["done"])
    assert stub.calls == [6] * 5
