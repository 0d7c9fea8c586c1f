"""Titles and addresses as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.dicom.network import Peer, check_title, parse_address
from hyoid.errors import NetworkError


def test_a_peer_is_read_and_written() -> None:
    assert Peer.parse(" PACS @10.0.0.7:104") == Peer("PACS", "10.0.0.7", 104)
    assert str(Peer.parse("A@[::1]:11112")) == "A@[::1]:11112"
    assert Peer.parse("A@B@host:1") == Peer("A@B", "host", 1)


@pytest.mark.parametrize("text", ["PACS", "PACS@", "PACS@host", "PACS@host:", "P@:104", "A@h:0", "A@h:65536", "A@h:+1"])
def test_what_is_no_peer_is_refused(text: str) -> None:
    with pytest.raises(NetworkError, match="expected"):
        Peer.parse(text)


@pytest.mark.parametrize("title", ["", "   ", "A" * 17, "A\\B", "A\nB", "MÜNCHEN", "A\x00"])
def test_what_is_no_title_is_refused(title: str) -> None:
    with pytest.raises(NetworkError, match="16 printable ASCII"):
        check_title(title)


@given(st.text(), st.text(), st.integers())
def test_whatever_is_typed_is_read_or_refused_in_a_sentence(title: str, host: str, port: int) -> None:
    try:
        peer = Peer.parse(f"{title}@{host}:{port}")
    except NetworkError:
        return
    assert Peer.parse(str(peer)) == peer
    assert 1 <= peer.port <= 65535


def test_an_address_keeps_its_host() -> None:
    assert parse_address("pacs.example:4242") == ("pacs.example", 4242)
    assert parse_address("[fe80::1]:104") == ("fe80::1", 104)
