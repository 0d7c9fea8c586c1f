from pathlib import Path

import pytest

from hyoid.errors import HyoidError
from hyoid.node.folder import LOG, make_private


def test_a_folder_that_is_there_becomes_private(tmp_path: Path) -> None:
    work = tmp_path / "node"
    work.mkdir(mode=0o755)
    make_private(work)
    assert work.stat().st_mode & 0o777 == 0o700
    (work / LOG).touch()
    (work / "studies").mkdir()
    make_private(work)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    work = tmp_path / "cohort"
    (work / "P1").mkdir(parents=True, mode=0o755)
    work.chmod(0o755)
    with pytest.raises(HyoidError, match="other files in"):
        make_private(work)
    assert work.stat().st_mode & 0o777 == 0o755
