"""Workers of ray."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hyoid.errors import HyoidError
from hyoid.extras import extra_library
from hyoid.parallel.backend import ClusterBackend
from hyoid.parallel.worker import Seen, look

_SECONDS_TO_ANSWER = 30


class RayBackend(ClusterBackend):
    """The machines that `ray.init` reached; a call takes one core and is not tried again."""

    def __init__(self, ray: Any) -> None:
        super().__init__()
        self._ray = ray
        self._call = ray.remote(_call).options(num_cpus=1, max_retries=0)

    def cores(self) -> int:
        """Return the cores of the cluster."""
        return int(self._ray.cluster_resources().get("CPU", 0))

    def see(self, file: Path | None) -> Mapping[str, Seen]:
        """Ask one process on every machine that has cores for calls."""
        affinity = extra_library("ray.util.scheduling_strategies", "ray").NodeAffinitySchedulingStrategy
        nodes = [node for node in self._ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
        asked = {
            f"{node['NodeManagerAddress']} ({node['NodeID'][:8]})": self._ray.remote(look)
            .options(num_cpus=0, scheduling_strategy=affinity(node["NodeID"], soft=False))
            .remote(file)
            for node in nodes
        }
        return dict(zip(asked, self._ray.get(list(asked.values())), strict=True))

    def retrieve_result_callback(self, out: Any) -> Any:
        """Return what a batch returned, or raise what it raised: ray's own error would print a traceback as well."""
        try:
            return out.result()
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None

    def _send(self, call: Callable[[], Any]) -> Any:
        return self._call.remote(call).future()

    def _cancel(self, futures: list[Any]) -> None:
        for future in futures:
            self._ray.cancel(future.object_ref)


def _call(call: Callable[[], Any]) -> Any:
    return call()


@contextmanager
def ray_backend(address: str | None) -> Iterator[RayBackend]:
    """Join the cluster at `address`, or start one of this machine's cores, and leave it at the end.

    Raises
    ------
    HyoidError
        If ray is missing, or no cluster answers or it has no cores.
    """
    ray = extra_library("ray", "ray")
    try:
        if address is None:
            ray.init("local", include_dashboard=False, log_to_driver=False, logging_level="ERROR")
        else:
            _knock(address)
            ray.init(address, log_to_driver=False, logging_level="ERROR")
    except (OSError, RuntimeError, ValueError) as error:
        found = "no local cluster" if address is None else f"no ray cluster at {address}"
        raise HyoidError.of(found, "one, as HOST:PORT", f"Start it: ray start --head. ({error})") from error
    try:
        backend = RayBackend(ray)
        if backend.cores() == 0:
            raise HyoidError.of(f"no cores at {address}", "one or more", "Join some: ray start --address HOST:PORT.")
        yield backend
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Raise OSError or ValueError where nobody listens: ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    socket.create_connection((host, int(port)), timeout=_SECONDS_TO_ANSWER).close()
