"""Cuts a description into lexemes: numbers, words of the lexicon, signs, other words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from .lexicon import (
    FIRST_WORDS,
    LONGEST,
    PHRASES,
    STEMS,
    WHOLE_WORDS,
    LexiconEntry,
    is_cjk,
)
from .word_tags import Tag

_TOKEN = re.compile(
    r"""
      (?P<strange>[$€£¥]\s?\d[\d.,]*|\d[\d.,]*\s?%|\d[\d.,]*[kKpP](?![a-zA-Z])
        |\d+\s?\^\s?[\d-]+|\d+[./]\d+[./]\d+|[@\#]\w+)
    | (?P<dimensions>\d+\s?[xX×*]\s?\d+)(?!\w|\.\d)
    | (?P<number>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?![\d])(?:\.\d+)?|\d+(?:[.,]\d+)?)
    | (?P<name>[^\W\d]\w*_\w+|[hH]\.\d+)
    | (?P<word>[a-zA-Z]+\d+[a-zA-Z]+(?![a-zA-Z\d])
        |[a-zA-Z\u00c0-\u024f]+(?:['’][a-zA-Z]+|\d+)?|[^\W\d_a-zA-Z]+)
    | (?P<sign><=|>=|=<|=>|\n(?=\s*(?:\n|[-•*·]\s|[^\W\d_a-zа-я]))|[≤≥⩽⩾<>]|[^\w\s]|_)
    """,
    re.VERBOSE,
)
_THOUSANDS = re.compile("[,\u00a0\u202f]")
_BREAKS = {
    ";": Tag.BREAK,
    "；": Tag.BREAK,
    "，": Tag.COMMA,
    ",": Tag.COMMA,
    "、": Tag.COMMA,
    "・": Tag.COMMA,
}
_SIGNS = {
    **_BREAKS,
    "(": Tag.OPEN,
    "（": Tag.OPEN,
    "[": Tag.OPEN,
    ")": Tag.CLOSE,
    "）": Tag.CLOSE,
    "]": Tag.CLOSE,
    "。": Tag.STOP,
    "!": Tag.STOP,
    "?": Tag.STOP,
    "！": Tag.STOP,
    "\n": Tag.STOP,
    ":": Tag.MARK,
    "：": Tag.MARK,
    "/": Tag.MARK,
    "×": Tag.MARK,
    "*": Tag.MARK,
}
_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_SHORT = frozenset(
    ["max", "min", "approx", "etc", "ca", "e", "g", "i", "vs", "no", "incl", "resp"]
)
"""Words that may have a full stop after them inside of a sentence."""


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One word of the grammar, and its position in the text.

    ``numbers`` are those of a number (one), of dimensions (two); ``names`` are the formats of
    a list of formats. ``written`` is the text in lower case.
    """

    kind: Tag
    meaning: str
    start: int
    end: int
    written: str
    also: tuple[LexiconEntry, ...] = ()
    numbers: tuple[Fraction, ...] = ()
    names: tuple[str, ...] = ()

    def may_be(self, kind: Tag) -> bool:
        """Whether the word has this meaning, among others."""
        return kind in self.kinds

    @property
    def kinds(self) -> frozenset[Tag]:
        """All that the word may be."""
        return kinds_of(self.kind, self.also)

    def as_kind(self, kind: Tag) -> Lexeme:
        """The lexeme with another one of its meanings."""
        meaning = next((entry.meaning for entry in self.also if entry.kind is kind), "")
        return replace(self, kind=kind, meaning=meaning)


@cache
def kinds_of(kind: Tag, also: tuple[LexiconEntry, ...]) -> frozenset[Tag]:
    """A kind and those of the entries, as one set for each combination."""
    return frozenset((kind, *(entry.kind for entry in also)))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """How phrases of the lexicon write the token."""
        word = self.text.lower().replace("’", "'")
        if word in WHOLE_WORDS or len(word) < 3:
            return word
        stems = (word[:length] for length in range(len(word), 2, -1))
        return next((stem + "*" for stem in stems if stem in STEMS), word)


def lexemes(text: str) -> list[Lexeme]:
    """The lexemes of a text, in its order."""
    return list(_settled(list(_looked_up(_tokens(text), text))))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(text):
        kind, start = str(match.lastgroup), match.start()
        if kind == "word" and any(map(is_cjk, match.group())):
            tokens += _characters(match.group(), start)
        else:
            tokens.append(_Token(kind, match.group(), start, match.end()))
    return tokens


def _characters(run: str, start: int) -> Iterator[_Token]:
    """Chinese and Japanese characters by themselves."""
    for place, character in enumerate(run, start):
        yield _Token("word", character, place, place + 1)


def _looked_up(tokens: Sequence[_Token], text: str) -> Iterator[Lexeme]:
    keys = [token.key for token in tokens]
    index = 0
    while index < len(tokens):
        length = 1
        numbers = _numbers(tokens[index])
        if numbers:
            kind = Tag.NUMBER if len(numbers) == 1 else Tag.DIMENSIONS
            yield _lexeme(kind, tokens[index : index + 1], text, numbers=numbers)
        elif entries := _phrase(keys, index):
            length = _with_hyphens(keys, index, len(entries[0].phrase))
            span = tokens[index : index + length]
            yield _lexeme(entries[0].kind, span, text, also=entries)
        else:
            kind = _kind_of_sign(tokens, index, text)
            yield _lexeme(kind, tokens[index : index + 1], text)
        index += length


def _numbers(token: _Token) -> tuple[Fraction, ...]:
    """The numbers of a token: two of dimensions, none of a word."""
    if token.kind == "dimensions":
        return tuple(Fraction(side) for side in re.findall(r"\d+", token.text))
    if token.kind == "number":
        return (Fraction(_plain(token.text)),)
    word = token.text.lower()
    return (Fraction(_WORDS.index(word)),) if word in _WORDS else ()


def _plain(number: str) -> str:
    """``4,096`` and ``4 096`` without separators; ``0,4`` with a decimal point."""
    if re.fullmatch("\\d{1,3}([,\u00a0\u202f]\\d{3})+(\\.\\d+)?", number):
        return _THOUSANDS.sub("", number)
    return number.replace(",", ".")


def _phrase(keys: Sequence[str], index: int) -> tuple[LexiconEntry, ...]:
    """What the longest phrase of the lexicon that begins at a token may be."""
    if keys[index] not in FIRST_WORDS:
        return ()
    # A hyphen between two words joins them as a space does.
    near = keys[index : index + 2 * LONGEST]
    words = (near[0], *(key for key in near[1:] if key != "-"))
    for length in range(min(LONGEST, len(words)), 0, -1):
        entries = PHRASES.get(words[:length])
        if entries:
            return entries
    return ()


def _with_hyphens(keys: Sequence[str], index: int, words: int) -> int:
    """How many tokens a phrase of so many words is, its hyphens included."""
    length = 0
    while words:
        words -= keys[index + length] != "-" or length == 0
        length += 1
    return length


def _kind_of_sign(tokens: Sequence[_Token], index: int, text: str) -> Tag:
    token = tokens[index]
    if token.kind == "strange":
        return Tag.STRANGE
    if token.text in _SIGNS:
        return _SIGNS[token.text]
    if token.text != "." or token.kind != "sign":
        return Tag.WORD
    before = tokens[index - 1].text.lower() if index else ""
    after = tokens[index + 1].text if index + 1 < len(tokens) else ""
    touches = text[token.end : token.end + 1].strip() != ""
    if touches or (before in _SHORT and not after[:1].isupper()):
        # A number may begin a sentence after "etc.", and none after "max.".
        return Tag.STOP if before == "etc" and after[:1].isdigit() else Tag.FILLER
    return Tag.STOP


def _lexeme(
    kind: Tag,
    span: Sequence[_Token],
    text: str,
    *,
    numbers: tuple[Fraction, ...] = (),
    also: tuple[LexiconEntry, ...] = (),
) -> Lexeme:
    start, end = span[0].start, span[-1].end
    return Lexeme(
        kind=kind,
        meaning=also[0].meaning if also else "",
        start=start,
        end=end,
        written=text[start:end].lower(),
        also=also,
        numbers=numbers,
    )


# Which of its meanings a word has, by the words around it.


def _settled(words: list[Lexeme]) -> Iterator[Lexeme]:
    before: Lexeme | None = None
    for index, lexeme in enumerate(words):
        after = words[index + 1] if index + 1 < len(words) else None
        settled = _in_place(lexeme, before, after)
        yield settled
        before = settled


_COUNTED = (Tag.NUMBER, Tag.UNIT, Tag.NOUN, Tag.DIMENSIONS)


def _in_place(lexeme: Lexeme, before: Lexeme | None, after: Lexeme | None) -> Lexeme:
    follows_number = before is not None and before.kind is Tag.NUMBER
    if lexeme.may_be(Tag.UNIT) and follows_number:
        return lexeme.as_kind(Tag.UNIT)
    counted = before is not None and before.kind in _COUNTED
    if lexeme.may_be(Tag.AFTER) and counted:
        leads = (
            lexeme.may_be(Tag.BOUND)
            and after is not None
            and after.kind in (Tag.NUMBER, Tag.MARK, Tag.SUBJECT)
        )
        return lexeme.as_kind(Tag.BOUND if leads else Tag.AFTER)
    for kind in (Tag.BOUND, Tag.AFTER):
        if lexeme.may_be(kind):
            return lexeme.as_kind(kind)
    if lexeme.kind is Tag.NOUN and before is not None and before.kind is Tag.NOUN:
        # "audio clips" are sounds.
        return replace(lexeme, meaning=before.meaning or lexeme.meaning)
    if lexeme.kind is Tag.UNIT and lexeme.also[-1].kind is not Tag.UNIT:
        return lexeme.as_kind(lexeme.also[-1].kind)
    return lexeme
