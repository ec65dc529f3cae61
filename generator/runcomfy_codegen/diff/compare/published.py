"""What is published before and after: the net below all other comparisons."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...ir.equality import identity
from ...ir.json_text import is_array, is_object, pointer_token
from ...ir.model import Model, Value
from ...sets.exact import loaded
from .fact import Place, Unexplained, side_of


def unexplained(
    old: Model, new: Model, name: str, told: Collection[str]
) -> Iterator[Unexplained]:
    """Parts that differ, are not understood on both sides, and of which nothing is told.

    ``told`` are the pointers of what a caller of the model ``name`` must look at anyway.
    """
    before = {each.pointer: each for each in old.published}
    for after in new.published:
        one = before.get(after.pointer)
        if one is None or (one.understood and after.understood):
            continue
        if _is_told(after.pointer, told) or _same(one.value, after.value):
            continue
        at, was, now = _narrowed(after.pointer, one.value, after.value)
        yield Unexplained(Place(name, side_of(at), at), was, now)


def _is_told(pointer: str, told: Collection[str]) -> bool:
    """Whether something is told of this part, or of something inside."""
    inside = f"{pointer}/"
    fields = f"{pointer}/properties/"
    whole = pointer.count("/") == 1
    return any(
        each == pointer
        or (each.startswith(inside) and not (whole and each.startswith(fields)))
        for each in map(_unwrapped, told)
    )


def _unwrapped(pointer: str) -> str:
    """Keywords are told where they stand, below the wrapper of an output."""
    return pointer.replace("/output_schema/output/", "/output_schema/", 1)


def _same(one: Value, other: Value) -> bool:
    return identity(loaded(one)) == identity(loaded(other))


def _narrowed(pointer: str, old: Value, new: Value) -> tuple[str, Value, Value]:
    """The innermost place that has all differences, and what stands there."""
    before, after = loaded(old), loaded(new)
    while is_object(before) and is_object(after) and before.keys() == after.keys():
        differing = [
            each for each in before if identity(before[each]) != identity(after[each])
        ]
        if len(differing) != 1:
            break
        (name,) = differing
        pointer = f"{pointer}/{pointer_token(name)}"
        before, after = before[name], after[name]
        if is_array(before):
            break
    return pointer, Value.of(before), Value.of(after)
