"""Reading a remote file piece by piece: ranges, redirects, limits. No I/O of its own."""

from __future__ import annotations

from ...escaping import printable
from ..errors import MediaError, MediaFault
from ..info import MediaInfo
from ..parser import MAX_FAILED_READS, too_costly, truncated
from ..sniff import parse_media
from .exchange import (
    Exchange,
    ResponseHead,
    check_uncompressed,
    content_length,
    content_range,
    receive,
    send,
    strong_etag,
    unsatisfied_total,
    unusable_response,
)
from .policy import FetchPolicy, FetchTarget, parse_target

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LARGER_BLOCKS = 16  # factor for blocks after short ones did not suffice


class OverBudget(Exception):
    """The next request would exceed the policy."""


class ContentChanged(Exception):
    """The content changed since the first request."""


class RemoteFile:
    """The pieces of a remote file that were already read."""

    def __init__(self, url: str, policy: FetchPolicy) -> None:
        self._policy = policy
        self._pieces: list[tuple[int, bytearray]] = []
        self._streaming: bytearray | None = None  # the body of a server without ranges
        self._ended = False
        self.target: FetchTarget = parse_target(url, policy)
        self.size: int | None = None
        self.etag: str | None = None
        self.requests = 0
        self.received = 0

    def read(self, offset: int, length: int) -> Exchange[bytes]:
        """Bytes from an offset; fewer than asked for only where the content ends.

        Raises ``OverBudget``, ``ContentChanged``, and ``MediaError`` for an unusable response.
        """
        while True:
            stop = offset + length
            end = stop if self.size is None else min(stop, self.size)
            if end <= offset:
                return b""
            start, data = self._piece_at(offset)
            have = start + len(data)
            if have >= end or self._ended:
                return bytes(data[offset - start : end - start])
            if self._streaming is not None:
                yield from self._stream(end)
            else:
                yield from self._request(have, end - have)

    def _piece_at(self, offset: int) -> tuple[int, bytearray]:
        """The piece that contains an offset or ends there; an empty one if there is no such piece."""
        for start, data in self._pieces:
            if start <= offset <= start + len(data) or data is self._streaming:
                return start, data
        return offset, bytearray()

    def _take(self, count: int) -> None:
        self.received += count
        if self.received > self._policy.bytes:
            raise OverBudget

    def _stream(self, end: int) -> Exchange[None]:
        """Read more of the body of a server without ranges."""
        assert self._streaming is not None
        if end > self._policy.bytes:
            raise OverBudget
        while len(self._streaming) < end and not self._ended:
            piece = yield from receive()
            self._take(len(piece))
            self._streaming += piece
            self._ended = not piece
        if self._ended:
            self.size = len(self._streaming)

    def _request(self, start: int, length: int) -> Exchange[None]:
        """Request a block that begins with the needed bytes."""
        policy = self._policy
        block = policy.block if self._pieces else policy.first
        if self.requests >= policy.patience:
            block *= _LARGER_BLOCKS
        wanted = max(length, block)
        if self.size is not None:
            wanted = min(wanted, self.size - start)
        if self.received + wanted > policy.bytes:
            raise OverBudget
        head = yield from self._open(start, wanted)
        if head.status == 416:
            self._end_at(head, start)
        elif head.status == 200:
            yield from self._begin_stream(head)
        else:
            yield from self._receive(head, start, wanted)

    def _open(self, offset: int, wanted: int) -> Exchange[ResponseHead]:
        """Send the request and follow redirects. Each target is checked again."""
        for _ in range(self._policy.redirects + 1):
            if self.requests >= self._policy.requests:
                raise OverBudget
            self.requests += 1
            head = yield from send(self.target, self._headers(offset, wanted))
            if head.status not in _REDIRECTS:
                if head.status not in (200, 206, 416):
                    raise unusable_response(
                        f"answers HTTP {head.status} for {self.target.shown}"
                    )
                check_uncompressed(head)
                return head
            location = head.one(b"location")
            if location is None:
                raise unusable_response("redirects without saying where to")
            self.target = self.target.follow(location, self._policy)
        raise unusable_response(f"redirects more than {self._policy.redirects} times")

    def _headers(self, offset: int, wanted: int) -> tuple[tuple[bytes, bytes], ...]:
        """Only the necessary headers: no token, no cookies, nothing from the caller."""
        headers = [
            (b"Host", self.target.authority.encode("ascii")),
            (b"User-Agent", b"runcomfy-codegen media prober"),
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"identity"),
            (b"Range", f"bytes={offset}-{offset + wanted - 1}".encode("ascii")),
        ]
        if self.etag is not None:
            headers.append((b"If-Range", self.etag.encode("latin-1")))
        return tuple(headers)

    def _end_at(self, head: ResponseHead, start: int) -> None:
        """The server has no bytes from ``start`` on. That is the length of content without one."""
        total = unsatisfied_total(head)
        if self.size is not None or (total is not None and total > start):
            raise unusable_response("refuses to send a part that it said it has")
        self.size = start if total is None else total

    def _begin_stream(self, head: ResponseHead) -> Exchange[None]:
        if self._pieces:
            raise ContentChanged  # If-Range did not hold, or ranges are no longer served
        self.size = content_length(head)
        self._streaming = bytearray()
        self._pieces.append((0, self._streaming))
        if self.size != 0:
            yield from self._stream(1)

    def _receive(self, head: ResponseHead, start: int, wanted: int) -> Exchange[None]:
        part = content_range(head)
        if part.start != start:
            raise unusable_response(
                f"sends bytes from {part.start} on, where {start} was asked for"
            )
        self._identify(part.total, strong_etag(head))
        piece_start, data = self._piece_at(start)
        if not data:
            self._pieces.append((piece_start, data))
        missing = min(part.length, wanted)
        while missing > 0:
            piece = yield from receive()
            if not piece:
                raise unusable_response("sends fewer bytes than it said")
            self._take(len(piece))
            data += piece
            missing -= len(piece)
        if part.length <= wanted:
            yield from receive()  # the end, after which the connection can be used again

    def _identify(self, total: int | None, etag: str | None) -> None:
        """Compare with the first response, so that parts of two versions are never mixed."""
        if not self._pieces:
            self.size, self.etag = total, etag
            return
        resized = None not in (total, self.size) and total != self.size
        if resized or etag != self.etag:
            raise ContentChanged


