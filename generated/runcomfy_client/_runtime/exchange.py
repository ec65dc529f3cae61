"""One request and what came of it: an answer, or the loss of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import NamedTuple

from .secret import Token

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Response(NamedTuple):
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""


class Reached(IntEnum):
    """How far a request got whose answer did not come whole."""

    NOTHING_SENT = 0
    """Not one byte of it left: the server cannot know of it."""
    SENT = 1
    """Some or all of it left, and no answer began: the server may have acted on it."""
    ANSWER_BEGAN = 2
    """The head of an answer came, then the connection broke."""


class Lost(NamedTuple):
    """No whole answer. ``status``, ``headers`` and ``body`` hold what came, if any did."""

    reached: Reached
    reason: str
    status: int = 0
    headers: Mapping[str, str] = _NO_HEADERS
    body: bytes = b""
    hopeless: bool = False
    """Trying again cannot help, as with a certificate that does not fit."""


Outcome = Response | Lost
Sink = Callable[[Response, bytes], None]
"""Takes a body piece by piece: the head it belongs to (without body), and a piece."""


class Request(NamedTuple):
    """What to send. ``timeout`` is in seconds; the body is whole, serialised once."""

    method: str
    url: str
    body: bytes | None = None
    timeout: float = 30.0
    headers: tuple[tuple[str, str], ...] = ()
    paid: bool = False
    """Whether it starts something that costs money, so that its answer must not be lost."""
    token: Token | None = None
    """Only for the configured server; the transport reveals it."""
    sink: Sink | None = None
    """Where the body of a 2xx answer goes instead of into memory, undecoded."""
