import io
import sys

import pytest

from hyoid import progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _not_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The switch is the process's: a test of the command line may have left it on."""
    monkeypatch.setattr(progress, "_quiet", False)


def test_silent_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress.track([1, 2], "work")) == [1, 2]
    progress.follow(iter([1, 2]), "work", 2, lambda: 0)
    assert capsys.readouterr() == ("", "")


def test_bar_on_a_terminal_unless_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress.track([1, 2], "counting")) == [1, 2]
    progress.follow(iter([1, 2]), "following", 2, lambda: 1)
    assert "counting" in terminal.getvalue()
    assert "following" in terminal.getvalue()
    progress.set_quiet(True)
    length = len(terminal.getvalue())
    assert list(progress.track([1, 2], "counting")) == [1, 2]
    assert len(terminal.getvalue()) == length


def test_an_error_in_followed_work_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing():
        yield 1
        raise ValueError("no")

    monkeypatch.setattr(sys, "stderr", _Terminal())
    with pytest.raises(ValueError, match="no"):
        progress.follow(failing(), "work", 2, lambda: 0)
