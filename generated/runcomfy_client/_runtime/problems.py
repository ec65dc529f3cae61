"""From pydantic's errors to problems, and the document without its invalid values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, cast

from pydantic import BaseModel

from .did_you_mean import closest
from .escaping import printable, quoted
from .payload import members_sent
from .problem_messages import TYPES, ProblemMessage, message_for, wrong_type
from .report import Problem
from .rule import Rule
from .shape import ModelShape

PydanticError = Mapping[str, Any]
"""One error as pydantic states it: type, loc, msg, input, ctx."""


class _LocatedError(NamedTuple):
    path: tuple[str, ...]
    tags: tuple[str, ...]
    error: PydanticError
    enclosing: tuple[ModelShape, ...]


def problems_from_errors(
    errors: Iterable[PydanticError], document: object, shape: ModelShape
) -> tuple[Problem, ...]:
    """All problems that pydantic found in a document, in the order of its fields."""
    located = [_locate(error, document, shape) for error in errors]
    problems: list[Problem] = []
    for _, group in groupby(located, key=lambda item: item.path[:1]):
        relevant = _without_other_branches(list(group))
        for path, items in groupby(relevant, key=lambda item: item.path):
            problems += [_problem(path, message) for message in _messages(list(items))]
    return tuple(problems)


def _locate(error: PydanticError, document: object, shape: ModelShape) -> _LocatedError:
    """Follow an error's location in the document. A step that does not exist there is a tag of a union."""
    path: list[str] = []
    tags: list[str] = []
    here = document
    enclosing: tuple[ModelShape, ...] = (shape,)
    inner = enclosing
    last = len(error["loc"]) - 1
    for index, step in enumerate(error["loc"]):
        missing = error["type"] == "missing" and index == last
        exists, value = _enter(here, step)
        if not exists and not missing:
            tags.append(str(step))
            continue
        here = value
        if isinstance(step, str):
            enclosing = inner
            if index < last or error["type"] != "extra_forbidden":
                step = _wire_name(step, enclosing)
            inner = _inner(enclosing, step)
        path.append(str(step))
    return _LocatedError(tuple(path), tuple(tags), error, enclosing)


def _inner(enclosing: Iterable[ModelShape], step: str) -> tuple[ModelShape, ...]:
    return tuple(part for outer in enclosing for part in outer.inner.get(step, ()))


def _wire_name(step: str, shapes: Iterable[ModelShape]) -> str:
    return next((shape.wire[step] for shape in shapes if step in shape.wire), step)


def _enter(here: object, step: str | int) -> tuple[bool, object]:
    """Whether a step exists, and the value there. pydantic uses the name that the caller used."""
    if isinstance(step, int):
        items = cast(Sequence[object], here) if isinstance(here, (list, tuple)) else ()
        return (True, items[step]) if step < len(items) else (False, None)
    members = _members(here)
    return step in members, members.get(step)


