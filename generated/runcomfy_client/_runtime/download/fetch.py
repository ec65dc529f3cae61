"""Fetching one file over a connection that may break, from a server that may redirect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from ..errors import DownloadError
from ..escaping import printable
from ..lifecycle.steps import Flow, FlowContext, RunTask, Sleep, send
from ..responses import retry_after
from ..retry_and_timeouts import (
    DOWNLOAD_TIMEOUT,
    DOWNLOAD_TRIES,
    MAX_RETRY_AFTER,
    backoff,
)
from ..transport import Lost, Outcome, Reached, Request, Response
from .hosts import refusal_reason
from .partial import PartialDownload, RangeMismatch

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_EXPIRED_STATUSES = frozenset({403, 404, 410})
_GOOD_PROGRESS = 64 * 1024
"""Bytes that make a try a good one, though it broke off."""
_MAX_REDIRECTS = 5
SIZE_LIMIT = 2 * 1024**3
"""Bytes that one file may have unless the caller says otherwise."""

Progress = Callable[[Path, int, int | None], None]
"""Called with the target, the bytes so far, and the total if the server told it."""


class DownloadLimits(NamedTuple):
    """What a download may do."""

    hosts: tuple[str, ...] = ()
    """Hosts beside RunComfy's own; each stands for the names under it too."""
    size: int = SIZE_LIMIT
    timeout: float = DOWNLOAD_TIMEOUT
    """Seconds in which something must come."""


class Incomplete(DownloadError):
    """The connection broke too often. What came is kept, and resumed by the next call."""


class Expired(Exception):
    """The server no longer has the file under this URL."""


class _ProgressError(Exception):
    """What the caller's progress function raised, on its way through the transport.

    There it might be taken for a loss of the connection, as an ``OSError`` would be.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def fetch_file(
    context: FlowContext,
    url: str,
    target: Path,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Flow[Path]:
    """Fetch a file into ``target``. Raises ``DownloadError``, and leaves no half of a file.

    What had come before the connection broke stays beside it as ``.part``, to be resumed. What
    ``progress`` raises passes through, and leaves the part as well.
    """
    address = url.partition("?")[0]
    try:
        return (yield from _fetch_part(context, url, target, limits, progress))
    except DownloadError as error:
        error.url = address
        raise
    except OSError as error:
        reason = f"{target} cannot be written: {error}"
        raise DownloadError(reason, url=address) from error
    except _ProgressError as told:
        raise told.error from told.error.__cause__


def _fetch_part(
    context: FlowContext,
    url: str,
    target: Path,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Flow[Path]:
    """Fetch, and see to the part however that ends: kept if it can be resumed."""
    landing = PartialDownload(target, limits.size)
    try:
        return (yield from _fetch_with_retries(context, url, landing, limits, progress))
    except Incomplete:
        raise
    except (DownloadError, OSError):
        landing.discard()
        raise
    finally:
        landing.release()


def _fetch_with_retries(
    context: FlowContext,
    url: str,
    landing: PartialDownload,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Flow[Path]:
    patience, anew = _RetryBudget(landing.size), False
    while True:
        landing.rest()
        try:
            came = yield from _follow_redirects(context, url, landing, limits, progress)
        except RangeMismatch as misfit:
            if anew or not landing.resumable:
                reason = (
                    f"{_display_url(url)}: what the server sent does not fit: {misfit}"
                )
                raise DownloadError(reason) from None
            anew = True
            landing.empty()
            continue
        if isinstance(came, Response) and not landing.missing():
            yield RunTask(landing.finish)
            return landing.target
        pause = patience.pause(context, landing, came)
        if pause is None:
            raise _incomplete(url, landing, came)
        yield Sleep(pause)


class _RetryBudget:
    """How often a file is asked for again: what counts are the tries that brought little."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._tries = 0

    def pause(
        self, context: FlowContext, landing: PartialDownload, came: Outcome
    ) -> float | None:
        """Seconds to wait, as the server asks if it does; None to try no more."""
        if landing.size >= self._size + _GOOD_PROGRESS:
            self._size, self._tries = landing.size, 0
        self._tries += 1
        asked = retry_after(came.headers, context.today())
        if self._tries >= DOWNLOAD_TRIES or (asked or 0) > MAX_RETRY_AFTER:
            return None
        own = backoff(self._tries, context.random())
        return own if asked is None else asked


def _follow_redirects(
    context: FlowContext,
    url: str,
    landing: PartialDownload,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Flow[Outcome]:
    """Ask, going along with redirects, each of them checked like the first address."""
    for _ in range(_MAX_REDIRECTS + 1):
        reason = refusal_reason(url, context.base_url, limits.hosts)
        if reason:
            raise DownloadError(
                f"{_display_url(url)} {reason}: allow it with download(…, hosts=[…]) if you trust it"
            )
        came = yield from send(_request(url, landing, limits, progress))
        if not isinstance(came, Response) or came.status not in _REDIRECTS:
            return _classify(url, landing, came)
        url = _redirect_url(url, came.headers.get("location"))
    raise DownloadError(
        f"{_display_url(url)} redirects more than {_MAX_REDIRECTS} times"
    )


def _redirect_url(url: str, location: str | None) -> str:
    try:
        if location:
            return urljoin(url, location)
    except ValueError:  # as for http://[
        pass
    raise DownloadError(f"{_display_url(url)} redirects, and not to any URL")


def _request(
    url: str,
    landing: PartialDownload,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Request:
    def sink(head: Response, piece: bytes) -> None:
        landing.take(head, piece)
        if progress is not None:
            try:
                progress(landing.target, landing.size, landing.total)
            except Exception as error:
                raise _ProgressError(error) from error

    headers = (("Accept", "*/*"), *landing.resume_headers())
    return Request("GET", url, None, limits.timeout, headers, sink=sink)


def _classify(url: str, landing: PartialDownload, came: Outcome) -> Outcome:
    if isinstance(came, Lost) or came.status >= 500 or came.status in (408, 416, 429):
        if came.status == 416:
            landing.empty()
        return came if isinstance(came, Lost) else _as_lost(came)
    if came.status in _EXPIRED_STATUSES:
        raise Expired
    if came.status not in (200, 206):
        raise DownloadError(f"{_display_url(url)}: HTTP {came.status} brings no file")
    if not landing.begun:  # a body may hold nothing at all, and is whole even so
        landing.begin(came)
    return came


def _as_lost(came: Response) -> Lost:
    return Lost(Reached.ANSWER_BEGAN, f"HTTP {came.status}", came.status, came.headers)


def _incomplete(url: str, landing: PartialDownload, came: Outcome) -> Incomplete:
    said = (
        came.reason
        if isinstance(came, Lost)
        else f"{landing.missing()} bytes are missing"
    )
    return Incomplete(f"{_display_url(url)} could not be fetched whole: {said}")


def _display_url(url: str) -> str:
    return printable(url.partition("?")[0], 120)
