"""Reading the next batches while one is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from hyoid.training.batch import TrainingBatch

_PREFETCHED_STEPS = 3


def prefetched(work: Sequence[Callable[[], TrainingBatch]]) -> Iterator[TrainingBatch]:
    """Yield the results of `work` in order; the next ones are computed in a thread beside."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting: list[Future[TrainingBatch]] = []
        for one in work:
            waiting.append(pool.submit(one))
            if len(waiting) >= _PREFETCHED_STEPS:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()
