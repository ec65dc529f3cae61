"""What a quantity limits in a field: its rules, or why it has no rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..ir.model import MediaKind
from .lexemes import Lexeme
from .measure_words import UNITS
from .quantities import Bound, Quantity
from .sentences import Clause
from .subject import Subject, same_words, singular
from .word_tags import Tag

NOT_MEASURED = "this unit cannot be measured"
NOT_OF_FIELD = "these words count something that the field is not"
WHICH_SIDE = "the words do not say which side"

_METRICS = {
    "seconds": "duration_seconds",
    "megabytes": "file_size_mb",
    "mebibytes": "file_size_mib",
    "megapixels": "megapixels",
    "fps": "fps",
    "frames": "frames",
}
_TOTALS = {
    "seconds": "total_duration_seconds",
    "megabytes": "total_size_mb",
    "mebibytes": "total_size_mb",
}
_TIMED = ("seconds", "fps", "frames")
_PICTURED = ("pixels", "megapixels", "ratio", "dimensions")
_RATIO = {"ratio": "width/height", "long ratio": "long_side_pixels/short_side_pixels"}
_SIDE_METRICS = {
    "short": "short_side_pixels",
    "long": "long_side_pixels",
    "width": "width_pixels",
    "height": "height_pixels",
}
_FEW = 12
_UNIT_NAMES = frozenset(("duration", "seconds", "second", "length", "secs", "sec"))
_OTHER_UNITS = frozenset(("ms", "millis", "milliseconds", "minutes", "frames", "frame"))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words around a quantity that say what it measures.

    ``subjects`` and ``sides`` are the last ones of the sentence so far. ``total`` and ``each``
    are those of the clause.
    """

    subject: str = ""
    sides: tuple[str, ...] = ()
    total: bool = False


class UnreadableMeasure(ValueError):
    """A quantity that makes no rule; the message says why."""


def surroundings(clause: Clause, before: Surroundings) -> Surroundings:
    """What the words of a clause say, on top of what its sentence said before."""
    subjects = [word.meaning for word in clause if word.kind is Tag.SUBJECT]
    sides = tuple(word.meaning for word in clause if word.kind is Tag.SIDE)
    # "Size" and "length" name many things; a more exact word counts.
    exact = [name for name in subjects if "ratio" in name] or subjects
    return Surroundings(
        subject=exact[0] if exact else before.subject,
        sides=sides or before.sides,
        total=any(word.kind is Tag.TOTAL for word in clause),
    )


def rules(
    quantity: Quantity, around: Surroundings, subject: Subject
) -> tuple[str, ...]:
    """The rules that a quantity states about a field. Raises ``UnreadableMeasure``."""
    if not quantity.bounded:
        raise UnreadableMeasure("no word says whether the number is a limit")
    family = _family(quantity, around, subject)
    if subject.is_number:
        return tuple(_value_rules(quantity, family, subject))
    if family == "count":
        return tuple(_count_rules(quantity, subject))
    if family == "characters":
        return tuple(_text_rules(quantity, subject))
    if subject.media is None:
        raise UnreadableMeasure(NOT_OF_FIELD)
    if subject.media is MediaKind.AUDIO and family in (*_PICTURED, "fps", "frames"):
        raise UnreadableMeasure(NOT_OF_FIELD)
    if subject.media is MediaKind.IMAGE and family in _TIMED:
        raise UnreadableMeasure(NOT_OF_FIELD)
    return tuple(_file_rules(quantity, family, around, subject))


def _family(quantity: Quantity, around: Surroundings, subject: Subject) -> str:
    """What kind of thing the numbers count."""
    if quantity.script == "?":
        raise UnreadableMeasure("which characters are counted is not clear")
    if quantity.script:
        return "characters"
    if quantity.unit is not None:
        return _family_of_unit(quantity.unit, quantity, around, subject)
    if quantity.bounds[0].number.kind is Tag.DIMENSIONS:
        return "dimensions"
    if any(":" in bound.number.written for bound in quantity.bounds):
        return "long ratio" if around.subject == "long ratio" else "ratio"
    if quantity.nouns:
        return "count"
    if quantity.stranger is not None:
        if same_words([quantity.stranger.written], subject.name_words):
            return "count" if subject.is_list else "value"
        raise UnreadableMeasure(NOT_MEASURED)
    return _family_around(around, subject)


def _family_around(around: Surroundings, subject: Subject) -> str:
    """What kind of thing a bare number counts, by the words around it and the field."""
    if around.subject in ("ratio", "long ratio"):
        return around.subject
    if subject.is_number:
        return "value"
    if subject.is_list and around.subject in ("", "count"):
        return "count"
    raise UnreadableMeasure("the number has no unit")


def _family_of_unit(
    unit: Lexeme, quantity: Quantity, around: Surroundings, subject: Subject
) -> str:
    family = UNITS[unit.meaning].family
    if family == "letter":
        # "5M" is megabytes where the words are about the size of a file.
        family = "megabytes" if around.subject == "megabytes" else "unmeasured"
    if family == "unmeasured":
        raise UnreadableMeasure(NOT_MEASURED)
    if family == "frames" and subject.media is MediaKind.IMAGE and subject.is_list:
        return "count"
    if family == "pixels" and quantity.bounds[0].number.kind is Tag.DIMENSIONS:
        return "dimensions"
    return family


