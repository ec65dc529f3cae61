"""Limits between fields: "cannot be combined with", "only with", "at least one of".

Each pattern is a function from a sentence or clause to drafts. A pattern that sees its words
and cannot tell which fields they name raises ``Unclear``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..ir.json_text import pointer_token
from .draft import Draft, Unread
from .lexemes import Lexeme
from .quantities import Quantity, quantities
from .references import Reference, references
from .sentences import Clause, Sentence, has
from .subject import Subject
from .units import UNITS
from .word_kinds import Is

WHICH_FIELD = "the words do not name one field of the input each"
_ONE = Fraction(1)
_LATER = (Is.IF, Is.WITH, Is.WITHOUT)


class Unclear(ValueError):
    """A pattern applies, but not which fields or values it is about; the message says why."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The field whose description is read, and all fields of the input, in their order."""

    subject: Subject
    fields: tuple[Subject, ...]

    @property
    def others(self) -> tuple[Subject, ...]:
        """All other fields."""
        return tuple(field for field in self.fields if field is not self.subject)

    def own(self, sentence: Sentence) -> Reference:
        """The field itself, with the value of it that the sentence names."""
        if self.subject.is_switch:
            return Reference(self.subject, (True,))
        named = references(sentence.words, self.fields)
        values = next((row.values for row in named if row.subject is self.subject), ())
        own = Reference(self.subject, values)
        if not own.exact:
            raise Unclear("the words do not name a value of the field itself")
        return own

    def named(self, words: Sequence[Lexeme]) -> list[Reference]:
        """The other fields that words name. Raises ``Unclear`` if there is none."""
        found = references(words, self.others)
        if not found or not all(row.exact for row in found):
            raise Unclear(WHICH_FIELD)
        return found


Condition = tuple[Mapping[str, Any], tuple[str, ...]]
"""What is required, and the wire names that it is about."""


def condition_limits(sentence: Sentence, scene: Scene) -> Iterator[Draft | Unread]:
    """The limits between fields that a sentence states."""
    if sentence.has(Is.PRICE) or not scene.subject.top_level:
        return
    for pattern in _OF_SENTENCES:
        found = list(_tried(pattern, sentence, sentence.words, scene))
        if found:
            yield from found
            return
    for clause in sentence.clauses:
        for pattern in _OF_CLAUSES:
            found = list(_tried(pattern, sentence, clause, scene))
            if found:
                yield from found
                break


_Pattern = Callable[[Sentence, Clause, Scene], Iterator[Draft]]


def _tried(
    pattern: _Pattern, sentence: Sentence, words: Clause, scene: Scene
) -> Iterator[Draft | Unread]:
    if has(words, Is.IGNORED, Is.ADVICE):
        return
    try:
        yield from list(pattern(sentence, words, scene))
    except Unclear as error:
        quote = sentence.quote_of(words)
        yield Unread(scene.subject.pointer, quote, str(error))


def _draft(
    sentence: Sentence, words: Clause, require: Mapping[str, Any], names: Sequence[str]
) -> Draft:
    pointers = (f"/{pointer_token(name)}" for name in names)
    quote = sentence.quote_of(words)
    return Draft(tuple(dict.fromkeys(pointers)), quote, require=require)


# Patterns of whole sentences.


def _totals(sentence: Sentence, words: Clause, scene: Scene) -> Iterator[Draft]:
    """``Combined with videos and audios, at most 12 reference files.``"""
    joined = has(words, Is.TOTAL) or "combined with" in {row.written for row in words}
    if not joined or has(words, Is.IF, Is.OUTPUT):
        return
    bounded = [row for clause in sentence.clauses for row in quantities(clause)]
    bounded = [row for row in bounded if row.bounded]
    others = [row for row in references(words, scene.others) if row.subject.media]
    if not bounded or not others:
        return
    if len(bounded) != 1:
        raise Unclear("several numbers over several fields")
    names = {scene.subject.field.wire_name, *(row.name for row in others)}
    fields = tuple(row for row in scene.fields if row.field.wire_name in names)
    yield Draft(
        tuple(row.pointer for row in fields), sentence.quote, (_sum_rule(bounded[0]),)
    )


