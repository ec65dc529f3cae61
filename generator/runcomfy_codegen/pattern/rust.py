"""Writes a parse tree in the syntax of Rust's ``regex`` crate, which pydantic uses."""

from __future__ import annotations

from .tree import (
    LAST,
    Alternatives,
    Assertion,
    Characters,
    Node,
    Property,
    Range,
    Repeat,
    Sequence,
)

# In Rust, `\b` alone knows the letters of all scripts, and `&&`, `--` and `~~` in a class
# are operators.
_ASSERTIONS = {
    Assertion.START: "^",
    Assertion.END: "$",
    Assertion.WORD_BOUNDARY: r"(?-u:\b)",
    Assertion.NO_WORD_BOUNDARY: r"(?-u:\B)",
}
_SPECIAL = frozenset("\\.+*?()|[]{}^$")
_SPECIAL_IN_CLASS = frozenset("\\[]^-&~")
_NOTHING = rf"[^\x{{0}}-\x{{{LAST:X}}}]"
_EVERYTHING = rf"[\x{{0}}-\x{{{LAST:X}}}]"


def to_rust(node: Node) -> str:
    """The expression as Rust reads it."""
    match node:
        case Assertion():
            return _ASSERTIONS[node]
        case Characters():
            return _characters(node)
        case Sequence(parts=parts):
            return "".join(map(_part, parts))
        case Alternatives(options=options):
            return "|".join(map(to_rust, options))
        case Repeat(part=part, minimum=minimum, maximum=maximum):
            return _repeated(part) + _counts(minimum, maximum)


def _part(node: Node) -> str:
    text = to_rust(node)
    return f"(?:{text})" if isinstance(node, Alternatives) else text


def _repeated(node: Node) -> str:
    text = to_rust(node)
    return text if isinstance(node, Characters) else f"(?:{text})"


def _counts(minimum: int, maximum: int | None) -> str:
    match minimum, maximum:
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case 0, 1:
            return "?"
        case _:
            upper = "" if maximum is None else str(maximum)
            return f"{{{minimum}}}" if minimum == maximum else f"{{{minimum},{upper}}}"


def _characters(node: Characters) -> str:
    ranges, properties = node.ranges, node.properties
    if not ranges and not properties:
        return _EVERYTHING if node.negated else _NOTHING
    if not properties and not node.negated and len(ranges) == 1:
        low, high = ranges[0]
        if low == high:
            return _escaped(low, _SPECIAL)
    members = [*map(_range, ranges), *map(_property, properties)]
    return f"[{'^' if node.negated else ''}{''.join(members)}]"


def _range(range_: Range) -> str:
    low, high = range_
    begin = _escaped(low, _SPECIAL_IN_CLASS)
    return begin if low == high else f"{begin}-{_escaped(high, _SPECIAL_IN_CLASS)}"


def _property(property_: Property) -> str:
    return rf"\{'P' if property_.negated else 'p'}{{{property_.name}}}"


def _escaped(code: int, special: frozenset[str]) -> str:
    character = chr(code)
    if character in special:
        return f"\\{character}"
    # A range may end at half a surrogate pair, which Rust cannot name.
    return character if character.isprintable() else rf"\x{{{code:X}}}"
