from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hyoid.cli.app import app
from hyoid.cli.benchmark import Backend
from hyoid.errors import HyoidError
from hyoid.parallel import Backend as TheirBackend

COMMAND = ["benchmark", "cohort", "--recipes", "rfs-lesions:clinical", "--out", "table"]


def test_the_command_line_offers_what_there_is() -> None:
    assert Backend == TheirBackend


def test_a_cluster_of_which_one_process_is_asked_is_refused() -> None:
    result = CliRunner().invoke(app, [*COMMAND, "--backend", "dask"])
    assert isinstance(result.exception, HyoidError)
    assert "--backend dask with --jobs 1" in str(result.exception)


def test_a_scheduler_without_its_library_is_refused() -> None:
    result = CliRunner().invoke(app, [*COMMAND, "--scheduler", "tcp://host:8786"])
    assert isinstance(result.exception, HyoidError)
    assert "tcp://host:8786 for loky" in str(result.exception)


def test_the_cluster_is_opened_around_the_work_and_gets_whole_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    class Opened:
        def __init__(self, *arguments: object) -> None:
            seen.append(arguments)

        def __enter__(self) -> None:
            seen.append("open")

        def __exit__(self, *_: object) -> None:
            seen.append("closed")

    def work(cohort: Path, recipes: list[str], out: Path, **options: Any) -> None:
        seen.append((cohort, recipes, out, options["external"], options["jobs"]))
        raise HyoidError("enough")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("hyoid.parallel.parallel_backend", Opened)
    monkeypatch.setattr("hyoid.benchmark.run_benchmark", work)
    command = [*COMMAND, "--backend", "ray", "--scheduler", "head:6379", "--jobs", "-1", "--external", "others"]
    result = CliRunner().invoke(app, command)
    assert str(result.exception) == "enough"
    assert seen == [
        ("ray", "head:6379", tmp_path / "table"),
        "open",
        (tmp_path / "cohort", ["rfs-lesions:clinical"], tmp_path / "table", tmp_path / "others", -1),
        "closed",
    ]
