"""Resolving a name on an event loop.

The blocking look-up (``guard.lookup_within``) waits on a queue, this one on a future of the
loop: they differ in substance, so both are written by hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from .guard import Lookup, LookupResult, start_lookup, too_slow, unresolved


async def lookup_within(
    lookup: Lookup, host: str, port: int, seconds: float
) -> Sequence[str]:
    """Resolve a name in at most ``seconds``, without using the loop's own threads.

    Those are few and shared, and ``asyncio.run`` waits for them before it returns.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[LookupResult] = loop.create_future()

    def settle(addresses: LookupResult) -> None:
        if not answer.done():
            answer.set_result(addresses)

    def deliver(addresses: LookupResult) -> None:
        with suppress(RuntimeError):  # the loop is closed, and no task waits any more
            loop.call_soon_threadsafe(settle, addresses)

    start_lookup(lookup, host, port, deliver)
    try:
        async with asyncio.timeout(seconds):
            addresses = await answer
    except TimeoutError:
        raise too_slow(host, seconds) from None
    if addresses is None:
        raise unresolved(host)
    return addresses
