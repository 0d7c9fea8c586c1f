"""Two who save at once: one is taken, the other is told, and nothing is overwritten."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from hyoid.app.annotation import Actor, AnnotationStore, ConflictError, NotAllowedError
from support.annotations import GRID, numbered
from support.racing_saves import AUTHOR, CASE, save_racing

SCRIPT = Path(__file__).parents[2] / "support" / "racing_saves.py"


def check_race(store: AnnotationStore, told: Sequence[Sequence[str]], total: int) -> None:
    """See that the chain holds each save that was taken, once, with the voxels that were sent."""
    saved = dict(line.split()[1:] for lines in told for line in lines if line.startswith("saved"))
    versions = store.versions(CASE, AUTHOR)
    assert [version.version for version in versions] == list(range(1, total + 1))
    assert sorted(map(int, saved)) == list(range(1, total + 1))
    assert all(version.base == version.version - 1 for version in versions)
    for version in versions:
        expected = numbered(int(saved[str(version.version)])).array
        assert np.array_equal(store.voxels(version, GRID).array, expected)
    assert len(store.history(CASE)) == total


def test_threads_on_one_chain(store: AnnotationStore) -> None:
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda seed: save_racing(store, seed, 5), range(6)))
    check_race(store, told, 30)


def test_processes_on_one_chain_that_open_an_empty_folder_together(tmp_path: Path, database: str | None) -> None:
    folder = tmp_path / "annotations"
    found_where = [str(SCRIPT.parents[1]), os.environ.get("PYTHONPATH", "")]
    running = [
        subprocess.Popen(
            [sys.executable, SCRIPT, folder, database or "", str(seed), "5"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(found_where)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(3)
    ]
    done = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], [error for _, error in done]
    store = AnnotationStore(folder, database)
    check_race(store, [out.splitlines() for out, _ in done], 15)
    store.close()


def test_of_many_saves_upon_the_same_version_one_is_taken(store: AnnotationStore) -> None:
    for base in range(3):
        barrier = Barrier(8)

        def save(number: int, base: int = base, barrier: Barrier = barrier) -> bool:
            barrier.wait()
            try:
                store.save(CASE, AUTHOR, numbered(1000 * base + number), base)
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(save, range(8))) == 1
    assert [version.version for version in store.versions(CASE, AUTHOR)] == [1, 2, 3]


def test_two_annotators_at_once_have_a_chain_each(store: AnnotationStore) -> None:
    def work(author: str) -> None:
        for base in range(6):
            store.save(CASE, author, numbered(base + 100 * ord(author)), base)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, "abc"))
    for author in "abc":
        for version in store.versions(CASE, author):
            expected = numbered(version.base + 100 * ord(author)).array
            assert np.array_equal(store.voxels(version, GRID).array, expected)
    assert [version.version for version in store.of_case(CASE)] == [6, 6, 6]


def test_a_save_and_a_submission_at_once_never_submit_what_was_not_looked_at(store: AnnotationStore) -> None:
    """Whoever comes first: the version that is submitted is the one that was named, and the newest at that moment."""
    for round_ in range(8):
        author = f"annotator {round_}"
        first = store.save(CASE, author, numbered(1), 0)
        barrier = Barrier(2)

        def submit(first=first, author=author, barrier=barrier) -> str:
            barrier.wait()
            try:
                return store.change_state(first, "submitted", Actor(author), "annotator").state
            except ConflictError:
                return "refused"

        def save(author=author, barrier=barrier) -> str:
            barrier.wait()
            return store.save(CASE, author, numbered(2), 1).state

        with ThreadPoolExecutor(2) as pool:
            states = pool.submit(submit), pool.submit(save)
            submitted, saved = (state.result() for state in states)
        assert saved == "draft"
        assert store.newest(CASE, author).version == 2
        assert store.version(CASE, author, 1).state == ("draft" if submitted == "refused" else "submitted")
        order = [event.what for event in store.history(CASE) if event.author == author]
        assert order == (["saved", "saved"] if submitted == "refused" else ["saved", "submitted", "saved"])


def test_of_two_steps_at_once_one_is_taken(store: AnnotationStore) -> None:
    first = store.save(CASE, AUTHOR, numbered(1), 0)
    submitted = store.change_state(first, "submitted", Actor(AUTHOR), "annotator")
    barrier = Barrier(4)

    def step(number: int) -> bool:
        barrier.wait()
        to = "reviewed" if number % 2 else "draft"
        try:
            store.change_state(submitted, to, Actor(f"admin {number}"), "admin", "a reason")
        except (ConflictError, NotAllowedError):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(step, range(4))) == 1
    assert len(store.history(CASE)) == 3


@pytest.mark.parametrize("name", ["anna", "Anna"])
def test_names_are_told_apart_as_they_are_written(store: AnnotationStore, name: str) -> None:
    store.save(CASE, name, numbered(1), 0)
    assert [version.author for version in store.of_case(CASE)] == [name]
    assert store.newest(CASE, name.swapcase()) is None
