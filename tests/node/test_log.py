"""The log: one line a sentence, and no flood."""

import re
from pathlib import Path

import pytest

from hyoid.node.log import Seldom, open_log


def test_lines_have_their_time_and_end_with_the_block(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_log(tmp_path) as log:
        log.info("one")
    log.info("two")
    text = (tmp_path / "node.log").read_text()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ one\n", text)
    assert capsys.readouterr().err == text
    with open_log(tmp_path, quiet=True) as log:
        log.info("three")
    assert capsys.readouterr().err == ""


def test_a_sentence_is_not_said_again_within_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("hyoid.node.log.time.monotonic", lambda: now[0])
    with open_log(tmp_path, quiet=True) as log:
        seldom = Seldom(log)
        for moment in (0.0, 1.0, 59.0, 61.0):
            now[0] = moment
            seldom("rejected")
        for number in range(5000):
            seldom(f"rejected {number}")
    lines = (tmp_path / "node.log").read_text().splitlines()
    assert sum(line.endswith(" rejected") for line in lines) == 2
    assert len(lines) < 1100
