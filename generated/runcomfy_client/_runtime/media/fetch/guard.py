"""Which addresses a connection may use: resolved once, all checked, then dialled unchanged."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from typing import TypeAlias

from ...daemon_threads import DaemonThreads
from ..errors import MediaError, MediaFault
from .policy import FetchPolicy

# Which addresses are on the public internet: IANA's special-purpose registries, as a table.
#
# ``ipaddress.is_global`` does not do: it differs between Python releases, and calls
# several addresses global that lead back to this machine (NAT64 and 6to4 of 127.0.0.1,
# IPv4-compatible and site-local ones).


_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "shared address space"),
        ("127.0.0.0/8", "this machine"),
        ("168.63.129.16/32", "a cloud platform's own service"),
        ("169.254.0.0/16", "link-local, where cloud metadata are"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_V6_GLOBAL = IPv6Network("2000::/3")
_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), name)
    for network, name in (
        ("2001::/23", "protocol assignments, Teredo among them"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4, which carries an IPv4 address"),
        ("3fff::/20", "documentation"),
    )
)
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def address_refusal(address: str) -> str | None:
    """Why an address must not be dialled; None if it is on the public internet."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "no address"
    return (
        _refused_v4(parsed) if isinstance(parsed, IPv4Address) else _refused_v6(parsed)
    )


def _refused_v4(address: IPv4Address) -> str | None:
    for network, name in _V4:
        if address in network:
            return name
    return None


def _refused_v6(address: IPv6Address) -> str | None:
    if address.scope_id is not None:
        return "an address with a zone"
    if address not in _V6_GLOBAL:
        return "not global unicast"
    for network, name in _V6:
        if address in network:
            return name
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return "ISATAP, which carries an IPv4 address"
    return None


Lookup: TypeAlias = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a name, in the order to try them. Raises ``OSError``."""
LookupResult: TypeAlias = Sequence[str] | None
"""What a lookup found; None if the name has no address."""
_MAX_ADDRESSES = 8
_LOOKUP_THREADS = DaemonThreads("media-lookup", 16)
"""Not those of the API client: hosts of media may be slow on purpose."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Checks the addresses of every connection. Tests replace the resolver."""

    policy: FetchPolicy
    lookup: Lookup | None = None
    refusal: Callable[[str], str | None] = address_refusal

    def admit(self, host: str, port: int, addresses: Sequence[str]) -> tuple[str, ...]:
        """The addresses to dial. Raises ``MediaError`` if even one of them is not allowed."""
        if not addresses:
            raise unresolved(host)
        if not self.policy.trusts(host, port):
            for address in addresses:
                reason = self.refusal(address)
                if reason is not None:
                    named = f"{host} is at {address}, which"
                    subject = address if host == address else named
                    raise MediaError(
                        f"{subject} is {reason}; media are fetched from "
                        "public addresses only",
                        MediaFault.REFUSED,
                    )
        return tuple(addresses[:_MAX_ADDRESSES])


def addresses(answers: Iterable[tuple[object, ...]]) -> list[str]:
    """The addresses that ``getaddrinfo`` returned, each once, in order."""
    hosts: dict[str, None] = {}
    for answer in answers:
        endpoint = answer[4]
        if isinstance(endpoint, tuple):
            hosts[str(endpoint[0])] = None  # pyright: ignore[reportUnknownArgumentType]
    return list(hosts)


def unresolved(host: str) -> MediaError:
    """The error for a name without an address."""
    return MediaError(f"the name {host} has no address", MediaFault.UNREACHABLE)


def slow_lookup_error(host: str, seconds: float) -> MediaError:
    """The error for a look-up that takes too long."""
    return MediaError(
        f"looking up {host} took longer than {seconds:.1f} s", MediaFault.UNREACHABLE
    )


def system_lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver."""
    return addresses(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def lookup_within(
    lookup: Lookup, host: str, port: int, seconds: float
) -> Sequence[str]:
    """Resolve a name in at most ``seconds``."""
    answers: SimpleQueue[LookupResult] = SimpleQueue()
    start_lookup(lookup, host, port, answers.put)
    try:
        answer = answers.get(timeout=max(seconds, 0.001))
    except Empty:
        raise slow_lookup_error(host, seconds) from None
    if answer is None:
        raise unresolved(host)
    return answer


async def lookup_within_async(
    lookup: Lookup, host: str, port: int, seconds: float
) -> Sequence[str]:
    """Do the same without blocking the event loop, and without using the loop's own threads.

    Those are few and shared, and ``asyncio.run`` waits for them before it returns. This one
    waits on a future of the loop where ``lookup_within`` waits on a queue: they differ in
    substance, so both are written by hand.
    """
    import asyncio  # slow to import, and its caller has it

    loop = asyncio.get_running_loop()
    answer: asyncio.Future[LookupResult] = loop.create_future()

    def settle(result: LookupResult) -> None:
        if not answer.done():
            answer.set_result(result)

    def deliver(result: LookupResult) -> None:
        with suppress(RuntimeError):  # the loop is closed, and no task waits any more
            loop.call_soon_threadsafe(settle, result)

    start_lookup(lookup, host, port, deliver)
    try:
        async with asyncio.timeout(seconds):
            result = await answer
    except TimeoutError:
        raise slow_lookup_error(host, seconds) from None
    if result is None:
        raise unresolved(host)
    return result


def start_lookup(
    lookup: Lookup, host: str, port: int, report: Callable[[LookupResult], None]
) -> None:
    """Resolve a name on a daemon thread, and call ``report`` from there with the result.

    The system's resolver has no time limit, so its thread must not block a pool or the end
    of the program.
    """

    def ask() -> None:
        result: LookupResult = None
        with suppress(OSError, UnicodeError):
            result = lookup(host, port)
        report(result)

    _LOOKUP_THREADS.start(ask)