def _sum_rule(found: Quantity) -> str:
    family = UNITS[found.unit.meaning].family if found.unit else ""
    measure = {"": "total_count", "seconds": "total_duration_seconds"}.get(family)
    bound = found.bounds[-1]
    number = bound.number.numbers[0] * (
        UNITS[found.unit.meaning].factor if found.unit else Fraction(1)
    )
    if measure is None or len(found.bounds) != 1 or number.denominator != 1:
        raise Unclear("this sum over several fields is not one that limits can state")
    return f"{measure} {bound.operator} {number}"


def _one_of(sentence: Sentence, words: Clause, scene: Scene) -> Iterator[Draft]:
    """``At least one of a and b is required``, ``either a or b``, ``not both``."""
    at_least_one = _says_at_least_one(sentence)
    either, contrary = has(words, Is.EITHER), has(words, Is.CONTRARY)
    if not (at_least_one or either or contrary) or has(words, Is.IF):
        return
    found = references(words, scene.fields)
    with_them = words[-1].written in ("them", "it", "this")
    if with_them and at_least_one:
        found = scene.named(words)
        yield _draft(sentence, words, *_implied(scene.own(sentence), found))
        return
    if len(found) < 2:
        if contrary or (either and has(words, Is.REQUIRED, Is.MUST)):
            raise Unclear(WHICH_FIELD)
        return
    demanded = has(words, Is.REQUIRED, Is.MUST, Is.GIVEN)
    names = [row.name for row in found]
    given = [row.given for row in found]
    if (at_least_one or either) and demanded and not contrary:
        yield _draft(sentence, words, {"anyOf": given}, names)
    elif (
        contrary
        and has(words, Is.REQUIRED, Is.MUST)
        and (either or "exactly one of" in _written(words))
    ):
        yield _draft(sentence, words, {"oneOf": given}, names)
    elif contrary and len(found) == 2:
        yield _draft(sentence, words, *_not_both(found[0], found[1]))


def _written(words: Sequence[Lexeme]) -> set[str]:
    return {word.written for word in words}


def _says_at_least_one(sentence: Sentence) -> bool:
    pairs = zip(sentence.words, sentence.words[1:], strict=False)
    return any(
        first.kind is Is.BOUND and first.meaning == ">=" and second.numbers == (_ONE,)
        for first, second in pairs
    )


def _required_if(sentence: Sentence, words: Clause, scene: Scene) -> Iterator[Draft]:
    """``Required if no image is provided``, ``If omitted, prompt is required``."""
    if not has(words, Is.IF) or not has(words, Is.REQUIRED):
        return
    if has(words, Is.ONLY, Is.COMBINE) or any(
        row.bounded for clause in sentence.clauses for row in quantities(clause)
    ):
        return
    if {"otherwise", "optional", "else"} & _written(words):
        raise Unclear("the words have two conditions")
    condition, rest = _at_if(sentence)
    if not has(rest, Is.REQUIRED) or not condition:
        return
    unless = condition[0].written == "unless"
    absent = has(condition, Is.NOT, Is.OMITTED, Is.WITHOUT) != unless
    causes = references(condition, scene.fields)
    effects = references(rest, scene.others)
    if not causes and effects and has(condition, Is.OMITTED, Is.GIVEN):
        causes = [Reference(scene.subject)]
    elif not effects:
        effects = [Reference(scene.subject)]
    if len(causes) != 1 or not effects or not causes[0].exact:
        raise Unclear(WHICH_FIELD)
    required = [{"required": [row.name]} for row in effects]
    names = [row.name for row in (*effects, *causes)]
    if absent:
        if len(effects) != 1:
            raise Unclear(WHICH_FIELD)
        options = [*required, {"required": [causes[0].name]}]
        yield _draft(sentence, words, {"anyOf": options}, names)
    elif causes[0].values:
        then = {"required": [row.name for row in effects]}
        require = {"if": causes[0].given, "then": then}
        yield _draft(sentence, words, require, names)
    else:
        require = {"dependentRequired": {causes[0].name: [row.name for row in effects]}}
        yield _draft(sentence, words, require, names)


