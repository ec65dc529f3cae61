"""The values that two types have in common: keywords next to ``anyOf`` and ``oneOf`` all apply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from ..dialect.validator import validator_class
from ..ir.as_json import to_json_schema
from ..ir.exact import equality_key
from ..ir.model import (
    NOTHING,
    NULL,
    Anything,
    Array,
    Choice,
    Field,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
    types_in,
)
from .bounds import common_numbers, least, most
from .unions import as_integer, union_of

_MOST_PAIRS = 50_000
"""Pairs of alternatives that are compared. More of them make the type wider."""
_MOST_OPTIONS = 64
"""Options of ``oneOf`` that are compared with each other."""


def is_disjoint(options: Sequence[Type]) -> bool:
    """Whether certainly no value belongs to two of the types."""
    if len(options) > _MOST_OPTIONS:
        return False
    return all(
        Intersection().of(one, other) == NOTHING
        for one, other in combinations(options, 2)
    )


@dataclass(slots=True)
class Intersection:
    """Intersects types. ``wider`` says why a result accepts more than both types do."""

    wider: list[str] = field(default_factory=list[str])

    def of(self, one: Type, other: Type) -> Type:
        """The type of the values that both types accept; ``NOTHING`` if no value fits both."""
        if isinstance(one, Anything) or one == other:
            return other
        if isinstance(other, Anything):
            return one
        ours, theirs = list(_alternatives(one)), list(_alternatives(other))
        if len(ours) * len(theirs) > _MOST_PAIRS:
            self.wider.append("there are too many combinations")
            return one
        common = [self._of_two(one, option) for option in theirs for one in ours]
        possible = list(dict.fromkeys(kind for kind in common if kind != NOTHING))
        if not possible:
            return NOTHING
        if _same_pointers(possible):
            self.wider.append("two objects would have the same place")
            return one
        return union_of(possible)

    def _of_two(self, one: Type, other: Type) -> Type:
        """The intersection of two types that are no unions."""
        match one, other:
            case Choice(), _:
                return _values_of(one, other)
            case _, Choice():
                return _values_of(other, one)
            case Text(), Text():
                return self._texts(one, other)
            case Numeric(), Numeric():
                return self._numbers(one, other)
            case Array(), Array():
                return self._arrays(one, other)
            case Object(), Object():
                return self._objects(one, other)
            case _:
                return one if one == other else NOTHING

    def _texts(self, one: Text, other: Text) -> Type:
        if one.pattern and other.pattern and one.pattern != other.pattern:
            self.wider.append("only one of two patterns is checked")
        low = most(one.min_length, other.min_length)
        high = least(one.max_length, other.max_length)
        if high is not None and high < (low or 0):
            return NOTHING
        return Text(
            min_length=low,
            max_length=high,
            pattern=one.pattern or other.pattern,
            format=one.format or other.format,
        )

    def _numbers(self, one: Numeric, other: Numeric) -> Type:
        both = common_numbers(one, other)
        if both is None:
            return NOTHING
        if one.multiple_of and other.multiple_of and both.multiple_of is None:
            self.wider.append("only one of two steps is checked")
            return replace(both, multiple_of=one.multiple_of)
        return both

    def _arrays(self, one: Array, other: Array) -> Type:
        item_type = self.of(one.items, other.items)
        low = most(one.min_items, other.min_items)
        high = least(one.max_items, other.max_items)
        if item_type == NOTHING:
            item_type, high = Anything(), 0
        if high is not None and high < (low or 0):
            return NOTHING
        return Array(
            items=item_type,
            min_items=low,
            max_items=high,
            unique_items=one.unique_items or other.unique_items,
            format=one.format or other.format,
        )

    def _objects(self, one: Object, other: Object) -> Type:
        fields: list[Field] = []
        for name, ours, theirs in _declared(one, other):
            member = self._member(_kind_in(one, ours), _kind_in(other, theirs))
            required = _is_required(name, one, ours) or _is_required(
                name, other, theirs
            )
            if member is None:
                if required:
                    return NOTHING
                if one.extra is not None and other.extra is not None:
                    self.wider.append(f"the member {name!r} is possible")
                    kept = _kind_in(one, ours) or Anything()
                    fields.append(_joined(ours, theirs, kept, required=False))
                continue
            fields.append(_joined(ours, theirs, member, required=required))
        return self._with_undeclared(one, other, tuple(fields))

    def _member(self, one: Type | None, other: Type | None) -> Type | None:
        """The type of a member; None if no object has it."""
        if one is None or other is None:
            return None
        common = self.of(one, other)
        return None if common == NOTHING else common

    def _with_undeclared(
        self, one: Object, other: Object, fields: tuple[Field, ...]
    ) -> Type:
        extra = self._member(one.extra, other.extra)
        names = {field.wire_name for field in (*one.fields, *other.fields)}
        required = tuple(
            name
            for name in dict.fromkeys(
                (*one.undeclared_required, *other.undeclared_required)
            )
            if name not in names
        )
        if required and extra is None:
            return NOTHING
        # The later object is an option of the earlier one, and names the class.
        return replace(other, fields=fields, extra=extra, undeclared_required=required)


def _alternatives(kind: Type) -> Iterator[Type]:
    """The types that a type is a union of, null among them."""
    match kind:
        case Union(options=options):
            for option in options:
                yield from _alternatives(option)
        case Nullable(inner=inner):
            yield from _alternatives(inner)
            yield NULL
        case _:
            yield kind


def _same_pointers(kinds: Sequence[Type]) -> bool:
    """Whether two different objects have one pointer, which is what their class is named by."""
    objects: dict[str, Object] = {}
    inside = (part for kind in kinds for part in types_in(kind))
    return any(
        objects.setdefault(part.pointer, part) != part
        for part in inside
        if isinstance(part, Object)
    )


def _values_of(choice: Choice, kind: Type) -> Choice:
    """The values of a choice that another type accepts."""
    if isinstance(kind, Choice):
        keys = {equality_key(value.exact()) for value in kind.values}
        return Choice(
            tuple(v for v in choice.values if equality_key(v.exact()) in keys)
        )
    validator = validator_class()(to_json_schema(kind, exact=True))
    possible = (value for value in choice.values if validator.is_valid(value.exact()))
    whole = (as_integer(value.exact(), kind) for value in possible)
    return Choice(tuple(map(Value.of, whole)))


def _declared(
    one: Object, other: Object
) -> Iterator[tuple[str, Field | None, Field | None]]:
    """Every declared member with its fields, in the order of the first object."""
    ours = {field.wire_name: field for field in one.fields}
    theirs = {field.wire_name: field for field in other.fields}
    for name in ours | theirs:
        yield name, ours.get(name), theirs.get(name)


def _kind_in(holder: Object, declared: Field | None) -> Type | None:
    """The type of a member: that of its field, or of undeclared members."""
    return holder.extra if declared is None else declared.type


def _is_required(name: str, holder: Object, declared: Field | None) -> bool:
    if declared is not None:
        return declared.required
    return name in holder.undeclared_required


def _joined(
    one: Field | None, other: Field | None, kind: Type, *, required: bool
) -> Field:
    """One field: the texts of the first, the rules of both."""
    given = [kind for kind in (one, other) if kind is not None]
    first, last = given[0], given[-1]
    if first is not last:
        first = replace(
            first,
            title=first.title or last.title,
            description=first.description or last.description,
            default=first.default or last.default,
            sample=first.sample or last.sample,
            media=first.media or last.media,
            rules=first.rules + last.rules,
            rule_pointers=first.rule_pointers + last.rule_pointers,
            unknown=first.unknown + last.unknown,
        )
    if required and first.default is not None:
        # The default of a required field is a sample.
        first = replace(first, default=None, sample=first.default)
    return replace(first, type=kind, required=required)
