"""Writes patterns in Rust's syntax, and matches them with pydantic's engine, in linear time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from time import thread_time
from typing import TypeAlias

from .reader import UnsupportedPattern, read_pattern
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
    """A parse tree in the syntax of Rust's ``regex`` crate, which pydantic uses."""
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


MAX_COMPILE_SECONDS = 0.02
"""A pattern that takes longer to compile is reported."""


@lru_cache(maxsize=4096)
def rust_pattern(pattern: str) -> str:
    """A published pattern in Rust's syntax. Raises ``UnsupportedPattern``."""
    return to_rust(read_pattern(pattern).tree)


Matcher: TypeAlias = Callable[[object], bool]
"""Whether a text has a match."""


@lru_cache(maxsize=4096)
def compiled_pattern(pattern: str) -> Matcher:
    """A function that says whether a text has a match. Raises ``UnsupportedPattern``."""
    return _compiled(rust_pattern(pattern))


def pattern_matches(pattern: str, text: str) -> bool | None:
    """Whether a text has a match of a pattern; None if the pattern is not supported."""
    try:
        return compiled_pattern(pattern)(text)
    except UnsupportedPattern:
        return None


@lru_cache(maxsize=4096)
def compiles_slowly(pattern: str) -> bool:
    """Whether compiling takes longer than ``MAX_COMPILE_SECONDS`` of this thread's time."""
    # pydantic keeps what it compiled, so every try spells the expression in another way. The
    # second try is for a machine that was busy during the first.
    rust = rust_pattern(pattern)
    spellings = (f"(?:{rust})", f"(?:(?:{rust}))")
    return all(_compile_time(spelling) > MAX_COMPILE_SECONDS for spelling in spellings)


def _compile_time(rust: str) -> float:
    begin = thread_time()
    _compiled(rust)
    return thread_time() - begin


def _compiled(rust: str) -> Matcher:
    # Imported here: most documents have no pattern.
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    schema = core_schema.str_schema(
        pattern=rust, regex_engine="rust-regex", strict=True
    )
    try:
        return SchemaValidator(schema).isinstance_python
    except SchemaError as error:
        large = "size limit" in str(error)
        reason = "it is too large" if large else "it cannot be compiled"
        raise UnsupportedPattern(reason) from None
