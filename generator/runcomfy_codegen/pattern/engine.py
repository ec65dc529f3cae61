"""Compiles and matches published patterns with pydantic's Rust engine, in linear time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from time import thread_time
from typing import TypeAlias

from .reader import UnsupportedPattern, read_pattern
from .rust import to_rust

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
    """A function that tells whether a text has a match. Raises ``UnsupportedPattern``."""
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
    return all(_compile_time(each) > MAX_COMPILE_SECONDS for each in spellings)


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
