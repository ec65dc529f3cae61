"""JSON in a larger text: whole and broken objects, where they end, and their parts as slices."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..ir.diagnostic import Position
from ..ir.json_syntax import OPEN_ESCAPE, OPEN_STRING, SyntaxIssue, syntax_issue
from ..ir.json_text import (
    TOO_DEEP,
    JsonText,
    JsonValue,
    NotJson,
    is_deeper,
    pointer_token,
)

MAX_DEPTH = 100
"""The deepest nesting that is read. Published schemas reach 8. Every later stage walks
documents recursively and must not run out of stack."""

_TOO_DEEP_REASON = f"nested deeper than {MAX_DEPTH} levels"

_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
"""Numbers stay text: only the structure matters here, and no number can be too long for it."""

_BLANK = re.compile(r"[ \t\n\r]*")
# The end of the text, or a literal that the end of the text cut off.
_TRUNCATED = re.compile(r"(?:t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-|\.|[eE][+-]?)?\s*\Z")
_TRUNCATED_ESCAPE = re.compile(r"\\?u?[0-9A-Fa-f]{0,4}\s*\Z")


@dataclass(frozen=True, slots=True)
class JsonSlice:
    """A JSON value found in a text: ``text[start:end]``. Its numbers are still text."""

    start: int
    end: int
    value: JsonValue


@dataclass(frozen=True, slots=True)
class UnusableValue:
    """Why a JSON value cannot be used, with its pointer and position."""

    pointer: str
    place: Position
    reason: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object: its name, the name as written, and the value as written."""

    name: str
    key: str
    value: JsonText


def decode(text: str, start: int = 0) -> JsonSlice | SyntaxIssue:
    """Read the JSON value that begins at ``start``; the text after it does not matter."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return syntax_issue(error)
    except RecursionError:
        return SyntaxIssue(start, TOO_DEEP)
    return JsonSlice(start, end, value)


def decode_whole(text: str) -> JsonSlice | SyntaxIssue:
    """Read a text that must be exactly one JSON value."""
    result = decode(text, skip_blank(text, 0))
    if isinstance(result, JsonSlice) and (end := skip_blank(text, result.end)) < len(
        text
    ):
        return SyntaxIssue(end, "extra text after the JSON value")
    return result


def is_truncated(text: str, issue: SyntaxIssue) -> bool:
    """Whether the text ends before its JSON does, rather than being malformed."""
    if issue.reason == OPEN_ESCAPE:
        return _TRUNCATED_ESCAPE.match(text, issue.offset) is not None
    return (
        issue.reason == OPEN_STRING or _TRUNCATED.match(text, issue.offset) is not None
    )


def skip_blank(text: str, at: int) -> int:
    """The next offset that is not JSON white space."""
    match = _BLANK.match(text, at)
    return match.end() if match else at


def member_slices(whole: JsonText) -> Iterator[Member]:
    """The members of a JSON object, in order, with exact slices. The text must be well-formed."""
    text = whole.text
    at = skip_blank(text, skip_blank(text, 0) + 1)
    while text[at] != "}":
        name, end = _DECODER.raw_decode(text, at)
        begin = skip_blank(text, skip_blank(text, end) + 1)
        stop = _DECODER.raw_decode(text, begin)[1]
        yield Member(str(name), text[at:end], whole.part(begin, stop))
        at = _after_comma(text, stop)


def item_slices(whole: JsonText) -> Iterator[JsonText]:
    """The items of a JSON array, in order, as exact slices. The text must be well-formed."""
    text = whole.text
    at = skip_blank(text, skip_blank(text, 0) + 1)
    while text[at] != "]":
        stop = _DECODER.raw_decode(text, at)[1]
        yield whole.part(at, stop)
        at = _after_comma(text, stop)


def unusable_value(part: JsonText, pointer: str = "") -> UnusableValue | None:
    """Why a well-formed value cannot be used: a NaN, an absurd number, too deep nesting.

    ``pointer`` is the pointer of the value itself.
    """
    reason = _refusal(part)
    if reason == TOO_DEEP or (reason is None and is_deeper(part.value(), MAX_DEPTH)):
        return UnusableValue(pointer, part.start, _TOO_DEEP_REASON)
    if reason is None:
        return None
    while below := _first_unusable(part):
        pointer, part = child_pointer(pointer, below[0]), below[1]
    return UnusableValue(pointer, part.start, reason)


def _refusal(part: JsonText) -> str | None:
    try:
        part.value()
    except NotJson as error:
        return error.message
    except ArithmeticError:
        return "a number is too large"
    return None


def _first_unusable(part: JsonText) -> tuple[str | int, JsonText] | None:
    """The first member or item that is refused; None if the value itself is the reason."""
    children: Iterable[tuple[str | int, JsonText]] = ()
    if part.text.startswith("{"):
        children = ((member.name, member.value) for member in member_slices(part))
    elif part.text.startswith("["):
        children = enumerate(item_slices(part))
    return next((child for child in children if _refusal(child[1]) is not None), None)


def child_pointer(pointer: str, name: str | int) -> str:
    """The pointer of a member or item of the value at ``pointer``."""
    return f"{pointer}/{pointer_token(name)}"


def excerpt(text: str) -> str:
    """A value as a message shows it: one line, at most 80 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def _after_comma(text: str, at: int) -> int:
    at = skip_blank(text, at)
    return skip_blank(text, at + 1) if text[at] == "," else at


