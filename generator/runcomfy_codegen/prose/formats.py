"""Lists of file formats: which of them limit the file, and which only mention one."""

from __future__ import annotations

from collections.abc import Iterator

from runcomfy_runtime.media.format_table import FORMATS

from ..ir.model import MediaKind
from .draft import Draft, Level, Unread
from .lexemes import Lexeme
from .sentences import Clause, Sentence, has
from .subject import Subject
from .word_tags import Tag

_LOOK = frozenset(
    ["alpha", "transparent", "transparency", "mask", "channel", "animated", "quality"]
)
_OPEN_ENDED = "the list of formats is open"


def format_limits(sentence: Sentence, subject: Subject) -> Iterator[Draft | Unread]:
    """The drafts of all lists of formats in a sentence about a media field."""
    if subject.media is None:
        return
    for clause in sentence.clauses:
        for word in clause:
            if word.kind is not Tag.FORMATS or not _fits(word, subject.media):
                continue
            quote = sentence.quote_of(clause)
            reason = _no_limit(word, clause, sentence)
            if reason:
                yield Unread(subject.pointer, quote, reason)
                continue
            names = ", ".join(name for name in word.names if name)
            yield Draft(
                fields=(subject.pointer,),
                quote=_quote(word, clause, sentence),
                rules=(f"format in [{names}]",),
                level=_level(sentence),
            )


def _fits(word: Lexeme, kind: MediaKind) -> bool:
    """Whether one of the formats is of the field's kind. Codecs of videos are not."""
    return any(name and FORMATS[name].kind == kind.value for name in word.names)


def _level(sentence: Sentence) -> Level:
    return "warn" if sentence.has(Tag.INCLUDE, Tag.KEEP) else "error"


def _no_limit(word: Lexeme, clause: Clause, sentence: Sentence) -> str:
    """Why a list of formats is not a limit; empty if it is one."""
    if sentence.has(Tag.OUTPUT, Tag.PRICE) or sentence.has(Tag.CUT):
        return "these words are about something else than what is sent"
    if sentence.begins_with_advice or has(clause, Tag.ADVICE, Tag.BEST, Tag.ABOUT):
        return "advice"
    if has(clause, Tag.NOT, Tag.REFUSED):
        return "the words exclude something"
    if has(clause, Tag.IF, Tag.WITHOUT) or sentence.begins_with_condition:
        return "the words depend on a condition"
    if has(clause, Tag.EXAMPLE) or _goes_on(word, sentence):
        return _OPEN_ENDED
    lists = sum(row.kind is Tag.FORMATS for row in sentence.words)
    if len(word.names) == 1 and lists > 1:
        return "formats in several places"
    if len(word.names) == 1 and not _is_demanded(word, clause, sentence):
        return "one format is only mentioned"
    return ""


def _goes_on(word: Lexeme, sentence: Sentence) -> bool:
    """Whether the list has members that are no known formats: ``PNG, JPEG or RAW``."""
    place = sentence.words.index(word)
    after = sentence.words[place + 1 : place + 4]
    before = sentence.words[max(0, place - 2) : place][::-1]
    return _member(after, sentence, joined=True) or _member(before, sentence)


def _member(near: Clause, sentence: Sentence, *, joined: bool = False) -> bool:
    """Whether the next word beyond a separator may be a format."""
    if len(near) < 2 or near[0].kind not in (Tag.OR, Tag.AND, Tag.COMMA, Tag.MARK):
        return False
    word = near[1]
    if joined and near[0].kind is Tag.COMMA and word.kind in (Tag.OR, Tag.AND):
        return len(near) > 2 and near[2].kind in (Tag.WORD, Tag.EXAMPLE)
    if joined and near[0].kind in (Tag.OR, Tag.AND):
        return word.kind in (Tag.WORD, Tag.EXAMPLE)
    written = sentence.text[word.start : word.end]
    capitals = word.kind is Tag.WORD and written.isupper() and 2 < len(written) < 6
    return capitals or (joined and word.kind is Tag.EXAMPLE)


def _is_demanded(word: Lexeme, clause: Clause, sentence: Sentence) -> bool:
    """Whether the words say that the file must have this one format."""
    if any(row.written in _LOOK for row in sentence.words):
        return sentence.has(Tag.ONLY, Tag.MUST)
    if has(clause, Tag.ONLY, Tag.MUST, Tag.ACCEPT):
        return True
    place = clause.index(word)
    alone = place == len(clause) - 1
    return alone and (place == 0 or clause[place - 1].kind in (Tag.FILLER, Tag.WORD))


_CUES = (Tag.ACCEPT, Tag.NOUN, Tag.MUST, Tag.MARK, Tag.ONLY, Tag.INCLUDE, Tag.USABLE)


def _quote(word: Lexeme, clause: Clause, sentence: Sentence) -> str:
    """The words from the cue of the list to its end."""
    place = clause.index(word)
    first, last = place, place
    while first and has(clause[first - 1 : first], *_CUES):
        first -= 1
    while clause[first].kind is Tag.MARK:
        first += 1
    while has(clause[last + 1 : last + 2], Tag.ACCEPT, Tag.ONLY, Tag.NOUN):
        last += 1
    return sentence.quote_of(clause[first : last + 1])
