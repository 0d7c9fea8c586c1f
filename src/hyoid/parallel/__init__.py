"""Where the folds and cases of a run are worked on: this machine's processes, or the workers of a cluster."""

from hyoid.parallel.backend import ClusterBackend, threads_each
from hyoid.parallel.choose import Backend, parallel_backend

__all__ = ["Backend", "ClusterBackend", "parallel_backend", "threads_each"]
