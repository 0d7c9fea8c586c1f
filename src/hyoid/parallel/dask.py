"""Workers of dask."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hyoid.errors import HyoidError
from hyoid.extras import extra_library
from hyoid.parallel.backend import ClusterBackend
from hyoid.parallel.worker import Seen, look

_SECONDS_TO_ANSWER = 30


class DaskBackend(ClusterBackend):
    """The workers that a `distributed.Client` reaches."""

    def __init__(self, client: Any) -> None:
        super().__init__()
        self._client = client

    def cores(self) -> int:
        """Return how many workers there are: each has one thread."""
        return sum(self._client.nthreads().values())

    def see(self, file: Path | None) -> Mapping[str, Seen]:
        """Ask every worker."""
        found: Mapping[str, Seen] = self._client.run(look, file)
        return found

    def _send(self, call: Callable[[], Any]) -> Any:
        return self._client.submit(call, pure=False)

    def _cancel(self, futures: list[Any]) -> None:
        self._client.cancel(futures)


@contextmanager
def dask_backend(address: str | None) -> Iterator[DaskBackend]:
    """Connect to the scheduler at `address`, or start a cluster of this machine's cores, and let go of it at the end.

    Raises
    ------
    HyoidError
        If dask is missing, the scheduler does not answer or has no workers, or a worker has several threads.
    """
    distributed = extra_library("distributed", "dask")
    with _client(distributed, address) as client:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_TO_ANSWER)
        except TimeoutError as error:
            raise HyoidError.of(f"no worker at {address}", "one or more", "Start them: dask worker ADDRESS.") from error
        crowded = sorted(worker for worker, threads in client.nthreads().items() if threads > 1)
        if crowded:
            raise HyoidError.of(
                f"several threads in the worker {crowded[0]}",
                "one in each: two folds in a process would share their random numbers",
                "Start them so: dask worker ADDRESS --nworkers N --nthreads 1.",
            )
        yield DaskBackend(client)


def _client(distributed: Any, address: str | None) -> Any:
    if address is None:
        # As under loky a worker may take what memory there is; what fails on one is raised here and needs no log.
        return distributed.Client(
            set_as_default=False,
            processes=True,
            threads_per_worker=1,
            memory_limit=None,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )
    try:
        return distributed.Client(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise HyoidError.of(
            f"no dask scheduler at {address}", "one, as tcp://HOST:PORT", f"Start it: dask scheduler. ({error})"
        ) from error
