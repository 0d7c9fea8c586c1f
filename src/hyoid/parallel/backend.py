"""What joblib asks of a cluster, whichever library runs that."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from joblib import cpu_count
from joblib.parallel import ParallelBackendBase, get_active_backend

from hyoid.parallel.worker import Seen


class ClusterBackend(ParallelBackendBase):  # type: ignore[misc]
    """joblib's calls on the workers of a cluster; a worker has one call at a time.

    What a call itself does in parallel stays in its process, as it does under loky. The backends that joblib has for
    dask and ray for joblib do not serve here: ray's returns no generators, and dask's lets a worker begin another call
    while one waits for nested ones, where two folds would draw from the one random stream that torch has in a process.
    """

    supports_retrieve_callback = True
    default_n_jobs = -1

    def __init__(self) -> None:
        super().__init__()
        self._waiting: set[Any] = set()

    @abstractmethod
    def cores(self) -> int:
        """Return how many calls the workers that are there take at a time."""

    @abstractmethod
    def see(self, file: Path | None) -> Mapping[str, Seen]:
        """Return what every worker, or every machine of workers, answers about itself and about `file`."""

    @abstractmethod
    def _send(self, call: Callable[[], Any]) -> Any:
        """Send a call to a worker and return a future, which can be hashed and has `add_done_callback`."""

    @abstractmethod
    def _cancel(self, futures: list[Any]) -> None:
        """Ask for the end of calls that nobody waits for any more."""

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """Return how many calls are under way at a time; a cluster may grow to serve more than it has cores now."""
        if n_jobs == 0:
            raise ValueError("n_jobs == 0 in Parallel has no meaning")
        wanted = 1 if n_jobs is None else n_jobs
        return wanted if wanted > 0 else max(1, self.cores() + 1 + wanted)

    def submit(self, func: Callable[[], Any], callback: Callable[[Any], None] | None = None) -> Any:
        """Send a batch of calls, and call back with its future when it is done."""
        future = self._send(func)
        self._waiting.add(future)

        def done(finished: Any) -> None:
            self._waiting.discard(finished)
            if callback is not None:
                callback(finished)

        future.add_done_callback(done)
        return future

    def retrieve_result_callback(self, out: Any) -> Any:
        """Return what a finished batch returned, or raise what it raised."""
        return out.result()

    def abort_everything(self, ensure_ready: bool = True) -> None:  # noqa: ARG002 - joblib's signature
        """Cancel what is not finished, after one call failed."""
        waiting = list(self._waiting)
        self._waiting.clear()
        self._cancel(waiting)


def threads_each(processes: int) -> int:
    """Return how many threads each of so many parallel calls may take.

    Here the machine's cores are shared out among them. A worker of a cluster has one: this machine's cores say nothing
    about those of another.
    """
    if isinstance(get_active_backend()[0], ClusterBackend):
        return 1
    return max(1, int(cpu_count()) // processes)
