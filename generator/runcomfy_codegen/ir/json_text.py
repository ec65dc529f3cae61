"""JSON exactly as published: its text, its value, and the position of every part."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NoReturn, TypeGuard

from .diagnostic import Position
from .json_syntax import syntax_issue

# What `value()` returns: dict, list, str, int, Decimal, bool, None.
JsonValue = Any

MAX_DEPTH = 160
"""How many levels deep a document may be nested; published ones have 7. The check against
the dialect needs four calls a level, and Python's stack has room for a thousand."""

TOO_DEEP = "nested too deeply"

_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANK = " \t\n\r"
# It finds where a value ends; numbers stay texts, however large they are.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)


class NotJson(ValueError):
    """The text is not JSON (RFC 8259); ``place`` is where the JSON ends."""

    def __init__(self, message: str, place: Position) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


KnownPosition = tuple[int, Position]
"""An offset of a text, and the position of its character in the source."""


@dataclass(frozen=True, slots=True)
class JsonText:
    """A piece of JSON verbatim; ``start`` is its position in the source.

    ``marks`` are more offsets with known positions, in order. A position is counted from
    the nearest mark before it, because text that was extracted from markup differs from
    its source at every entity and tag.
    """

    text: str
    start: Position = Position()
    marks: tuple[KnownPosition, ...] = ()

    def value(self) -> JsonValue:
        """The parsed value. Fractions become ``Decimal``, so that 0.33 stays 0.33.

        Raises ``NotJson`` for anything outside RFC 8259, including NaN and Infinity.
        """
        try:
            value = json.loads(
                self.text, parse_float=Decimal, parse_constant=_refuse_constant
            )
        except json.JSONDecodeError as error:
            issue = syntax_issue(error)
            raise NotJson(issue.reason, self.at(issue.offset)) from None
        except RecursionError:
            raise NotJson(TOO_DEEP, self.start) from None
        except _Constant as error:
            raise NotJson(f"{error} is not JSON", self.start) from None
        except (ValueError, InvalidOperation):
            # An integer has too many digits for Python, or a fraction too many for Decimal.
            raise NotJson(
                "a number is too large to be stored exactly", self.start
            ) from None
        if self.text.count("[") + self.text.count("{") > MAX_DEPTH and is_deeper(
            value, MAX_DEPTH
        ):
            raise NotJson(TOO_DEEP, self.start)
        return value

    def at(self, offset: int) -> Position:
        """The position of the character at ``offset`` of the text."""
        index = bisect_right(self.marks, offset, key=_offset) - 1
        origin, place = self.marks[index] if index >= 0 else (0, self.start)
        line_ends = _line_ends(self.text)
        last = bisect_left(line_ends, offset)
        lines = last - bisect_left(line_ends, origin)
        if lines == 0:
            return Position(place.line, place.column + offset - origin)
        return Position(place.line + lines, offset - line_ends[last - 1])

    def place(self, pointer: str) -> Position:
        """The position of the value at ``pointer``, or of its nearest ancestor that exists."""
        offsets = _layout(self.text).offsets
        while pointer not in offsets:
            pointer = pointer.rpartition("/")[0]
        return self.at(offsets[pointer])

    def span(self, pointer: str) -> tuple[int, int]:
        """The offsets where the value at ``pointer`` begins and ends.

        Raises ``KeyError`` if there is no such value.
        """
        begin = _Walk(self.text).find(pointer)
        return begin, _DECODER.raw_decode(self.text, begin)[1]

    def part(self, begin: int, end: int) -> JsonText:
        """The JSON between two offsets; positions stay those in the source."""
        first = bisect_right(self.marks, begin, key=_offset)
        last = bisect_left(self.marks, end, key=_offset)
        marks = tuple((at - begin, place) for at, place in self.marks[first:last])
        return JsonText(self.text[begin:end], self.at(begin), marks)

    def without_positions(self) -> JsonText:
        """The same text without positions, for comparing it with another."""
        return replace(self, start=Position(), marks=())

    def duplicates(self) -> list[str]:
        """Pointers of members whose name occurs more than once in one object."""
        return list(_layout(self.text).duplicates) if _has_repeated(self.text) else []


