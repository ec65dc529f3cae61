"""Sentences and clauses of a description, and what the words in them say about the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from .groups import grouped_lexemes
from .lexemes import Lexeme
from .word_edges import whole_words
from .word_tags import Tag

Clause = tuple[Lexeme, ...]

_ENDS_SENTENCE = (Tag.STOP, Tag.BREAK)
_ENDS_CLAUSE = (Tag.COMMA, Tag.OPEN, Tag.CLOSE)


@dataclass(frozen=True)
class Sentence:
    """A sentence: its words, and its clauses. A semicolon ends a sentence too."""

    text: str
    words: Clause
    clauses: tuple[Clause, ...]
    cut: bool = False
    """Whether the sentence after it says that larger files or longer texts are cut."""
    ignored: bool = False
    """Whether the sentence after it says that more is ignored."""

    def has(self, *kinds: Tag) -> bool:
        """Whether a word of the sentence has one of these meanings."""
        return not self.kinds.isdisjoint(kinds)

    @cached_property
    def kinds(self) -> frozenset[Tag]:
        """All that words of the sentence may be."""
        return frozenset(kind for word in self.words for kind in word.kinds)

    @property
    def quote(self) -> str:
        """The words of the sentence, as they are written."""
        return self.quote_of(self.words)

    def quote_of(self, words: Clause) -> str:
        """The text from the first of these words to the last one."""
        return self.text_between(words[0].start, words[-1].end)

    def text_between(self, start: int, end: int) -> str:
        """A part of the text that cuts no word, with single spaces."""
        return " ".join(whole_words(self.text, start, end).split())

    @property
    def begins_with_advice(self) -> bool:
        """Whether all of the sentence is advice: it says so first, or speaks of best results."""
        first = [word for word in self.clauses[0] if word.kind is not Tag.FILLER][:3]
        return self.has(Tag.BEST) or any(word.kind is Tag.ADVICE for word in first)

    @property
    def begins_with_condition(self) -> bool:
        """Whether the sentence begins with "if" or "when"."""
        return self.words[0].kind in (Tag.IF, Tag.WITHOUT)


def has(words: Sequence[Lexeme], *kinds: Tag) -> bool:
    """Whether one of the words has one of these meanings."""
    return any(not word.kinds.isdisjoint(kinds) for word in words)


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a description that have words."""
    parts = [
        Sentence(text, tuple(words), tuple(_clauses(words)))
        for words in _split(grouped_lexemes(text), _ENDS_SENTENCE)
    ]
    return tuple(_before_cut(parts, index) for index in range(len(parts)))


def _before_cut(parts: Sequence[Sentence], index: int) -> Sentence:
    """``Longer prompts are truncated`` makes advice of the limit in the sentence before."""
    following = parts[index + 1] if index + 1 < len(parts) else None
    if following is None or following.has(Tag.NUMBER, Tag.DIMENSIONS):
        return parts[index]
    return replace(
        parts[index],
        cut=following.has(Tag.CUT),
        ignored=following.has(Tag.IGNORED) and not following.has(Tag.IF),
    )


def _clauses(words: Sequence[Lexeme]) -> list[Clause]:
    """The clauses in the order of the text. What is in brackets is apart from its sentence."""
    outside, inside = _brackets(words)
    parts = [
        tuple(part)
        for group in (outside, *inside)
        for clause in _split(group, _ENDS_CLAUSE)
        for part in _at_dashes(clause)
    ]
    return sorted(parts, key=lambda part: part[0].start)


def _brackets(words: Sequence[Lexeme]) -> tuple[list[Lexeme], list[list[Lexeme]]]:
    """The words outside of brackets, and those in each pair of them."""
    outside: list[Lexeme] = []
    inside: list[list[Lexeme]] = []
    depth = 0
    for word in words:
        if word.kind is Tag.OPEN:
            depth += 1
            inside.append([])
        elif word.kind is Tag.CLOSE:
            depth = max(0, depth - 1)
        else:
            (inside[-1] if depth else outside).append(word)
    return outside, inside


def _split(words: Sequence[Lexeme], ends: Sequence[Tag]) -> Iterator[list[Lexeme]]:
    part: list[Lexeme] = []
    for word in words:
        if word.kind in ends:
            if part:
                yield part
            part = []
        else:
            part.append(word)
    if part:
        yield part


def _at_dashes(words: Sequence[Lexeme]) -> Iterator[list[Lexeme]]:
    """A dash between words, and not at a number, ends a clause."""
    part: list[Lexeme] = []
    for index, word in enumerate(words):
        near = [*part[-1:], *words[index + 1 : index + 2]]
        counts = any(row.kind in (Tag.NUMBER, Tag.UNIT, Tag.SIDE) for row in near)
        if word.written in ("-", "–", "—", "−") and not counts:
            if part:
                yield part
            part = []
        else:
            part.append(word)
    if part:
        yield part
