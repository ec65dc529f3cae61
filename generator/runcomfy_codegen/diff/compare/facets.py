"""In which respects two types differ, each respect changed alone and decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...ir.json_text import pointer_token
from ...ir.model import (
    NULL,
    Array,
    Choice,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
)
from ...sets.answer import Answer, No, Yes
from ...sets.values.contains import inside
from ...sets.values.membership import accepts
from .fact import Facet, Identity
from .identity import facet_identity
from .wording import choice_words, type_words


@dataclass(frozen=True, slots=True)
class Change:
    """One facet, changed alone: ``alone`` is the old type with nothing else new.

    ``new`` is the new type with everything else that changed.
    """

    pointer: str
    facet: Facet
    old: Type
    alone: Type
    new: Type

    @property
    def kept(self) -> Answer:
        """Whether all old values are still accepted."""
        return inside(self.old, self.alone)

    @property
    def covered(self) -> Answer:
        """Whether the old type accepted all new values.

        What shows that it did not must be a value that the new type accepts.
        """
        answer = inside(self.alone, self.old)
        if isinstance(answer, No) and accepts(self.new, answer.witness) is False:
            return inside(self.new, self.old)
        return answer

    @property
    def words(self) -> tuple[str, str]:
        """The facet before and after."""
        return type_words(self.old, self.facet), type_words(self.alone, self.facet)

    @property
    def choices(self) -> tuple[str, str]:
        """The choices that went, and those that came; nothing if there is more to it."""
        if isinstance(self.old, Choice) and isinstance(self.alone, Choice):
            return choice_words(self.old, self.alone)
        return "", ""

    @property
    def identity(self) -> Identity:
        """The facet before and after, free of wording."""
        return facet_identity(self.old, self.facet), facet_identity(
            self.alone, self.facet
        )


def changes(old: Type, new: Type, pointer: str) -> Iterator[Change]:
    """Every facet in which the types differ in spelling; the sets may still be equal."""
    if old == new:
        return
    if isinstance(old, Nullable) != isinstance(new, Nullable):
        if accepts(old, None) and accepts(new, None):
            # Null is one of the values of the other side anyway.
            yield from _bare(old, new, pointer)
            return
        alone = old.inner if isinstance(old, Nullable) else Nullable(old)
        yield Change(pointer, Facet.NULL, old, alone, new)
    yield from _bare(_not_null(old), _not_null(new), pointer)


def same_set(old: Type, new: Type) -> bool:
    """Whether two types are proved to have the same values."""
    return isinstance(inside(old, new), Yes) and isinstance(inside(new, old), Yes)


def _bare(old: Type, new: Type, pointer: str) -> Iterator[Change]:
    if old == new:
        return
    match old, new:
        case Text(), Text():
            yield from _text(old, new, pointer)
        case Numeric(), Numeric():
            yield from _numeric(old, new, pointer)
        case Array(), Array():
            yield from _array(old, new, pointer)
        case Object(), Object():
            yield from _object(old, new, pointer)
        case (Choice(), Choice() | Text() | Numeric()) | (
            Text() | Numeric(),
            Choice(),
        ) if NULL not in (old, new):
            yield Change(pointer, Facet.CHOICES, old, new, new)
        case _:
            facet = Facet.TYPE if type(old) is not type(new) else Facet.ALTERNATIVES
            yield Change(pointer, facet, old, new, new)


def _not_null(kind: Type) -> Type:
    return kind.inner if isinstance(kind, Nullable) else kind


def _text(old: Text, new: Text, pointer: str) -> Iterator[Change]:
    lengths = replace(old, min_length=new.min_length, max_length=new.max_length)
    for facet, alone in (
        (Facet.LENGTH, lengths),
        (Facet.PATTERN, replace(old, pattern=new.pattern)),
        (Facet.FORMAT, replace(old, format=new.format)),
    ):
        if alone != old:
            yield Change(pointer, facet, old, alone, new)


def _numeric(old: Numeric, new: Numeric, pointer: str) -> Iterator[Change]:
    if old.integral != new.integral:
        # Bounds of integers were made whole already: they are no facet of their own here.
        yield Change(pointer, Facet.TYPE, old, new, new)
        return
    bounds = replace(
        old,
        minimum=new.minimum,
        maximum=new.maximum,
        exclusive_minimum=new.exclusive_minimum,
        exclusive_maximum=new.exclusive_maximum,
    )
    for facet, alone in (
        (Facet.RANGE, bounds),
        (Facet.STEP, replace(old, multiple_of=new.multiple_of)),
    ):
        if alone != old:
            yield Change(pointer, facet, old, alone, new)


def _array(old: Array, new: Array, pointer: str) -> Iterator[Change]:
    counts = replace(old, min_items=new.min_items, max_items=new.max_items)
    for facet, alone in (
        (Facet.COUNT, counts),
        (Facet.REPEATS, replace(old, unique_items=new.unique_items)),
        (Facet.FORMAT, replace(old, format=new.format)),
    ):
        if alone != old:
            yield Change(pointer, facet, old, alone, new)
    yield from changes(old.items, new.items, f"{pointer}/items")


def _object(old: Object, new: Object, pointer: str) -> Iterator[Change]:
    """Members that came, went or must be there now; then the types of those that stayed."""
    before = {field.wire_name: field for field in old.fields}
    members = tuple(
        (
            replace(field, type=before[field.wire_name].type)
            if field.wire_name in before
            else field
        )
        for field in new.fields
    )
    alone = replace(old, fields=members, extra=new.extra, demanded=new.demanded)
    if not same_set(old, alone):
        yield Change(pointer, Facet.MEMBERS, old, alone, new)
    for field in new.fields:
        if field.wire_name in before:
            here = f"{pointer}/properties/{pointer_token(field.wire_name)}"
            yield from changes(before[field.wire_name].type, field.type, here)