def measure_remote(
    url: str, policy: FetchPolicy, thorough: bool
) -> Exchange[MediaInfo]:
    """Measure a remote file. If it changes meanwhile, start again once."""
    for _ in range(2):
        remote = RemoteFile(url, policy)
        try:
            return (yield from _measure_once(remote, policy, thorough))
        except ContentChanged:
            continue
        except OverBudget:
            raise too_costly(remote.received) from None
    raise MediaError("the content changes while it is read", MediaFault.CHANGED)


def _measure_once(
    remote: RemoteFile, policy: FetchPolicy, thorough: bool
) -> Exchange[MediaInfo]:
    """Do what ``drive`` does, reading from a remote file."""
    yield from remote.read(0, policy.first)
    parse = parse_media(remote.size, thorough=thorough)
    steps, patience = policy.steps, MAX_FAILED_READS
    try:
        offset, length, minimum = next(parse)
        while True:
            steps -= 1
            failure = too_costly(offset)
            if steps >= 0:
                try:
                    data = yield from remote.read(offset, length)
                    if len(data) >= minimum:
                        offset, length, minimum = parse.send(data)
                        continue
                    failure = truncated(offset, minimum, len(data))
                except OverBudget:
                    pass
            patience -= 1
            if patience < 0:
                raise failure
            offset, length, minimum = parse.throw(failure)
    except StopIteration as stop:
        info: MediaInfo = stop.value
        return _with_evidence(info, remote)


def _with_evidence(info: MediaInfo, remote: RemoteFile) -> MediaInfo:
    """Add what was read from where: a server may send other bytes to other clients."""
    tag = f", ETag {printable(remote.etag, 80)}" if remote.etag else ""
    note = f"{remote.received} bytes in {remote.requests} requests from {remote.target.shown}{tag}"
    return info._replace(size=remote.size, evidence=(*info.evidence, note))
