"""Sessions and their ends."""

from hyoid.app.security.sessions import IDLE_SECONDS, MOST_SECONDS, MOST_SESSIONS, Sessions


class Seconds:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_is_found_by_its_cookie_alone() -> None:
    sessions = Sessions()
    cookie, other = sessions.start("ann", "stamp"), sessions.start("ben")
    found = sessions.find(cookie)
    assert found is not None
    assert (found.name, found.stamp) == ("ann", "stamp")
    assert found.allows(found.csrf)
    assert not found.allows("")
    assert not found.allows(cookie)
    second = sessions.find(other)
    assert second is not None
    assert not found.allows(second.csrf)
    for wrong in (None, "", cookie[:-1], cookie + "x", "é"):
        assert sessions.find(wrong) is None
    sessions.end(cookie)
    assert sessions.find(cookie) is None
    assert sessions.find(other) is not None


def test_it_ends_when_it_is_not_used() -> None:
    clock = Seconds()
    sessions = Sessions(clock)
    cookie = sessions.start("ann")
    for _ in range(2):
        clock.now += IDLE_SECONDS - 1
        assert sessions.find(cookie) is not None
    clock.now += IDLE_SECONDS
    assert sessions.find(cookie) is None
    clock.now -= 10
    assert sessions.find(cookie) is None  # it does not come back


def test_it_ends_though_it_is_used() -> None:
    clock = Seconds()
    sessions = Sessions(clock)
    cookie, start = sessions.start("ann"), clock.now
    while clock.now - start < MOST_SECONDS - 3600:
        clock.now += 3600
        if clock.now - start < MOST_SECONDS:
            assert sessions.find(cookie) is not None
    clock.now = start + MOST_SECONDS
    assert sessions.find(cookie) is None


def test_their_number_is_bounded() -> None:
    clock = Seconds()
    sessions = Sessions(clock)
    first = sessions.start("ann")
    clock.now += 1
    for _ in range(MOST_SESSIONS):
        last = sessions.start("ben")
    assert sessions.find(first) is None
    assert sessions.find(last) is not None
