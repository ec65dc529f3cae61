"""Limits between fields: "cannot be combined with", "only with", "at least one of".

Each pattern is a function from a sentence or clause to drafts. A pattern that sees its words
and cannot decide which fields they name raises ``Unclear``; then a person reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from . import clause_patterns, sentence_patterns
from .condition_context import ConditionContext, Unclear
from .draft import Draft, Unread
from .sentences import Clause, Sentence, has
from .word_tags import Tag

_Pattern: TypeAlias = Callable[[Sentence, Clause, ConditionContext], Iterator[Draft]]
_JOINS = (
    *(
        Tag.TOTAL,
        Tag.COMBINE,
        Tag.EITHER,
        Tag.CONTRARY,
        Tag.EXCLUSIVE,
        Tag.NOT,
        Tag.ONLY,
    ),
    *(Tag.REQUIRED, Tag.IF, Tag.WITHOUT, Tag.REFUSED, Tag.GIVEN, Tag.MUST),
)
"""A sentence without a word of these kinds is about one field."""
_OF_SENTENCES: tuple[_Pattern, ...] = (
    sentence_patterns.totals,
    sentence_patterns.one_of,
    sentence_patterns.required_if,
)
"""The patterns of sentences; the first that applies counts."""
_OF_CLAUSES: tuple[_Pattern, ...] = (
    clause_patterns.conditional_count,
    clause_patterns.excluded,
    clause_patterns.refused_with,
    clause_patterns.needed,
    clause_patterns.only_with,
)
"""The patterns of clauses; the first that applies counts."""


def condition_limits(
    sentence: Sentence, context: ConditionContext
) -> Iterator[Draft | Unread]:
    """The limits between fields that a sentence states."""
    if not sentence.has(*_JOINS) or sentence.has(Tag.PRICE):
        return
    if not context.subject.top_level:
        return
    for pattern in _OF_SENTENCES:
        drafts = list(_tried(pattern, sentence, sentence.words, context))
        if drafts:
            yield from drafts
            return
    for clause in sentence.clauses:
        for pattern in _OF_CLAUSES:
            drafts = list(_tried(pattern, sentence, clause, context))
            if drafts:
                yield from drafts
                break


def _tried(
    pattern: _Pattern, sentence: Sentence, words: Clause, context: ConditionContext
) -> Iterator[Draft | Unread]:
    if has(words, Tag.IGNORED, Tag.ADVICE):
        return
    try:
        yield from list(pattern(sentence, words, context))
    except Unclear as error:
        quote = sentence.quote_of(words)
        yield Unread(context.subject.pointer, quote, str(error))
