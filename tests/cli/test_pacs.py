"""From a PACS to a cohort and back to the PACS on the command line, with Orthanc; and the node between the two."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.dicom.network import Listening, Peer, find_studies, send_files
from hyoid.errors import HyoidError, NetworkError
from hyoid.imaging import read_volume
from support.dicom_series import SUV_FACTOR, ct_slices, pet_slices, write_series
from support.network import HYOID
from support.node import bundle, log_of, neck_study, phases, running, settings_of, until
from support.orthanc import TITLE, free_port, orthanc

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""pynetdicom leaves the socket of a connection that breaks off to the garbage collector."""


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Peer]:
    folder = tmp_path_factory.mktemp("pacs")
    files = neck_study(folder / "in")
    files += write_series(pet_slices(patient="P2", study="alone"), folder / "in2")
    files += write_series(ct_slices(patient="P3")[:1], folder / "in3")
    with orthanc(folder / "orthanc", HYOID=("127.0.0.1", port)) as peer:
        assert all(one.ok for one in send_files(files, peer, HYOID))
        yield peer


def hyoid(*arguments: object) -> "tuple[int, str, str]":
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    if isinstance(done.exception, HyoidError):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def at(peer: Peer) -> tuple[str, ...]:
    return ("import", "pacs", f"{peer.host}:{peer.port}")


def test_a_dry_run_lists_what_there_is_and_fetches_nothing(pacs: Peer, tmp_path: Path) -> None:
    ask = (*at(pacs), tmp_path / "out", "--called", TITLE, "--dry-run", "--modality", "pt")
    code, shown, _ = hyoid(*ask, "--patient", "P1")
    assert code == 0
    assert "patient 'P1', study of 20200131" in shown
    assert "PT 'PET AC', 16 instances: would be fetched" in shown
    assert "CT 'CT WB', 16 instances: not fetched" in shown
    assert list(tmp_path.iterdir()) == []
    code, shown, _ = hyoid(*ask, "--patient", "P1", "--json")
    (study,) = json.loads(shown)["studies"]
    assert hyoid(*ask, "--study", study["uid"])[0] == 0
    code, _, said = hyoid(*ask, "--patient", "nobody")
    assert (code, "has 0 studies that match" in said) == (2, True)


@pytest.mark.parametrize("how", ["get", "move"])
def test_a_patient_becomes_a_case(pacs: Peer, port: int, tmp_path: Path, how: str) -> None:
    move = ("--retrieve", "move", "--listen", f"127.0.0.1:{port}") if how == "move" else ()
    out = tmp_path / "cohort"
    code, shown, said = hyoid(*at(pacs), out, "--called", TITLE, "--patient", "P1", *move)
    assert (code, said) == (0, "")
    assert "32 instances of study" in shown
    assert "1 cases in" in shown
    pet = read_volume(out / "P1" / "P1__PT.nii.gz")
    assert pet.array.max() == pytest.approx(20000 * 1.5 * SUV_FACTOR, rel=1e-5)
    assert np.unique(read_volume(out / "P1" / "P1__CT.nii.gz").array).tolist() == [-1000, 40]
    assert [path.name for path in tmp_path.iterdir()] == ["cohort"]  # the DICOM files are gone


def test_files_are_kept_where_that_is_asked_for_and_bounded(pacs: Peer, tmp_path: Path) -> None:
    ask = (*at(pacs), tmp_path / "cohort", "--called", TITLE, "--patient", "P2", "--json")
    code, shown, _ = hyoid(*ask, "--keep", tmp_path / "kept", "--quiet")
    assert code == 0
    told = json.loads(shown)
    assert told["fetched"][0]["instances"] == len(list((tmp_path / "kept").rglob("*.dcm"))) == 4
    assert told["import"]["cases"][0]["case"] == "P2"
    code, shown, said = hyoid(*ask, "--keep", tmp_path / "little", "--max-gb", "0.000001")
    assert code == 2
    assert "0 of 4 instances of PT series" in said
    assert json.loads(shown)["import"] is None


