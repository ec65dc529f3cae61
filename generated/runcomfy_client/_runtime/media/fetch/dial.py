"""Which addresses a connection may go to: resolved once, all checked, then dialled as they are."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeAlias

from ..errors import MediaError
from ..fault import MediaFault
from .address import refusal
from .policy import FetchPolicy

Lookup: TypeAlias = Callable[[str, int], Sequence[str]]
"""The addresses of a name, in the order to try them. Raises ``OSError``."""
Found: TypeAlias = Sequence[str] | None
"""What a lookup found; None if the name has no address."""
_MOST_TRIED = 8


@dataclass(frozen=True, slots=True)
class Guard:
    """The rule that every connection goes through. Tests put in a resolver of their own."""

    policy: FetchPolicy
    lookup: Lookup | None = None
    refusal: Callable[[str], str | None] = refusal

    def admit(self, host: str, port: int, found: Sequence[str]) -> tuple[str, ...]:
        """The addresses to dial. Raises ``MediaError`` if even one of them is not allowed."""
        if not found:
            raise unresolved(host)
        if not self.policy.trusts(host, port):
            for address in found:
                reason = self.refusal(address)
                if reason is not None:
                    named = f"{host} is at {address}, which"
                    place = address if host == address else named
                    raise MediaError(
                        f"{place} is {reason}; media are fetched from "
                        "public addresses only",
                        MediaFault.REFUSED,
                    )
        return tuple(found[:_MOST_TRIED])


def addresses(answers: Iterable[tuple[object, ...]]) -> list[str]:
    """The addresses in an answer of ``getaddrinfo``, each once, in its order."""
    hosts: dict[str, None] = {}
    for answer in answers:
        place = answer[4]
        if isinstance(place, tuple):
            hosts[str(place[0])] = None  # pyright: ignore[reportUnknownArgumentType]
    return list(hosts)


def unresolved(host: str) -> MediaError:
    """The name has no address."""
    return MediaError(f"the name {host} has no address", MediaFault.UNREACHABLE)


def too_slow(host: str, seconds: float) -> MediaError:
    """There was no answer in time."""
    return MediaError(
        f"looking up {host} took longer than {seconds:.1f} s", MediaFault.UNREACHABLE
    )


def system_lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver."""
    return addresses(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def lookup_within(
    lookup: Lookup, host: str, port: int, seconds: float
) -> Sequence[str]:
    """Resolve a name, for no longer than that."""
    answers: SimpleQueue[Found] = SimpleQueue()
    start_lookup(lookup, host, port, answers.put)
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except Empty:
        raise too_slow(host, seconds) from None
    if answer is None:
        raise unresolved(host)
    return answer


def start_lookup(
    lookup: Lookup, host: str, port: int, tell: Callable[[Found], None]
) -> None:
    """Resolve a name on a thread that nobody waits for, and tell the answer from there.

    The system's resolver has no time limit, so its thread must hold up neither a pool nor
    the end of the program.
    """

    def ask() -> None:
        found: Found = None
        with suppress(OSError, UnicodeError):
            found = lookup(host, port)
        tell(found)

    threading.Thread(target=ask, daemon=True, name="runcomfy-media-lookup").start()
