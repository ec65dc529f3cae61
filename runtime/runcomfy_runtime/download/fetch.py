"""Fetching one file over a connection that may break, from a server that may redirect."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from ..errors import DownloadError
from ..exchange import Lost, Outcome, Reached, Request, Response
from ..flow.pace import retry_pause
from ..flow.step import Flow, Sleep, Terms, Work, sent
from ..quotation import printable
from .hosts import refused
from .landing import Landing

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({403, 404, 410})
_TRIES = 5
_HOPS = 5
SIZE_LIMIT = 2 * 1024**3
"""Bytes that one file may have unless the caller says otherwise."""

Progress = Callable[[Path, int, int | None], None]
"""Called with the target, the bytes so far, and the total if the server told it."""


class Limits(NamedTuple):
    """What a download may do."""

    hosts: tuple[str, ...] = ()
    """Hosts beside RunComfy's own; each stands for the names under it too."""
    size: int = SIZE_LIMIT
    timeout: float = 60.0
    """Seconds in which something must come."""


class Incomplete(DownloadError):
    """The connection broke too often. What came is kept, and resumed by the next call."""


class Gone(Exception):
    """The server no longer has the file under this URL."""


def fetch(
    terms: Terms, url: str, target: Path, limits: Limits, progress: Progress | None
) -> Flow[Path]:
    """Fetch a file into ``target``. Raises ``DownloadError``, and leaves no half of a file.

    What had come before the connection broke stays beside it as ``.part``, to be resumed.
    """
    try:
        landing = Landing(target, limits.size)
    except OSError as error:
        raise DownloadError(f"{target} cannot be written: {error}") from error
    try:
        return (yield from _landed(terms, url, landing, limits, progress))
    except Incomplete as error:
        error.url = url.partition("?")[0]
        raise
    except DownloadError as error:
        landing.discard()
        error.url = url.partition("?")[0]
        raise
    except OSError as error:
        landing.discard()
        raise DownloadError(f"{target} cannot be written: {error}") from error
    finally:
        landing.release()


def _landed(
    terms: Terms, url: str, landing: Landing, limits: Limits, progress: Progress | None
) -> Flow[Path]:
    for attempt in count(1):
        landing.rest()
        came = yield from _followed(terms, url, landing, limits, progress)
        if isinstance(came, Response) and not landing.missing():
            yield Work(landing.finish)
            return landing.target
        if attempt >= _TRIES:
            raise _incomplete(url, landing, came)
        yield Sleep(retry_pause(attempt, terms.random()))
    raise AssertionError("counting ends")


def _followed(
    terms: Terms, url: str, landing: Landing, limits: Limits, progress: Progress | None
) -> Flow[Outcome]:
    """Ask, going along with redirects, each of them checked like the first address."""
    for _ in range(_HOPS + 1):
        reason = refused(url, terms.base_url, limits.hosts)
        if reason:
            raise DownloadError(
                f"{_shown(url)} {reason}: allow it with download(…, hosts=[…]) if you trust it"
            )
        came = yield from sent(_request(url, landing, limits, progress))
        if not isinstance(came, Response) or came.status not in _REDIRECTS:
            return _judged(url, landing, came)
        url = urljoin(url, came.headers.get("location", ""))
    raise DownloadError(f"{_shown(url)} redirects more than {_HOPS} times")


def _request(
    url: str, landing: Landing, limits: Limits, progress: Progress | None
) -> Request:
    def sink(head: Response, piece: bytes) -> None:
        landing.take(head, piece)
        if progress is not None:
            progress(landing.target, landing.size, landing.total)

    headers = (("Accept", "*/*"), *landing.resume_headers())
    return Request("GET", url, None, limits.timeout, headers, sink=sink)


def _judged(url: str, landing: Landing, came: Outcome) -> Outcome:
    if isinstance(came, Lost) or came.status >= 500 or came.status in (408, 416, 429):
        if came.status == 416:
            landing.empty()
        return came if isinstance(came, Lost) else _as_lost(came)
    if came.status in _GONE:
        raise Gone
    if not 200 <= came.status < 300:
        raise DownloadError(f"{_shown(url)}: HTTP {came.status}")
    if not landing.begun:  # a body may hold nothing at all, and is whole even so
        landing.begin(came)
    return came


def _as_lost(came: Response) -> Lost:
    return Lost(Reached.ANSWER_BEGAN, f"HTTP {came.status}", came.status, came.headers)


def _incomplete(url: str, landing: Landing, came: Outcome) -> Incomplete:
    said = (
        came.reason
        if isinstance(came, Lost)
        else f"{landing.missing()} bytes are missing"
    )
    return Incomplete(f"{_shown(url)} could not be fetched whole: {said}")


def _shown(url: str) -> str:
    return printable(url.partition("?")[0], 120)