# JSON objects in running text, whole and broken ones.
#
# Crawled pages run blocks and prose together (``}{``, ``}'Set the …``). So an object ends
# where its JSON ends, whatever comes next.


_OBJECT_START = re.compile(r'\{(?=\s*(?:["}]|\Z))')
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}\[\]]')
_LOOKS_LIKE_SCHEMA = re.compile(
    r'"properties"\s*:|"type"\s*:\s*"object"|\A\{\s*"output"\s*:'
)

_MAX_UNCLOSED_OBJECTS = 20
"""How many objects without an end are tolerated. Each costs a search of the rest of the text;
a page has at most one, a hostile text could have millions."""


@dataclass(frozen=True, slots=True)
class BrokenBlock:
    """An object that begins as JSON and then has a syntax error.

    ``end`` is where its brackets close if it is ``closed``, else the end of the text that
    belongs to it. ``truncated``: a part of it is missing. ``is_schema``: it is a broken schema.
    """

    start: int
    end: int
    issue: SyntaxIssue
    closed: bool
    truncated: bool
    is_schema: bool


@dataclass(frozen=True, slots=True)
class JsonBlocks:
    """The outermost objects of a text, in order."""

    whole: tuple[JsonSlice, ...]
    broken: tuple[BrokenBlock, ...]


def find_blocks(text: str) -> JsonBlocks:
    """Search the whole text. The inside of a broken object is not searched."""
    whole: list[JsonSlice] = []
    broken: list[BrokenBlock] = []
    at = unclosed = 0
    while (
        opening := _OBJECT_START.search(text, at)
    ) and unclosed < _MAX_UNCLOSED_OBJECTS:
        result = decode(text, opening.start())
        if isinstance(result, JsonSlice):
            whole.append(result)
            at = result.end
        else:
            block = _broken_block(text, opening.start(), result)
            broken.append(block)
            unclosed += not block.closed
            at = block.end
    return JsonBlocks(tuple(whole), tuple(broken))


def _broken_block(text: str, start: int, issue: SyntaxIssue) -> BrokenBlock:
    closing = _end_of_brackets(text, start)
    reach = max(issue.offset, start + 1)
    schema = _LOOKS_LIKE_SCHEMA.search(text[start : closing or reach]) is not None
    if closing is not None:
        return BrokenBlock(
            start, closing, issue, True, is_truncated(text, issue), schema
        )
    # The rest of the text belongs to an unfinished schema: its objects are properties.
    return BrokenBlock(
        start, len(text) if schema else reach, issue, False, True, schema
    )


def _end_of_brackets(text: str, start: int) -> int | None:
    """The offset after the bracket that closes the one at ``start``; strings end with their line."""
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return None
