"""TOML: text that people wrote as values, with one kind of error; published text as a string."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

MAX_DEPTH = 100
"""The most levels of tables and lists. Python's own stack ends at several hundred."""

_LINE = re.compile(r"\(at line (\d+), column \d+\)")

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_LONG_KEY = re.compile(
    rf"(?:^|[\[{{,])[ \t]*{_NAME}(?:[ \t]*\.[ \t]*{_NAME}){{{MAX_DEPTH}}}", re.MULTILINE
)
"""The standard library takes minutes for a key of ten thousand names, and hours for more."""


class NotToml(ValueError):
    """A text that is not TOML. The message says why, and ``line`` where."""

    def __init__(self, message: str, line: int = 1) -> None:
        """Keep the line next to the message."""
        super().__init__(message)
        self.line = line


def parse_toml(
    content: bytes | str, parse_float: Callable[[str], float | Decimal] = float
) -> dict[str, Any]:
    """The table in a TOML text, which may begin with a byte order mark.

    Raises ``NotToml``, and nothing else.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
        text = text.removeprefix("\ufeff")
        if _LONG_KEY.search(text):
            raise _too_deep()
        table = tomllib.loads(text, parse_float=parse_float)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise NotToml(
            f"not TOML: it is not UTF-8 at byte {error.start}", line
        ) from None
    except NotToml:
        raise
    except tomllib.TOMLDecodeError as error:
        match = _LINE.search(str(error))
        message = f"not TOML: {error}"
        raise NotToml(message, int(match[1]) if match else 1) from None
    except RecursionError:
        raise _too_deep() from None
    except (ValueError, ArithmeticError) as error:
        # An integer of thousands of digits, a decimal whose exponent has no limit.
        raise NotToml(f"not TOML: a number in it cannot be read: {error}") from None
    _check_depth(table)
    return table


def _too_deep() -> NotToml:
    return NotToml(
        f"nested too deep: more than {MAX_DEPTH} tables or lists in each other"
    )


def _check_depth(table: dict[str, Any]) -> None:
    """Dotted keys nest without end, and everything that reads such values is recursive."""
    level: list[object] = [table]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for value in level for inner in _members(value)]
        if not level:
            return
    raise _too_deep()


def _members(value: object) -> list[object]:
    """The tables and lists that lie directly in a value."""
    if isinstance(value, dict):
        inner = list(cast(dict[str, object], value).values())
    else:
        inner = cast(list[object], value)
    return [value for value in inner if isinstance(value, (dict, list))]


_HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")
_BRACKET_COMMAND = re.compile(r"##(\w*)\[")


def toml_string(text: str) -> str:
    """The text as a basic string of TOML that a terminal and a CI log show unchanged.

    Whatever is not printable is an escape, and so is the bracket of a workflow command. TOML
    has no halves of surrogate pairs (TOML 1.0, String); U+FFFD replaces them.
    """
    quoted = json.dumps(_HALF_OF_A_PAIR.sub("\ufffd", text), ensure_ascii=False)
    shown = "".join(
        character if character.isprintable() else _escape(character)
        for character in quoted
    )
    return _BRACKET_COMMAND.sub(r"##\1\\u005b", shown)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