def _members(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return cast(Mapping[str, object], value)
    # An object inside an input is validated as it is sent.
    return members_sent(value) if isinstance(value, BaseModel) else {}


def _without_other_branches(items: list[_LocatedError]) -> list[_LocatedError]:
    """For a union that failed, only the branches that fit the type of the value."""
    tagged = [item for item in items if item.tags]
    if not tagged:
        return items
    root = min((item.path for item in tagged), key=len)
    mismatches = {item.tags for item in tagged if item.path == root and _is_type(item)}
    return [
        item for item in items if not item.tags or item.tags not in mismatches
    ] or items


def _is_type(item: _LocatedError) -> bool:
    return item.error["type"] in TYPES


def _messages(items: list[_LocatedError]) -> Iterator[ProblemMessage]:
    """The messages for one location. Several type errors become one message."""
    types = [item for item in items if _is_type(item)]
    if len(types) > 1:
        expected = [TYPES[item.error["type"]] for item in types]
        yield wrong_type(expected, types[0].error["input"])
        items = [item for item in items if item not in types]
    yield from {message.text: message for message in map(_message, items)}.values()


def _message(item: _LocatedError) -> ProblemMessage:
    error = item.error
    if error["type"] == "extra_forbidden":
        return _undeclared(item)
    context: dict[str, Any] = dict(error.get("ctx", {}))
    if error["type"] == "literal_error":
        field = next((step for step in reversed(item.path) if not step.isdecimal()), "")
        known = next(
            (s.choices[field] for s in item.enclosing if field in s.choices), None
        )
        context["expected"] = known or context.get("expected")
    return message_for(error["type"], context, error["input"], error["msg"])


def _undeclared(item: _LocatedError) -> ProblemMessage:
    name = item.path[-1]
    names = {
        given: wire for shape in item.enclosing for given, wire in shape.wire.items()
    }
    similar = closest(name, names)
    hint = ""
    if similar:
        hint = f": did you mean {_as_typed(names, names[similar[0]], item.path)}?"
    elif len(item.path) == 1:
        hint = "; a field newer than this client goes through .extended(…)"
    return ProblemMessage(
        "additionalProperties", f"is not a field of this model{hint}", None, name
    )


def _as_typed(names: Mapping[str, str], wire: str, path: Sequence[str]) -> str:
    """A field as a caller types it. A document inside an input has wire names only."""
    python = next(name for name, target in names.items() if target == wire)
    if python == wire or len(path) > 1:
        return quoted(wire)
    return f"{quoted(python)} (published as {quoted(wire)})"


def refused_extension(
    shape: ModelShape, fields: Mapping[str, Any]
) -> Iterator[Problem]:
    """Why fields cannot be added to an input: they are declared."""
    for name in fields:
        if name in shape.wire:
            text = f"{quoted(name)} is a declared field: give it to Input(…)"
            yield Problem(
                pointer=pointer([name]), code="invalid", message=text, actual=name
            )


def _problem(path: Sequence[str], message: ProblemMessage) -> Problem:
    return Problem(
        pointer=pointer(path),
        code=message.code,
        message=f"{label(path)} {message.text}",
        limit=message.limit,
        actual=message.actual,
    )


def pointer(path: Iterable[str]) -> str:
    """A JSON pointer (RFC 6901) of these steps."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def label(path: Sequence[str]) -> str:
    """A location for people: ``loras[0].path``."""
    text = "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in path)
    return printable(text.removeprefix("."), 80) or "the input"


# The document without its invalid values, so that the rest can still be checked.


def without_invalid_values(
    document: object,
    wire: Mapping[str, str],
    invalid: Collection[str],
    rules: Sequence[Rule],
    depth: int = 0,
) -> dict[str, Any]:
    """A document in wire names, with null at every invalid pointer.

    If a list has too many files, none of them is fetched; if one item of a list is not a
    string, all the others are still checked. ``wire`` gives the wire name for any name of a
    field, ``depth`` is how deep limits look into the document.
    """
    if not isinstance(document, Mapping):
        return {}
    members = cast(Mapping[str, object], document).items()
    named = {wire.get(name, name): value for name, value in members}
    # Not deeper than the rules and limits: a document may be nested without end.
    depth = max((1, depth, *(rule.pointer.count("/") for rule in rules)))
    return cast(dict[str, Any], _without(named, "", invalid, depth))


def _without(value: object, at: str, invalid: Collection[str], depth: int) -> object:
    if at and at in invalid:  # "" is the whole document, which is never removed
        return None
    if depth and isinstance(value, dict):
        return {
            name: _without(member, at + pointer([str(name)]), invalid, depth - 1)
            for name, member in cast(dict[object, object], value).items()
        }
    if depth and isinstance(value, list):
        return [
            _without(item, f"{at}/{index}", invalid, depth - 1)
            for index, item in enumerate(cast(list[object], value))
        ]
    return value