def _value_rules(quantity: Quantity, family: str, subject: Subject) -> Iterator[str]:
    if family not in ("value", "count", "seconds"):
        raise UnreadableMeasure(NOT_OF_FIELD)
    words = set(subject.name_words)
    if family == "seconds":
        units = {
            bound.unit.meaning for bound in quantity.bounds if bound.unit is not None
        }
        if not words & _UNIT_NAMES or words & _OTHER_UNITS or units != {"s"}:
            raise UnreadableMeasure("the unit is not that of the field")
    if (
        family == "count"
        and quantity.nouns
        and not _names_field(quantity.nouns, subject)
    ):
        raise UnreadableMeasure(NOT_OF_FIELD)
    for bound in quantity.bounds:
        yield f"value {bound.operator} {_decimal(bound.number.numbers[0])}"


def _names_field(nouns: Sequence[Lexeme], subject: Subject) -> bool:
    names = {singular(word) for word in subject.name_words}
    return any(
        singular(word) in names for noun in nouns for word in noun.written.split()
    )


def _count_rules(quantity: Quantity, subject: Subject) -> Iterator[str]:
    if not subject.is_list:
        raise UnreadableMeasure(NOT_OF_FIELD)
    kinds = {noun.meaning for noun in quantity.nouns} - {""}
    own = subject.media.value if subject.media is not None else None
    if own and kinds and own not in kinds and not _names_field(quantity.nouns, subject):
        raise UnreadableMeasure(NOT_OF_FIELD)
    for bound in quantity.bounds:
        number = bound.number.numbers[0]
        if number.denominator != 1:
            raise UnreadableMeasure(NOT_OF_FIELD)
        if number != 0 or bound.operator != ">=":
            yield f"count {bound.operator} {number}"


def _text_rules(quantity: Quantity, subject: Subject) -> Iterator[str]:
    if not subject.is_text:
        raise UnreadableMeasure(NOT_OF_FIELD)
    measure = f"characters({quantity.script})" if quantity.script else "characters"
    for bound in quantity.bounds:
        number = bound.number.numbers[0]
        if number < _FEW and bound.operator in ("<", "<="):
            raise UnreadableMeasure("so few characters may be persons")
        if number != 0 or bound.operator != ">=":
            yield f"{measure} {bound.operator} {_decimal(number)}"


def _file_rules(
    quantity: Quantity, family: str, around: Surroundings, subject: Subject
) -> Iterator[str]:
    if family == "dimensions":
        for bound in quantity.bounds:
            yield from _dimension_rules(bound)
        return
    if family not in _RATIO and any(
        ":" in row.number.written for row in quantity.bounds
    ):
        raise UnreadableMeasure("a ratio or a time of day has another unit")
    for bound in quantity.bounds:
        if family in _RATIO:
            yield f"{_RATIO[family]} {bound.operator} {_ratio(bound.number)}"
            continue
        number = bound.number.numbers[0] * _factor(bound.unit or quantity.unit)
        if number == 0 and bound.operator == ">=":
            continue
        metric = _metric(family, bound, around, subject)
        yield f"{metric} {bound.operator} {_decimal(number)}"


def _metric(family: str, bound: Bound, around: Surroundings, subject: Subject) -> str:
    if family == "pixels":
        return _side(around.sides, bound.operator)
    if around.total and subject.is_list:
        if family not in _TOTALS:
            raise UnreadableMeasure(NOT_MEASURED)
        return _TOTALS[family]
    return _METRICS[family]


def _side(sides: Sequence[str], operator: str) -> str:
    """The metric for the sides that the words name: the one that all of them must keep."""
    named = set(sides)
    if {"width", "height"} <= named or (
        "both" in named and not named & {"short", "long"}
    ):
        if operator in (">", ">="):
            return "short_side_pixels"
        if operator in ("<", "<="):
            return "long_side_pixels"
    named.discard("both")
    if len(named) == 1:
        return _SIDE_METRICS[named.pop()]
    raise UnreadableMeasure(WHICH_SIDE)


def _dimension_rules(bound: Bound) -> Iterator[str]:
    """Dimensions say nothing about upright or lying: the larger one is the long side."""
    if bound.number.kind is not Tag.DIMENSIONS:
        raise UnreadableMeasure(WHICH_SIDE)
    short, long = sorted(bound.number.numbers)
    upper = bound.operator in ("<", "<=")
    if bound.operator not in ("<", "<=", ">", ">="):
        raise UnreadableMeasure(WHICH_SIDE)
    if short == long:
        metric = "long_side_pixels" if upper else "short_side_pixels"
        yield f"{metric} {bound.operator} {short}"
    else:
        yield f"long_side_pixels {bound.operator} {long}"
        yield f"short_side_pixels {bound.operator} {short}"


def _factor(unit: Lexeme | None) -> Fraction:
    return UNITS[unit.meaning].factor if unit is not None else Fraction(1)


def _ratio(number: Lexeme) -> str:
    if ":" in number.written or "/" in number.written:
        return number.written.replace(",", ".")
    return _decimal(number.numbers[0])


def _decimal(number: Fraction) -> str:
    """An exact decimal. Raises ``UnreadableMeasure`` if the number has no exact decimal form."""
    twos, rest = 0, number.denominator
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        rest = (
            rest // 10 if rest % 10 == 0 else rest // 2 if rest % 2 == 0 else rest // 5
        )
        twos += 1
    if rest != 1:
        raise UnreadableMeasure("the number is not a decimal")
    if twos == 0:
        return str(number.numerator)
    whole = number * 10**twos
    digits = str(abs(whole.numerator)).rjust(twos + 1, "0")
    text = f"{digits[:-twos]}.{digits[-twos:]}".rstrip("0").rstrip(".")
    return "-" + text if number < 0 else text
