"""Who is spoken with: an application entity's title and where it listens (PS3.8 7.1.1.3 to 7.1.1.8)."""

from __future__ import annotations

from dataclasses import dataclass

from hyoid.errors import NetworkError

MAX_TITLE = 16
"""Characters of an application entity title (PS3.5 6.2, VR AE)."""

MAX_PORT = 65535
DEFAULT_TITLE = "HYOID"


@dataclass(frozen=True, slots=True)
class Peer:
    """An application entity: its title, host name or address, and port."""

    title: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.title}@{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Peer:
        """Read `AET@HOST:PORT`.

        Raises
        ------
        NetworkError
            If it is not that.

        Examples
        --------
        >>> Peer.parse("PACS@10.0.0.7:104")
        Peer(title='PACS', host='10.0.0.7', port=104)
        """
        title, at, address = text.rpartition("@")
        if not at:
            raise NetworkError.of(f"{text!r}", "a peer as AET@HOST:PORT", "Write for example ORTHANC@127.0.0.1:4242.")
        return cls(check_title(title), *parse_address(address))


def parse_address(text: str) -> tuple[str, int]:
    """Read `HOST:PORT`, or `[ADDRESS]:PORT` of IPv6.

    Raises
    ------
    NetworkError
        If it is not that, or the port is none.
    """
    host, colon, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= MAX_PORT:
        raise NetworkError.of(
            f"the address {text!r}", f"HOST:PORT with a port from 1 to {MAX_PORT}", "Write for example 127.0.0.1:4242."
        )
    return host, int(port)


def check_title(title: str) -> str:
    r"""Return an application entity title without the spaces around it, which mean nothing.

    Raises
    ------
    NetworkError
        If it is empty, longer than 16 characters, or holds a backslash, a control character or one beyond ASCII.
    """
    plain = title.strip(" ")
    if not plain or len(plain) > MAX_TITLE or not plain.isascii() or not plain.isprintable() or "\\" in plain:
        raise NetworkError.of(
            f"the application entity title {title!r}",
            f"1 to {MAX_TITLE} printable ASCII characters without a backslash",
            "Use the title that the peer is configured with.",
        )
    return plain
