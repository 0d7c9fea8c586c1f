"""How much a peer may send before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 2**30

MAX_PDU_BYTES = 4 * 2**20
"""Longest protocol data unit that is read (PS3.8 9.3): peers announce theirs, and ours is far shorter."""

ANNOUNCED_PDU_BYTES = 2**17
"""Longest data unit that peers are asked to send."""

MAX_ASSOCIATIONS = 8
"""Associations that are served at a time; more are refused for the moment (PS3.8 9.3.4, local limit exceeded)."""

MAX_CONNECTIONS = 32
"""Connections that are open at a time, those that have not asked for an association yet included; more are closed."""

CONNECT_SECONDS = 15
NETWORK_SECONDS = 60
"""How long a connection may be silent."""

ANSWER_SECONDS = 120
"""How long an answer may take: an archive may have to fetch from tape."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a folder that peers fill.

    Parameters
    ----------
    instance_bytes
        Longest single instance: a connection that sends more is closed.
    total_bytes, instances
        What the folder may hold in all; beyond it every instance is refused as out of resources.
    free_bytes
        What must stay free on the disk.
    """

    instance_bytes: int = GIB
    total_bytes: int = 100 * GIB
    instances: int = 200_000
    free_bytes: int = GIB
