"""A position in a pattern, the escapes for single characters, and the named classes of characters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import punctuation

from .tree import Characters, Property, Range, complement

_CONTROL: Mapping[str, int] = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_SYNTAX_CHARACTERS = frozenset("^$\\.*+?()[]{}|/")
_HEX = re.compile(r"\\x([0-9A-Fa-f]{2})|\\u\{([0-9A-Fa-f]{1,8})\}")
_UNIT = re.compile(r"\\u([0-9A-Fa-f]{4})")
_CONTROL_LETTER = re.compile(r"\\c([A-Za-z])")
_LAST = 0x10FFFF


class UnsupportedPattern(ValueError):
    """A pattern that is not read: the reason, and the offset in characters if it is known."""

    def __init__(self, reason: str, offset: int | None = None) -> None:
        at = "" if offset is None else f", at character {offset + 1}"
        super().__init__(f"{reason}{at}")


@dataclass(slots=True)
class Cursor:
    """A position in a pattern, and the escapes of Annex B that were read."""

    text: str
    at: int = 0
    loose_escapes: list[str] = field(default_factory=list[str])

    @property
    def at_end(self) -> bool:
        """Whether no character is left."""
        return self.at >= len(self.text)

    @property
    def next(self) -> str:
        """The next character; the empty text at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, token: str) -> bool:
        """Whether the token comes next. It is consumed."""
        is_next = self.text.startswith(token, self.at)
        self.at += len(token) if is_next else 0
        return is_next

    def take_character(self) -> int:
        """The code point of the next character, which is consumed."""
        code = ord(self.next)
        self.require_character(code)
        self.at += 1
        return code

    def require_character(self, code: int) -> None:
        """Raise ``UnsupportedPattern`` for half a surrogate pair, or a number too large."""
        if 0xD800 <= code <= 0xDFFF:
            raise self.unsupported("half a surrogate pair")
        if code > _LAST:
            raise self.unsupported("a number beyond the last character of Unicode")

    def unsupported(self, reason: str, at: int | None = None) -> UnsupportedPattern:
        """The error about this position."""
        return UnsupportedPattern(reason, self.at if at is None else at)


def read_character_escape(cursor: Cursor) -> int:
    """The code point of an escape such as ``\\n``, ``\\x41``, ``\\u{1F600}`` or ``\\.``."""
    letter = cursor.text[cursor.at + 1 : cursor.at + 2]
    if letter in _CONTROL:
        cursor.at += 2
        return _CONTROL[letter]
    if letter and letter in punctuation:
        if letter not in _SYNTAX_CHARACTERS:
            cursor.loose_escapes.append(f"\\{letter}")
        cursor.at += 2
        return ord(letter)
    if match := _CONTROL_LETTER.match(cursor.text, cursor.at):
        cursor.at = match.end()
        return ord(match[1]) % 32
    if letter == "0" and not cursor.text[cursor.at + 2 : cursor.at + 3].isdigit():
        cursor.at += 2
        return 0
    return _numeric_escape(cursor, letter)


def _numeric_escape(cursor: Cursor, letter: str) -> int:
    if match := _HEX.match(cursor.text, cursor.at):
        code = int(match[1] or match[2], 16)
        cursor.require_character(code)
        cursor.at = match.end()
        return code
    if match := _UNIT.match(cursor.text, cursor.at):
        code, end = _joined_units(cursor.text, match)
        cursor.require_character(code)
        cursor.at = end
        return code
    if letter.isdigit() or letter == "k":
        raise cursor.unsupported("a back-reference")
    raise cursor.unsupported(f"the escape {cursor.text[cursor.at : cursor.at + 2]!r}")


def _joined_units(text: str, high: re.Match[str]) -> tuple[int, int]:
    """The code point of one unit of UTF-16, or of a surrogate pair, and its end."""
    first = int(high[1], 16)
    low = _UNIT.match(text, high.end())
    if 0xD800 <= first <= 0xDBFF and low is not None:
        second = int(low[1], 16)
        if 0xDC00 <= second <= 0xDFFF:
            return 0x10000 + ((first - 0xD800) << 10) + second - 0xDC00, low.end()
    return first, high.end()


DIGITS: tuple[Range, ...] = ((0x30, 0x39),)
WORD: tuple[Range, ...] = ((0x41, 0x5A), (0x61, 0x7A), (0x30, 0x39), (0x5F, 0x5F))
SPACE: tuple[Range, ...] = (
    *((0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
    *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)),
    (0xFEFF, 0xFEFF),
)
LINE_ENDS: tuple[Range, ...] = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))

CLASS_ESCAPES: Mapping[str, tuple[Range, ...]] = {
    "d": DIGITS,
    "D": complement(DIGITS),
    "w": WORD,
    "W": complement(WORD),
    "s": SPACE,
    "S": complement(SPACE),
}
"""``\\d`` and its kind: only ASCII digits and letters, and the white space of ECMA-262."""

ANY_BUT_LINE_ENDS = Characters(LINE_ENDS, negated=True)
"""The dot."""

# Short and long names of the general categories (ECMA-262, table "Value aliases").
# Surrogates and unassigned code points are left out: no text has the first, and what belongs
# to the second changes with every release of Unicode.
_CATEGORIES = """
L Letter, LC Cased_Letter, Lu Uppercase_Letter, Ll Lowercase_Letter, Lt Titlecase_Letter,
Lm Modifier_Letter, Lo Other_Letter, M Mark Combining_Mark, Mn Nonspacing_Mark,
Mc Spacing_Mark, Me Enclosing_Mark, N Number, Nd Decimal_Number digit, Nl Letter_Number,
No Other_Number, P Punctuation punct, Pc Connector_Punctuation, Pd Dash_Punctuation,
Ps Open_Punctuation, Pe Close_Punctuation, Pi Initial_Punctuation, Pf Final_Punctuation,
Po Other_Punctuation, S Symbol, Sm Math_Symbol, Sc Currency_Symbol, Sk Modifier_Symbol,
So Other_Symbol, Z Separator, Zs Space_Separator, Zl Line_Separator, Zp Paragraph_Separator,
Cc Control cntrl, Cf Format, Co Private_Use
"""
_SCRIPTS = """
Latin Latn, Greek Grek, Cyrillic Cyrl, Armenian Armn, Hebrew Hebr, Arabic Arab,
Devanagari Deva, Bengali Beng, Tamil Taml, Thai, Georgian Geor, Hangul Hang, Hiragana Hira,
Katakana Kana, Han Hani
"""
_BINARY = """
ASCII, Any, Alphabetic Alpha, Lowercase Lower, Uppercase Upper, White_Space space
"""


def _by_alias(table: str, prefix: str = "") -> Mapping[str, str]:
    """Every name of a table, with the first name of its line behind the prefix."""
    lines = (line.split() for line in table.replace("\n", " ").split(","))
    return {name: prefix + names[0] for names in lines for name in names}


_VALUES: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("General_Category", "gc"), _by_alias(_CATEGORIES, "gc=")),
    **dict.fromkeys(("Script", "sc"), _by_alias(_SCRIPTS, "sc=")),
    **dict.fromkeys(("Script_Extensions", "scx"), _by_alias(_SCRIPTS, "scx=")),
}
_ALONE = {**_by_alias(_CATEGORIES, "gc="), **_by_alias(_BINARY)}


def unicode_property(text: str, *, negated: bool) -> Property | None:
    """The property between the braces of ``\\p{…}``; None if it is not supported."""
    name, equals, value = text.partition("=")
    known = _VALUES.get(name, {}).get(value) if equals else _ALONE.get(text)
    return None if known is None else Property(known, negated)
