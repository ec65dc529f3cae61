"""Reads a pattern as ECMA-262 does with the ``u`` flag. What is not listed here is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .escapes import (
    ANY_BUT_LINE_ENDS,
    CLASS_ESCAPES,
    Cursor,
    UnsupportedPattern,
    read_character_escape,
    unicode_property,
)
from .tree import (
    Alternatives,
    Assertion,
    Characters,
    Node,
    Property,
    Range,
    Repeat,
    Sequence,
)

MAX_NESTING = 40
"""How deep groups may be nested."""

_GROUP_NAME = re.compile(r"\(\?<([A-Za-z_$][\w$]*)>", re.ASCII)
_COUNTS = re.compile(r"\{([0-9]{1,10})(?:(,)([0-9]{1,10})?)?\}")
_LOOK_AROUND = {
    "(?=": "look-ahead",
    "(?!": "look-ahead",
    "(?<=": "look-behind",
    "(?<!": "look-behind",
}


@dataclass(frozen=True, slots=True)
class ParsedPattern:
    """The parse tree of a pattern.

    ``loose_escapes`` are the escapes that only Annex B of ECMA-262 allows, such as ``\\@``.
    """

    tree: Node
    loose_escapes: tuple[str, ...] = ()


def read_pattern(pattern: str) -> ParsedPattern:
    """Parse a pattern. Raises ``UnsupportedPattern``."""
    reader = _Reader(Cursor(pattern))
    tree = reader.alternatives()
    if not reader.cursor.at_end:
        raise reader.cursor.unsupported("a closing parenthesis without an opening one")
    return ParsedPattern(tree, tuple(dict.fromkeys(reader.cursor.loose_escapes)))


@dataclass(slots=True)
class _Reader:
    """A recursive descent through the grammar of ECMA-262, section 22.2.1."""

    cursor: Cursor
    depth: int = 0
    group_names: set[str] = field(default_factory=set[str])

    def alternatives(self) -> Node:
        """Read up to a closing parenthesis or the end."""
        options = [self._sequence()]
        while self.cursor.take("|"):
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Alternatives(tuple(options))

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while not self.cursor.at_end and self.cursor.next not in "|)":
            parts.append(self._term())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _term(self) -> Node:
        for assertion in Assertion:
            if self.cursor.take(assertion):
                return assertion
        begin = self.cursor.at
        atom = self._atom()
        counts = self._quantifier()
        if counts is None:
            return atom
        minimum, maximum = counts
        if maximum is not None and maximum < minimum:
            raise self.cursor.unsupported(
                "a repetition whose numbers are swapped", begin
            )
        return Repeat(atom, minimum, maximum)

    def _quantifier(self) -> tuple[int, int | None] | None:
        cursor = self.cursor
        counts: tuple[int, int | None] | None = None
        if match := _COUNTS.match(cursor.text, cursor.at):
            cursor.at = match.end()
            minimum = int(match[1])
            exactly = match[2] is None
            counts = (
                minimum,
                minimum if exactly else int(match[3]) if match[3] else None,
            )
        elif cursor.take("*"):
            counts = (0, None)
        elif cursor.take("+"):
            counts = (1, None)
        elif cursor.take("?"):
            counts = (0, 1)
        if counts is not None:
            # A lazy repetition matches in the same texts.
            cursor.take("?")
        return counts

    def _atom(self) -> Node:
        cursor = self.cursor
        match cursor.next:
            case ".":
                cursor.at += 1
                return ANY_BUT_LINE_ENDS
            case "(":
                return self._group()
            case "[":
                return self._class()
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                raise cursor.unsupported("a repetition with nothing before it")
            case "]" | "{" | "}":
                raise cursor.unsupported(f"{cursor.next!r} without a backslash")
            case _:
                code = cursor.take_character()
                return Characters(((code, code),))

    def _group(self) -> Node:
        cursor = self.cursor
        for opening, name in _LOOK_AROUND.items():
            if cursor.text.startswith(opening, cursor.at):
                raise cursor.unsupported(name)
        if not cursor.take("(?:"):
            if named := _GROUP_NAME.match(cursor.text, cursor.at):
                self._name_group(named[1])
                cursor.at = named.end()
            elif cursor.text.startswith("(?", cursor.at):
                raise cursor.unsupported("a group with options")
            else:
                cursor.take("(")
        if self.depth == MAX_NESTING:
            raise cursor.unsupported(f"groups in more than {MAX_NESTING} groups")
        self.depth += 1
        inner = self.alternatives()
        self.depth -= 1
        if not cursor.take(")"):
            raise cursor.unsupported("a group without its closing parenthesis")
        return inner

    def _name_group(self, name: str) -> None:
        if name in self.group_names:
            raise self.cursor.unsupported(f"two groups called {name!r}")
        self.group_names.add(name)

    def _escape(self) -> Characters:
        """An escape outside a class."""
        characters = self._set_escape()
        if characters is not None:
            return characters
        code = read_character_escape(self.cursor)
        return Characters(((code, code),))

    def _set_escape(self) -> Characters | None:
        """An escape for several characters; None if the next one is for a single one."""
        cursor = self.cursor
        letter = cursor.text[cursor.at + 1 : cursor.at + 2]
        if letter in CLASS_ESCAPES and letter:
            cursor.at += 2
            return Characters(CLASS_ESCAPES[letter])
        if letter in ("p", "P"):
            return Characters(properties=(self._property(negated=letter == "P"),))
        return None

    def _property(self, *, negated: bool) -> Property:
        cursor = self.cursor
        end = cursor.text.find("}", cursor.at)
        inner = cursor.text[cursor.at + 2 : end] if end > 0 else ""
        known = unicode_property(inner.removeprefix("{"), negated=negated)
        if not inner.startswith("{") or known is None:
            raise cursor.unsupported("an unsupported property of Unicode")
        cursor.at = end + 1
        return known

    def _class(self) -> Characters:
        cursor = self.cursor
        begin = cursor.at
        cursor.take("[")
        negated = cursor.take("^")
        ranges: list[Range] = []
        properties: list[Property] = []
        while not cursor.take("]"):
            if cursor.at_end:
                raise cursor.unsupported("a class without its closing bracket", begin)
            member = self._class_range()
            ranges += member.ranges
            properties += member.properties
        return Characters(tuple(ranges), tuple(properties), negated)

    def _class_range(self) -> Characters:
        """A member of a class: a character, a range of characters, or an escape for a set."""
        cursor = self.cursor
        begin = cursor.at
        low = self._class_member()
        is_range = cursor.text.startswith("-", cursor.at) and not (
            cursor.text.startswith("-]", cursor.at)
        )
        if not is_range:
            return low if isinstance(low, Characters) else Characters(((low, low),))
        cursor.take("-")
        if cursor.at_end:
            raise cursor.unsupported("a class without its closing bracket", begin)
        high = self._class_member()
        if isinstance(low, Characters) or isinstance(high, Characters) or high < low:
            raise cursor.unsupported("a range without two ends in order", begin)
        return Characters(((low, high),))

    def _class_member(self) -> Characters | int:
        if self.cursor.next != "\\":
            return self.cursor.take_character()
        if self.cursor.take(r"\b"):
            return 0x08
        if self.cursor.take(r"\-"):
            return 0x2D
        return self._set_escape() or read_character_escape(self.cursor)


__all__ = ["ParsedPattern", "UnsupportedPattern", "read_pattern"]
