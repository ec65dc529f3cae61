"""The body of an answer: received in pieces, decoded with a cap, kept in memory or in a sink."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from ..transport import Request, Response
from .request_trace import UnreadableBody

_CODINGS = {"gzip": 47, "x-gzip": 47, "deflate": 47}
"""The argument of ``zlib``: 47 reads both of its formats with a header."""
_HEADER = 2
"""So many bytes show whether there is a header."""
_KEPT_OF_UNREADABLE = 64 * 1024
"""What is kept of an answer that is too long, in case it contains the id of a job."""
CODED_OVERHEAD = 128 * 1024
"""How many compressed bytes may decode to nothing: a gzip header has up to 64 KiB of extra
data."""
CODED_PER_BYTE = 16
"""How many compressed bytes a decoded byte may take. A server that flushes after each byte
sends seven."""
_PART = 4096
"""How much is decoded at once: a piece may consist of thousands of empty gzip members."""


class BodyReader:
    """Receives a body in pieces: in memory up to a limit, or in the sink of the request."""

    __slots__ = ("_decoder", "_head", "_received", "_request", "kept", "raw")

    def __init__(self, request: Request) -> None:
        self.kept = bytearray()
        self.raw = False
        """Whether the bytes go to a sink, and are therefore not decoded."""
        self._request = request
        self._head = Response(0)
        self._decoder: _Decoder | None = None
        self._received = 0

    def begin(self, head: Response) -> Response:
        """Begin the body that belongs to this head, and return the head.

        Raises ``UnreadableBody`` if the body is encoded in a way that is not decoded here.
        """
        self._head = head
        self.raw = self._request.sink is not None and 200 <= head.status < 300
        if not self.raw:
            self._decoder = _decoder(head.headers)
        return head

    def take(self, piece: bytes) -> None:
        """Receive a piece. Raises ``UnreadableBody`` if the body is too long."""
        if self.raw and self._request.sink is not None:
            self._request.sink(self._head, piece)
            return
        limit = self._request.body_limit
        if self._decoder is None:
            self.kept += piece[: limit + 1 - len(self.kept)]
        else:
            self._decode(self._decoder, piece)
        if len(self.kept) > limit:
            raise self._too_long(f"the answer is longer than {limit // 1024**2} MiB")

    def _decode(self, decoder: _Decoder, piece: bytes) -> None:
        """Decode a piece. Raises ``UnreadableBody`` if it decodes to next to nothing."""
        limit = self._request.body_limit
        for start in range(0, len(piece), _PART):
            part = piece[start : start + _PART]
            decoder.decode(part, self.kept, limit + 1 - len(self.kept))
            self._received += len(part)
            if len(self.kept) > limit:
                return
            most = min(len(self.kept) * CODED_PER_BYTE, limit) + CODED_OVERHEAD
            if self._received > most:
                raise self._too_long(
                    f"the answer has more than {most // 1024} KiB of compressed data for"
                    f" {len(self.kept)} bytes of content"
                )

    def _too_long(self, why: str) -> UnreadableBody:
        del self.kept[_KEPT_OF_UNREADABLE:]
        return UnreadableBody(why)

    def ended(self) -> Response:
        """The complete answer. Raises ``OSError`` if its encoding breaks off."""
        if self._decoder is not None and not self._decoder.complete:
            raise OSError("the compressed answer breaks off")
        head = self._head
        return head._replace(body=bytes(self.kept)) if self.kept else head

    def unreadable(self, error: Exception) -> Response | None:
        """The answer without its body, if its status says all that is needed.

        An error page is never more than an explanation.
        """
        status = self._head.status
        if isinstance(error, UnreadableBody) and status and not 200 <= status < 300:
            return self._head._replace(body=bytes(self.kept[:_KEPT_OF_UNREADABLE]))
        return None


def _decoder(headers: Mapping[str, str]) -> _Decoder | None:
    """The decoder for an answer; None if it is not encoded.

    One coding at most is decoded: a small body that is compressed twice grows a
    thousandfold twice.
    """
    stated = headers.get("content-encoding", "").lower()
    codings = [word for part in stated.split(",") if (word := part.strip())]
    codings = [coding for coding in codings if coding != "identity"]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in _CODINGS:
        raise UnreadableBody(
            f"the answer is encoded as {stated!r:.60}: one of gzip and deflate is decoded, and once"
        )
    return _Decoder(_CODINGS[codings[0]])


class _Decoder:
    """Decompresses pieces, never more than there is room for."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._stream = zlib.decompressobj(wbits)
        self._first = b""
        self._begun = False

    @property
    def complete(self) -> bool:
        """Whether the compressed data ended where they should. No data at all are complete."""
        return self._stream.eof or not (self._begun or self._first)

    def decode(self, piece: bytes, kept: bytearray, room: int) -> None:
        """Append the decoded piece to ``kept``, at most ``room`` bytes. Raises ``OSError``."""
        if not self._begun:
            self._first += piece
            if len(self._first) < _HEADER:
                return
            piece, self._first = self._begin(self._first), b""
        end = len(kept) + room
        while piece and len(kept) < end:
            if self._stream.eof:  # another member of the same gzip file
                if not piece.strip(b"\0"):
                    return
                self._stream = zlib.decompressobj(self._wbits)
            try:
                kept += self._stream.decompress(piece, end - len(kept))
            except zlib.error as error:
                raise OSError(f"the compressed answer is damaged: {error}") from None
            piece = self._stream.unused_data if self._stream.eof else b""

    def _begin(self, first: bytes) -> bytes:
        """Choose the format by the first bytes. Returns them."""
        self._begun = True
        try:
            zlib.decompressobj(self._wbits).decompress(first[:_HEADER])
        except zlib.error:
            # Some servers send deflate without its header.
            self._wbits = -zlib.MAX_WBITS
            self._stream = zlib.decompressobj(self._wbits)
        return first