def _at_if(sentence: Sentence) -> tuple[Clause, Clause]:
    """The condition of a sentence, as far as its clause goes, and the rest."""
    for clause in sentence.clauses:
        for index, word in enumerate(clause):
            if word.kind is Is.IF:
                condition = clause[index:]
                rest = tuple(row for row in sentence.words if row not in condition)
                return condition, rest
    return (), sentence.words


# Patterns of clauses.


def _conditional_count(
    sentence: Sentence, words: Clause, scene: Scene
) -> Iterator[Draft]:
    """``up to 4 when a reference video is provided``"""
    place = next((i for i, word in enumerate(words) if word.kind in _LATER), None)
    if not scene.subject.is_list or not place:
        return
    found = list(quantities(words[:place]))
    if len(found) != 1 or not found[0].bounded or found[0].unit or found[0].stranger:
        return
    after = words[place:]
    limit = _items(found[0])
    if limit is None or (
        not has(after, Is.NOUN, Is.GIVEN) and not references(after, scene.others)
    ):
        return
    if sentence.has(Is.CUT, Is.OUTPUT):
        return
    absent = has(after, Is.NOT, Is.WITHOUT)
    causes = references(after, scene.others)
    name = scene.subject.field.wire_name
    if not causes:
        if words[place].kind is not Is.WITHOUT or not _is_lacking(after, scene):
            raise Unclear("the words are about a field that the input lacks")
        bound = found[0].bounds[-1]
        rule = f"count {bound.operator} {bound.number.numbers[0]}"
        quote = sentence.quote_of(words)
        yield Draft((scene.subject.pointer,), quote, (rule,))
        return
    cause = scene.named(after)[0]
    condition = {"not": cause.given} if absent else cause.given
    require = {"if": condition, "then": {"properties": {name: limit}}}
    yield _draft(sentence, words, require, [name, cause.name])


def _is_lacking(words: Clause, scene: Scene) -> bool:
    """Whether no other field takes the kind of media that words name."""
    kinds = {word.meaning for word in words if word.kind is Is.NOUN} - {""}
    taken = {row.media.value for row in scene.others if row.media is not None}
    return bool(kinds) and not kinds & taken


def _items(found: Quantity) -> dict[str, int] | None:
    """The keywords for a number of items; None if they cannot say it."""
    keywords: dict[str, int] = {}
    for bound in found.bounds:
        number = bound.number.numbers[0]
        if number.denominator != 1:
            return None
        if bound.operator in ("<=", "=="):
            keywords["maxItems"] = int(number)
        if bound.operator in (">=", "==") and number > 1:
            keywords["minItems"] = int(number)
        if bound.operator not in ("<=", ">=", "=="):
            return None
    return keywords


def _excluded(sentence: Sentence, words: Clause, scene: Scene) -> Iterator[Draft]:
    """``Cannot be combined with audio references``, ``mutually exclusive with …``"""
    joined = has(words, Is.COMBINE) and has(words, Is.NOT)
    if not (joined or has(words, Is.EXCLUSIVE)) or has(words, Is.WITHOUT):
        return
    if has(words, Is.IF):
        raise Unclear("the words depend on a condition")
    own = scene.own(sentence)
    for other in scene.named(words):
        if own.subject.field.required and not own.values:
            raise Unclear("the field itself is always there")
        yield _draft(sentence, words, *_not_both(own, other))


def _not_both(one: Reference, other: Reference) -> Condition:
    names = [one.name, other.name]
    schema: dict[str, Any] = {"required": names}
    values = {row.name: row.value_schema for row in (one, other) if row.values}
    if values:
        schema["properties"] = values
    return {"not": schema}, tuple(names)


def _implied(own: Reference, needed: Sequence[Reference]) -> Condition:
    """If the field is given, one of the others must be given."""
    names = (own.name, *(row.name for row in needed))
    if len(needed) == 1 and not own.values and not needed[0].values:
        return {"dependentRequired": {own.name: [needed[0].name]}}, names
    given = [row.given for row in needed]
    then = given[0] if len(given) == 1 else {"anyOf": given}
    return {"if": own.given, "then": then}, names


