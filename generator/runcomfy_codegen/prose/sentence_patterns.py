"""Limits between fields that a whole sentence states: sums, "at least one of", "required if"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from .condition_context import (
    WHICH_FIELD,
    ConditionContext,
    Unclear,
    condition_draft,
    implied,
    not_both,
)
from .draft import Draft
from .lexemes import Lexeme
from .measure_words import UNITS
from .quantities import Quantity, quantities
from .references import Reference
from .sentences import Clause, Sentence, has
from .word_tags import Tag

_ONE = Fraction(1)


def totals(
    sentence: Sentence, words: Clause, context: ConditionContext
) -> Iterator[Draft]:
    """``Combined with videos and audios, at most 12 reference files.``"""
    joined = has(words, Tag.TOTAL) or "combined with" in {row.written for row in words}
    if not joined or has(words, Tag.IF, Tag.OUTPUT):
        return
    bounded = [row for clause in sentence.clauses for row in quantities(clause)]
    bounded = [row for row in bounded if row.bounded]
    others = [row for row in context.others_named(words) if row.subject.media]
    if not bounded or not others:
        return
    if len(bounded) != 1:
        raise Unclear("several numbers over several fields")
    names = {context.subject.field.wire_name, *(row.name for row in others)}
    fields = tuple(row for row in context.fields if row.field.wire_name in names)
    yield Draft(
        tuple(row.pointer for row in fields), sentence.quote, (_sum_rule(bounded[0]),)
    )


def _sum_rule(quantity: Quantity) -> str:
    family = UNITS[quantity.unit.meaning].family if quantity.unit else ""
    measure = {"": "total_count", "seconds": "total_duration_seconds"}.get(family)
    bound = quantity.bounds[-1]
    number = bound.number.numbers[0] * (
        UNITS[quantity.unit.meaning].factor if quantity.unit else Fraction(1)
    )
    if measure is None or len(quantity.bounds) != 1 or number.denominator != 1:
        raise Unclear("this sum over several fields is not one that limits can state")
    return f"{measure} {bound.operator} {number}"


def one_of(
    sentence: Sentence, words: Clause, context: ConditionContext
) -> Iterator[Draft]:
    """``At least one of a and b is required``, ``either a or b``, ``not both``."""
    at_least_one = _says_at_least_one(sentence)
    either, contrary = has(words, Tag.EITHER), has(words, Tag.CONTRARY)
    if not (at_least_one or either or contrary) or has(words, Tag.IF):
        return
    named = context.any_named(words)
    with_them = words[-1].written in ("them", "it", "this")
    if with_them and at_least_one:
        named = context.named(words)
        yield condition_draft(sentence, words, *implied(context.own(sentence), named))
        return
    if len(named) < 2:
        offers = either and has(words, Tag.OR) and has(words, Tag.REQUIRED, Tag.MUST)
        if contrary or offers:
            raise Unclear(WHICH_FIELD)
        return
    demanded = has(words, Tag.REQUIRED, Tag.MUST, Tag.GIVEN)
    names = [row.name for row in named]
    given = [row.given for row in named]
    if (at_least_one or either) and demanded and not contrary:
        yield condition_draft(sentence, words, {"anyOf": given}, names)
    elif (
        contrary
        and has(words, Tag.REQUIRED, Tag.MUST)
        and (either or "exactly one of" in _written(words))
    ):
        yield condition_draft(sentence, words, {"oneOf": given}, names)
    elif contrary and len(named) == 2:
        yield condition_draft(sentence, words, *not_both(named[0], named[1]))


def _written(words: Sequence[Lexeme]) -> set[str]:
    return {word.written for word in words}


def _says_at_least_one(sentence: Sentence) -> bool:
    pairs = zip(sentence.words, sentence.words[1:], strict=False)
    return any(
        first.kind is Tag.BOUND and first.meaning == ">=" and second.numbers == (_ONE,)
        for first, second in pairs
    )


def required_if(
    sentence: Sentence, words: Clause, context: ConditionContext
) -> Iterator[Draft]:
    """``Required if no image is provided``, ``If omitted, prompt is required``."""
    if not has(words, Tag.IF) or not has(words, Tag.REQUIRED):
        return
    if has(words, Tag.ONLY, Tag.COMBINE) or any(
        row.bounded for clause in sentence.clauses for row in quantities(clause)
    ):
        return
    if {"otherwise", "optional", "else"} & _written(words):
        raise Unclear("the words have two conditions")
    condition, rest = _at_if(sentence)
    if not has(rest, Tag.REQUIRED) or not condition:
        return
    unless = condition[0].written == "unless"
    absent = has(condition, Tag.NOT, Tag.OMITTED, Tag.WITHOUT) != unless
    causes = context.any_named(condition)
    effects = context.others_named(rest)
    if not causes and effects and has(condition, Tag.OMITTED, Tag.GIVEN):
        causes = [Reference(context.subject)]
    elif not effects:
        effects = [Reference(context.subject)]
    if len(causes) != 1 or not effects or not causes[0].exact:
        raise Unclear(WHICH_FIELD)
    required = [{"required": [row.name]} for row in effects]
    names = [row.name for row in (*effects, *causes)]
    if absent:
        if len(effects) != 1:
            raise Unclear(WHICH_FIELD)
        options = [*required, {"required": [causes[0].name]}]
        yield condition_draft(sentence, words, {"anyOf": options}, names)
    elif causes[0].values:
        then = {"required": [row.name for row in effects]}
        require = {"if": causes[0].given, "then": then}
        yield condition_draft(sentence, words, require, names)
    else:
        require = {"dependentRequired": {causes[0].name: [row.name for row in effects]}}
        yield condition_draft(sentence, words, require, names)


def _at_if(sentence: Sentence) -> tuple[Clause, Clause]:
    """The condition of a sentence, as far as its clause goes, and the rest."""
    for clause in sentence.clauses:
        for index, word in enumerate(clause):
            if word.kind is Tag.IF:
                condition = clause[index:]
                rest = tuple(row for row in sentence.words if row not in condition)
                return condition, rest
    return (), sentence.words
