"""Whether an input is as validation made it.

``model_copy(update=…)``, ``model_construct`` and unpickling make an instance without validation,
and ``object.__setattr__`` and a list's own methods change one after it. So validation marks
the instance with the very objects that it holds, in a slot, which pydantic does not copy.
"""

from __future__ import annotations

from collections.abc import Collection
from operator import is_
from typing import Any, cast

from pydantic import BaseModel


def mark_validated(made: BaseModel) -> None:
    """Mark an input that validation has just made."""
    try:
        leaves = leaves_of(made)
    except RecursionError:
        return  # A value contains itself: no request can hold it, and a submit says where.
    object.__setattr__(made, "_validated", leaves)


def is_validated(made: BaseModel) -> bool:
    """Whether an input has its mark, and still holds the objects that were validated."""
    mark: list[object] | None = getattr(made, "_validated", None)
    if mark is None:
        return False
    leaves = leaves_of(made)
    return len(leaves) == len(mark) and all(map(is_, leaves, mark))


_LEAVES = frozenset({str, int, float, bool, type(None)})
_END = object()


def leaves_of(made: BaseModel) -> list[object]:
    """Every object that the payload of an input is made of, in one order."""
    leaves: list[object] = [type(made)]
    seen: set[int] = set()
    _add_leaves(made.__dict__.values(), leaves, seen)
    for more in (made.__pydantic_extra__, extension_of(made)):
        if more:
            _add_inner(more, leaves, seen)
    return leaves


def _add_leaves(
    values: Collection[object], leaves: list[object], seen: set[int]
) -> None:
    leaves.extend(values)
    for value in values:
        if type(value) not in _LEAVES:
            _add_inner(value, leaves, seen)


def _add_inner(value: Any, leaves: list[object], seen: set[int]) -> None:
    """What is inside a list, an object or a part. The list or part itself is not enough."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, BaseModel):
        _add_leaves(value.__dict__.values(), leaves, seen)
        value = value.__pydantic_extra__ or {}
    if isinstance(value, dict):
        members = cast(dict[str, object], value)
        leaves.extend(members)
        _add_leaves(members.values(), leaves, seen)
    elif isinstance(value, (list, tuple)):
        _add_leaves(cast("Collection[object]", value), leaves, seen)
    leaves.append(_END)


def extension_of(made: BaseModel) -> dict[str, Any]:
    """The fields of ``extended``, without pydantic's slow way to a private attribute."""
    return (made.__pydantic_private__ or {}).get("_extension") or {}
