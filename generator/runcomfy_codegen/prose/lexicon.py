"""Every phrase that the reader knows, by its words. Everything else is an ordinary word."""

from __future__ import annotations

from typing import NamedTuple

from .grammar_words import GRAMMAR_WORDS
from .measure_words import MEASURE_WORDS
from .word_tags import Tag


class LexiconEntry(NamedTuple):
    """What a phrase of the lexicon is and means."""

    kind: Tag
    meaning: str
    phrase: tuple[str, ...]


def _rows() -> list[tuple[Tag, str, str]]:
    rows = [
        (kind, meaning, written)
        for kind, group in MEASURE_WORDS.items()
        for meaning, written in group
    ]
    return rows + [(kind, "", written) for kind, written in GRAMMAR_WORDS]


def _phrases() -> dict[tuple[str, ...], tuple[LexiconEntry, ...]]:
    phrases: dict[tuple[str, ...], tuple[LexiconEntry, ...]] = {}
    for kind, meaning, written in _rows():
        for phrase in filter(None, map(str.strip, written.split(" | "))):
            key = tuple(_units(phrase))
            phrases[key] = (*phrases.get(key, ()), LexiconEntry(kind, meaning, key))
    return phrases


def _units(phrase: str) -> list[str]:
    """A phrase as the tokens of a text: words, and single characters of Chinese and Japanese."""
    tokens: list[str] = []
    for word in phrase.split(" "):
        tokens += list(word) if word and is_cjk(word[0]) else [word]
    return tokens


def is_cjk(character: str) -> bool:
    """Whether a character is written without spaces between words."""
    return "\u2e80" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff"


PHRASES = _phrases()
"""Every phrase as a tuple of tokens, and what it may be; the first entry counts."""
FIRST_WORDS = frozenset(phrase[0] for phrase in PHRASES)
LONGEST = max(map(len, PHRASES))
WHOLE_WORDS = frozenset(
    word for phrase in PHRASES for word in phrase if "*" not in word
)
STEMS = frozenset(
    word[:-1] for phrase in PHRASES for word in phrase if word.endswith("*")
)
