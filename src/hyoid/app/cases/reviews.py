"""The reviews of a cohort's cases, one after the other in the background, the one that is looked at first."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path
from typing import Any

from hyoid.app.cases.library import CaseLibrary
from hyoid.app.cases.review import Review
from hyoid.app.cases.worker import ProcessWorker, Worker, WorkerStoppedError
from hyoid.cohort.check import Finding, find_across
from hyoid.errors import HyoidError
from hyoid.files import read_json, sha256_of_json, write_json
from hyoid.version import __version__

TRIES = 2
"""How often a case is tried at which the process dies; a case may be larger than the memory."""


class Reviews:
    """What is known so far of the cases of a library.

    Parameters
    ----------
    library
        The cases.
    worker
        Who reviews; a process of its own by default.
    folder
        Where reviews are kept from one start to the next, a file each; None keeps them in memory alone. A review holds
        as long as size and time of the case's files stay the same.
    """

    def __init__(self, library: CaseLibrary, worker: Worker | None = None, folder: Path | None = None) -> None:
        self.library = library
        self._worker: Worker = worker or ProcessWorker()
        self._folder = folder
        self._found: dict[str, tuple[Any, Review]] = {}
        self._failed: dict[str, str] = {}
        self._waiting = deque(library.ids)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._across: tuple[int, dict[str | None, list[Finding]]] = (-1, {})

    def start(self) -> None:
        """Begin with the first case, in a thread."""
        self._thread = threading.Thread(target=self._run, name="hyoid-reviews", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop at once; what was found stays."""
        self._stopped.set()
        self._wake.set()
        self._worker.close()
        if self._thread is not None:
            self._thread.join(5)

    def of(self, case_id: str) -> Review | None:
        """Return the review of a case; None where it is not there yet, or the files have changed since."""
        found = self._found.get(case_id)
        return found[1] if found is not None and found[0] == self.library.states(case_id) else None

    def known(self, case_id: str) -> Review | None:
        """Return the review as `of` does, without a look at the files: for lists of many cases."""
        found = self._found.get(case_id)
        return found[1] if found is not None else None

    def failure(self, case_id: str) -> str | None:
        """Return why a case could not be reviewed, None where nothing is known of that."""
        return self._failed.get(case_id)

    def hurry(self, case_id: str) -> None:
        """Let this case be the next one, unless its review is there."""
        if self.of(case_id) is not None or case_id in self._failed:
            return
        with self._lock:
            if case_id in self._waiting:
                self._waiting.remove(case_id)
            self._waiting.appendleft(case_id)
        self._wake.set()

    @property
    def waiting(self) -> int:
        """How many cases have no review yet."""
        return len(self.library.ids) - len(self._found.keys() | self._failed.keys())

    def findings(self, case_id: str) -> list[Finding]:
        """Return all findings of a case that are known: of the tables at once, of its images when they are reviewed."""
        review = self._found.get(case_id)
        own = list(review[1].findings) if review is not None else []
        return sorted([*own, *self._between().get(case_id, [])], key=lambda finding: finding.order)

    def _between(self) -> dict[str | None, list[Finding]]:
        """Return findings of tables and between cases, by case, made anew when more cases have been reviewed."""
        known = len(self._found)
        count, across = self._across
        if count != known:
            across = {}
            digests = {case_id: review.digests for case_id, (_, review) in list(self._found.items())}
            for finding in find_across(self.library.cohort, digests):
                across.setdefault(finding.case, []).append(finding)
            self._across = (known, across)
        return across

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                case_id = self._waiting.popleft() if self._waiting else None
            if case_id is None:
                self._wake.wait()
                self._wake.clear()
            elif self.of(case_id) is None:
                self._review(case_id)

    def _review(self, case_id: str) -> None:
        states, case = self.library.states(case_id), self.library.case(case_id)
        review = self._kept(case_id, states)
        try:
            reference = case.images[self.library.reference(case_id)]
        except HyoidError:
            reference = None
        for _ in range(TRIES):
            if review is not None or self._stopped.is_set():
                break
            try:
                review = self._worker.review(case, reference, self.library.layer_path(case_id, "predicted"))
                self._keep(case_id, states, review)
            except WorkerStoppedError:
                self._failed[case_id] = (
                    "The check of this case ended without an answer; it may need more memory than there is. "
                    "Run `hyoid check` on it alone."
                )
            except Exception as error:  # noqa: BLE001 - one case never stops the rest, nor the thread
                self._failed[case_id] = f"The check of this case failed with {type(error).__name__}. Please report it."
                break
        if review is not None:
            self._failed.pop(case_id, None)
            self._found[case_id] = (states, review)

    def _file(self, case_id: str) -> Path | None:
        return None if self._folder is None else self._folder / f"{sha256_of_json(case_id)}.json"

    def _kept(self, case_id: str, states: Any) -> Review | None:
        """Return the review that an earlier server wrote of these very files."""
        path = self._file(case_id)
        try:
            kept = read_json(path) if path is not None and path.is_file() else None
            return Review.from_dict(kept["review"]) if kept is not None and kept["of"] == _key(states) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # it is made again

    def _keep(self, case_id: str, states: Any, review: Review) -> None:
        path = self._file(case_id)
        if path is not None:
            write_json(path, {"of": _key(states), "review": review.to_dict()})


def _key(states: Any) -> str:
    """Return what a review holds for: the files as they were, and the version of the checks."""
    return sha256_of_json([[list(state) for state in states], __version__])
