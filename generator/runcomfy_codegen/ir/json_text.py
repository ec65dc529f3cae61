"""JSON exactly as published: its text, its value, and the place of every part of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, TypeGuard

from .diagnostic import Place

# What `value()` gives: dict, list, str, int, Decimal, bool, None.
JsonValue = Any

DEEPEST = 200
"""Levels that a document may be nested; published ones have 7."""

_BLANK = " \t\n\r"
_SCALAR = json.JSONDecoder()


class NotJson(ValueError):
    """The text is not JSON (RFC 8259); ``place`` says where it stops being so."""

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


@dataclass(frozen=True, slots=True)
class JsonText:
    """A piece of JSON as it stands in a file, beginning at ``start``."""

    text: str
    start: Place = Place()

    def value(self) -> JsonValue:
        """Read the text. Fractions become ``Decimal``, so that 0.33 stays 0.33.

        Raises ``NotJson`` for anything outside RFC 8259, NaN and Infinity included.
        """
        try:
            value = json.loads(
                self.text, parse_float=Decimal, parse_constant=_refuse_constant
            )
        except json.JSONDecodeError as error:
            raise NotJson(error.msg, self.at(error.pos)) from None
        except RecursionError:
            raise NotJson("nested too deeply", self.start) from None
        except ValueError as error:
            raise NotJson(str(error), self.start) from None
        except InvalidOperation:
            raise NotJson(
                "a number is too large to be kept exactly", self.start
            ) from None
        if self.text.count("[") + self.text.count("{") > DEEPEST and _too_deep(value):
            raise NotJson("nested too deeply", self.start)
        return value

    def at(self, offset: int) -> Place:
        """The place of the character at ``offset`` of the text."""
        before = self.text[:offset]
        line = before.count("\n")
        if line == 0:
            return Place(self.start.line, self.start.column + offset)
        return Place(self.start.line + line, offset - before.rfind("\n"))

    def place(self, pointer: str) -> Place:
        """The place of the value at ``pointer``, or of its nearest ancestor that exists."""
        offsets = dict(_walk(self.text, _skip(self.text, 0), ""))
        while pointer not in offsets:
            pointer = pointer.rpartition("/")[0]
        return self.at(offsets[pointer])

    def span(self, pointer: str) -> tuple[int, int]:
        """The offsets where the value at ``pointer`` begins and ends.

        Raises ``KeyError`` if there is none.
        """
        begin = dict(_walk(self.text, _skip(self.text, 0), ""))[pointer]
        return begin, _SCALAR.raw_decode(self.text, begin)[1]

    def duplicates(self) -> list[str]:
        """Pointers of members whose name stands more than once in one object."""
        seen: set[str] = set()
        twice: list[str] = []
        for pointer, _ in _walk(self.text, _skip(self.text, 0), ""):
            if pointer in seen and pointer not in twice:
                twice.append(pointer)
            seen.add(pointer)
        return twice


def is_object(value: JsonValue) -> TypeGuard[dict[str, JsonValue]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: JsonValue) -> TypeGuard[list[JsonValue]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def members(value: JsonValue) -> dict[str, JsonValue]:
    """The members of a JSON object; none if the value is something else."""
    return value if is_object(value) else {}


def items(value: JsonValue) -> list[JsonValue]:
    """The items of a JSON array; none if the value is something else."""
    return value if is_array(value) else []


def pointer_token(name: str | int) -> str:
    """One step of a JSON pointer, escaped (RFC 6901, section 3)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def _too_deep(value: JsonValue) -> bool:
    layer = [value]
    for _ in range(DEEPEST):
        layer = [
            inner
            for outer in layer
            for inner in (*members(outer).values(), *items(outer))
        ]
    return bool(layer)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _walk(text: str, at: int, pointer: str) -> Iterator[tuple[str, int]]:
    """Every value of well-formed JSON with its pointer and offset, in reading order."""
    found: list[tuple[str, int]] = []
    _visit(text, at, pointer, found)
    return iter(found)


def _visit(text: str, at: int, pointer: str, found: list[tuple[str, int]]) -> int:
    found.append((pointer, at))
    opening = text[at]
    if opening == "{":
        return _visit_members(text, at, pointer, found)
    if opening == "[":
        return _visit_items(text, at, pointer, found)
    return _SCALAR.raw_decode(text, at)[1]


def _visit_members(
    text: str, at: int, pointer: str, found: list[tuple[str, int]]
) -> int:
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _member_name(text, at)
        at = _skip(text, _skip(text, at) + 1)
        at = _skip(text, _visit(text, at, f"{pointer}/{pointer_token(name)}", found))
        at = _skip(text, at + 1) if text[at] == "," else at
    return at + 1


def _member_name(text: str, at: int) -> tuple[str, int]:
    name, end = _SCALAR.raw_decode(text, at)
    return str(name), end


def _visit_items(text: str, at: int, pointer: str, found: list[tuple[str, int]]) -> int:
    at = _skip(text, at + 1)
    index = 0
    while text[at] != "]":
        at = _skip(text, _visit(text, at, f"{pointer}/{index}", found))
        at = _skip(text, at + 1) if text[at] == "," else at
        index += 1
    return at + 1
