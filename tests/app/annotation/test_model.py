"""Whatever people do in whatever order, the store says what a list and a dictionary say."""

import tempfile
from datetime import timedelta
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hyoid.app.annotation import Actor, AnnotationError, AnnotationStore, ConflictError
from support.annotations import GRID, Clock, numbered

PEOPLE = {"anna": "annotator", "ben": "annotator", "chief": "admin", "guest": "reader"}
CASES = ("A", "B")
NEXT = {"draft": "submitted", "submitted": "reviewed", "reviewed": "accepted"}


class People(RuleBasedStateMachine):
    """Saves upon any version and steps to any state, by anybody, on the store and on a dictionary of lists."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.store = AnnotationStore(Path(self.folder.name), clock=self.clock)
        self.chains: dict[tuple[str, str], list[list[object]]] = {}  # of [number drawn, state]
        self.events: list[tuple[str, str, str, int]] = []

    @rule(
        case=st.sampled_from(CASES),
        author=st.sampled_from(["anna", "ben", "chief"]),
        back=st.integers(0, 2),
        n=st.integers(0, 9),
    )
    def save(self, case: str, author: str, back: int, n: int) -> None:
        chain = self.chains.get((case, author), [])
        base = max(0, len(chain) - back)
        self.clock.time += timedelta(seconds=1)
        try:
            saved = self.store.save(case, author, numbered(n), base)
        except ConflictError:
            assert base != len(chain)
            return
        assert base == len(chain)
        assert bool(saved.note) == bool(chain and chain[-1][1] != "draft")
        self.chains.setdefault((case, author), []).append([n, "draft"])
        self.events.append((author, "saved", case, base + 1))

    @rule(
        case=st.sampled_from(CASES),
        author=st.sampled_from(["anna", "ben", "chief"]),
        who=st.sampled_from(sorted(PEOPLE)),
        back=st.integers(0, 1),
        to=st.sampled_from(["draft", "submitted", "reviewed", "accepted"]),
        reason=st.sampled_from(["", "a reason"]),
    )
    def step(self, case: str, author: str, who: str, back: int, to: str, reason: str) -> None:
        chain = self.chains.get((case, author), [])
        number = len(chain) - back
        if number < 1:
            return
        state = chain[number - 1][1]
        role, own = PEOPLE[who], who == author
        legal = (NEXT.get(str(state)) == to) or (to == "draft" and state != "draft" and bool(reason))
        if to == "submitted" or (to == "draft" and own and state == "submitted"):
            allowed = own and role != "reader"
        else:
            allowed = role == "admin" and not own
        try:
            self.store.change_state(self.store.version(case, author, number), to, Actor(who), role, reason)
        except AnnotationError:
            assert not (legal and allowed and back == 0)
            return
        assert legal
        assert allowed
        assert back == 0
        chain[number - 1][1] = to
        word = to if to != "draft" else "withdrawn" if own and state == "submitted" else "returned"
        self.events.append((who, word, case, number))

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = AnnotationStore(Path(self.folder.name), clock=self.clock)

    @invariant()
    def the_store_says_the_same(self) -> None:
        for (case, author), chain in self.chains.items():
            found = self.store.versions(case, author)
            assert [version.state for version in found] == [state for _, state in chain]
            for version, (drawn, _) in zip(found, chain, strict=True):
                assert np.array_equal(self.store.voxels(version, GRID).array, numbered(int(str(drawn))).array)
        assert [(e.who, e.what, e.case_id, e.version) for e in self.store.audit.events()] == self.events
        assert self.store.orphans() == self.store.missing() == set()

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


TestPeople = People.TestCase
TestPeople.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
