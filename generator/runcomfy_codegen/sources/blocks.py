"""The JSON objects that stand in running text, whole ones and broken ones.

Crawled pages run blocks and prose together (``}{``, ``}'Set the …``), so an object ends
where JSON says that it ends, and nothing is known of what surrounds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..ir.json_stop import Stop
from .structure import Slice, decode, is_cut

_OPENING = re.compile(r'\{(?=\s*(?:["}]|\Z))')
_BRACKET = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}\[\]]')
_SCHEMA = re.compile(r'"properties"\s*:|"type"\s*:\s*"object"|\A\{\s*"output"\s*:')

_MAX_UNCLOSED = 20
"""Objects without an end that are tolerated. Each costs a look through the rest of the text;
a page has at most one, a hostile text could have millions."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An object that begins as JSON and does not go on as JSON.

    ``end`` is where its brackets close, or the end of the text that it swallows; ``closed``
    tells which. ``cut`` says that a part of it is missing, ``schema`` that it would have
    been a schema.
    """

    start: int
    end: int
    stop: Stop
    closed: bool
    cut: bool
    schema: bool


@dataclass(frozen=True, slots=True)
class Blocks:
    """Every object of a text, outermost ones only, in order."""

    whole: tuple[Slice, ...]
    broken: tuple[Broken, ...]


def find_blocks(text: str) -> Blocks:
    """Look through the whole text. What stands inside a broken object is never taken for one."""
    whole: list[Slice] = []
    broken: list[Broken] = []
    at = unclosed = 0
    while (opening := _OPENING.search(text, at)) and unclosed < _MAX_UNCLOSED:
        found = decode(text, opening.start())
        if isinstance(found, Slice):
            whole.append(found)
            at = found.end
        else:
            damaged = _broken(text, opening.start(), found)
            broken.append(damaged)
            unclosed += not damaged.closed
            at = damaged.end
    return Blocks(tuple(whole), tuple(broken))


def _broken(text: str, start: int, stop: Stop) -> Broken:
    closing = _closing(text, start)
    reach = max(stop.offset, start + 1)
    schema = _SCHEMA.search(text[start : closing or reach]) is not None
    if closing is not None:
        return Broken(start, closing, stop, True, is_cut(text, stop), schema)
    # An unfinished schema swallows the rest: an object in it is one of its properties.
    return Broken(start, len(text) if schema else reach, stop, False, True, schema)


def _closing(text: str, start: int) -> int | None:
    """The offset behind the bracket that closes the one at ``start``; strings end with lines."""
    depth = 0
    for token in _BRACKET.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return None
