"""An association that we ask for, and in words why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hyoid.dicom.network.checkpoint import Checkpoint
from hyoid.dicom.network.library import pynetdicom
from hyoid.dicom.network.limits import ANNOUNCED_PDU_BYTES, ANSWER_SECONDS, CONNECT_SECONDS, NETWORK_SECONDS
from hyoid.dicom.network.peer import DEFAULT_TITLE, Peer
from hyoid.dicom.network.tls import Tls
from hyoid.errors import NetworkError, UnreachableError

_TRANSIENT = 2
"""Result of a rejection that need not last (PS3.8 9.3.4)."""

_CALLING, _CALLED = 3, 7
"""Reasons of a rejection by the service user: title not recognised (PS3.8 table 9-21)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who we are when we call: our title, and the certificates; None: the connection is not encrypted."""

    title: str = DEFAULT_TITLE
    tls: Tls | None = None


@contextmanager
def associated(
    peer: Peer,
    caller: Caller,
    contexts: Sequence[tuple[str, Sequence[str]]],
    handlers: Sequence[tuple[Any, Any]] = (),
    roles: Sequence[Any] = (),
) -> Iterator[Any]:
    """Give an association, and release it at the end.

    Parameters
    ----------
    peer
        Whom we call.
    caller
        Who we are.
    contexts
        SOP classes, each with the transfer syntaxes in one proposed context.
    handlers, roles
        pynetdicom's, for what the peer may ask on the same association.

    Raises
    ------
    UnreachableError
        If nobody answers, the peer breaks off, or rejects for the moment.
    NetworkError
        If the peer rejects for good: a title that it does not know, nothing that it offers.
    """
    entity = pynetdicom().AE(ae_title=caller.title)
    entity.connection_timeout = entity.acse_timeout = CONNECT_SECONDS
    entity.dimse_timeout, entity.network_timeout = ANSWER_SECONDS, max(NETWORK_SECONDS, ANSWER_SECONDS)
    entity.maximum_pdu_size = ANNOUNCED_PDU_BYTES
    for sop_class, syntaxes in contexts:
        entity.add_requested_context(sop_class, list(syntaxes))
    tls = (caller.tls.client(), peer.host) if caller.tls is not None else None
    try:
        association = entity.associate(
            peer.host,
            peer.port,
            ae_title=peer.title,
            max_pdu=ANNOUNCED_PDU_BYTES,
            evt_handlers=list(handlers),
            ext_neg=list(roles),
            tls_args=tls,
        )
    except OSError as error:
        raise _nobody(peer, f" ({error.strerror or error})") from error
    if not association.is_established:
        raise _why_not(association, peer, caller)
    association._reactor_checkpoint = Checkpoint(association.is_alive)
    try:
        yield association
    except BaseException:
        association.abort()  # what broke may have been the connection: nothing is waited for
        raise
    association.release()


def broken(peer: Peer) -> UnreachableError:
    """Return the error of a peer that gave no answer within an association."""
    return UnreachableError.of(
        f"{peer}, which broke off the connection or did not answer in {ANSWER_SECONDS} s",
        "an answer",
        "Try again later.",
    )


def _why_not(association: Any, peer: Peer, caller: Caller) -> NetworkError:
    answer = association.acceptor.primitive
    if association.is_rejected and answer is not None:
        reason = (answer.result_source, answer.diagnostic)
        if answer.result == _TRANSIENT:
            return UnreachableError.of(
                f"{peer}, which takes no more connections just now ({answer.reason_str})",
                "a peer with room",
                "Try later.",
            )
        if reason == (1, _CALLED):
            advice = f"Its own title is not {peer.title}: give the one that it is configured with."
        elif reason == (1, _CALLING):
            advice = f"Add {caller.title} to the titles that it allows, or call yourself by one of them."
        else:
            advice = "Ask who runs it."
        return NetworkError.of(
            f"{peer}, which rejects us ({answer.reason_str})", f"a peer that takes calls of {caller.title}", advice
        )
    if answer is not None and answer.result == 0:
        return NetworkError.of(
            f"{peer}, which offers nothing of what is asked", "a peer with this service", "Ask who runs it."
        )
    return _nobody(peer, "")


def _nobody(peer: Peer, why: str) -> UnreachableError:
    return UnreachableError.of(
        f"nobody who answers as a DICOM peer at {peer}{why}",
        "a DICOM peer, with TLS or without as you ask",
        "Check address and port, that it runs, and what it expects of certificates.",
    )
