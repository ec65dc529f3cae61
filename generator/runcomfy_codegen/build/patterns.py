"""The keyword ``pattern``: only patterns that are read and compiled become part of a type."""

from __future__ import annotations

from ..ir.diagnostic import Severity
from ..ir.json_text import JsonValue
from ..pattern.engine import compiled_pattern, compiles_slowly
from ..pattern.reader import UnsupportedPattern, read_pattern
from .reader_context import Collector, SchemaPath


def text_pattern(
    schema: dict[str, JsonValue], path: SchemaPath, collector: Collector
) -> str | None:
    """The published pattern; None if there is none, or if it is not supported."""
    pattern = schema.get("pattern")
    if pattern is None:
        return None
    pointer = path.keyword("pattern")
    try:
        if not isinstance(pattern, str):
            raise UnsupportedPattern("it is not a string")
        compiled_pattern(pattern)
    except UnsupportedPattern as error:
        collector.keep("pattern", pointer, pattern)
        collector.report(
            "unreadable-pattern",
            f"this regular expression is not supported: {error}",
            pointer,
            "values are not checked with it",
        )
        return None
    _note(pattern, pointer, collector)
    return pattern


def _note(pattern: str, pointer: str, collector: Collector) -> None:
    loose = read_pattern(pattern).loose_escapes
    if loose:
        collector.report(
            "loose-pattern-escape",
            f"{' '.join(loose)}: this escape is an error in a regular expression"
            " with the `u` flag, which JSON Schema recommends",
            pointer,
            "write the character without the backslash; it is read that way",
            Severity.INFO,
        )
    if compiles_slowly(pattern):
        collector.report(
            "slow-pattern",
            "this regular expression takes more than 20 ms to compile",
            pointer,
            "the first use of the model waits for it; smaller repetitions are faster",
        )
