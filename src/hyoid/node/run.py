"""The node itself: a listener in threads, and one loop that works on one study after the other."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import ExitStack

from hyoid.dicom.network import Caller, Placed, Receiver, Store, echo
from hyoid.dicom.network.contexts import storage_classes
from hyoid.errors import NetworkError
from hyoid.node.folder import STUDIES
from hyoid.node.lock import locked
from hyoid.node.log import Seldom
from hyoid.node.sending import send_results
from hyoid.node.settings import NodeSettings
from hyoid.node.state import State, inputs_of, read_state, write_state
from hyoid.node.work import Make, StepError, make_results

MAX_ATTEMPTS = 3
"""How often a study is begun without an end before it has failed: it may be what kills the node."""

TAKEN = ("CT", "PT")
"""Modalities that a node takes: not those of its own results, which a peer may route back to it."""

_TICK_SECONDS = 0.2
_EXPIRY_SECONDS = 3600
_DAY_SECONDS = 86400


class Node:
    """Receives studies, makes their results and sends them back, until `stop`.

    All that it knows stands in its folder: killed at any moment and started again, it goes on.

    Parameters
    ----------
    settings
        How it works.
    logger
        Where it says each step.
    make
        What makes results of a study's folder; by default the bundles of the settings.
    """

    def __init__(self, settings: NodeSettings, logger: logging.Logger, make: Make | None = None) -> None:
        self._settings, self._log = settings, logger
        self._seldom = Seldom(logger)
        self._make = make or make_results(settings.bundles, settings.device)
        self._studies = settings.work / STUDIES
        self._caller = Caller(settings.listening.title, settings.send_tls)
        self._lock = threading.Lock()
        self._arrived: dict[str, float] = {}
        self._to_send: dict[str, float] = {}
        self._ended = threading.Event()
        self._next_expiry = 0.0
        self.listening = threading.Event()
        self.port = settings.listening.port

    def run(self) -> None:
        """Work until `stop` is called or the process is interrupted.

        Raises
        ------
        HyoidError
            If the address or the folder cannot be used.
        """
        with ExitStack() as stack:
            stack.enter_context(locked(self._settings.work))
            store = Store(self._studies, self._settings.limits)
            self._take_up()
            receiver = Receiver(
                self._settings.listening, store, storage_classes(TAKEN), placed=self._placed, said=self._seldom
            )
            stack.enter_context(receiver)
            self.port = receiver.port
            self._say_start()
            self.listening.set()
            try:
                while not self._ended.wait(_TICK_SECONDS):
                    self._tick(store, receiver)
            finally:
                self._log.info("stopped")

    def stop(self) -> None:
        """End after the step that is under way."""
        self._ended.set()

    def _take_up(self) -> None:
        """Find what an earlier process left undone."""
        for folder in sorted(self._studies.iterdir()):
            if folder.name.startswith(".") or not (folder / "received").is_dir():
                continue
            state = read_state(folder)
            if state.phase == "failed" and self._settings.retry_failed:
                state = state.anew()
                write_state(folder, state)
            if state.phase in ("arriving", "making") or state.inputs != inputs_of(folder)[0]:
                self._arrived[folder.name] = time.monotonic()
            elif state.phase == "made":
                self._to_send[folder.name] = state.next_try

    def _say_start(self) -> None:
        settings, where = self._settings, self._settings.listening
        allowed = ", ".join(where.allowed) or "any title"
        encrypted = "with TLS" if where.tls is not None else "without encryption"
        self._log.info(f"{where.title} listens on {where.host}:{self.port} {encrypted}, takes calls of {allowed}")
        if self._arrived or self._to_send:
            self._log.info(f"{len(self._arrived)} studies to make and {len(self._to_send)} to send from before")
        if settings.send_to is None:
            self._log.info(f"results stay in {self._studies}: nobody is named to send them to")
            return
        try:
            echo(settings.send_to, self._caller)
        except NetworkError as error:
            self._log.info(f"{settings.send_to} does not answer an echo yet: {error}")
        else:
            self._log.info(f"{settings.send_to} answers")

    def _placed(self, placed: Placed) -> None:
        """Note what came; called from the threads that receive."""
        if placed.added:
            with self._lock:
                first = placed.study not in self._arrived
                self._arrived[placed.study] = time.monotonic()
            if first:
                self._log.info(f"{placed.study}: receiving")
        elif placed.status != 0:
            self._seldom(f"{placed.study or 'an instance'}: refused with {placed.status:04X}: {placed.said}")

    def _tick(self, store: Store, receiver: Receiver) -> None:
        now, under_way = time.monotonic(), receiver.studies_under_way()
        with self._lock:
            settled = now - self._settings.settle_seconds
            quiet = [key for key, at in self._arrived.items() if at <= settled and key not in under_way]
        for key in quiet:
            self._make_one(key)
        for key in [key for key, at in self._to_send.items() if time.time() >= at]:
            self._send_one(key)
        if self._settings.keep_days is not None and now >= self._next_expiry:
            self._expire(store, self._settings.keep_days)
            self._next_expiry = now + _EXPIRY_SECONDS

    def _make_one(self, key: str) -> None:
        with self._lock:
            self._arrived.pop(key, None)  # before the instances are listed: one that comes now counts for later
        folder = self._studies / key
        before, (inputs, count) = read_state(folder), inputs_of(folder)
        if before.inputs == inputs and before.phase in ("made", "done", "failed"):
            return
        attempts = before.attempts + 1 if before.inputs == inputs else 1
        self._to_send.pop(key, None)
        state = State("making", inputs, attempts)
        if attempts > MAX_ATTEMPTS:
            self._fail(key, state, "make", f"The node ended {MAX_ATTEMPTS} times while it worked on this study.")
            return
        write_state(folder, state)
        self._log.info(f"{key}: {count} instances, and no more for {self._settings.settle_seconds:g} s")
        try:
            made = self._make(folder, lambda step: self._log.info(f"{key}: {step}"))
        except StepError as error:
            self._fail(key, state, error.step, str(error))
            return
        except KeyboardInterrupt:
            write_state(folder, state.but(attempts=attempts - 1))  # the study is not to blame
            raise
        results = tuple(path.relative_to(folder).as_posix() for path in made)
        self._log.info(f"{key}: {len(results)} results made")
        state = State("made", inputs, 0, results=results)
        if self._settings.send_to is None:
            state = state.but(phase="done", finished=time.time())
        else:
            self._to_send[key] = 0.0
        write_state(folder, state)

    def _send_one(self, key: str) -> None:
        self._to_send.pop(key)
        folder, peer = self._studies / key, self._settings.send_to
        state = read_state(folder)
        if peer is None or state.phase != "made":
            return
        state = send_results(folder, state, peer, self._caller)
        if state.phase == "failed":
            self._fail(key, state, state.step, state.problem)
            return
        write_state(folder, state)
        if state.phase == "done":
            self._log.info(f"{key}: sent to {peer}")
            return
        self._to_send[key] = state.next_try
        wait = state.next_try - time.time()
        self._log.info(
            f"{key}: {peer} did not take all; next try in {wait:.0f} s; the reason is in {STUDIES}/{key}/problem.txt"
        )

    def _fail(self, key: str, state: State, step: str, sentence: str) -> None:
        """Write why a study failed. The log does not quote it: it may name the patient."""
        folder = self._studies / key
        write_state(folder, state.but(phase="failed", step=step, problem=sentence, finished=time.time()))
        self._log.info(f"{key}: failed at {step}; the reason is in {STUDIES}/{key}/problem.txt")

    def _expire(self, store: Store, days: float) -> None:
        for folder in sorted(path for path in self._studies.iterdir() if not path.name.startswith(".")):
            state = read_state(folder)
            if state.phase not in ("done", "failed") or time.time() - state.finished <= days * _DAY_SECONDS:
                continue
            if store.remove(folder.name, unless=lambda: inputs_of(folder)[0] != state.inputs):  # noqa: B023 - called at once
                self._log.info(f"{folder.name}: removed, {days:g} days after its end")
