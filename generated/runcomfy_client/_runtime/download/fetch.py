"""Downloading one file over a connection that may break, from a server that may redirect."""

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
"""A try that brings this many bytes does not count, even if it breaks off."""
_MAX_REDIRECTS = 5
SIZE_LIMIT = 2 * 1024**3
"""The default limit on the bytes of one file."""

Progress = Callable[[Path, int, int | None], None]
"""Called with the target, the bytes so far, and the total if the server stated it."""


class DownloadLimits(NamedTuple):
    """The limits of a download."""

    hosts: tuple[str, ...] = ()
    """Allowed hosts in addition to RunComfy's own, each with its subdomains."""
    size: int = SIZE_LIMIT
    timeout: float = DOWNLOAD_TIMEOUT
    """Seconds to wait for the next bytes."""


class Incomplete(DownloadError):
    """The connection broke too often. The received part is kept, and the next call resumes it."""


class Expired(Exception):
    """The server no longer has the file under this URL."""


class _ProgressError(Exception):
    """Carries what the caller's progress function raised through the transport.

    Unwrapped, the transport could mistake it (an ``OSError``, for example) for a lost
    connection.
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
    """Download a file to ``target``. Raises ``DownloadError``; never leaves half a file.

    If the connection breaks, the received part stays next to the target as ``.part``, to be
    resumed. An exception from ``progress`` passes through, and keeps the part as well.
    """
    try:
        return (yield from _fetch_part(context, url, target, limits, progress))
    except DownloadError as error:
        error.url = url.partition("?")[0]
        raise
    except OSError as error:
        reason = f"{target} cannot be written: {error}"
        raise DownloadError(reason, url=url.partition("?")[0]) from error
    except _ProgressError as wrapped:
        raise wrapped.error from wrapped.error.__cause__


def _fetch_part(
    context: FlowContext,
    url: str,
    target: Path,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Flow[Path]:
    """Download, then keep the part if it can be resumed, or else remove it."""
    partial = PartialDownload(target, limits.size)
    try:
        return (yield from _fetch_with_retries(context, url, partial, limits, progress))
    except Incomplete:
        raise
    except (DownloadError, OSError):
        partial.discard()
        raise
    finally:
        partial.release()


def _fetch_with_retries(
    context: FlowContext,
    url: str,
    partial: PartialDownload,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Flow[Path]:
    budget, restarted = _RetryBudget(partial.size), False
    while True:
        partial.prepare_try()
        try:
            outcome = yield from _follow_redirects(
                context, url, partial, limits, progress
            )
        except RangeMismatch as mismatch:
            if restarted or not partial.resumable:
                reason = f"{_display_url(url)}: the server's answer does not fit the partial download: {mismatch}"
                raise DownloadError(reason) from None
            restarted = True
            partial.restart()
            continue
        if isinstance(outcome, Response) and not partial.missing():
            yield RunTask(partial.finish)
            return partial.target
        pause = budget.pause(context, partial, outcome)
        if pause is None:
            raise _incomplete(url, partial, outcome)
        yield Sleep(pause)


class _RetryBudget:
    """How often to retry a download. Only tries that bring few bytes count."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._tries = 0

    def pause(
        self, context: FlowContext, partial: PartialDownload, outcome: Outcome
    ) -> float | None:
        """Seconds to wait (the server's ``Retry-After`` if there is one); None to give up."""
        if partial.size >= self._size + _GOOD_PROGRESS:
            self._size, self._tries = partial.size, 0
        self._tries += 1
        requested = retry_after(outcome.headers, context.today())
        if self._tries >= DOWNLOAD_TRIES or (requested or 0) > MAX_RETRY_AFTER:
            return None
        own = backoff(self._tries, context.random())
        return own if requested is None else requested


def _follow_redirects(
    context: FlowContext,
    url: str,
    partial: PartialDownload,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Flow[Outcome]:
    """Send the request and follow redirects. Each address is checked like the first one."""
    for _ in range(_MAX_REDIRECTS + 1):
        reason = refusal_reason(url, context.base_url, limits.hosts)
        if reason:
            raise DownloadError(
                f"{_display_url(url)} {reason}: allow it with download(…, hosts=[…]) if you trust it"
            )
        outcome = yield from send(_request(url, partial, limits, progress))
        if not isinstance(outcome, Response) or outcome.status not in _REDIRECTS:
            return _classify(url, partial, outcome)
        url = _redirect_url(url, outcome.headers.get("location"))
    raise DownloadError(
        f"{_display_url(url)} redirects more than {_MAX_REDIRECTS} times"
    )


def _redirect_url(url: str, location: str | None) -> str:
    try:
        if location:
            return urljoin(url, location)
    except ValueError:  # for example http://[
        pass
    raise DownloadError(f"{_display_url(url)} redirects without a URL")


def _request(
    url: str,
    partial: PartialDownload,
    limits: DownloadLimits,
    progress: Progress | None,
) -> Request:
    def sink(head: Response, piece: bytes) -> None:
        partial.write(head, piece)
        if progress is not None:
            try:
                progress(partial.target, partial.size, partial.total)
            except Exception as error:
                raise _ProgressError(error) from error

    headers = (("Accept", "*/*"), *partial.resume_headers())
    return Request("GET", url, None, limits.timeout, headers, sink=sink)


def _classify(url: str, partial: PartialDownload, outcome: Outcome) -> Outcome:
    if (
        isinstance(outcome, Lost)
        or outcome.status >= 500
        or outcome.status in (408, 416, 429)
    ):
        if outcome.status == 416:
            partial.restart()
        return outcome if isinstance(outcome, Lost) else _as_lost(outcome)
    if outcome.status in _EXPIRED_STATUSES:
        raise Expired
    if outcome.status not in (200, 206):
        raise DownloadError(
            f"{_display_url(url)}: HTTP {outcome.status} instead of a file"
        )
    if not partial.begun:  # an empty body is complete, too
        partial.begin(outcome)
    return outcome


def _as_lost(outcome: Response) -> Lost:
    return Lost(
        Reached.ANSWER_BEGAN, f"HTTP {outcome.status}", outcome.status, outcome.headers
    )


def _incomplete(url: str, partial: PartialDownload, outcome: Outcome) -> Incomplete:
    reason = (
        outcome.reason
        if isinstance(outcome, Lost)
        else f"{partial.missing()} bytes are missing"
    )
    return Incomplete(f"{_display_url(url)} could not be fetched whole: {reason}")


def _display_url(url: str) -> str:
    return printable(url.partition("?")[0], 120)
