"""Published text becomes Python here, once, and nowhere else.

``literal`` writes a value so that evaluating it gives the value back; ``docstring`` writes
a text so that reading it gives the words back. Whatever a schema says, it stays data.
"""

from __future__ import annotations

import ast
import inspect
import math
import re
import textwrap
from decimal import Decimal

from ..ir.json_text import JsonValue, items, members
from .line_layout import WIDTH

_SPACES = re.compile(r"[^\S\n]+")
# Three quotes end a docstring; at either end, one would run into the quotes around.
_RISKY_QUOTES = re.compile(r'"{3,}|\A"+|"+\Z')


def literal(value: JsonValue | tuple[JsonValue, ...]) -> str:
    """A Python expression for a JSON value. Raises ``ValueError`` for NaN and infinity.

    Line ends, direction marks and other characters that are not printable are written as escapes,
    so that a reader sees what is there.
    """
    if isinstance(value, Decimal):
        return _number(float(value))
    if isinstance(value, dict):
        pairs = members(value).items()
        inner = ", ".join(f"{literal(key)}: {literal(item)}" for key, item in pairs)
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, items(value))) + "]"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, bool | int):
        return repr(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not JSON")
    return repr(value).replace("e+", "e")


def docstring(
    text: str, indent: int = 0, *, heading: bool = False, code: str = ""
) -> str:
    """A docstring of this text, as it is written after ``indent`` columns, without them.

    Lines are wrapped to ``WIDTH``; ``read_docstring`` of the result has the same words.
    One that is the ``heading`` of a module or class keeps a single line even if its quotes
    go over the margin, as black wants it. ``code`` follows as a block, and is not wrapped.
    """
    room = WIDTH - indent
    lines = [_wrapped(line, room) for line in _tidy(text).split("\n")]
    block = "\n\nExample::\n\n" + textwrap.indent(code, "    ") if code else ""
    body = _escaped("\n".join(lines) + block)
    if "\n" not in body and (heading or len(body) + 6 <= room):
        # Where a docstring has a meaning to it, black keeps a quote off the closing ones.
        gap = " " if heading and body.endswith('"') else ""
        return f'"""{body}{gap}"""'
    margin = " " * indent
    spread = textwrap.indent(f"{body}\n", margin, lambda line: bool(line.strip()))
    return f'"""{spread.lstrip(" ")}{margin}"""'


def read_docstring(source: str) -> str:
    """The words of a docstring that ``docstring`` wrote: the inverse, up to white space."""
    evaluated = ast.literal_eval(source)
    return " ".join(inspect.cleandoc(str(evaluated)).split())


def _quoted(text: str) -> str:
    """A string literal in black's quotes: double ones, unless single ones escape less."""
    quote, other = '"', "'"
    if text.count(quote) > text.count(other):
        quote, other = other, quote
    pieces = (
        other.join(repr(part)[1:-1] for part in piece.split(other))
        for piece in text.split(quote)
    )
    return quote + f"\\{quote}".join(pieces) + quote


def _tidy(text: str) -> str:
    """Runs of blanks as one, no blanks at line ends, no empty lines at both ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip("\n")


def _wrapped(line: str, room: int) -> str:
    return textwrap.fill(
        line, room, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def _escaped(text: str) -> str:
    """Text between triple quotes: nothing in it ends them, and nothing is invisible."""
    shown = "".join(
        (
            character
            if character == "\n" or (character.isprintable() and character != "\\")
            else repr(character)[1:-1]
        )
        for character in text
    )
    return _RISKY_QUOTES.sub(lambda quotes: '\\"' * len(quotes[0]), shown)
