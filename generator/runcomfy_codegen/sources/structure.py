"""The structure of JSON that stands in a larger text: where it ends, and its parts as slices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..ir.diagnostic import Place
from ..ir.json_stop import OPEN_ESCAPE, OPEN_STRING, Stop, stop_of
from ..ir.json_text import (
    TOO_DEEP,
    JsonText,
    JsonValue,
    NotJson,
    is_array,
    is_object,
    pointer_token,
)

MAX_DEPTH = 100
"""Deepest nesting that is read. Published schemas reach 8; every stage after this one walks
documents recursively, and must not run out of stack."""

_DEEP = f"nested deeper than {MAX_DEPTH} levels"

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""Numbers stay text: here only the structure matters, and no number can be too long for it."""

_BLANK = re.compile(r"[ \t\n\r]*")
# The end of the text, or a word or a number that the end of the text cut in two.
_CUT = re.compile(r"(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-|\.|[eE][+-]?)?\s*\Z")
_CUT_ESCAPE = re.compile(r"\\?u?[0-9A-Fa-f]{0,4}\s*\Z")


@dataclass(frozen=True, slots=True)
class Slice:
    """A JSON value found in a text: ``text[start:end]``. Its numbers are still text."""

    start: int
    end: int
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a JSON value cannot be used, and where it stands."""

    pointer: str
    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """A member of an object: its name, the name as written, and the value as written."""

    name: str
    key: str
    value: JsonText


def decode(text: str, start: int = 0) -> Slice | Stop:
    """Read the JSON value that begins at ``start``; what stands behind it does not matter."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return stop_of(error)
    except RecursionError:
        return Stop(start, TOO_DEEP)
    return Slice(start, end, value)


def decode_whole(text: str) -> Slice | Stop:
    """Read a text that is one JSON value and nothing else."""
    found = decode(text, skip_blank(text, 0))
    if isinstance(found, Slice) and (end := skip_blank(text, found.end)) < len(text):
        return Stop(end, "extra text behind the JSON value")
    return found


def is_cut(text: str, stop: Stop) -> bool:
    """Whether the text ended before its JSON did, rather than being malformed."""
    if stop.reason == OPEN_ESCAPE:
        return _CUT_ESCAPE.match(text, stop.offset) is not None
    return stop.reason == OPEN_STRING or _CUT.match(text, stop.offset) is not None


def skip_blank(text: str, at: int) -> int:
    """The next offset that holds no JSON white space."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


def members(whole: JsonText) -> Iterator[Part]:
    """The members of a JSON object, in order, with exact slices. The text must be well-formed."""
    text = whole.text
    at = skip_blank(text, skip_blank(text, 0) + 1)
    while text[at] != "}":
        name, end = _DECODER.raw_decode(text, at)
        begin = skip_blank(text, skip_blank(text, end) + 1)
        stop = _DECODER.raw_decode(text, begin)[1]
        yield Part(str(name), text[at:end], whole.part(begin, stop))
        at = _next(text, stop)


def items(whole: JsonText) -> Iterator[JsonText]:
    """The items of a JSON array, in order, as exact slices. The text must be well-formed."""
    text = whole.text
    at = skip_blank(text, skip_blank(text, 0) + 1)
    while text[at] != "]":
        stop = _DECODER.raw_decode(text, at)[1]
        yield whole.part(at, stop)
        at = _next(text, stop)


def unsound(part: JsonText, pointer: str = "") -> Fault | None:
    """Why a piece of well-formed structure cannot be used: a NaN, an absurd number, too deep.

    ``pointer`` is the one of the piece itself.
    """
    reason = _refusal(part)
    if reason == TOO_DEEP or (reason is None and _too_deep(part.value())):
        return Fault(pointer, part.start, _DEEP)
    if reason is None:
        return None
    while below := _refused_below(part):
        pointer, part = pointed(pointer, below[0]), below[1]
    return Fault(pointer, part.start, reason)


def _refusal(part: JsonText) -> str | None:
    try:
        part.value()
    except NotJson as error:
        return error.message
    except ArithmeticError:
        return "a number is too large"
    return None


def _refused_below(part: JsonText) -> tuple[str | int, JsonText] | None:
    """The first member or item that is refused; none if the piece itself is at fault."""
    children: Iterable[tuple[str | int, JsonText]] = ()
    if part.text.startswith("{"):
        children = ((it.name, it.value) for it in members(part))
    elif part.text.startswith("["):
        children = enumerate(items(part))
    return next((child for child in children if _refusal(child[1]) is not None), None)


def pointed(pointer: str, name: str | int) -> str:
    """The pointer one step further down."""
    return f"{pointer}/{pointer_token(name)}"


def shown(text: str) -> str:
    """A value as a message shows it: in one line, and not more than a few words of it."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def _next(text: str, at: int) -> int:
    at = skip_blank(text, at)
    return skip_blank(text, at + 1) if text[at] == "," else at


def _too_deep(value: JsonValue) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
    return bool(level)


def _children(node: JsonValue) -> list[JsonValue]:
    if is_object(node):
        return list(node.values())
    return node if is_array(node) else []
