"""From pydantic's errors to problems, and the document without its invalid values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, cast

from .did_you_mean import closest
from .escaping import printable, quoted
from .problem_messages import TYPES, ProblemMessage, message_for, wrong_type
from .report import Problem
from .rule import Rule
from .shape import ModelShape

PydanticError = Mapping[str, Any]
"""One error as pydantic states it: type, loc, msg, input, ctx."""


class _LocatedError(NamedTuple):
    path: tuple[str, ...]
    tags: tuple[str, ...]
    finding: PydanticError
    around: tuple[ModelShape, ...]


def problems_from_errors(
    findings: Iterable[PydanticError], document: object, shape: ModelShape
) -> tuple[Problem, ...]:
    """All problems that pydantic found in a document, in the order of its fields."""
    located = [_locate(finding, document, shape) for finding in findings]
    found: list[Problem] = []
    for _, group in groupby(located, key=lambda item: item.path[:1]):
        meant = _without_other_branches(list(group))
        for path, items in groupby(meant, key=lambda item: item.path):
            found += [_problem(path, saying) for saying in _messages(list(items))]
    return tuple(found)


def _locate(
    finding: PydanticError, document: object, shape: ModelShape
) -> _LocatedError:
    """Walk a location through the document: what names nothing there is a tag of a union."""
    path: list[str] = []
    tags: list[str] = []
    here = document
    around: tuple[ModelShape, ...] = (shape,)
    inner = around
    for index, step in enumerate(finding["loc"]):
        missing = finding["type"] == "missing" and index == len(finding["loc"]) - 1
        found, value = _enter(here, step)
        if not found and not missing:
            tags.append(str(step))
            continue
        here = value
        if isinstance(step, str):
            around = inner
            step = _wire_name(step, around)
            inner = _inner(around, step)
        path.append(str(step))
    return _LocatedError(tuple(path), tuple(tags), finding, around)


def _inner(around: Iterable[ModelShape], step: str) -> tuple[ModelShape, ...]:
    return tuple(part for outer in around for part in outer.inner.get(step, ()))


def _wire_name(step: str, shapes: Iterable[ModelShape]) -> str:
    return next((shape.wire[step] for shape in shapes if step in shape.wire), step)


def _enter(here: object, step: str | int) -> tuple[bool, object]:
    """What a step leads to. pydantic names a field as the caller did."""
    if isinstance(step, int):
        items = cast(Sequence[object], here) if isinstance(here, (list, tuple)) else ()
        return (True, items[step]) if step < len(items) else (False, None)
    members = _members(here)
    return step in members, members.get(step)


def _members(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return cast(Mapping[str, object], value)
    return cast(Mapping[str, object], getattr(value, "__dict__", {}))


def _without_other_branches(items: list[_LocatedError]) -> list[_LocatedError]:
    """Of a union that failed, only the branches that the value was meant for."""
    tagged = [item for item in items if item.tags]
    if not tagged:
        return items
    root = min((item.path for item in tagged), key=len)
    misfits = {item.tags for item in tagged if item.path == root and _is_type(item)}
    return [
        item for item in items if not item.tags or item.tags not in misfits
    ] or items


def _is_type(item: _LocatedError) -> bool:
    return item.finding["type"] in TYPES


def _messages(items: list[_LocatedError]) -> Iterator[ProblemMessage]:
    """What is wrong at one place. Several types refused there are one thing."""
    types = [item for item in items if _is_type(item)]
    if len(types) > 1:
        wanted = [TYPES[item.finding["type"]] for item in types]
        yield wrong_type(wanted, types[0].finding["input"])
        items = [item for item in items if item not in types]
    yield from {saying.text: saying for saying in map(_message, items)}.values()


def _message(item: _LocatedError) -> ProblemMessage:
    finding = item.finding
    if finding["type"] == "extra_forbidden":
        return _undeclared(item)
    context: dict[str, Any] = dict(finding.get("ctx", {}))
    if finding["type"] == "literal_error":
        field = next((step for step in reversed(item.path) if not step.isdecimal()), "")
        known = next(
            (s.choices[field] for s in item.around if field in s.choices), None
        )
        context["expected"] = known or context.get("expected")
    return message_for(finding["type"], context, finding["input"], finding["msg"])


def _undeclared(item: _LocatedError) -> ProblemMessage:
    name = item.path[-1]
    names = {given: wire for shape in item.around for given, wire in shape.wire.items()}
    near = closest(name, names)
    hint = ""
    if near:
        hint = f": did you mean {quoted(names[near[0]])}?"
    elif len(item.path) == 1:
        hint = "; a field newer than this client goes through .extended(…)"
    return ProblemMessage(
        "additionalProperties", f"is no field of this model{hint}", None, name
    )


def _problem(path: Sequence[str], saying: ProblemMessage) -> Problem:
    return Problem(
        pointer=pointer(path),
        code=saying.code,
        message=f"{_label(path)} {saying.text}",
        limit=saying.limit,
        actual=saying.actual,
    )


def pointer(path: Iterable[str]) -> str:
    """A JSON pointer (RFC 6901) of these steps."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _label(path: Sequence[str]) -> str:
    """A place as people write it: ``loras[0].path``."""
    text = "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in path)
    return printable(text.removeprefix("."), 80) or "the input"


# What of a document that does not fit the schema can be judged all the same.


def without_invalid_values(
    document: object,
    wire: Mapping[str, str],
    wrong: Collection[str],
    rules: Sequence[Rule],
) -> dict[str, Any]:
    """A document in wire names, with null at every pointer that is wrong already.

    So a list with too many files has none of them fetched, and a list with one item that is
    no text has all the others judged. ``wire`` gives the wire name for any name of a field.
    """
    if not isinstance(document, Mapping):
        return {}
    members = cast(Mapping[str, object], document).items()
    named = {wire.get(name, name): value for name, value in members}
    # No deeper than rules reach: a document may be nested for ever.
    depth = max((rule.pointer.count("/") for rule in rules), default=0)
    return cast(dict[str, Any], _without(named, "", wrong, depth))


def _without(value: object, place: str, wrong: Collection[str], depth: int) -> object:
    if (
        place and place in wrong
    ):  # "" is the document, of which something is always left
        return None
    if depth and isinstance(value, dict):
        return {
            name: _without(member, place + pointer([str(name)]), wrong, depth - 1)
            for name, member in cast(dict[object, object], value).items()
        }
    if depth and isinstance(value, list):
        return [
            _without(item, f"{place}/{index}", wrong, depth - 1)
            for index, item in enumerate(cast(list[object], value))
        ]
    return value
