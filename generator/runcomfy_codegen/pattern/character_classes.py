"""The named character classes of ECMA-262, and the properties of Unicode that are supported."""

from __future__ import annotations

from collections.abc import Mapping

from .tree import Characters, Property, Range, complement

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
    found = _VALUES.get(name, {}).get(value) if equals else _ALONE.get(text)
    return None if found is None else Property(found, negated)