def is_object(value: JsonValue) -> TypeGuard[dict[str, JsonValue]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: JsonValue) -> TypeGuard[list[JsonValue]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def members(value: JsonValue) -> dict[str, JsonValue]:
    """The members of a JSON object; empty for any other value."""
    return value if is_object(value) else {}


def items(value: JsonValue) -> list[JsonValue]:
    """The items of a JSON array; empty for any other value."""
    return value if is_array(value) else []


def pointer_token(name: str | int) -> str:
    """One step of a JSON pointer, escaped (RFC 6901, section 3)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def with_escaped_surrogates(text: str) -> str:
    """A JSON text in which halves of surrogate pairs are escapes: they have no UTF-8."""
    return _SURROGATES.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def is_sendable_text(text: str) -> bool:
    """Whether a text can be sent: half a surrogate pair has no UTF-8 (RFC 8259, section 8.2)."""
    return _SURROGATES.search(text) is None


def is_deeper(value: JsonValue, levels: int) -> bool:
    """Whether a value is nested deeper than so many levels."""
    layer = [value]
    for _ in range(levels):
        layer = [
            inner
            for outer in layer
            for inner in (*members(outer).values(), *items(outer))
        ]
    return bool(layer)


class _Constant(ValueError):
    """NaN or Infinity: Python reads it as a number, JSON has no such value."""


def _refuse_constant(word: str) -> NoReturn:
    raise _Constant(word)


def _offset(mark: KnownPosition) -> int:
    return mark[0]


@lru_cache(maxsize=16)
def _line_ends(text: str) -> tuple[int, ...]:
    """The offsets of the line ends of a text."""
    return tuple(match.start() for match in re.finditer("\n", text))


@dataclass(frozen=True, slots=True)
class _Layout:
    """The offset of every value of a text, by pointer, and the pointers of repeated members."""

    offsets: Mapping[str, int]
    duplicates: tuple[str, ...]


@lru_cache(maxsize=16)
def _layout(text: str) -> _Layout:
    """The layout of well-formed JSON, computed once for all diagnostics of a document."""
    walk = _Walk(text)
    walk.visit(walk.skip(0), "")
    return _Layout(MappingProxyType(walk.offsets), tuple(walk.duplicates))


def _has_repeated(text: str) -> bool:
    """Whether a name occurs more than once in one object: much faster than the layout."""
    repeated: list[bool] = []

    def note(pairs: list[tuple[str, JsonValue]]) -> None:
        repeated.append(len(dict(pairs)) < len(pairs))

    json.loads(text, object_pairs_hook=note, parse_float=str, parse_int=str)
    return any(repeated)


@dataclass(slots=True)
class _Walk:
    """A walk through well-formed JSON, in reading order.

    If a member occurs twice in one object, the last one counts, as for ``value()``.
    """

    text: str
    offsets: dict[str, int] = field(default_factory=dict[str, int])
    duplicates: dict[str, None] = field(default_factory=dict[str, None])

    def visit(self, at: int, pointer: str) -> int:
        """Record the value at an offset and those inside it; return the offset after it."""
        self.offsets[pointer] = at
        opening = self.text[at]
        if opening == "{":
            return self._members(at, pointer)
        if opening == "[":
            return self._items(at, pointer)
        return _DECODER.raw_decode(self.text, at)[1]

    def find(self, pointer: str) -> int:
        """The offset of the value at a pointer. Raises ``KeyError``.

        Values that are not on the way are passed at the speed of the standard library.
        """
        at = self.skip(0)
        for step in pointer.split("/")[1:]:
            at = dict(self._places(at))[step]
        return at

    def _places(self, at: int) -> Iterator[tuple[str, int]]:
        """The steps and offsets of the members of an object, or of the items of an array."""
        opening = self.text[at]
        if opening not in "{[":
            return
        at, index = self.skip(at + 1), 0
        while self.text[at] not in "}]":
            step = str(index)
            if opening == "{":
                name, at = _DECODER.raw_decode(self.text, at)
                step, at = pointer_token(name), self.skip(self.skip(at) + 1)
            yield step, at
            at, index = self._next(_DECODER.raw_decode(self.text, at)[1]), index + 1

    def skip(self, at: int) -> int:
        """The next offset that is not white space."""
        while at < len(self.text) and self.text[at] in _BLANK:
            at += 1
        return at

    def _members(self, at: int, pointer: str) -> int:
        seen: set[str] = set()
        at = self.skip(at + 1)
        while self.text[at] != "}":
            name, at = _DECODER.raw_decode(self.text, at)
            below = f"{pointer}/{pointer_token(name)}"
            if below in seen:
                self.duplicates[below] = None
            seen.add(below)
            at = self._next(self.visit(self.skip(self.skip(at) + 1), below))
        return at + 1

    def _items(self, at: int, pointer: str) -> int:
        at = self.skip(at + 1)
        index = 0
        while self.text[at] != "]":
            at = self._next(self.visit(at, f"{pointer}/{index}"))
            index += 1
        return at + 1

    def _next(self, at: int) -> int:
        """The offset of the next member or item, or of the closing bracket."""
        at = self.skip(at)
        return self.skip(at + 1) if self.text[at] == "," else at
