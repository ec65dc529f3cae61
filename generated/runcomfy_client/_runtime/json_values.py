"""Values that JSON does not have: where they are in a payload, and what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from .report import Problem

MAX_DEPTH = 200
"""How many levels deep a payload may be nested; published inputs have 4."""

MAX_SHARED_VALUES = 1_000_000
"""How many values a payload may have whose lists share their items: few in memory, these may be
more than any memory holds when they are written out."""

_MOST_PROBLEMS = 100
_MOST_DIGITS = 4_000
"""Python writes no integer of more than 4,300 digits."""
_TOO_LONG = 10**_MOST_DIGITS


class _Size(NamedTuple):
    """How large a list, an object or a part is when it is written out."""

    values: int
    levels: int


def is_plain(payload: object) -> bool:
    """Whether a payload certainly has no problem, apart from half a surrogate pair in a text.

    It is of Python's own dicts, lists, texts and numbers, and no list has two places.
    """
    seen = {id(payload)}
    level: list[object] = [payload]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for part in level:
            values = _values_of(part)
            if values is None or not _add_containers(values, inner):
                return False
        if not inner:
            return True
        before = len(seen)
        seen.update(map(id, inner))
        if len(seen) < before + len(inner):
            return False
        level = inner
    return False


def _values_of(part: object) -> Collection[object] | None:
    """The values of a dict with text keys, or of a list; None for anything else."""
    if type(part) is dict:
        members = cast(dict[object, object], part)
        return members.values() if set(map(type, members)) <= _TEXT else None
    return cast(list[object], part) if type(part) is list else None


def _add_containers(values: Collection[object], found: list[object]) -> bool:
    """Whether every value is plain, or may be a dict or a list, which is added to the found."""
    for value in values:
        kind = type(value)
        if kind is str or kind is bool or value is None:
            continue
        if kind is int:
            if not -_TOO_LONG < cast(int, value) < _TOO_LONG:
                return False
        elif kind is float:
            if not math.isfinite(cast(float, value)):
                return False
        else:
            found.append(value)
    return True


_TEXT = frozenset({str})


def json_problems(payload: object, *, with_paths: bool = False) -> tuple[Problem, ...]:
    """A problem for each value that JSON does not have, and for each key that is not a string.

    The payload is a document, or an input with its parts. A value inside itself is a problem
    too. ``with_paths`` takes local files.
    """
    walk = _Walk(with_paths)
    walk.size(payload, ())
    return tuple(walk.problems)


class _Walk:
    """Looks at every value once, however many places it has."""

    def __init__(self, with_paths: bool) -> None:
        self.problems: list[Problem] = []
        self._with_paths = with_paths
        self._enclosing: set[int] = set()
        self._clean: dict[int, _Size] = {}
        """The size of what has no problem."""
        self._shares = False
        """Whether anything has two places."""
        self._too_large: set[tuple[str, ...]] = set()

    def size(self, value: object, path: tuple[str, ...]) -> _Size:
        """The size of a value, and a problem for whatever is wrong with it."""
        children, key = _children(value), id(value)
        known = self._clean.get(key)
        if children is not None and known and len(path) + known.levels <= MAX_DEPTH:
            self._shares = True
            return known
        reason = ""
        if children is None:
            is_file = self._with_paths and isinstance(value, Path)
            reason = "" if is_file else _scalar_problem(value)
        elif key in self._enclosing:
            reason = "contains itself"
        elif len(path) >= MAX_DEPTH:
            reason = f"is nested more than {MAX_DEPTH} levels deep"
        else:
            return self._whole(value, children, path)
        return self._judged(path, reason, _Size(1, 0))

    def _whole(
        self, value: object, children: list[tuple[str, object]], path: tuple[str, ...]
    ) -> _Size:
        before, values, levels = len(self.problems), 1, 0
        self._judged(path, _key_problem(value), _Size(1, 0))
        self._enclosing.add(id(value))
        for name, inner in children:
            if len(self.problems) >= _MOST_PROBLEMS:
                break
            size = self.size(inner, (*path, name))
            values, levels = values + size.values, max(levels, size.levels)
        self._enclosing.discard(id(value))
        if self._shares and values > MAX_SHARED_VALUES:
            self._refuse_member(path[:1])
            values = 1
        whole = _Size(values, levels + 1)
        if len(self.problems) == before or values == 1:
            self._clean[id(value)] = whole
        return whole

    def _refuse_member(self, path: tuple[str, ...]) -> None:
        """Report a member of the payload that is too large, once."""
        reason = f"has more than {MAX_SHARED_VALUES} values when it is written out"
        if path not in self._too_large:
            self._too_large.add(path)
            self._judged(path, reason, _Size(1, 0))

    def _judged(self, path: tuple[str, ...], reason: str, size: _Size) -> _Size:
        if reason and len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(_problem(path, reason))
        return size


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
