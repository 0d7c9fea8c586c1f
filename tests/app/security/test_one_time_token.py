"""The token that opens the page once."""

from concurrent.futures import ThreadPoolExecutor

from hyoid.app.security.one_time_token import OneTimeToken


def test_once_and_never_again() -> None:
    token = OneTimeToken()
    value = token.renew()
    assert len(value) >= 43  # 256 bits in base 64
    assert not token.redeem(value[:-1])
    assert not token.redeem(value + "a")
    assert not token.redeem("")
    assert not token.redeem("é" * 43)
    assert token.redeem(value)
    assert not token.redeem(value)


def test_a_new_one_voids_the_old() -> None:
    token = OneTimeToken()
    old, new = token.renew(), token.renew()
    assert old != new
    assert not token.redeem(old)
    assert token.redeem(new)


def test_of_many_who_hold_it_one_comes_in() -> None:
    token = OneTimeToken()
    value = token.renew()
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: token.redeem(value), range(64))) == 1
