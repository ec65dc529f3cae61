"""What a fetch asks of a connection, as values: written once, driven twice (sync and async)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from .target import Target

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a GET; the answer to it is a ``Head``. An earlier response is closed."""

    target: Target
    headers: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class More:
    """Receive the next piece of the body, as it comes; no bytes mean that it has ended."""


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a response; header names in lower case."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]

    def all(self, name: bytes) -> list[str]:
        """Every value of a header."""
        return [
            value.decode("latin-1").strip()
            for key, value in self.headers
            if key == name
        ]

    def one(self, name: bytes) -> str | None:
        """The value of a header; None unless there is exactly one."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None


Command: TypeAlias = Ask | More
Answer: TypeAlias = Head | bytes
Exchange: TypeAlias = Generator[Command, Answer, T]


def ask(target: Target, headers: tuple[tuple[bytes, bytes], ...]) -> Exchange[Head]:
    """Send a request and take the beginning of its response."""
    head = yield Ask(target, headers)
    assert isinstance(head, Head)
    return head


def more() -> Exchange[bytes]:
    """Take the next piece of the body."""
    piece = yield More()
    assert isinstance(piece, bytes)
    return piece
