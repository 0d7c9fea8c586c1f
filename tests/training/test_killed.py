"""A network on whole patients that was killed twice, within an epoch, ends with the bits of one that was not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hyoid.training.checkpoint import read_metrics
from support import killed
from support.hpv import write_table
from support.rfs import TABLE, outcome_records

FILES = {
    "rfs": ["prognoses.json", *(f"selected-{epoch:04d}.safetensors" for epoch in range(killed.EPOCHS))],
    "hpv": ["logits.json", "weights.safetensors"],
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("killed")
    table = write_table(root / TABLE, outcome_records(36))
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, killed.__file__, str(table), str(root)],
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.mark.parametrize("task", sorted(FILES))
def test_killed_within_an_epoch_it_resumes_to_the_same_bits(task: str, trained: Path) -> None:
    one, other = trained / task / "whole", trained / task / "killed"
    # the first time in the middle of the second epoch, the second between an epoch's weights and its checkpoint
    assert [len(read_metrics(other / name)) for name in ("log-1", "log-2")] == [1, 3]
    for name in ("fitted.json", "best.safetensors", *FILES[task]):
        assert (one / "fold-0" / name).read_bytes() == (other / "fold-0" / name).read_bytes(), name
    logs = [[line | {"seconds": 0} for line in read_metrics(run / "fold-0" / "metrics.jsonl")] for run in (one, other)]
    assert logs[0] == logs[1]
    assert len(logs[0]) == killed.EPOCHS
