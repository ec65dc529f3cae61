"""Does one type accept every value of another? By proof, by a counterexample, or unsure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import TypeVar

from ..ir.exact import (
    ExactJson,
    Rational,
    equality_key,
    exact_value,
    is_number,
    reduced,
)
from ..ir.model import (
    NULL,
    Anything,
    Array,
    Boolean,
    Choice,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
)
from ..pattern.automaton import CannotCompare
from . import YES, Answer, No, Unsure, Yes, all_of
from .accepts import accepts, is_empty
from .containers import array_is_subschema, object_is_subschema
from .examples import smallest_example, varied_examples
from .numbers import all_numbers, boundary_values, is_number_subset, number_interval
from .texts import (
    boundary_texts,
    bounds_are_reachable,
    differ_only_in_length,
    is_subformat,
    is_text_subset,
    is_url_format,
    uncovered_text,
)

Kind = TypeVar("Kind")


@lru_cache(maxsize=4096)
def is_subschema(one: Type, other: Type) -> Answer:
    """Whether every value that ``one`` accepts is accepted by ``other``.

    ``Yes`` is proved. The witness of a ``No`` is a value of ``one`` that ``other`` refuses,
    which was checked. Everything else is ``Unsure`` with its reason. Answers are cached,
    because nested alternatives ask the same question many times.
    """
    if one == other or is_empty(one):
        return YES
    options = alternatives(other)
    if any(isinstance(option, Anything) for option in options):
        return YES
    return all_of(
        _alternative_is_subschema(option, other, options)
        for option in _expanded_alternatives(one)
    )


def _expanded_alternatives(one: Type) -> Iterable[Type]:
    for option in alternatives(one):
        yield from ALL_JSON_TYPES if isinstance(option, Anything) else (option,)


def _alternative_is_subschema(
    one: Type, other: Type, options: Sequence[Type]
) -> Answer:
    if is_empty(one):
        return YES
    match one:
        case Choice(values=values):
            return _values_are_accepted(map(exact_value, values), other, options)
        case Boolean():
            return _values_are_accepted((False, True), other, options)
        case Numeric():
            return _numbers_are_accepted(one, other, options)
        case Text():
            return _texts_are_accepted(one, other, options)
        case Array():
            return _is_subschema_of_one(
                one, other, _instances_of(Array, options), _array_is_subschema
            )
        case Object():
            return _is_subschema_of_one(
                one, other, _instances_of(Object, options), _object_is_subschema
            )
        case _:
            return Unsure(f"{type(one).__name__} is not compared")


def _array_is_subschema(one: Array, other: Array) -> Answer:
    """Whether one alternative accepts every list."""
    return array_is_subschema(one, other, is_subschema)


def _object_is_subschema(one: Object, other: Object) -> Answer:
    """Whether one alternative accepts every object."""
    return object_is_subschema(one, other, is_subschema)


def _values_are_accepted(
    values: Iterable[ExactJson], other: Type, options: Sequence[Type]
) -> Answer:
    listed = {equality_key(constant) for constant in _constants(options)}
    unsure: Answer = YES
    for value in values:
        if equality_key(value) in listed:
            continue
        accepted = accepts(other, value)
        if accepted is False:
            return No(value)
        if accepted is None:
            unsure = Unsure("not every server checks formats")
    return unsure


def _numbers_are_accepted(one: Numeric, other: Type, options: Sequence[Type]) -> Answer:
    numeric_types = _instances_of(Numeric, options)
    if any(is_number_subset(one, option) for option in numeric_types):
        return YES
    # A constant with a huge exponent is beyond all limits, and next to none of them.
    constants: list[Rational] = [
        constant
        for constant in _constants(options)
        if is_number(constant) and not isinstance(constant, Decimal)
    ]
    candidates = boundary_values(
        [number_interval(one), *map(number_interval, numeric_types)], constants
    )
    counterexample = _find_counterexample(one, other, map(reduced, candidates))
    # With one step, or none, these numbers are complete: no counterexample is a proof.
    if (
        counterexample is not None
        or len({number_interval(option).step for option in (one, *numeric_types)}) == 1
    ):
        return counterexample or YES
    finite_numbers = all_numbers(one)
    if finite_numbers is not None:
        return _values_are_accepted(map(reduced, finite_numbers), other, options)
    return Unsure("several number steps together may accept it")


def _texts_are_accepted(one: Text, other: Type, options: Sequence[Type]) -> Answer:
    text_types = _instances_of(Text, options)
    if any(is_text_subset(one, option) for option in text_types):
        return YES
    constants = [
        constant for constant in _constants(options) if isinstance(constant, str)
    ]
    counterexample = _find_counterexample(
        one, other, boundary_texts([one, *text_types], constants)
    )
    if counterexample is not None:
        return counterexample
    if differ_only_in_length([one, *text_types]) and bounds_are_reachable(
        [one, *text_types]
    ):
        return YES
    try:
        return _compare_text_sets(one, other, text_types, constants)
    except CannotCompare as error:
        return Unsure(str(error))


def _compare_text_sets(
    one: Text, other: Type, text_types: Sequence[Text], constants: Sequence[str]
) -> Answer:
    """Patterns and lengths as sets of texts. A format may leave the question open."""
    containing = [each for each in text_types if is_subformat(one.format, each.format)]
    if uncovered_text(one, containing, constants) is None:
        return YES
    text = uncovered_text(one, text_types, constants, url=is_url_format(one.format))
    found = [] if text is None else [text]
    return _find_counterexample(one, other, found) or Unsure(
        "a format says what a text means, not which texts a server accepts"
    )


def _is_subschema_of_one(
    one: Kind,
    other: Type,
    options: Sequence[Kind],
    decide: Callable[[Kind, Kind], Answer],
) -> Answer:
    """Proved by a single alternative, or refuted by a witness that none of them accepts."""
    answers = [decide(one, option) for option in options]
    if any(isinstance(answer, Yes) for answer in answers):
        return YES
    assert isinstance(one, Array | Object)
    witnesses = [answer.witness for answer in answers if isinstance(answer, No)]
    constants = _constants(alternatives(other))
    more = varied_examples(one, len(constants)) if constants else ()
    candidates = chain(witnesses, smallest_example(one), more)
    counterexample = _find_counterexample(one, other, candidates)
    if counterexample is not None:
        return counterexample
    reasons = [answer.reason for answer in answers if isinstance(answer, Unsure)]
    return Unsure(next(iter(reasons), "several alternatives together may accept it"))


def _find_counterexample(
    one: Type, other: Type, candidates: Iterable[ExactJson]
) -> No | None:
    for value in candidates:
        if accepts(one, value) is True and accepts(other, value) is False:
            return No(value)
    return None


def _instances_of(kind: type[Kind], options: Iterable[object]) -> list[Kind]:
    return [option for option in options if isinstance(option, kind)]


def _constants(options: Iterable[Type]) -> list[ExactJson]:
    """The constants among the alternatives."""
    choices = _instances_of(Choice, options)
    return [exact_value(value) for choice in choices for value in choice.values]


# A type as the list of its alternatives.


ALL_JSON_TYPES: tuple[Type, ...] = (
    NULL,
    Boolean(),
    Numeric(integral=False),
    Text(),
    Array(items=Anything()),
    Object(extra=Anything()),
)
"""The six types of JSON. Together they are ``Anything``."""


def alternatives(kind: Type) -> tuple[Type, ...]:
    """The alternatives of a type. None of them is a union, and null is one of its own."""
    match kind:
        case Union(options=options):
            return tuple(
                alternative
                for option in options
                for alternative in alternatives(option)
            )
        case Nullable(inner=inner):
            return (*alternatives(inner), NULL)
        case _:
            return (kind,)
