"""Results on their way back: sent once each, and again on a schedule where only the network failed."""

from __future__ import annotations

import time
from pathlib import Path

from hyoid.dicom.network import Caller, Peer, send_files
from hyoid.node.state import State

SCHEDULE_SECONDS = (60, 300, 900, 3600, 4 * 3600, 24 * 3600, 24 * 3600, 24 * 3600)
"""How long is waited before each new try; after the last the study has failed."""


def send_results(folder: Path, state: State, peer: Peer, caller: Caller) -> State:
    """Send what the peer has not taken yet, and return the state after it.

    Where the peer refuses an object for good, the rest is sent and the study has failed.
    """
    waiting = [name for name in state.results if name not in state.sent]
    outcomes = send_files([folder / name for name in waiting], peer, caller)
    taken = tuple(name for name, one in zip(waiting, outcomes, strict=True) if one.ok)
    state = state.but(sent=(*state.sent, *taken))
    failed = [one for one in outcomes if not one.ok]
    if not failed:
        return state.but(phase="done", step="", problem="", finished=time.time())
    sentence = " ".join(dict.fromkeys(one.said for one in failed))
    state = state.but(step="send", problem=sentence)
    if all(one.again for one in failed) and state.tries < len(SCHEDULE_SECONDS):
        return state.but(tries=state.tries + 1, next_try=time.time() + SCHEDULE_SECONDS[state.tries])
    return state.but(phase="failed", finished=time.time())
