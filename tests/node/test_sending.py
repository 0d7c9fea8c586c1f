"""Results on their way back: what is sent again, when, and what is not."""

from pathlib import Path

import pytest

from hyoid.dicom.network import Caller, Peer
from hyoid.node import SCHEDULE_SECONDS, read_state
from hyoid.node.sending import send_results
from hyoid.node.state import State
from support.dicom_series import CT_CLASS, ct_slices, write_series
from support.network import archive, send_datasets
from support.node import log_of, phases, running, settings_of, study_folders, until
from support.orthanc import free_port

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

CALLER = Caller("HYOID")


@pytest.fixture
def made(tmp_path: Path) -> State:
    """The state of a study with three results."""
    files = write_series(ct_slices()[:3], tmp_path)
    return State("made", "inputs", results=tuple(sorted(path.name for path in files)))


def test_what_was_taken_is_not_sent_again(tmp_path: Path, made: State) -> None:
    with archive([CT_CLASS], [0, 0xA700, 0]) as peer:
        state = send_results(tmp_path, made, peer, CALLER)
        assert state.phase == "made"
        assert state.sent == (made.results[0], made.results[2])
        assert state.tries == 1
        assert "A700" in state.problem
        received: list[object] = []
    with archive([CT_CLASS], received=received) as peer:  # type: ignore[arg-type]
        state = send_results(tmp_path, state, peer, CALLER)
    assert (state.phase, state.problem, len(received)) == ("done", "", 1)
    assert sorted(state.sent) == sorted(made.results)


def test_network_failures_are_tried_on_the_schedule_and_then_given_up(
    tmp_path: Path, made: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyoid.node.sending.time.time", lambda: 1000.0)
    nobody, state, waits = Peer("ARCHIVE", "127.0.0.1", free_port()), made, []
    while state.phase == "made":
        state = send_results(tmp_path, state, nobody, CALLER)
        waits.append(state.next_try - 1000.0)
    assert state.phase == "failed"
    assert waits[:-1] == list(SCHEDULE_SECONDS)
    assert "nobody who answers" in state.problem


@pytest.mark.parametrize("answer", [0xC000, 0xA900, 0x0124])
def test_what_is_refused_for_good_is_not_tried_again(tmp_path: Path, made: State, answer: int) -> None:
    with archive([CT_CLASS], [0, answer, 0xA700]) as peer:
        state = send_results(tmp_path, made, peer, CALLER)
    assert (state.phase, state.tries, len(state.sent)) == ("failed", 0, 1)
    assert f"{answer:04X}" in state.problem


def test_a_wrong_title_is_not_tried_again(tmp_path: Path, made: State) -> None:
    with archive([CT_CLASS]) as peer:
        state = send_results(tmp_path, made, Peer("OTHER", peer.host, peer.port), CALLER)
    assert state.phase == "failed"
    assert "Its own title is not OTHER" in state.problem


def test_the_node_sends_once_the_peer_is_back_also_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hyoid.node.sending.SCHEDULE_SECONDS", (0.3,) * 50)
    port, work = free_port(), tmp_path / "work"
    settings = settings_of(work, send_to=Peer("ARCHIVE", "127.0.0.1", port))

    def make(folder: Path, said: object) -> list[Path]:
        (folder / "results").mkdir()
        return write_series(ct_slices(series="RESULT")[:2], folder / "results")

    with running(settings, make) as peer:
        send_datasets(peer, ct_slices())
        until(lambda: (work / "studies").exists() and phases(work) == ["made"])
        until(lambda: read_state(study_folders(work)[0]).tries > 1)
    received: list[object] = []
    with running(settings, make), archive([CT_CLASS], received=received, port=port):  # type: ignore[arg-type]
        until(lambda: phases(work) == ["done"])
    assert len(received) == 2
    log = log_of(work)
    assert "does not answer an echo yet" in log
    assert "1 to send from before" in log
    assert "did not take all; next try in" in log
    assert not (study_folders(work)[0] / "problem.txt").exists()
