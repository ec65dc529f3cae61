"""Values that JSON does not have: where they are in a payload, and what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from .report import Problem

MAX_DEPTH = 200
"""How many levels deep a payload may be nested; published inputs have 4."""

_MOST_PROBLEMS = 100
_MOST_DIGITS = 4_000
"""Python writes no integer of more than 4,300 digits."""
_TOO_LONG = 10**_MOST_DIGITS


class _Step(NamedTuple):
    """A value that is still to be checked, or the end of one whose parts were checked."""

    value: object
    path: tuple[str, ...]
    is_end: bool = False


def json_problems(payload: object, *, with_paths: bool = False) -> tuple[Problem, ...]:
    """A problem for each value that JSON does not have, and for each key that is not a string.

    The payload is a document, or an input with its parts. A value inside itself is a problem
    too. ``with_paths`` takes local files.
    """
    problems: list[Problem] = []
    enclosing: set[int] = set()
    steps = [_Step(payload, ())]
    while steps and len(problems) < _MOST_PROBLEMS:
        step = steps.pop()
        if step.is_end:
            enclosing.discard(id(step.value))
            continue
        children = _children(step.value)
        if children is None:
            is_file = with_paths and isinstance(step.value, Path)
            reason = "" if is_file else _scalar_problem(step.value)
        elif id(step.value) in enclosing:
            reason = "contains itself"
        elif len(step.path) >= MAX_DEPTH:
            reason = f"is nested more than {MAX_DEPTH} levels deep"
        else:
            reason = _key_problem(step.value)
            enclosing.add(id(step.value))
            steps.append(_Step(step.value, step.path, is_end=True))
            inner = [_Step(value, (*step.path, name)) for name, value in children]
            steps += reversed(inner)
        if reason:
            problems.append(_problem(step.path, reason))
    return tuple(problems)


def _children(value: object) -> list[tuple[str, object]] | None:
    """The members or items of a value, with their steps; None if it has none."""
    if isinstance(value, dict):
        members = cast(dict[object, object], value).items()
        return [(str(name), member) for name, member in members]
    if isinstance(value, (list, tuple)):
        items = cast(Sequence[object], value)
        return [(str(index), item) for index, item in enumerate(items)]
    if hasattr(value, "model_fields_set"):
        return list(_fields_set(value))
    return None


def _fields_set(part: Any) -> Iterator[tuple[str, object]]:
    """The fields of an input or of a part of it that are sent, by wire name."""
    # These import pydantic, as the class of the part has already.
    from .payload import fields_sent
    from .shape import wire_name

    for name, field, value in fields_sent(part):
        yield wire_name(name, field), value
    extra: Mapping[str, object] = part.__pydantic_extra__ or {}
    yield from extra.items()


def _key_problem(value: object) -> str:
    if isinstance(value, dict):
        for name in cast(dict[object, object], value):
            if not isinstance(name, str):
                return f"has the key {name!r:.60}, which is not a string"
            if not _is_unicode(name):
                return f"has the key {name!r:.60} with half a surrogate pair"
    return ""


def _scalar_problem(value: object) -> str:
    if isinstance(value, str):
        return "" if _is_unicode(value) else "has half a surrogate pair: it is not text"
    if isinstance(value, float):
        if math.isfinite(value):
            return ""
        from .value_hints import LEAVE_OUT

        hint = f": {LEAVE_OUT}" if math.isnan(value) else ""
        return f"is {value}, which is not a JSON number{hint}"
    if isinstance(value, int):
        is_long = not -_TOO_LONG < value < _TOO_LONG
        return f"has more than {_MOST_DIGITS} digits" if is_long else ""
    if value is None:
        return ""
    from .value_hints import json_hint

    kind = type(value).__name__
    return f"is not a JSON value but of the Python type {kind}{json_hint(value)}"


def _is_unicode(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _problem(path: tuple[str, ...], reason: str) -> Problem:
    from .problems import label, pointer  # imports pydantic

    return Problem(
        pointer=pointer(path), code="type", message=f"{label(path)} {reason}"
    )
