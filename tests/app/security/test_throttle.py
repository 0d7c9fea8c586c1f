"""How often a password may be guessed."""

from hyoid.app.security.throttle import LIMITS, MOST_KEYS, WINDOW_SECONDS, Throttle


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_one_name_from_one_address() -> None:
    clock = Seconds()
    throttle = Throttle(clock)
    for number in range(LIMITS["pair"]):
        assert throttle.wait_seconds("ann", "1.1.1.1") == 0, number
        throttle.failed("ann", "1.1.1.1")
        clock.now += 10
    assert throttle.wait_seconds("ann", "1.1.1.1") == WINDOW_SECONDS - 50
    assert throttle.wait_seconds("ann", "2.2.2.2") == 0
    assert throttle.wait_seconds("ben", "1.1.1.1") == 0
    clock.now = WINDOW_SECONDS
    assert throttle.wait_seconds("ann", "1.1.1.1") == 0
    throttle.failed("ann", "1.1.1.1")
    assert throttle.wait_seconds("ann", "1.1.1.1") > 0


def test_success_forgets() -> None:
    throttle = Throttle(Seconds())
    for _ in range(LIMITS["pair"]):
        throttle.failed("ann", "1.1.1.1")
    throttle.succeeded("ann", "1.1.1.1")
    assert throttle.wait_seconds("ann", "1.1.1.1") == 0


def test_one_address_that_tries_many_names() -> None:
    throttle = Throttle(Seconds())
    for number in range(LIMITS["address"]):
        throttle.failed(f"n{number}", "1.1.1.1")
    assert throttle.wait_seconds("ann", "1.1.1.1") > 0
    assert throttle.wait_seconds("ann", "2.2.2.2") == 0


def test_one_name_from_many_addresses() -> None:
    throttle = Throttle(Seconds())
    for number in range(LIMITS["name"]):
        throttle.failed("ann", f"1.1.1.{number}")
    assert throttle.wait_seconds("ann", "2.2.2.2") > 0
    assert throttle.wait_seconds("ben", "2.2.2.2") == 0


def test_its_memory_is_bounded() -> None:
    throttle = Throttle(Seconds())
    for number in range(MOST_KEYS):
        throttle.failed(f"n{number}", f"a{number}")
    assert len(throttle._failures) == MOST_KEYS
    for _ in range(LIMITS["pair"]):
        throttle.failed("ann", "1.1.1.1")
    assert throttle.wait_seconds("ann", "1.1.1.1") > 0
