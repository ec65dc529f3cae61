"""Limits between fields that a clause states: "cannot be combined with", "only with"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from .condition_context import (
    WHICH_FIELD,
    ConditionContext,
    Unclear,
    condition_draft,
    implied,
    not_both,
)
from .draft import Draft
from .quantities import Quantity, quantities
from .sentences import Clause, Sentence, has
from .word_tags import Tag

_TOGETHER = {"together with", "along with", "alongside"}
_LATER = (Tag.IF, Tag.WITH, Tag.WITHOUT)


def conditional_count(
    sentence: Sentence, words: Clause, context: ConditionContext
) -> Iterator[Draft]:
    """``up to 4 when a reference video is provided``"""
    place = next((i for i, word in enumerate(words) if word.kind in _LATER), None)
    if not context.subject.is_list or not place:
        return
    counts = list(quantities(words[:place]))
    if (
        len(counts) != 1
        or not counts[0].bounded
        or counts[0].unit
        or counts[0].stranger
    ):
        return
    after = words[place:]
    limit = _items(counts[0])
    if limit is None or (
        not has(after, Tag.NOUN, Tag.GIVEN) and not context.others_named(after)
    ):
        return
    if sentence.has(Tag.CUT, Tag.OUTPUT):
        return
    absent = has(after, Tag.NOT, Tag.WITHOUT)
    causes = context.others_named(after)
    name = context.subject.field.wire_name
    if not causes:
        if words[place].kind is not Tag.WITHOUT or not _is_lacking(after, context):
            raise Unclear("the words are about a field that the input lacks")
        bound = counts[0].bounds[-1]
        rule = f"count {bound.operator} {bound.number.numbers[0]}"
        quote = sentence.quote_of(words)
        yield Draft((context.subject.pointer,), quote, (rule,))
        return
    cause = context.named(after)[0]
    condition = {"not": cause.given} if absent else cause.given
    require = {"if": condition, "then": {"properties": {name: limit}}}
    yield condition_draft(sentence, words, require, [name, cause.name])


def _is_lacking(words: Clause, context: ConditionContext) -> bool:
    """Whether no other field takes the kind of media that words name."""
    kinds = {word.meaning for word in words if word.kind is Tag.NOUN} - {""}
    taken = {
        row.media.value
        for row in context.fields
        if row.media and row is not context.subject
    }
    return bool(kinds) and not kinds & taken


def _items(quantity: Quantity) -> dict[str, int] | None:
    """The keywords for a number of items; None if they cannot say it."""
    keywords: dict[str, int] = {}
    for bound in quantity.bounds:
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


def excluded(
    sentence: Sentence, words: Clause, context: ConditionContext
) -> Iterator[Draft]:
    """``Cannot be combined with audio references``, ``mutually exclusive with …``"""
    joined = has(words, Tag.COMBINE) and has(words, Tag.NOT, Tag.REFUSED)
    joined = joined or _refused_together(words)
    if not (joined or has(words, Tag.EXCLUSIVE)) or has(words, Tag.WITHOUT):
        return
    if has(words, Tag.IF):
        raise Unclear("the words depend on a condition")
    own = context.own(sentence)
    for other in context.named(words):
        if own.subject.field.required and not own.values:
            raise Unclear("the field itself is always there")
        # A value of the field itself may be named before this clause.
        quoted = sentence.words if own.values else words
        yield condition_draft(sentence, quoted, *not_both(own, other))


def _refused_together(words: Clause) -> bool:
    """Whether a clause says ``not allowed together``."""
    return any(
        first.kind is Tag.REFUSED and second.written.startswith("together")
        for first, second in pairwise(words)
    )


def refused_with(
    sentence: Sentence, words: Clause, context: ConditionContext
) -> Iterator[Draft]:
    """``Not supported in pro mode``, ``not available when a video is provided``"""
    denied = has(words, Tag.NOT) and has(words, Tag.USABLE)
    place = next((i for i, word in enumerate(words) if word.kind in _LATER), 0)
    if not (denied or has(words, Tag.REFUSED)) or not place:
        return
    later = words[place:]
    if has(later, Tag.NOT, Tag.WITHOUT, Tag.NUMBER) or has(words, Tag.ONLY, Tag.OUTPUT):
        return
    named = context.others_named(later)
    if any(row.values for row in named) or (named and has(later, Tag.GIVEN)):
        own = context.own(sentence)
        for other in context.named(later):
            yield condition_draft(sentence, words, *not_both(own, other))


def needed(
    sentence: Sentence, words: Clause, context: ConditionContext
) -> Iterator[Draft]:
    """``Cannot be provided without an image``, ``Requires exactly one reference image``."""
    without = has(words, Tag.NOT) and has(words, Tag.WITHOUT)
    active = words[0].written in ("requires", "require", "needs", "must have")
    jointly = has(words, Tag.COMBINE) or {row.written for row in words} & _TOGETHER
    together = bool(jointly) and has(words, Tag.MUST, Tag.REQUIRED)
    together = together and not has(words, Tag.NOT)
    if has(words, Tag.IF, Tag.OUTPUT):
        return
    demands = "required" in {row.written for row in words} and not any(
        quantities(words)
    )
    if demands and context.any_named(words):
        raise Unclear("what is required, and when, is not clear")
    if not (without or active or together):
        return
    counts = [row for row in quantities(words) if not row.unit and row.bounded]
    if active and counts:
        yield _needed_items(sentence, words, context, counts)
        return
    if active and any(quantities(words)):
        return
    needed = context.others_named(words)
    if not needed and active:
        return
    needed = [row for row in context.named(words) if not row.subject.field.required]
    if needed:
        yield condition_draft(sentence, words, *implied(context.own(sentence), needed))


def _needed_items(
    sentence: Sentence,
    words: Clause,
    context: ConditionContext,
    counts: Sequence[Quantity],
) -> Draft:
    needed = context.named(words)
    limit = _items(counts[0]) if len(counts) == 1 else None
    if limit is None or len(needed) != 1 or not needed[0].subject.is_list:
        raise Unclear(WHICH_FIELD)
    own = context.own(sentence)
    then: dict[str, Any] = {"properties": {needed[0].name: limit}}
    if not needed[0].subject.field.required:
        then["required"] = [needed[0].name]
    require = {"if": own.given, "then": then}
    return condition_draft(sentence, words, require, [own.name, needed[0].name])


def only_with(
    sentence: Sentence, words: Clause, context: ConditionContext
) -> Iterator[Draft]:
    """``Only available when mode is pro``, ``can only be used with a mask``."""
    place = _after_only(words)
    if place is None or has(words, Tag.PART, Tag.OUTPUT):
        return
    later = words[place:]
    own = context.own(sentence)
    needed = context.named(later)
    states = has(later, Tag.GIVEN, Tag.OMITTED, Tag.NUMBER) or any(
        row.values or row.name.lower() in {word.written for word in later}
        for row in needed
    )
    if later[0].kind is Tag.IF and not states:
        raise Unclear("the condition is not about what is sent")
    if has(later, Tag.NOT, Tag.WITHOUT):
        for other in needed:
            yield condition_draft(sentence, words, *not_both(own, other))
        return
    counted = [row for row in quantities(later) if row.bounded and not row.unit]
    if counted:
        yield _needed_items(sentence, later, context, counted)
        return
    if len(needed) == 1 and needed[0].values and not needed[0].subject.is_switch:
        values = {needed[0].name: needed[0].value_schema}
        require = {"if": own.given, "then": {"properties": values}}
        yield condition_draft(sentence, words, require, [own.name, needed[0].name])
    else:
        yield condition_draft(sentence, words, *implied(own, needed))


def _after_only(words: Clause) -> int | None:
    """Where the condition of ``only available when …`` begins."""
    seen_only = False
    for index, word in enumerate(words):
        seen_only = seen_only or word.kind is Tag.ONLY
        if seen_only and word.kind in (*_LATER, Tag.COMBINE):
            return index
    if words[-1].kind is Tag.ONLY and has(words, Tag.USABLE):
        return next((i for i, word in enumerate(words) if word.kind in _LATER), None)
    return None
