"""The layout of generated code: black's, with black's own settings.

Our templates write what black would leave as it is, and what is too long is split here at its
brackets. Only what is neither goes to black: most of a cold generation would otherwise be
black reading what needs no change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

WIDTH = 88
"""Columns of generated code; black's own default."""

# black counts the columns of a terminal. Letters and punctuation that are as wide as ASCII,
# and those of Chinese, Japanese and Korean, which are twice as wide:
_SINGLE = " -~\u00a1-\u02ff\u0400-\u0482\u048a-\u04ff\u2010-\u2027\u2260-\u2265"
_DOUBLE = (
    "\u3000-\u3029\u3041-\u3096\u309b-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff60"
)
_KNOWN_WIDTH = re.compile(f"[{_SINGLE}{_DOUBLE}]*")
_DOUBLE_WIDTH = re.compile(f"[{_DOUBLE}]")
_STRING = r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\''
_TOKEN = re.compile(rf"{_STRING}|[\[\](){{}},]|[^\"'\[\](){{}},]+")
_TUPLE_OF_ONE = re.compile(r"(?<![\w)\]])\([^()\[\]{},]*,\)")
_COMMA_TO_KEEP = re.compile(r",\s*[)\]}](?!$)")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
# What may come before the brackets of a statement or an item: `name: type = `, `name=`,
# `"key": `, and the name that is called or subscripted.
_TARGET = r'(?:\w+: [\w\[\], .]+ = |\w+ = |\w+: |\w+=|"[^"\\]*": )?'
_BEFORE_BRACKET = re.compile(rf"{_TARGET}(?P<name>[\w.]*)")
_ATOM = re.compile(rf"{_TARGET}(?:[\w.]+|{_STRING})")


def format_code(source: str) -> str:
    """The source as black would leave it. Raises ``black.InvalidInput`` for no Python."""
    # Imported here: only code that is not ours needs it, and it takes a tenth of a second.
    from black import format_str
    from black.mode import Mode, TargetVersion

    mode = Mode(line_length=WIDTH, target_versions={TargetVersion.PY311})
    return format_str(source, mode=mode)


@cache
def format_heading(line: str) -> str:
    """The first line of a class, as black would leave it."""
    if len(line) <= WIDTH:
        return line
    body = "\n    pass\n"
    return format_code(line + body).removesuffix(body)


def format_line(line: str, indent: int = 0) -> str:
    """A statement as black would leave it after ``indent`` columns, without them.

    ``indent`` is a multiple of 4.
    """
    if _KNOWN_WIDTH.fullmatch(line):
        if _columns(line) + indent <= WIDTH:
            return line
        rows = _split(line, indent) if _is_splittable(line) else None
        if rows is not None:
            return "\n".join(rows).strip()
    around = "".join(f"{' ' * level}class _:\n" for level in range(0, indent, 4))
    heading = around + " " * indent
    return format_code(f"{heading}{line}\n").removeprefix(heading).rstrip("\n")


def call_text(name: str, arguments: Sequence[str], indent: int = 0) -> str:
    """A call as black would leave it, as an item of a list or a statement.

    It is followed by a comma or a line end. Each argument is given on one line.
    """
    line = f"{name}({', '.join(arguments)})"
    if _KNOWN_WIDTH.fullmatch(line):
        if indent + _columns(line) + 1 <= WIDTH:
            return line
        rows = _split(line, indent, ",") if _is_splittable(line) else None
        if rows is not None:
            return "\n".join(rows).strip().removesuffix(",")
    return format_line(f"{line},", indent).rstrip(",")


def _columns(text: str) -> int:
    """The width of a text whose characters have a known width."""
    return len(text) if text.isascii() else len(text) + len(_DOUBLE_WIDTH.findall(text))


class _Bracketed(NamedTuple):
    """An expression that ends in a bracket: what is before it, and the items in it."""

    before: str
    opening: str
    items: tuple[str, ...]
    comma: bool

    @property
    def is_literal(self) -> bool:
        """Whether it is a tuple, a list or a dict, which black writes one item a line."""
        found = _BEFORE_BRACKET.fullmatch(self.before)
        return found is not None and not found["name"]


def _is_splittable(line: str) -> bool:
    """Whether a statement ends with a bracket, and no comma in it keeps its lines apart."""
    skeleton = _TUPLE_OF_ONE.sub("_", re.sub(_STRING, "_", line))
    return skeleton.endswith((")", "]", "}")) and not _COMMA_TO_KEEP.search(skeleton)


def _split(text: str, indent: int, after: str = "") -> list[str] | None:
    """The rows of a text that is too long for one; None if black has to decide."""
    found = _bracketed(text)
    margin = " " * indent
    if found is None:
        return [f"{margin}{text}{after}"] if _ATOM.fullmatch(text) else None
    first = f"{margin}{found.before}{found.opening}"
    last = f"{margin}{_CLOSING[found.opening]}{after}"
    if not _BEFORE_BRACKET.fullmatch(found.before) or _columns(first) > WIDTH:
        return None
    body = " " * (indent + 4) + ", ".join(found.items)
    one_row = _columns(body) <= WIDTH and not found.comma
    if one_row and not (found.is_literal and len(found.items) > 1):
        return [first, body, last]
    # A comma after the only item is never added: it could make a tuple.
    comma = "," if len(found.items) > 1 or found.comma else ""
    rows = [_rows(item, indent + 4, comma) for item in found.items]
    if any(row is None for row in rows):
        return None
    return [first, *(line for row in rows for line in row or ()), last]


def _rows(item: str, indent: int, comma: str) -> list[str] | None:
    row = f"{' ' * indent}{item}{comma}"
    return [row] if _columns(row) <= WIDTH else _split(item, indent, comma)


def _bracketed(text: str) -> _Bracketed | None:
    """The bracket that a text ends with, and what is in it.

    None if it ends with none.
    """
    depth = start = item_start = 0
    items: list[str] = []
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in _CLOSING:
            depth += 1
            if depth == 1:
                start, item_start, items = token.start(), token.end(), []
        elif word in _CLOSING.values() or (word == "," and depth == 1):
            if depth == 1:
                items.append(text[item_start : token.start()].strip())
                item_start = token.end()
            depth -= word != ","
    if not text.endswith((")", "]", "}")) or depth or not items:
        return None
    comma = not items[-1]
    return _Bracketed(text[:start], text[start], tuple(filter(None, items)), comma)
