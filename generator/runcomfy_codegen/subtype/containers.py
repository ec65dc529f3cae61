"""Lists and objects: how many items, which members, and the types of both."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.exact import ExactJson, equality_key
from ..ir.model import Array, Object, Type
from . import YES, Answer, No, SubschemaCheck, Unsure, all_of
from .accepts import max_item_count
from .examples import MAX_ITEMS, make_examples, smallest_example
from .texts import is_subformat


def array_is_subschema(one: Array, other: Array, inside: SubschemaCheck) -> Answer:
    """Whether ``other`` accepts every list of ``one``; the caller checks the witnesses."""
    bounds: tuple[Answer, ...] = (
        _compare_lengths(one, other),
        _compare_formats(one, other),
    )
    if max_item_count(one) == 0:
        return all_of(bounds)
    answers = (
        _compare_items(one, other, inside),
        *bounds,
        _compare_uniqueness(one, other),
    )
    return all_of(answers)


def _compare_items(one: Array, other: Array, inside: SubschemaCheck) -> Answer:
    answer = inside(one.items, other.items)
    if not isinstance(answer, No):
        return answer
    others = _example_list(one, max((one.min_items or 0) - 1, 0))
    if others is None or (one.unique_items and _contains_value(answer.witness, others)):
        return Unsure("no list could be built around an item that shows a difference")
    return No([answer.witness, *others])


def _contains_value(value: ExactJson, items: list[ExactJson]) -> bool:
    return equality_key(value) in set(map(equality_key, items))


def _compare_lengths(one: Array, other: Array) -> Answer:
    low, high = one.min_items or 0, max_item_count(one)
    if low < (other.min_items or 0):
        return _witness_of_length(one, low)
    limit = other.max_items
    if limit is not None and (high is None or high > limit):
        return _witness_of_length(one, max(limit + 1, low))
    return YES


def _compare_uniqueness(one: Array, other: Array) -> Answer:
    high = max_item_count(one)
    if not other.unique_items or one.unique_items or (high is not None and high < 2):
        return YES
    return _witness_of_length(one, max(one.min_items or 0, 2))


def _compare_formats(one: Array, other: Array) -> Answer:
    if is_subformat(one.format, other.format):
        return YES
    return Unsure("a format says what a list means, not which lists a server accepts")


def _witness_of_length(kind: Array, length: int) -> Answer:
    made = _example_list(kind, length)
    if made is None and length > MAX_ITEMS:
        return Unsure(f"only lists of {length} items or more show a difference")
    if made is None:
        return Unsure(f"no list of {length} items could be built")
    return No(made)


def _example_list(kind: Array, length: int) -> list[ExactJson] | None:
    return make_examples(kind.items, length, distinct=kind.unique_items)


# Objects: required members, optional members, and undeclared members.


def object_is_subschema(one: Object, other: Object, inside: SubschemaCheck) -> Answer:
    """Whether ``other`` accepts every object of ``one``; the caller checks the witnesses."""
    smallest = smallest_example(one)
    if not smallest:
        return Unsure("no smallest object could be built")
    return all_of(
        (
            *_compare_required_members(one, other, smallest[0]),
            *_compare_declared_members(one, other, smallest[0], inside),
            _compare_undeclared_members(one, other, smallest[0], inside),
        )
    )


def _compare_required_members(
    one: Object, other: Object, smallest: dict[str, ExactJson]
) -> Iterator[Answer]:
    """Members that ``other`` requires and ``one`` does not."""
    given = required_names(one)
    for name in required_names(other):
        if name not in given:
            yield No(
                {member: smallest[member] for member in smallest if member != name}
            )


def required_names(kind: Object) -> tuple[str, ...]:
    """Every required member, declared or not."""
    declared = (field.wire_name for field in kind.fields if field.required)
    return (*declared, *kind.undeclared_required)


def _compare_declared_members(
    one: Object, other: Object, smallest: dict[str, ExactJson], inside: SubschemaCheck
) -> Iterator[Answer]:
    for name, inner in _declared_types(one, other):
        if inner is None:
            continue
        outer = _type_of(other, name)
        answer = (
            inside(inner, outer) if outer is not None else _witness_of_forbidden(inner)
        )
        yield _wrap_witness(answer, name, smallest)


def _compare_undeclared_members(
    one: Object, other: Object, smallest: dict[str, ExactJson], inside: SubschemaCheck
) -> Answer:
    if one.extra is None:
        return YES
    answer = (
        inside(one.extra, other.extra)
        if other.extra
        else _witness_of_forbidden(one.extra)
    )
    return _wrap_witness(answer, _unused_name(one, other), smallest)


def _wrap_witness(answer: Answer, name: str, smallest: dict[str, ExactJson]) -> Answer:
    return No({**smallest, name: answer.witness}) if isinstance(answer, No) else answer


def _witness_of_forbidden(kind: Type) -> Answer:
    examples = smallest_example(kind)
    return No(examples[0]) if examples else Unsure("a member is no longer allowed")


def _declared_types(one: Object, other: Object) -> Iterator[tuple[str, Type | None]]:
    """Every declared name, and the type that ``one`` accepts there."""
    for name in dict.fromkeys(
        field.wire_name for field in (*one.fields, *other.fields)
    ):
        yield name, _type_of(one, name)


def _type_of(kind: Object, name: str) -> Type | None:
    return next((f.type for f in kind.fields if f.wire_name == name), kind.extra)


def _unused_name(one: Object, other: Object) -> str:
    taken = {field.wire_name for field in (*one.fields, *other.fields)}
    return next(
        name for name in ("new", "extra", *map(str, range(1000))) if name not in taken
    )
