"""Joins lexemes that are one thing: ratios, ``1 min 30 s``, ``[4, 15]``, lists of formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from runcomfy_runtime.media.format_table import FORMATS

from .lexemes import Lexeme, lexemes
from .measure_words import UNITS
from .word_tags import Tag

_SEPARATORS = (Tag.COMMA, Tag.OR, Tag.AND)


def grouped_lexemes(text: str) -> list[Lexeme]:
    """The lexemes of a text, joined where several are one thing."""
    words = _negative(lexemes(text))
    for join in (_media_types, _ratios, _spans, _intervals, _format_lists):
        words = join(words)
    return words


def _touch(first: Lexeme, second: Lexeme) -> bool:
    return first.end == second.start


def _negative(words: Sequence[Lexeme]) -> list[Lexeme]:
    """A minus sign that touches a number, and no number before it, is part of the number."""
    result: list[Lexeme] = []
    for lexeme in words:
        sign = result[-1] if result else None
        if lexeme.kind is Tag.NUMBER and sign is not None and _is_minus(result, lexeme):
            result[-1] = _negated(sign, lexeme)
        else:
            result.append(lexeme)
    return [_about(result, index) for index in range(len(result))]


def _is_minus(before: Sequence[Lexeme], number: Lexeme) -> bool:
    sign = before[-1]
    if sign.written not in ("-", "−", "–") or not _touch(sign, number):
        return False
    if len(before) == 1:
        return True
    previous = before[-2]
    ends_range = previous.kind in (Tag.NUMBER, Tag.UNIT) and _touch(previous, sign)
    return (not ends_range and not _touch(previous, sign)) or previous.kind is Tag.OPEN


def _negated(sign: Lexeme, number: Lexeme) -> Lexeme:
    written = "-" + number.written
    return replace(
        number, start=sign.start, written=written, numbers=(-number.numbers[0],)
    )


def _about(words: Sequence[Lexeme], index: int) -> Lexeme:
    """``~`` between two numbers is a range; before the first one it means about."""
    lexeme = words[index]
    if lexeme.written not in ("~", "～", "〜"):
        return lexeme
    before = words[index - 1].kind if index else Tag.STOP
    return (
        lexeme if before in (Tag.NUMBER, Tag.UNIT) else replace(lexeme, kind=Tag.ABOUT)
    )


def _ratios(words: Sequence[Lexeme]) -> list[Lexeme]:
    """``1:2.5`` and ``1/3`` are one number."""
    result: list[Lexeme] = []
    index = 0
    while index < len(words):
        triple = words[index : index + 3]
        if _is_ratio(triple):
            first, mark, second = triple
            sign = ":" if mark.written == "：" else mark.written
            result.append(
                replace(
                    first,
                    end=second.end,
                    written=first.written + sign + second.written,
                    numbers=(first.numbers[0] / second.numbers[0],),
                )
            )
            index += 3
        else:
            result.append(words[index])
            index += 1
    return result


def _is_ratio(triple: Sequence[Lexeme]) -> bool:
    if [lexeme.kind for lexeme in triple] != [Tag.NUMBER, Tag.MARK, Tag.NUMBER]:
        return False
    first, mark, second = triple
    joined = _touch(first, mark) and _touch(mark, second)
    return joined and mark.written in (":", "：", "/") and second.numbers[0] != 0


def _spans(words: Sequence[Lexeme]) -> list[Lexeme]:
    """``1 hour 30 minutes 5 seconds`` is one number of seconds."""
    result: list[Lexeme] = []
    for lexeme in words:
        result.append(lexeme)
        for joined in (result[-5:], result[-4:]):
            if _is_span(joined, before=result[: -len(joined)]):
                result[-len(joined) :] = _in_seconds(joined)
                break
    return result


_SMALLER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"h": ("min", "s"), "min": ("s",)}
)
"""The units that may follow a unit in one length of time."""


def _is_span(words: Sequence[Lexeme], before: Sequence[Lexeme]) -> bool:
    """Whether words are a number and a unit, perhaps "and", then a number of a smaller unit."""
    if len(words) < 4:
        return False
    first, unit, *joint, second, smaller = words
    between = bool(before) and before[-1].kind is Tag.BETWEEN
    if joint and (joint[0].kind is not Tag.AND or between):
        return False
    numbers = first.kind is Tag.NUMBER and second.kind is Tag.NUMBER
    units = unit.may_be(Tag.UNIT) and smaller.may_be(Tag.UNIT)
    if not (numbers and units) or not 0 <= second.numbers[0] < _SIXTY:
        return False
    wanted = _SMALLER.get(unit.as_kind(Tag.UNIT).meaning, ())
    return smaller.as_kind(Tag.UNIT).meaning in wanted


_SIXTY = 60


def _in_seconds(words: Sequence[Lexeme]) -> tuple[Lexeme, Lexeme]:
    """A length of time as a number and one unit: the smaller one of the two."""
    first, unit, *_, second, smaller = words
    one, other = (
        UNITS[row.as_kind(Tag.UNIT).meaning].factor for row in (unit, smaller)
    )
    number = first.numbers[0] * one / other + second.numbers[0]
    return (
        replace(first, end=second.end, numbers=(number,)),
        smaller.as_kind(Tag.UNIT),
    )


def _media_types(words: Sequence[Lexeme]) -> list[Lexeme]:
    """``image/jpeg`` is one format."""
    result: list[Lexeme] = []
    for lexeme in words:
        first, mark = result[-2:] if len(result) > 1 else (None, None)
        if first and mark and mark.written == "/" and _touch(mark, lexeme):
            written = f"{first.written}/{lexeme.written}"
            name = _MEDIA_TYPES.get(written.replace("/x-", "/"))
            if name is not None and _touch(first, mark):
                joined = replace(
                    first, kind=Tag.FORMAT, meaning=name, written=written, also=()
                )
                result[-2:] = [replace(joined, end=lexeme.end)]
                continue
        result.append(lexeme)
    return result


_MEDIA_TYPES = {
    row.media_type.replace("/x-", "/"): name for name, row in FORMATS.items()
} | {"audio/mp3": "mp3", "image/jpg": "jpeg", "video/mov": "mov"}


def _intervals(words: Sequence[Lexeme]) -> list[Lexeme]:
    """The comma of ``[4, 15]`` means "to", and the brackets mean "between"."""
    result = list(words)
    for index in range(len(result) - 4):
        five = result[index : index + 5]
        kinds = [lexeme.kind for lexeme in five]
        square = five[0].written == "[" and five[4].written == "]"
        if square and kinds == [Tag.OPEN, Tag.NUMBER, Tag.COMMA, Tag.NUMBER, Tag.CLOSE]:
            result[index] = replace(five[0], kind=Tag.BETWEEN)
            result[index + 2] = replace(five[2], kind=Tag.TO)
            result[index + 4] = replace(five[4], kind=Tag.FILLER)
    return result


def _format_lists(words: Sequence[Lexeme]) -> list[Lexeme]:
    """``JPEG, PNG or WebP`` is one list; ``3gp`` and other unknown words are not in it."""
    result: list[Lexeme] = []
    index = 0
    while index < len(words):
        if words[index].kind is not Tag.FORMAT:
            result.append(words[index])
            index += 1
            continue
        end = _end_of_list(words, index)
        members = [row for row in words[index:end] if row.kind is Tag.FORMAT]
        names = tuple(dict.fromkeys(row.meaning for row in members))
        result.append(
            replace(words[index], kind=Tag.FORMATS, end=words[end - 1].end, names=names)
        )
        index = end
    return result


def _end_of_list(words: Sequence[Lexeme], start: int) -> int:
    end = start + 1
    while True:
        following = end
        while following < len(words) and _separates(words[following]):
            following += 1
        dots = following < len(words) and words[following].written == "."
        following += dots
        if following == end or following >= len(words):
            return end
        if words[following].kind is not Tag.FORMAT:
            return end
        end = following + 1


def _separates(lexeme: Lexeme) -> bool:
    return lexeme.kind in _SEPARATORS or lexeme.written in ("/", "|")
