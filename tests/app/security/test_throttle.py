"""How often a password may be guessed."""

from concurrent.futures import ThreadPoolExecutor

from hyoid.app.security.throttle import LIMITS, MOST_KEYS, WINDOW_SECONDS, Throttle


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_one_name_from_one_address() -> None:
    clock = Seconds()
    throttle = Throttle(clock)
    for number in range(LIMITS["pair"]):
        assert throttle.attempt("ann", "1.1.1.1") == 0, number
        clock.now += 10
    assert throttle.attempt("ann", "1.1.1.1") == WINDOW_SECONDS - 50
    assert throttle.attempt("ann", "1.1.1.1") == WINDOW_SECONDS - 50  # waiting is not prolonged by asking
    assert throttle.attempt("ann", "2.2.2.2") == 0
    assert throttle.attempt("ben", "1.1.1.1") == 0
    clock.now = WINDOW_SECONDS
    assert throttle.attempt("ann", "1.1.1.1") == 0
    assert throttle.attempt("ann", "1.1.1.1") > 0


def test_success_forgets() -> None:
    throttle = Throttle(Seconds())
    for _ in range(100):
        assert throttle.attempt("ann", "1.1.1.1") == 0
        throttle.succeeded("ann", "1.1.1.1")
    for _ in range(LIMITS["pair"] - 1):
        throttle.attempt("ann", "1.1.1.1")
    assert throttle.attempt("ann", "1.1.1.1") == 0
    throttle.succeeded("ann", "1.1.1.1")
    assert throttle.attempt("ann", "1.1.1.1") == 0


def test_one_address_that_tries_many_names() -> None:
    throttle = Throttle(Seconds())
    for number in range(LIMITS["address"]):
        assert throttle.attempt(f"n{number}", "1.1.1.1") == 0
    assert throttle.attempt("ann", "1.1.1.1") > 0
    assert throttle.attempt("ann", "2.2.2.2") == 0


def test_one_name_from_many_addresses() -> None:
    throttle = Throttle(Seconds())
    for number in range(LIMITS["name"]):
        assert throttle.attempt("ann", f"1.1.1.{number}") == 0
    assert throttle.attempt("ann", "2.2.2.2") > 0
    assert throttle.attempt("ben", "2.2.2.2") == 0


def test_many_at_the_same_time_are_counted() -> None:
    throttle = Throttle(Seconds())
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: throttle.attempt("ann", "1.1.1.1"), range(40)))
    assert waits.count(0.0) == LIMITS["pair"]


def test_its_memory_is_bounded() -> None:
    throttle = Throttle(Seconds())
    for number in range(MOST_KEYS):
        throttle.attempt(f"n{number}", f"a{number}")
    assert len(throttle._tries) == MOST_KEYS
    for _ in range(LIMITS["pair"]):
        assert throttle.attempt("ann", "1.1.1.1") == 0
    assert throttle.attempt("ann", "1.1.1.1") > 0
