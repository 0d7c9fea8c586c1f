"""The choice between this machine's processes and a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from joblib import parallel_config

from hyoid.errors import HyoidError
from hyoid.parallel.dask import dask_backend
from hyoid.parallel.ray import ray_backend
from hyoid.parallel.worker import check_workers

Backend = Literal["loky", "dask", "ray"]


@contextmanager
def parallel_backend(name: Backend, address: str | None = None, shared: Path | None = None) -> Iterator[None]:
    """Work on folds and cases by the processes of this machine, or by the workers of a cluster, inside this context.

    How many at a time is still said by `jobs`, where -1 now means all cores of the cluster. Folds are written to files
    by whoever works on them: every worker needs the same files under the same paths, which are to be absolute ones.
    Folds on a GPU are trained one after the other by this process, whatever the backend.

    Parameters
    ----------
    name
        `loky`: processes of this machine, joblib's own choice. `dask` and `ray` need hyoid's extra of that name.
    address
        Of a running cluster: dask's scheduler as tcp://HOST:PORT, ray's head as HOST:PORT. None: a cluster of this
        machine's cores is started, and closed at the end. A script that does so needs `if __name__ == "__main__":`.
    shared
        The folder of the results: workers that do not see it are refused at once. None: not looked at.

    Raises
    ------
    HyoidError
        If the backend is unknown or its library is missing, the cluster does not answer or has no workers, one of
        them has several threads or another version of hyoid, or does not see `shared`; or if loky is given an address.
    """
    if name == "loky":
        if address is not None:
            raise HyoidError.of(f"the scheduler {address} for loky", "dask or ray", "Name the one that it belongs to.")
        with parallel_config(backend="loky"):
            yield
        return
    opened = {"dask": dask_backend, "ray": ray_backend}.get(name)
    if opened is None:
        raise HyoidError.of(f"the backend {name}", "loky, dask or ray", "Choose one of these.")
    with opened(address) as backend:
        check_workers(backend.see, shared)
        with parallel_config(backend=backend):
            yield
