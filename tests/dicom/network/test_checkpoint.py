"""The gate at which a reactor waits: nothing is passed between closing and opening."""

import sys
import threading
import time
from collections.abc import Iterator

import pytest

from hyoid.dicom.network.checkpoint import Checkpoint


@pytest.fixture
def often() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("often")
def test_nothing_is_taken_while_the_gate_is_closed() -> None:
    ended, taken = threading.Event(), [0]

    def pass_by() -> None:
        while not ended.is_set():
            gate.wait()
            taken[0] += 1

    thread = threading.Thread(target=pass_by)
    gate = Checkpoint(thread.is_alive)
    thread.start()
    try:
        for _ in range(300):
            gate.clear()
            assert not gate.is_set()
            before = taken[0]
            time.sleep(0.0002)
            assert taken[0] == before
            gate.set()
    finally:
        ended.set()
        gate.set()
        thread.join(10)
    assert taken[0] > 0


def test_a_gate_that_nobody_passes_any_more_closes_at_once() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    Checkpoint(thread.is_alive).clear()
