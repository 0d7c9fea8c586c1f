import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs.markdown import ROOT, blocks
from support.warm import warm_hyoid

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


@pytest.mark.timeout(900)  # it is the machine's load that may need it: alone it takes about half a minute
def test_every_block_runs_in_order_as_it_stands(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    programs = tmp_path_factory.mktemp("bin")
    path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    with warm_hyoid(programs):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", _as_one_session(tmp_path)],
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "PYTHONWARNINGS": ""},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, f"after {_last_block(done.stdout)}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    for made in ("run/bundle/manifest.json", "run/out-of-fold.json", "predicted/predictions.csv", "result.json"):
        assert (tmp_path / made).is_file(), made
    assert len(list((tmp_path / "run" / "out-of-fold").glob("*/*.nii.gz"))) == 4
    assert "aggregated DSC of GTVn:" in done.stdout


def _as_one_session(folder: Path) -> str:
    """One bash script, so that variables outlive their block; a Python block is a file of its own."""
    script = []
    for number, block in enumerate(blocks(TUTORIAL, "bash", "python")):
        script.append(f"echo '== block {number}: {block.language}'")
        if block.language == "bash":
            script.append(block.body)
        else:
            name = f"block_{number}.py"
            (folder / name).write_text(block.body, encoding="utf-8")
            script.append(f"python {name}")
    return "\n".join(script)


def _last_block(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.startswith("== ")), "nothing")


def test_it_has_what_it_promises() -> None:
    commands = "\n".join(block.body for block in blocks(TUTORIAL, "bash"))
    verbs = ("phantom", "check", "recipes", "train", "predict", "evaluate segmentation", "features")
    assert all(f"hyoid {verb} " in commands + " " for verb in ("recipes", *verbs))
    assert blocks(TUTORIAL, "python")
