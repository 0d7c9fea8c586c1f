"""A server that dies in the middle of a save loses and tears nothing."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hyoid.app.annotation import AnnotationStore
from support.balls import ball_cohort
from support.killed_saves import AUTHOR, CALLS, CASE

SCRIPT = Path(__file__).parents[2] / "support" / "killed_saves.py"


def test_killed_at_50_points_no_version_is_lost_or_torn(tmp_path: Path, database: str | None) -> None:
    folder = tmp_path / "annotations"
    folder.mkdir()
    found_where = [str(SCRIPT.parents[1]), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, SCRIPT, folder, database or "", "8", "50"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(found_where)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    places = Counter(done.stdout.splitlines())
    assert places.total() == 50
    assert places["at some time"] == 10
    for call in CALLS:
        assert [places[f"{when} {call}"] for when in ("before", "after")] == [4, 4], places
    store = AnnotationStore(folder, database)
    versions = store.versions(CASE, AUTHOR)
    assert len(versions) >= 30  # they died in the midst of saving, and not before
    labels = store.voxels(versions[-1], versions[-1].grid)
    assert store.save(CASE, AUTHOR, labels, len(versions)).version == len(versions) + 1
    store.close()


@pytest.mark.slow
def test_a_server_killed_50_times_in_the_middle_of_a_request(tmp_path: Path) -> None:
    cohort = ball_cohort(tmp_path / "cohort", 1)
    script = SCRIPT.with_name("killed_servers.py")
    found_where = [str(SCRIPT.parents[1]), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, script, cohort, tmp_path / "annotations", "8", "50"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(found_where)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    ends = Counter(line.split(maxsplit=1)[1] for line in done.stdout.splitlines())
    assert ends.total() == 50
    assert ends["not there"], ends  # killed before the version was visible
