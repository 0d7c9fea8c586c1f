"""Calls on this machine and on a cluster; what a worker must be like."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from joblib import Parallel, cpu_count, delayed, parallel_config

from hyoid.errors import CohortError, HyoidError
from hyoid.parallel import ClusterBackend, parallel_backend, threads_each
from hyoid.parallel.worker import Seen, check_workers, look
from hyoid.version import __version__


class _Threads(ClusterBackend):
    """A cluster of three threads, which stand for the workers."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        super().__init__()
        self.pool = pool
        self.cancelled: list[Future[Any]] = []

    def cores(self) -> int:
        return 3

    def see(self, file: Path | None) -> Mapping[str, Seen]:
        return {"one": look(file)}

    def _send(self, call: Any) -> Future[Any]:
        return self.pool.submit(call)

    def _cancel(self, futures: list[Any]) -> None:
        self.cancelled += [future for future in futures if future.cancel()]


@pytest.fixture
def threads() -> Iterator[_Threads]:
    with ThreadPoolExecutor(3) as pool:
        yield _Threads(pool)


def _square(number: int) -> int:
    return number * number


def _fail_at_two(number: int) -> int:
    time.sleep(0.05)  # others are sent meanwhile
    if number == 2:
        raise CohortError.of("two", "another number", "Leave it out.")
    return number


def _nested(number: int) -> tuple[int, float, float, set[int]]:
    """Return the process, when it began and ended, and the processes of the parallel calls inside it."""
    begin = time.time()
    inside = set(Parallel(n_jobs=2, return_as="generator")(delayed(_process)(i) for i in range(3)))
    return os.getpid(), begin, time.time(), inside


def _process(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


@pytest.mark.parametrize("how", ["list", "generator", "generator_unordered"])
@pytest.mark.parametrize("jobs", [1, 2, -1])
def test_every_call_is_answered_once(threads: _Threads, how: str, jobs: int) -> None:
    with parallel_config(backend=threads):
        found = list(Parallel(n_jobs=jobs, return_as=how)(delayed(_square)(i) for i in range(20)))
    expected = [i * i for i in range(20)]
    assert (sorted(found) if how == "generator_unordered" else found) == expected


@pytest.mark.parametrize(("jobs", "expected"), [(1, 1), (2, 2), (7, 7), (-1, 3), (-2, 2), (-9, 1), (None, 1)])
def test_jobs_are_counted_against_the_cores_of_the_cluster(threads: _Threads, jobs: int | None, expected: int) -> None:
    assert threads.effective_n_jobs(jobs) == expected


def test_an_error_of_a_call_is_raised_here_and_ends_the_others(threads: _Threads) -> None:
    with parallel_config(backend=threads):
        with pytest.raises(CohortError, match="Found two; expected another number"):
            list(Parallel(n_jobs=10, return_as="generator")(delayed(_fail_at_two)(i) for i in range(40)))
        assert threads.cancelled
        assert Parallel(n_jobs=2)(delayed(_square)(i) for i in range(3)) == [0, 1, 4]


def test_threads_are_shared_out_here_and_one_for_each_worker(threads: _Threads) -> None:
    assert threads_each(1) == cpu_count()
    assert threads_each(10**6) == 1
    with parallel_config(backend=threads):
        assert threads_each(1) == 1


def test_loky_is_joblib_s_own_and_has_no_scheduler(threads: _Threads) -> None:
    with parallel_config(backend=threads), parallel_backend("loky"):
        parallel = Parallel(n_jobs=2)
        assert type(parallel._backend).__name__ == "LokyBackend"
    with pytest.raises(HyoidError, match="expected dask or ray"), parallel_backend("loky", "tcp://host:8786"):
        pass


@pytest.mark.parametrize(("name", "library"), [("dask", "distributed"), ("ray", "ray")])
def test_a_missing_library_is_named_with_its_extra(name: Any, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    expected = rf'Found no {library} in this environment.*pip install "hyoid\[{name}\]"'
    with pytest.raises(HyoidError, match=expected), parallel_backend(name):
        pass


@pytest.mark.parametrize("address", ["auto", "localhost:0"])
def test_a_ray_cluster_that_does_not_answer_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", ModuleType("ray"))  # which is not reached
    with pytest.raises(HyoidError, match=f"no ray cluster at {address}"), parallel_backend("ray", address):
        pass


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(HyoidError, match="expected loky, dask or ray"), parallel_backend("slurm"):  # type: ignore[arg-type]
        pass


def test_workers_must_see_the_folder(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    asked = []

    def see(file: Path | None) -> dict[str, Seen]:
        asked.append(file)
        assert file is not None
        return {"near": look(file), "far": look(tmp_path / "elsewhere" / file.name)}

    with pytest.raises(HyoidError, match="Found worker far, which does not see"):
        check_workers(see, out)
    assert asked[0] is not None
    assert asked[0].parent == out
    assert not list(out.iterdir())
    check_workers(lambda file: {"near": look(file)}, out)
    check_workers(lambda file: {"near": look(file)}, None)


def test_workers_must_have_this_hyoid() -> None:
    with pytest.raises(HyoidError, match=f"Found hyoid 0.0.1 on worker old; expected hyoid {__version__}"):
        check_workers(lambda _: {"new": look(None), "old": Seen("0.0.1", file=True)}, None)


def _check_alone_in_their_process(answers: list[tuple[int, float, float, set[int]]]) -> None:
    """Nested calls stay in the worker's process, which works on nothing else meanwhile."""
    for i, (process, begin, end, inside) in enumerate(answers):
        assert inside == {process}
        assert process != os.getpid()
        for other, first, last, _ in answers[:i]:
            assert other != process or end <= first or last <= begin


def _check_cluster(name: Any, folder: Path) -> None:
    with parallel_backend(name, shared=folder):
        answers = list(Parallel(n_jobs=2, return_as="generator")(delayed(_nested)(i) for i in range(4)))
        _check_alone_in_their_process(answers)
        with pytest.raises(CohortError, match=r"^Found two; expected another number. Leave it out.$"):
            list(Parallel(n_jobs=2, return_as="generator")(delayed(_fail_at_two)(i) for i in range(6)))
    assert Parallel(n_jobs=1)(delayed(_process)(i) for i in range(1)) == [os.getpid()]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of the library's own
def test_dask_on_this_machine(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra hyoid[dask] is not installed")
    _check_cluster("dask", tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of the library's own
def test_ray_on_this_machine(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra hyoid[ray] is not installed")
    _check_cluster("ray", tmp_path)