def _refused_with(sentence: Sentence, words: Clause, scene: Scene) -> Iterator[Draft]:
    """``Not supported in pro mode``, ``not available when a video is provided``"""
    denied = has(words, Is.NOT) and has(words, Is.USABLE)
    place = next((i for i, word in enumerate(words) if word.kind in _LATER), 0)
    if not (denied or has(words, Is.REFUSED)) or not place:
        return
    later = words[place:]
    if has(later, Is.NOT, Is.WITHOUT, Is.NUMBER) or has(words, Is.ONLY, Is.OUTPUT):
        return
    named = references(later, scene.others)
    if any(row.values for row in named) or (named and has(later, Is.GIVEN)):
        own = scene.own(sentence)
        for other in scene.named(later):
            yield _draft(sentence, words, *_not_both(own, other))


def _needed(sentence: Sentence, words: Clause, scene: Scene) -> Iterator[Draft]:
    """``Cannot be provided without an image``, ``Requires exactly one reference image``."""
    without = has(words, Is.NOT) and has(words, Is.WITHOUT)
    active = words[0].written in ("requires", "require", "needs", "must have")
    together = has(words, Is.MUST) and has(words, Is.COMBINE) and not has(words, Is.NOT)
    if not (without or active or together) or has(words, Is.IF, Is.OUTPUT):
        return
    found = [row for row in quantities(words) if not row.unit and row.bounded]
    if active and found:
        yield _needed_items(sentence, words, scene, found)
        return
    if active and any(quantities(words)):
        return
    needed = references(words, scene.others)
    if not needed and active:
        return
    needed = [row for row in scene.named(words) if not row.subject.field.required]
    if needed:
        yield _draft(sentence, words, *_implied(scene.own(sentence), needed))


def _needed_items(
    sentence: Sentence, words: Clause, scene: Scene, found: Sequence[Quantity]
) -> Draft:
    needed = scene.named(words)
    limit = _items(found[0]) if len(found) == 1 else None
    if limit is None or len(needed) != 1 or not needed[0].subject.is_list:
        raise Unclear(WHICH_FIELD)
    own = scene.own(sentence)
    then: dict[str, Any] = {"properties": {needed[0].name: limit}}
    if not needed[0].subject.field.required:
        then["required"] = [needed[0].name]
    require = {"if": own.given, "then": then}
    return _draft(sentence, words, require, [own.name, needed[0].name])


def _only_with(sentence: Sentence, words: Clause, scene: Scene) -> Iterator[Draft]:
    """``Only available when mode is pro``, ``can only be used with a mask``."""
    place = _after_only(words)
    if place is None or has(words, Is.PART, Is.OUTPUT):
        return
    later = words[place:]
    own = scene.own(sentence)
    needed = scene.named(later)
    if has(later, Is.NOT, Is.WITHOUT):
        for other in needed:
            yield _draft(sentence, words, *_not_both(own, other))
        return
    counted = [row for row in quantities(later) if row.bounded and not row.unit]
    if counted:
        yield _needed_items(sentence, later, scene, counted)
        return
    if len(needed) == 1 and needed[0].values and not needed[0].subject.is_switch:
        values = {needed[0].name: needed[0].value_schema}
        require = {"if": own.given, "then": {"properties": values}}
        yield _draft(sentence, words, require, [own.name, needed[0].name])
    else:
        yield _draft(sentence, words, *_implied(own, needed))


def _after_only(words: Clause) -> int | None:
    """Where the condition of ``only available when …`` begins."""
    seen_only = False
    for index, word in enumerate(words):
        seen_only = seen_only or word.kind is Is.ONLY
        if seen_only and word.kind in _LATER:
            return index
    return None


_OF_SENTENCES: tuple[_Pattern, ...] = (_totals, _one_of, _required_if)
"""The patterns of sentences; the first that applies counts."""
_OF_CLAUSES: tuple[_Pattern, ...] = (
    _conditional_count,
    _excluded,
    _refused_with,
    _needed,
    _only_with,
)
"""The patterns of clauses; the first that applies counts."""