def test_what_cannot_be_imported_is_said(pacs: Peer, tmp_path: Path) -> None:
    code, _, said = hyoid(*at(pacs), tmp_path / "cohort", "--called", TITLE, "--patient", "P3")
    assert code == 2
    assert "no PET or CT that can be imported in 1 files" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--called", TITLE), "none or both of patient and study"),
        (("--called", TITLE, "--patient", "P*"), "may match many patients"),
        (("--called", "OTHER", "--patient", "P1"), "Its own title is not OTHER"),
        (("--called", "A" * 17, "--patient", "P1"), "printable ASCII"),
        (("--called", TITLE, "--patient", "P1", "--modality", "XX"), "--modality XX"),
        (("--called", TITLE, "--patient", "P1", "--retrieve", "move"), "--listen HOST:PORT"),
        (("--called", TITLE, "--patient", "P1", "--key", "key.pem"), "one of certificate and key"),
    ],
)
def test_wrong_input_is_a_sentence(pacs: Peer, tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    with pytest.raises(NetworkError, match="expected") as refused:
        hyoid(*at(pacs), tmp_path / "out", *options)
    assert message in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_files_and_folders_are_sent_and_failures_named(pacs: Peer, tmp_path: Path) -> None:
    files = write_series(ct_slices(patient="P4"), tmp_path / "in")
    (tmp_path / "in" / "text").write_text("no DICOM")
    to = ("--to", str(pacs))
    code, shown, said = hyoid("send", tmp_path / "in", *to)
    assert (code, said) == (0, "")
    assert f"{pacs} took 6 of 6 files." in shown
    assert len(find_studies(pacs, HYOID, patient_id="P4")[0].series) == 1
    code, shown, said = hyoid("send", files[0], tmp_path / "in" / "text", *to)
    assert code == 2
    assert "took 1 of 2 files" in shown
    assert "text, which is no complete DICOM file" in said
    code, shown, _ = hyoid("send", files[0], tmp_path / "in" / "text", *to, "--json")
    assert [one["ok"] for one in json.loads(shown)["files"]] == [True, False]
    with pytest.raises(HyoidError, match="nothing at"):
        hyoid("send", tmp_path / "none", *to)
    with pytest.raises(NetworkError, match="AET@HOST:PORT"):
        hyoid("send", files[0], "--to", "127.0.0.1:104")


def test_the_pacs_sends_a_study_to_the_node_and_gets_its_results(pacs: Peer, port: int, tmp_path: Path) -> None:
    """The whole way: C-MOVE from Orthanc to the node, results by C-STORE to Orthanc, found there by C-FIND."""
    from pydicom.dataset import Dataset
    from pynetdicom import AE

    work, model = tmp_path / "work", bundle(tmp_path / "bundle")
    settings = settings_of(work, (model,), pacs, listening=Listening("HYOID", "127.0.0.1", port, (TITLE,)))
    (study,) = find_studies(pacs, HYOID, patient_id="P1")
    question = Dataset()
    question.QueryRetrieveLevel, question.StudyInstanceUID = "STUDY", study.uid
    move = "1.2.840.10008.5.1.4.1.2.2.2"
    with running(settings):
        entity = AE("HYOID")
        entity.add_requested_context(move)
        association = entity.associate(pacs.host, pacs.port, ae_title=pacs.title)
        answers = [status.Status for status, _ in association.send_c_move(question, "HYOID", move)]
        association.release()
        assert answers[-1] == 0
        until(lambda: (work / "studies").is_dir() and phases(work) in (["done"], ["failed"]))
        assert phases(work) == ["done"], log_of(work)
    (found,) = find_studies(pacs, HYOID, study_uid=study.uid)
    assert sorted((one.modality, one.instances) for one in found.series) == [
        ("CT", 16),
        ("PT", 16),
        ("RTSTRUCT", 1),
        ("SEG", 1),
        ("SR", 1),
    ]
    keep = tmp_path / "kept"
    code, *_ = hyoid(
        *(*at(pacs), tmp_path / "back", "--called", TITLE, "--study", study.uid, "--keep", keep),
        *("--modality", "RTSTRUCT", "--modality", "SEG", "--modality", "CT"),
    )
    assert code == 0
    back = [pydicom.dcmread(path) for path in keep.rglob("*.dcm")]
    assert sorted({one.Modality for one in back}) == ["CT", "RTSTRUCT", "SEG"]
    assert len({one.FrameOfReferenceUID for one in back}) == 1


def test_a_node_of_the_command_line_ends_cleanly_when_it_is_interrupted(tmp_path: Path) -> None:
    model, work = bundle(tmp_path / "bundle"), tmp_path / "work"
    program = [sys.executable, "-c", "from hyoid.cli import main; main()"]
    command = [*program, "node", "--bundles", str(model), "--work", str(work), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ}) as child:
        try:
            until(lambda: "listens on" in log_of(work) or child.poll() is not None)
            child.send_signal(signal.SIGTERM)
            _, said = child.communicate(timeout=60)
        finally:
            child.kill()
    assert child.returncode == 0
    assert "HYOID listens on 127.0.0.1:" in said
    assert "stopped" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--host", "0.0.0.0"), "no calling title that is allowed"),  # noqa: S104 - what is refused
        (("--title", ""), "printable ASCII"),
        (("--allow", "A\\B"), "printable ASCII"),
        (("--send-to", "PACS"), "AET@HOST:PORT"),
        (("--settle", "0"), "0 s to settle"),
        (("--certificate", "one.pem"), "one of certificate and key"),
    ],
)
def test_a_node_that_is_told_nonsense_does_not_start(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    with pytest.raises(HyoidError) as refused:
        hyoid("node", "--bundles", tmp_path / "none", "--work", tmp_path / "work", *options)
    assert message in str(refused.value)
    assert not (tmp_path / "work").exists()


def test_a_node_without_a_bundle_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(HyoidError, match="a bundle or a run"):
        hyoid("node", "--bundles", tmp_path / "none", "--work", tmp_path / "work")


def test_without_the_extra_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynetdicom", None)
    with pytest.raises(HyoidError, match=r"hyoid\[dicom\]"):
        hyoid("import", "pacs", "127.0.0.1:104", tmp_path / "out", "--called", TITLE, "--patient", "P1")
