"""Texts before and after, in every language: what the facts about models do not tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ...ir.json_text import is_object
from ...ir.model import Value
from .facts import Fact, LocaleDrifted, SchemaLocation, TextsChanged, side_of

TextsByPointer: TypeAlias = Mapping[str, Mapping[str, Value]]
"""What a document says: by the pointer of a schema, and what it is that is said."""

TextsByModel: TypeAlias = Mapping[str, Mapping[str, TextsByPointer]]
"""By model id and locale."""


@dataclass(frozen=True, slots=True)
class PublishedTexts:
    """The texts of both sides, and the (model id, locale) built differently only now."""

    old: TextsByModel
    new: TextsByModel
    drifted: tuple[tuple[str, str], ...] = ()


_OF_PARTS = ("message", "order of properties")
"""What is said of rules and properties, which may be on one side alone."""

NO_TEXTS = PublishedTexts({}, {})
"""No texts but those of the models themselves."""


def text_facts(texts: PublishedTexts, known: Iterable[Fact]) -> Iterator[Fact]:
    """Texts that differ, and are not among the known facts; languages that drifted."""
    told = {
        (fact.place.model_id, fact.place.pointer, what)
        for fact in known
        if isinstance(fact, TextsChanged)
        for what in fact.what
    }
    for model_id in sorted(texts.old.keys() & texts.new.keys()):
        found = _changes(texts.old[model_id], texts.new[model_id])
        for pointer in sorted(found):
            new = [w for w in found[pointer] if (model_id, pointer, w) not in told]
            if new:
                yield TextsChanged(_place(model_id, pointer), tuple(new))
    for model_id, locale in texts.drifted:
        yield LocaleDrifted(_place(model_id, "/input_schema"), locale)


def _changes(
    old: Mapping[str, TextsByPointer], new: Mapping[str, TextsByPointer]
) -> dict[str, list[str]]:
    """What changed in all languages, by pointer; a schema must be on both sides."""
    found: dict[str, list[str]] = {}
    for locale in sorted(old.keys() ^ new.keys()):
        found.setdefault("", []).append(f"the page in {locale!r}")
    for locale in sorted(old.keys() & new.keys(), key=lambda each: each != "en"):
        before, after = old[locale], new[locale]
        for pointer in before.keys() & after.keys():
            for what in _differing(before[pointer], after[pointer]):
                words = what if locale == "en" else f"{what} in {locale!r}"
                found.setdefault(pointer, []).append(words)
    return found


def _differing(old: Mapping[str, Value], new: Mapping[str, Value]) -> list[str]:
    return [
        what
        for what in sorted(old.keys() | new.keys())
        if not _alike(what, old.get(what), new.get(what))
    ]


def _alike(what: str, one: Value | None, other: Value | None) -> bool:
    """Whether two texts say the same, about what both sides have."""
    if what not in _OF_PARTS:
        return one == other
    if one is None or other is None:
        return True
    before, after = one.load(), other.load()
    both = [part for part in before if part in after]
    if is_object(before):
        return all(before[part] == after[part] for part in both)
    return both == [part for part in after if part in before]


def _place(model_id: str, pointer: str) -> SchemaLocation:
    return SchemaLocation(model_id, side_of(pointer), pointer)
